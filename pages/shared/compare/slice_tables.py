"""Slices by name, and all of them as a table with what stands out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.figures.slices import LEAD, OF_MODEL, Measure
from ctrcore.language import mark, say, say_in
from pages.shared.charts import csv_button

LEAST_CLASS = 10
OTHER, BEYOND = mark("Other than elsewhere?"), mark("Beyond chance?")  # heads of columns
CHANCE = mark("○ may be chance")
SAYS: dict[str, tuple[str, str, float]] = {  # below the middle, above it, the middle
    "against_rest": (mark("▼ worse than the rest"), mark("▲ better than the rest"), 0.0),
    "pcoc": (mark("▼ promises too little"), mark("▲ promises too much"), 1.0),
}


def places_of(table: pd.DataFrame) -> list[str]:
    """The slices by name."""
    return [f"{one.grouping}: {one.slice}" for one in table.itertuples()]


def notes_of(table: pd.DataFrame) -> list[str]:
    """How many rows the slices have."""
    text = say("{rows:,} rows, {clicks:,} clicks")
    return [text.format(rows=one.rows, clicks=one.clicks) for one in table.itertuples()]


def none_left(least: int) -> None:
    """Instead of a chart without a line."""
    st.info(
        say(
            "**No slice of these kinds has {rows:,} rows with {least} clicks and {least} non-clicks.**  \nChoose other "
            "kinds, or compare on more rows.",
            rows=least,
            least=LEAST_CLASS,
        ),
        icon=":material/info:",
    )


def slices_table(table: pd.DataFrame, name: Measure, pair: tuple[str, str] | None = None) -> None:
    """Every slice, sortable.

    Args:
        table: of one model as `slice_table` gives it, or of two with the lead of A (`figures.slices.leads`).
        name: the measure shown.
        pair: the titles of A and B; None: the table is of one model.
    """
    value, low, high, _ = OF_MODEL[name] if pair is None else LEAD
    columns = {"rows": mark("Rows"), "clicks": mark("Clicks"), "click_rate": mark("Click rate")}
    if pair is not None:
        own = "auc" if name == "auc" else "loss"
        del columns["clicks"]  # else the last column would not be seen
        columns |= {f"{own}_a": f"A: {pair[0]}", f"{own}_b": f"B: {pair[1]}"}
    measured = {"auc": "AUC", "log_loss": mark("Log-loss"), "pcoc": "PCOC"}[name] if pair is None else mark("Lead of A")
    columns |= {value: measured, low: mark("95 % from"), high: "to"}
    shown = table[list(columns)].rename(columns=columns)
    shown.insert(0, "Slice", places_of(table))
    for title, said in _said(table, name, pair).items():
        shown[title] = said
    with st.container(border=True):
        st.markdown(say("#### All {count} slices", count=len(shown)) if len(shown) > 1 else say("#### The slice"))
        st.dataframe(
            shown,
            hide_index=True,
            key="slices-table",
            height=min(38 + 35 * len(shown), 430),
            alt=say("Every slice with its rows, its value and its interval, the worst first"),
            column_config={
                **{title: st.column_config.NumberColumn(say(title), format="%.4f") for title in columns.values()},
                "to": st.column_config.NumberColumn(say_in("end of an interval", "to"), format="%.4f"),
                "Slice": st.column_config.TextColumn(say("Slice"), width=260),
                "Rows": st.column_config.NumberColumn(say("Rows"), format="localized"),
                "Clicks": st.column_config.NumberColumn(say("Clicks"), format="localized"),
                "Click rate": st.column_config.NumberColumn(say("Click rate"), format="percent"),
                OTHER: say(OTHER),
                BEYOND: say(BEYOND),
            },
        )
        csv_button(shown, "slices-table")


def _said(table: pd.DataFrame, name: Measure, pair: tuple[str, str] | None) -> dict[str, list[str]]:
    """For each slice whether something is told, and what, in words and by a sign; empty where nothing is tested."""
    if pair is not None:
        return {
            OTHER: _signs(table, ("lead_beyond", "lead_apart"), (mark("▼ better for B"), mark("▲ better for A"), 0.0)),
        }
    if name == "log_loss":
        return {}
    value, told = ("against_rest", "told") if name == "auc" else ("pcoc", "pcoc_told")
    return {BEYOND: _signs(table, (value, told), SAYS[value])}


def _signs(table: pd.DataFrame, columns: tuple[str, str], says: tuple[str, str, float]) -> list[str]:
    """What is said of each line: `columns` of the value and whether it is told, `says` below and above the middle."""
    below, above, middle, chance = say(says[0]), say(says[1]), says[2], say(CHANCE)
    return [
        (above if number > middle else below) if sure else chance
        for number, sure in zip(table[columns[0]], table[columns[1]], strict=True)
    ]
