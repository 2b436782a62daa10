"""The tests of all pairs as figures and as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ctrcore.comparing.findings import in_words
from ctrcore.comparing.testing import Comparison, Test, told
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.captions import said
from ctrcore.figures.intervals import Span, auc_intervals, forest
from ctrcore.figures.intervals import in_words as spans_in_words
from ctrcore.language import say, say_in
from ctrcore.words import TITLES, WORDS
from pages.shared.charts import chart, csv_button
from pages.shared.compare.view import View
from pages.shared.level import level

LINES = 30  # of the forest; more would be a wall, and the table has all of them


def forest_of(view: View, tests: Sequence[Test]) -> None:
    """The differences with their intervals; the tests as `largest_first` gives them."""
    titles = view.titles
    spans = [
        Span(
            f"{titles[test.a]} − {titles[test.b]}",
            test.difference,
            test.low,
            test.high,
            told=told(test),
            note=say("p {p}, corrected {adjusted}", p=_p(test.p), adjusted=_p(test.adjusted)),
        )
        for test in tests[:LINES]
    ]
    chart(
        forest(spans, say("difference of AUC")),
        key="differences",
        **(
            said(captions.DIFFERENCES)
            if len(spans) == len(tests)
            else captions.largest_differences(len(spans), len(tests))
        ),
        help_text=WORDS["interval"],
        alt_text=say("Differences of AUC with 95 % intervals: {spans}", spans=spans_in_words(spans)),
        data=lambda: pd.DataFrame(
            [
                {"pair": span.label, "difference": span.value, "low": span.low, "high": span.high, "told": span.told}
                for span in spans
            ]
        ),
    )


def intervals_of(view: View, found: Comparison) -> None:
    """The AUC of each model with its interval, best first."""
    order = sorted(view.contenders, key=lambda one: -found.intervals[one.id].value)
    spans = [
        Span(one.title, interval.value, interval.low, interval.high, one.model)
        for one in order
        for interval in (found.intervals[one.id],)
    ]
    chart(
        auc_intervals(spans),
        key="auc-intervals",
        **said(captions.AUC_INTERVALS),
        help_text=WORDS["auc"],
        alt_text=say("AUC with 95 % intervals: {spans}", spans=spans_in_words(spans)),
        data=lambda: pd.DataFrame(
            [{"run": span.label, "auc": span.value, "low": span.low, "high": span.high} for span in spans]
        ),
    )


def table_of(view: View, tests: Sequence[Test]) -> None:
    """Every pair in numbers; the tests as `largest_first` gives them."""
    table = pd.DataFrame(
        [
            {
                "ahead": view.titles[test.a],
                "behind": view.titles[test.b],
                "difference": test.difference,
                "low": test.low,
                "high": test.high,
                "told": told(test),
                "p": test.p,
                "adjusted": test.adjusted,
                "standard_error": test.standard_error,
                "method": test.method,
                "rows": test.rows,
                "clicks": test.clicks,
                "users": test.users,
                "in words": in_words(test, view.titles),
            }
            for test in tests
        ]
    )
    number = st.column_config.NumberColumn
    # What rounds to zero is zero: never -0.0000.
    no_minus = {name: table[name].mask(table[name].abs() < 5e-5, 0.0) for name in ("difference", "low", "high")}
    shown = ["ahead", "behind", "difference", "low", "high", "told", "p", "adjusted"]
    with st.container(border=True, key="card-tests"):
        st.markdown(say("#### Every pair in numbers"), help=WORDS["adjusted p"])
        st.dataframe(
            table.assign(p=[_p(p) for p in table["p"]], adjusted=[_p(p) for p in table["adjusted"]], **no_minus),
            hide_index=True,
            key="tests-table",
            column_order={"Simple": shown[:6], "Learn": shown, "Expert": [*shown, "standard_error"]}[level()],
            column_config={
                "ahead": st.column_config.TextColumn(say("Ahead"), pinned=True),
                "behind": say("Behind"),
                "difference": number(say("Difference of AUC"), format="%.4f"),
                "low": number(say("95 % from"), format="%.4f", help=WORDS["interval"]),
                "high": number(say_in("end of an interval", "to"), format="%.4f", help=WORDS["interval"]),
                "told": st.column_config.CheckboxColumn(say("Told apart"), help=WORDS["adjusted p"]),
                "p": st.column_config.TextColumn("p", help=WORDS["p"]),
                "adjusted": st.column_config.TextColumn(TITLES["adjusted p"], help=WORDS["adjusted p"]),
                "standard_error": number(say("Standard error"), format="%.5f"),
            },
            alt=say("Difference of AUC of every pair with its interval, p and corrected p"),
        )
        csv_button(table, "tests")


def _p(value: float) -> str:
    if math.isnan(value):
        return "–"
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}"
