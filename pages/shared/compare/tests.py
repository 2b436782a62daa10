"""Is it chance? Every pair of models tested on the same rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ctrcore.comparing.draws import draws_needed
from ctrcore.comparing.findings import in_words
from ctrcore.comparing.testing import BY_USERS, Comparison, Method, Test, method_for, told
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.intervals import Span, auc_intervals, forest
from ctrcore.words import WORDS
from pages.shared.charts import chart, csv_button
from pages.shared.compare import kept
from pages.shared.compare.view import View
from pages.shared.level import level
from pages.shared.tools import duration, plain

METHODS: dict[Method, str] = {
    "delong": "DeLong",
    "clustered": "DeLong by users",
    "bootstrap": "Bootstrap of rows",
    "users": "Bootstrap of users",
}
DRAWN = ("bootstrap", "users")  # these take their time
REPLICATES = (200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
USUAL = 1000  # steady ends of the intervals
CHOICES = 5  # of replicates, from those on that can tell anything
ALL = "all pairs"
SENTENCES = 6
LINES = 30  # of the forest; more would be a wall, and the table has all of them


@st.fragment
def show(view: View) -> None:
    """The tests of all pairs by the method chosen."""
    if len(view.contenders) < 2:
        st.info("Choose at least two models in the sidebar: a test compares a pair.", icon=":material/arrow_back:")
        return
    method, replicates, pairs = _choices(view)
    found = _bootstrap(view, method, replicates) if method in DRAWN else kept.comparison(view, method)
    if found is None:
        return
    tests = sorted((test for test in found.tests if pairs in (ALL, test.a, test.b)), key=_size)
    _sentences(view, tests)
    with st.grid(2, min_column_width=380):
        _forest(view, tests)
        _intervals(view, found)
    _table(view, tests)
    _beware(view, method)


def methods(view: View) -> list[Method]:
    """The tests that its rows allow."""
    return [one for one in METHODS if one not in BY_USERS or view.sheet.has_users]


def replicates_for(pairs: int) -> tuple[int, ...]:
    """Numbers of replicates to choose from, the least one enough to tell a difference among so many pairs."""
    needed = draws_needed(pairs)
    found = tuple(one for one in REPLICATES if one >= needed)[:CHOICES]
    return found or (needed, 2 * needed)


def _choices(view: View) -> tuple[Method, int, str]:
    """How to test, how many replicates where rows or users are drawn anew, and the model whose pairs are shown."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.segmented_control(
            "Test",
            methods(view),
            format_func=METHODS.__getitem__,
            default=method_for(view.sheet),
            required=True,
            key="test-method",
            help=" ".join(f"**{METHODS[one]}.** {WORDS[one]}" for one in methods(view)),
        )
        pairs_tested = math.comb(len(view.contenders), 2)
        enough = replicates_for(pairs_tested)
        replicates = max(USUAL, enough[0])
        if method in DRAWN and level() != "Simple":
            replicates = st.select_slider(
                "Replicates",
                enough,
                value=replicates,
                key=f"replicates-{enough[0]}",
                width=240,
                help="How many times rows or users are drawn anew. More give steadier ends of the intervals, and "
                f"smaller p-values can be told: {draws_needed(pairs_tested):,} are needed to tell anything apart after "
                "the correction.",
            )
        pairs = ALL
        if len(view.contenders) > 2 and level() != "Simple":
            titles = view.titles
            pairs = st.selectbox(
                "Show",
                [ALL, *titles],
                format_func=lambda one: ALL if one == ALL else f"pairs with {titles[one]}",
                key="test-pairs",
                width=240,
                help="The correction for many tests stays that for all pairs.",
            )
    return method, int(replicates), pairs


def _bootstrap(view: View, method: Method, replicates: int) -> Comparison | None:
    """The bootstrap if it was run already; otherwise how long it takes, and a button."""
    done = kept.bootstraps(view)
    if (method, replicates) in done:
        return done[method, replicates]
    what = "users" if method == "users" else "rows"
    seconds = kept.bootstrap_seconds(view, method) * replicates
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        start = st.button(
            f"Draw the {what} {replicates:,} times",
            type="primary",
            icon=":material/casino:",
            key="start-bootstrap",
        )
        st.caption(
            f"{view.rows_in_words}, {len(view.contenders)} models: about {duration(max(seconds, 0.1))}. "
            "Kept until the server stops."
        )
    if not start:
        return None
    bar = place.progress(0.0, text=f"Drawing {what} anew")

    def progress(share: float) -> None:
        bar.progress(min(share, 1.0), text=f"Drawing {what} anew: {share:.0%}")

    done[method, replicates] = kept.run_bootstrap(view, method, replicates, progress)
    place.empty()
    return done[method, replicates]


def _size(test: Test) -> float:
    """Largest difference first, unknown ones last."""
    return math.inf if math.isnan(test.difference) else -abs(test.difference)


def _sentences(view: View, tests: Sequence[Test]) -> None:
    titles = {name: f"**{plain(title)}**" for name, title in view.titles.items()}
    lines = [f"- {in_words(test, titles)}" for test in tests]
    st.markdown("\n".join(lines[:SENTENCES]))
    if len(lines) > SENTENCES:
        with st.expander(f"The other {len(lines) - SENTENCES} pairs in words"):
            st.markdown("\n".join(lines[SENTENCES:]))


def _ahead(test: Test) -> tuple[str, str, int]:
    """The model that is ahead, the other one, and the sign that makes the difference positive."""
    return (test.a, test.b, 1) if not test.difference < 0 else (test.b, test.a, -1)


def _forest(view: View, tests: Sequence[Test]) -> None:
    spans = []
    for test in tests[:LINES]:
        better, worse, sign = _ahead(test)
        low, high = sorted((sign * test.low, sign * test.high))
        spans.append(
            Span(
                f"{view.titles[better]} – {view.titles[worse]}",
                sign * test.difference,
                low,
                high,
                told=told(test),
                note=f"p {_p(test.p)}, corrected {_p(test.adjusted)}",
            )
        )
    chart(
        forest(spans, "difference of AUC"),
        key="differences",
        **(captions.DIFFERENCES if len(spans) == len(tests) else captions.largest_differences(len(spans), len(tests))),
        help_text=WORDS["interval"],
        alt_text="Differences of AUC with 95 % intervals: "
        + "; ".join(f"{span.label} {span.value:.4f} ({span.low:.4f} to {span.high:.4f})" for span in spans),
        data=lambda: pd.DataFrame(
            [
                {"pair": span.label, "difference": span.value, "low": span.low, "high": span.high, "told": span.told}
                for span in spans
            ]
        ),
    )


def _intervals(view: View, found: Comparison) -> None:
    order = sorted(view.contenders, key=lambda one: -found.intervals[one.id].value)
    spans = [
        Span(one.title, interval.value, interval.low, interval.high, one.model)
        for one in order
        for interval in (found.intervals[one.id],)
    ]
    chart(
        auc_intervals(spans),
        key="auc-intervals",
        **captions.AUC_INTERVALS,
        help_text=WORDS["auc"],
        alt_text="AUC with 95 % intervals: "
        + "; ".join(f"{span.label} {span.value:.4f} ({span.low:.4f} to {span.high:.4f})" for span in spans),
        data=lambda: pd.DataFrame(
            [{"run": span.label, "auc": span.value, "low": span.low, "high": span.high} for span in spans]
        ),
    )


def _table(view: View, tests: Sequence[Test]) -> None:
    rows = []
    for test in tests:
        better, worse, sign = _ahead(test)
        low, high = sorted((sign * test.low, sign * test.high))
        rows.append(
            {
                "ahead": view.titles[better],
                "behind": view.titles[worse],
                "difference": sign * test.difference,
                "low": low,
                "high": high,
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
        )
    table = pd.DataFrame(rows)
    number = st.column_config.NumberColumn
    shown = ["ahead", "behind", "difference", "low", "high", "told", "p", "adjusted"]
    with st.container(border=True, key="card-tests"):
        st.markdown("#### Every pair in numbers", help=WORDS["adjusted p"])
        st.dataframe(
            table.assign(p=[_p(p) for p in table["p"]], adjusted=[_p(p) for p in table["adjusted"]]),
            hide_index=True,
            key="tests-table",
            column_order={"Simple": shown[:6], "Learn": shown, "Expert": [*shown, "standard_error"]}[level()],
            column_config={
                "ahead": st.column_config.TextColumn("Ahead", pinned=True),
                "behind": "Behind",
                "difference": number("Difference of AUC", format="%.4f"),
                "low": number("95 % from", format="%.4f", help=WORDS["interval"]),
                "high": number("to", format="%.4f", help=WORDS["interval"]),
                "told": st.column_config.CheckboxColumn("Told apart", help=WORDS["adjusted p"]),
                "p": st.column_config.TextColumn("p", help=WORDS["p"]),
                "adjusted": st.column_config.TextColumn("Corrected p", help=WORDS["adjusted p"]),
                "standard_error": number("Standard error", format="%.5f"),
            },
            alt="Difference of AUC of every pair with its interval, p and corrected p",
        )
        csv_button(table, "tests")


def _beware(view: View, method: Method) -> None:
    if level() == "Expert":
        return
    st.caption(captions.tests(method not in BY_USERS and view.sheet.has_users))


def _p(value: float) -> str:
    if math.isnan(value):
        return "–"
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}"
