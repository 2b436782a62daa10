"""The stage of the lesson on AUC: a list beside its pairs, and what a threshold makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import mark, say
from pages.shared.learn import knobs
from pages.shared.learn.lesson import Facts, Step
from pages.shared.learn.numbers import signed
from pages.shared.learn.ordering import Item, show_ordering

if TYPE_CHECKING:
    from ctrcore.comparing.counts import Counts
    from ctrcore.learn.order import Order, Shown

START = "2084167953"
"""The order in which the reader finds the rows; each is named by its place in the model's order."""
SCALES = {
    "as they are": mark("as they are"),
    "doubled": mark("× 2"),
    "minus 3": mark("− 3"),
    "cubed": mark("cubed"),
}
ROUNDINGS = {"0": mark("no"), "1": mark("to 1"), "2": mark("to 2")}
OWNERS = {"hand": mark("by hand"), "model": mark("by the model")}
PARTS = ("hand", "model", "threshold", "stairs", "scale", "ties")
"""What stands on the stage, in the order in which the steps bring it."""


@st.cache_resource(show_spinner=False)
def _rows() -> tuple[Shown, ...]:
    from ctrcore.learn.order import learnt, ten_rows

    return ten_rows(learnt())


def stage(step: Step) -> Facts:
    """The list beside its pairs, and below it what the threshold makes of it."""
    from ctrcore.learn.order import RESCALED, called, ordered, rounded

    with st.spinner(say("A tiny FM is being trained …"), show_time=False):
        rows = _rows()
    shown = PARTS.index(step.focus)
    clicked = [row.clicked for row in rows]
    owner = _owner(step)
    by_hand = owner == "hand"
    scale, rounding = _scales(shown)
    hand = _hand()
    if by_hand:
        scores: Sequence[float] = [-float(hand.index(str(row))) for row in range(len(rows))]
    else:
        import numpy as np

        scores = rounded(RESCALED[scale](np.array([row.logit for row in rows])), float(rounding)).tolist()
    order = ordered(clicked, scores)
    threshold = None if by_hand or shown < PARTS.index("threshold") else _threshold()
    counts = None if threshold is None else called(clicked, scores, threshold)
    chosen = knobs.get("pair")
    _sum(order)
    _list(rows, order, scores, counts, chosen, by_hand=by_hand, stairs=shown >= PARTS.index("stairs"))
    if counts is not None:
        _confusion(counts)
    return {
        "by": owner,
        "order": hand,
        "auc": order.auc,
        "pair": _value(order, chosen),
        "scale": scale,
        "rounding": rounding,
        "ties": sum(line.count(0.5) for line in order.pairs),
        "found": counts.tp if counts else None,
        "false_alarms": counts.fp if counts else None,
    }


def _owner(step: Step) -> str:
    """Who makes the order; once the lesson has come to thresholds it is the model."""
    if step.focus != "hand":
        return "model"
    return _pick("by", say("The order is made"), OWNERS)


def _scales(shown: int) -> tuple[str, str]:
    """What is done to the model's scores, once the lesson has come that far."""
    scale, rounding = "as they are", "0"
    if shown < PARTS.index("scale"):
        return scale, rounding
    with st.container(horizontal=True):
        scale = _pick("scale", say("The model's scores are"), SCALES)
        if shown >= PARTS.index("ties"):
            rounding = _pick("round", say("Rounded"), ROUNDINGS)
    return scale, rounding


def _pick(name: str, label: str, words: dict[str, str]) -> str:
    return knobs.pick(name, label, options=list(words), default=next(iter(words)), words=lambda one: say(words[one]))


def _threshold() -> float:
    return knobs.slider(
        "threshold",
        say("Threshold: a row with at least this score is called a click"),
        low=-6.0,
        high=3.0,
        default=-0.4,
        step=0.1,
    )


def _hand() -> str:
    """The reader's order: the rows' digits from the first place to the last."""
    said = knobs.get("order", START)
    return said if sorted(said) == sorted(START) else START


def _list(
    rows: Sequence[Shown],
    order: Order,
    scores: Sequence[float],
    counts: Counts | None,
    chosen: str,
    *,
    by_hand: bool,
    stairs: bool,
) -> None:
    point = None if counts is None else (counts.fp / len(order.others), counts.tp / len(order.clicked))
    show_ordering(
        "order-list",
        [
            Item(str(place), " · ".join(row.values), row.clicked, "" if by_hand else signed(score))
            for place, (row, score) in enumerate(zip(rows, scores, strict=True))
        ],
        order,
        on_move=(lambda said: knobs.put("order", said)) if by_hand and not knobs.hidden() else None,
        on_choose=lambda said: knobs.put("pair", said),
        chosen=chosen,
        called=None if counts is None else counts.tp + counts.fp,
        point=point if stairs else None,
        stairs=stairs,
    )


def _sum(order: Order) -> None:
    """The AUC as the share that it is."""
    st.markdown(
        say(
            "**AUC = {right:g} right pairs / {pairs} pairs = {auc:.2f}**",
            right=order.right,
            pairs=len(order.clicked) * len(order.others),
            auc=order.auc,
        )
    )


def _confusion(counts: Counts) -> None:
    """The confusion matrix, and the two shares that are the point on the staircase."""
    st.markdown(
        say(
            "| | called a click | not called |\n|:--|--:|--:|\n| **clicked** | found: {tp} | missed: {fn} |\n"
            "| **not clicked** | false alarms: {fp} | rightly left out: {tn} |",
            tp=counts.tp,
            fn=counts.fn,
            fp=counts.fp,
            tn=counts.tn,
        )
    )
    st.caption(
        say(
            "Found: {tp} of {clicked} clicks (upwards in the matrix). False alarms: {fp} of {others} (to the right).",
            tp=counts.tp,
            clicked=counts.tp + counts.fn,
            fp=counts.fp,
            others=counts.fp + counts.tn,
        )
    )


def _value(order: Order, chosen: str) -> float | None:
    """What the chosen pair counts; None if there is none."""
    mine, _, other = chosen.partition("-")
    names = [str(row) for row in order.clicked], [str(row) for row in order.others]
    if mine not in names[0] or other not in names[1]:
        return None
    return order.pairs[names[0].index(mine)][names[1].index(other)]
