"""Two rows by one model: which parts make the difference."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd
import streamlit as st

from ctrcore.explain.sentences import BEHAVIOURS, joined, part_phrase, signed
from ctrcore.figures.aligned import differing_parts, two_rows
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.explain.chosen import Explained, encoded_row, focus_buttons, rows_in_words
from pages.shared.explain.methods import explained
from pages.shared.explain.said import values_of
from pages.shared.explain.ways import METHODS, pick_way
from pages.shared.problems import problems_shown
from pages.shared.tools import plain

NAMED = 3


def pin_button(row: int, judged: pd.Series) -> int | None:
    """The button below the row's number, and the row that is pinned: one that was scored, or None."""
    said = address.read("pin") or ""
    pinned = int(said) if said.isdecimal() and len(said) < 16 and (judged == int(said)).any() else None
    with st.sidebar.container(horizontal=True, gap="small"):
        st.button(
            "Pin this row",
            key="pin-row",
            icon=":material/keep:",
            on_click=address.write,
            args=("pin", str(row)),
            disabled=pinned == row,
            help="Keep this row, find another one, and see in the tab 'Two rows' which parts make the difference.",
        )
        if pinned is not None:
            st.button(
                f"Unpin {pinned}", key="unpin-row", icon=":material/keep_off:", on_click=address.write,
                args=("pin", None),
            )  # fmt: skip
    return pinned


def show(chosen: Explained) -> None:
    """The tab."""
    pinned = address.read("pin")
    other = int(pinned) if pinned is not None and pinned.isdecimal() and len(pinned) < 16 else None
    if other is None or not (chosen.view.sheet.row == other).any():
        st.info(
            "**No row is pinned.**  \nPin this one in the sidebar, then find another row to compare it with.",
            icon=":material/keep:",
        )
        return
    if other == chosen.row:
        st.info(
            f"**Row {other} is pinned, and it is the one that is shown.**  \nFind another row in the sidebar to "
            f"compare it with; any of the {len(chosen.view.sheet):,} {rows_in_words(chosen.view)} will do.",
            icon=":material/keep:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        focus_buttons(chosen.view)
        way = pick_way(chosen.run, list(METHODS), "how")
    with problems_shown():
        first = explained(chosen.run, encoded_row(chosen.run, other), way)
        second = explained(chosen.run, encoded_row(chosen.run, chosen.row), way) if first is not None else None
        if first is None or second is None:
            return
        table = differing_parts(first, second)
        with st.container(border=True, key="explain-two-words"):
            st.markdown(f"#### Row {chosen.row} beside row {other}")
            for sentence in difference_words(table, first.logit, second.logit, (other, chosen.row)):
                st.markdown(plain(sentence))
        chart(
            two_rows(table, (f"row {other} (pinned)", f"row {chosen.row}")),
            key="explain-two",
            title=f"What the parts add in either row, by {plain(chosen.focus.title)}",
            read="One line a part, the largest difference on top: the grey dot is the pinned row, the diamond the "
            "other. The longer the line between them, the more the part sets the rows apart.",
            beware="A part may differ although its value is the same in both rows: what it adds depends on the row's "
            "other values, too.",
            alt_text=f"The parts of row {other} and row {chosen.row} that differ most",
            data=table,
        )
    _values(chosen, other)


def difference_words(
    table: pd.DataFrame, pinned: float, shown: float, rows: tuple[int, int], count: int = NAMED
) -> list[str]:
    """Two sentences on what sets two rows apart; the numbers are the table's differences."""
    apart = shown - pinned
    told = [
        f"The logit of row {rows[1]} is {signed(shown)}, that of row {rows[0]} is {signed(pinned)}: "
        f"{signed(apart)} for row {rows[1]}."
    ]
    same = table[table["difference"] * apart > 0].head(count)
    if len(same):
        phrases = [
            f"{part_phrase('field', str(line['name']), _change(line))} ({signed(float(line['difference']))})"
            for line in same.to_dict("records")
        ]
        told.append(f"Most of it comes from {joined(phrases)}.")
    return told


def _change(line: Mapping[Hashable, object]) -> str:
    before, now = str(line["value_a"]), str(line["value_b"])
    counts = [BEHAVIOURS.fullmatch(text) for text in (before, now)]
    if any(counts):  # of a group of clicks that a row has none of nothing is said
        few, many = (found[1] if found else "0" for found in counts)
        return f"{many} instead of {few} clicks" if few != many else f"{many} clicks"
    return now if before == now else f"{now} instead of {before}"


def _values(chosen: Explained, other: int) -> None:
    """The fields in which the rows differ."""
    tables = [values_of(one)[["field", "value"]] for one in (chosen.at(other), chosen)]
    both = tables[0].merge(tables[1], on="field", how="outer", suffixes=("_pinned", "_shown"), sort=False)
    differ = both[both["value_pinned"] != both["value_shown"]]
    with st.expander(f"The values that differ ({len(differ)} of {len(both)} fields)"):
        st.dataframe(
            differ,
            hide_index=True,
            key="explain-two-values",
            alt="The fields in which the two rows differ",
            column_config={"field": "Field", "value_pinned": f"Row {other}", "value_shown": f"Row {chosen.row}"},
        )
