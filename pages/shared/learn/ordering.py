"""A list that the reader puts in order, beside the matrix of its pairs, whose border is the ROC staircase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import mark, say

if TYPE_CHECKING:
    from ctrcore.learn.order import Order

NOTES = {
    1.0: mark("✓ The clicked row {mine} (place {place}) stands before {other} (place {other_place}), not clicked."),
    0.0: mark("✗ The clicked row {mine} (place {place}) stands behind {other} (place {other_place}), not clicked."),
    0.5: mark("½ The clicked row {mine} has the same score as {other}, not clicked: no order, so half a pair."),
}
"""What a cell says, by its number."""


@dataclass(frozen=True)
class Item:
    """A row of the list: one letter or digit that names it, what it is, whether it was clicked, and its score."""

    id: str
    label: str
    clicked: bool
    score: str = ""


_ASSETS = Path(__file__).parent
_ordering = st.components.v2.component(
    "ctr_lens_ordering",
    html="<div class='ordering'></div>",
    css=(_ASSETS / "ordering.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "ordering.js").read_text(encoding="utf-8"),
)


def show_ordering(
    key: str,
    items: Sequence[Item],
    order: Order,
    *,
    on_move: Callable[[str], None] | None,
    on_choose: Callable[[str], None],
    chosen: str = "",
    called: int | None = None,
    point: tuple[float, float] | None = None,
    stairs: bool = False,
) -> None:
    """Draw the list, best first, beside its pairs.

    Args:
        key: of the widget; unique on the page.
        items: the rows, at the positions that `order` speaks of.
        order: of these rows.
        on_move: called with the ids from the first row to the last, after one was moved; None: they cannot be moved.
        on_choose: called with the pair that was selected, as "clicked-other".
        chosen: the pair that is selected.
        called: after how many rows the threshold lies; None: there is none.
        point: of the threshold on the ROC staircase, from 0 to 1.
        stairs: whether the staircase is drawn.
    """
    data = {
        "rows": [asdict(items[row]) for row in order.rows],
        "clicked": [items[row].id for row in order.clicked],
        "others": [items[row].id for row in order.others],
        "pairs": order.pairs,
        "notes": _notes(items, order),
        "hint": say("Point at a cell to see which two rows it compares."),
        "stairs": list(zip(order.false_alarms, order.found, strict=True)) if stairs else [],
        "point": point,
        "called": called,
        "chosen": chosen,
        "movable": on_move is not None,
        "alt": say(
            "Matrix of {pairs} pairs of a clicked and another row, {right:g} of them the right way round",
            pairs=len(order.clicked) * len(order.others),
            right=order.right,
        ),
        "words": {
            "clicked": say("clicked"),
            "other": say("not clicked"),
            "up": say("Up"),
            "down": say("Down"),
            "list": say("Rows, the best first"),
            "line": say("↑ called a click"),
            "x": say("not clicked, by place"),
            "y": say("clicked, by place"),
        },
    }

    def take(name: str, tell: Callable[[str], None] | None) -> None:
        said = st.session_state[key].get(name)
        if said and tell is not None:
            tell(str(said))

    _ordering(
        key=key,
        data=data,
        on_moved_change=lambda: take("moved", on_move),
        on_chosen_change=lambda: take("chosen", on_choose),
    )


def _notes(items: Sequence[Item], order: Order) -> dict[str, str]:
    """A sentence for each pair, by its ids."""
    place = {row: number for number, row in enumerate(order.rows, start=1)}
    return {
        f"{items[mine].id}-{items[other].id}": say(
            NOTES[value],
            mine=items[mine].label,
            place=place[mine],
            other=items[other].label,
            other_place=place[other],
        )
        for mine, line in zip(order.clicked, order.pairs, strict=True)
        for other, value in zip(order.others, line, strict=True)
    }
