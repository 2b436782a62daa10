"""Two rows by one model: which parts make the difference."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd
import streamlit as st

from ctrcore.explain.naming import BEHAVIOURS
from ctrcore.explain.sentences import joined, part_phrase, signed, with_number
from ctrcore.figures.aligned import differing_parts, two_rows
from ctrcore.language import say
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
            say("Pin this row"),
            key="pin-row",
            icon=":material/keep:",
            on_click=address.write,
            args=("pin", str(row)),
            disabled=pinned == row,
            help=say("Keep this row, find another one, and see in the tab 'Two rows' which parts make the difference."),
        )
        if pinned is not None:
            st.button(
                say("Unpin {row}", row=pinned),
                key="unpin-row",
                icon=":material/keep_off:",
                on_click=address.write,
                args=("pin", None),
            )
    return pinned


def show(chosen: Explained) -> None:
    """The tab."""
    pinned = address.read("pin")
    other = int(pinned) if pinned is not None and pinned.isdecimal() and len(pinned) < 16 else None
    if other is None or not (chosen.view.sheet.row == other).any():
        st.info(
            say("**No row is pinned.**  \nPin this one in the sidebar, then find another row to compare it with."),
            icon=":material/keep:",
        )
        return
    if other == chosen.row:
        st.info(
            say(
                "**Row {row} is pinned, and it is the one that is shown.**  \nFind another row in the "
                "sidebar to compare it with; any of the {count:,} {rows} will do.",
                row=other,
                count=len(chosen.view.sheet),
                rows=rows_in_words(chosen.view),
            ),
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
            st.markdown(say("#### Row {row} beside row {other}", row=chosen.row, other=other))
            for sentence in difference_words(table, first.logit, second.logit, (other, chosen.row)):
                st.markdown(plain(sentence))
        chart(
            two_rows(table, (say("row {other} (pinned)", other=other), say("row {row}", row=chosen.row))),
            key="explain-two",
            title=say("What the parts add in either row, by {title}", title=plain(chosen.focus.title)),
            read=say(
                "One line a part, the largest difference on top: the grey dot is the pinned row, the diamond the "
                "other. The longer the line between them, the more the part sets the rows apart."
            ),
            beware=say(
                "A part may differ although its value is the same in both rows: what it adds depends on the row's "
                "other values, too."
            ),
            alt_text=say("The parts of row {other} and row {row} that differ most", other=other, row=chosen.row),
            data=table,
        )
    _values(chosen, other)


def difference_words(
    table: pd.DataFrame, pinned: float, shown: float, rows: tuple[int, int], count: int = NAMED
) -> list[str]:
    """Two sentences on what sets two rows apart; the numbers are the table's differences."""
    apart = shown - pinned
    told = [
        say(
            "The logit of row {row} is {shown}, that of row {other} is {pinned}: {apart} for row {row}.",
            row=rows[1],
            shown=signed(shown),
            other=rows[0],
            pinned=signed(pinned),
            apart=signed(apart),
        )
    ]
    same = table[table["difference"] * apart > 0].head(count)
    if len(same):
        phrases = [
            with_number(part_phrase("field", str(line["name"]), _change(line)), float(line["difference"]))
            for line in same.to_dict("records")
        ]
        told.append(say("Most of it comes from {parts}.", parts=joined(phrases)))
    return told


def _change(line: Mapping[Hashable, object]) -> str:
    before, now = str(line["value_a"]), str(line["value_b"])
    counts = [BEHAVIOURS.fullmatch(text) for text in (before, now)]
    if any(counts):  # of a group of clicks that a row has none of nothing is said
        few, many = (found[1] if found else "0" for found in counts)
        return (
            say("{now} instead of {before} clicks", now=many, before=few)
            if few != many
            else say("{count} clicks", count=many)
        )
    return now if before == now else say("{now} instead of {before}", now=now, before=before)


def _values(chosen: Explained, other: int) -> None:
    """The fields in which the rows differ."""
    tables = [values_of(one)[["field", "value"]] for one in (chosen.at(other), chosen)]
    both = tables[0].merge(tables[1], on="field", how="outer", suffixes=("_pinned", "_shown"), sort=False)
    differ = both[both["value_pinned"] != both["value_shown"]]
    with st.expander(say("The values that differ ({differ} of {fields} fields)", differ=len(differ), fields=len(both))):
        st.dataframe(
            differ,
            hide_index=True,
            key="explain-two-values",
            alt=say("The fields in which the two rows differ"),
            column_config={
                "field": say("Field"),
                "value_pinned": say("Row {other}", other=other),
                "value_shown": say("Row {row}", row=chosen.row),
            },
        )
