"""The stage of the lesson on calibration: promises against what happened, and the way of one row's logit."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import mark, say
from pages.shared.learn import knobs
from pages.shared.learn.flow import Edge, Node, Term, show_flow
from pages.shared.learn.lesson import Facts, Step

if TYPE_CHECKING:
    from ctrcore.learn.calibration import Learnt, Moves, Part, Promise, Way

PARTS = ("bucket", "buckets", "shift", "stretch", "thinned", "corrected", "repair", "part")
"""What can be moved on the stage, in the order in which the steps bring it."""
ROWS = {"whole": mark("all"), "thinned": mark("thinned (1 in 5)")}
CORRECTED = {"no": mark("no"), "yes": mark("add ln 0.2")}
REPAIRS = {"none": mark("none"), "platt": mark("Platt")}
JUDGED = {"test": mark("test rows"), "valid": mark("validation rows")}


@st.cache_resource(show_spinner=False)
def _learnt() -> Learnt:
    from ctrcore.learn.calibration import learnt

    return learnt()


def stage(step: Step) -> Facts:
    """The controls, the four measures, the buckets, and one row of the chosen bucket."""
    from ctrcore.learn.calibration import go, promise
    from ctrcore.learn.figures_calibration import promises

    with st.spinner(say("Two tiny FMs are being trained …"), show_time=False):
        learnt = _learnt()
    shown = PARTS.index(step.focus)
    moves, part = _moves(shown), _part(shown)
    count = _count(shown)
    way = go(learnt, moves, part)
    untouched = learnt.whole[part]
    now, before = promise(way.label, way.final, count), promise(untouched.label, untouched.logit, count)
    _measures(now, before if shown >= PARTS.index("shift") else None)
    chosen = _bucket(len(now.bins.mean))
    st.plotly_chart(
        promises(now.bins, before.bins, chosen),
        key="calibration-buckets",
        alt=say(
            "Share clicked against promised probability in {count} buckets; the chosen one promises {mean:.1%}, and "
            "{rate:.1%} clicked",
            count=len(now.bins.mean),
            mean=now.bins.mean[chosen],
            rate=now.bins.rate[chosen],
        ),
        config={"displayModeBar": False},
    )
    _said(now, chosen)
    _one_row(way, moves, float(now.bins.mean[chosen]), moving=shown >= PARTS.index("shift"))
    return {
        "buckets": count,
        "mean": float(now.bins.mean[chosen]),
        "pcoc": now.pcoc,
        "part": part,
        "shift": moves.shift,
        "stretch": moves.stretch,
        "rows": moves.rows,
        "corrected": moves.corrected,
        "repaired": moves.repaired,
    }


def _moves(shown: int) -> Moves:
    """The controls that the lesson has come to; the others leave the logits alone."""
    from ctrcore.learn.calibration import Moves

    found = Moves()
    if shown < PARTS.index("shift"):
        return found
    with st.grid(2, min_column_width=220):
        found = replace(found, shift=knobs.slider("shift", say("Shift"), low=-2.0, high=2.0, default=0.0, step=0.05))
        if shown >= PARTS.index("stretch"):
            stretch = knobs.slider("stretch", say("Stretch"), low=0.25, high=3.0, default=1.0, step=0.05)
            found = replace(found, stretch=stretch)
        if shown >= PARTS.index("thinned"):
            rows = _pick("rows", say("Training rows"), ROWS, "whole")
            found = replace(found, rows="thinned" if rows == "thinned" else "whole")
        if shown >= PARTS.index("corrected") and found.rows == "thinned":
            found = replace(found, corrected=_pick("corrected", say("Correction"), CORRECTED, "no") == "yes")
        if shown >= PARTS.index("repair"):
            found = replace(found, repaired=_pick("repair", say("Repair"), REPAIRS, "none") == "platt")
    return found


def _part(shown: int) -> Part:
    if shown < PARTS.index("part"):
        return "test"
    return "valid" if _pick("part", say("Judged on"), JUDGED, "test") == "valid" else "test"


def _count(shown: int) -> int:
    """How many buckets; only one step is about that."""
    if shown != PARTS.index("buckets"):
        return 10
    return int(knobs.pick("buckets", say("Buckets"), options=("5", "10", "20", "40"), default="10"))


def _bucket(count: int) -> int:
    """The chosen bucket, from 0."""
    options = [str(number) for number in range(1, count + 1)]
    if count > 10:
        return min(int(knobs.get("bucket", "7")), count) - 1 if knobs.get("bucket", "7") in options else 6
    picked = knobs.pick("bucket", say("Bucket"), options=options, default=str(min(7, count)))
    return int(picked) - 1


def _pick(name: str, label: str, words: dict[str, str], default: str) -> str:
    return knobs.pick(name, label, options=list(words), default=default, words=lambda one: say(words[one]))


MEASURES: dict[str, tuple[str, str]] = {
    "auc": ("AUC", mark("Share of pairs in the right order. Higher is better.")),
    "log_loss": (mark("Log-loss"), mark("What the probabilities cost on average. Lower is better.")),
    "ece": ("ECE", mark("Mean distance of the points from the diagonal. 0 is best.")),
    "pcoc": ("PCOC", mark("Promised clicks / observed clicks. 1 is best.")),
}


def _measures(now: Promise, before: Promise | None) -> None:
    """The measures, with their change against the untouched model once there are moves."""
    with st.grid(4, min_column_width=110):
        for name, (title, text) in MEASURES.items():
            value: float = getattr(now, name)
            change = None if before is None else f"{value - getattr(before, name):+z.3f}"
            st.metric(say(title), f"{value:.3f}", change, delta_color="off", delta_arrow="off", help=say(text))
    if before is not None:
        st.caption(say("Small numbers: the change against the untouched model."))


def _said(now: Promise, chosen: int) -> None:
    """The chosen bucket in words."""
    bins = now.bins
    st.markdown(
        say(
            "**Bucket {number}:** {rows:,} rows. Promised: **{mean:.1%}**. Happened: {clicks:,} clicks, **{rate:.1%}** "
            "(95 % interval {low:.1%} to {high:.1%}).",
            number=chosen + 1,
            rows=int(bins.rows[chosen]),
            mean=bins.mean[chosen],
            clicks=round(float(bins.rate[chosen] * bins.rows[chosen])),
            rate=bins.rate[chosen],
            low=bins.low[chosen],
            high=bins.high[chosen],
        )
    )


def _one_row(way: Way, moves: Moves, probability: float, *, moving: bool) -> None:
    """A row of the bucket from the model's logit to its probability; `moving`: with shift and stretch."""
    from ctrcore.learn.calibration import typical
    from ctrcore.metrics import sigmoid

    row = typical(way.final, probability)
    raw, click = float(way.raw[row]), float(sigmoid(way.final[row]))
    given = Term(say("logit"), "logit", raw)
    chain = [Node("logit", say("logit of one row"), 0, raw, note=say("What the model says on a row of this bucket."))]
    formula = []
    for name, label, value, note in _links(way, row, moving=moving):
        chain.append(Node(name, label, len(chain), value, note=note))
        formula.append(_line(Term(label, name, value), given, way, moves))
        given = Term(label, name, value)
    chain.append(Node("click", say("probability"), len(chain), click, note=say("The sigmoid of the last logit.")))
    formula.append([Term(say("probability"), "click", click, digits=3), Term(" = σ("), given, Term(")")])
    show_flow(
        "calibration-way",
        formula[::-1],
        chain,
        [Edge(one.id, other.id) for one, other in pairwise(chain)],
        alt_text=say("A row of the bucket: its logit {logit:.2f} becomes {click:.1%}", logit=raw, click=click),
    )


def _links(way: Way, row: int, *, moving: bool) -> list[tuple[str, str, float, str]]:
    """What becomes of the logit on its way: name, label, number, note."""
    found = []
    if way.raw[row] != way.corrected[row]:
        note = say("With the logarithm of the share kept added.")
        found.append(("corrected", say("corrected"), float(way.corrected[row]), note))
    if moving:
        found.append(("moved", say("moved"), float(way.moved[row]), say("Stretched, then shifted.")))
    if way.line is not None:
        found.append(("repaired", say("repaired"), float(way.final[row]), say("On Platt's line.")))
    return found


def _line(result: Term, given: Term, way: Way, moves: Moves) -> list[Term]:
    """How one link comes from the one before it."""
    from ctrcore.learn.calibration import KEPT

    if result.id == "corrected":
        return [result, Term(" = "), given, Term(" + "), Term(f"ln {KEPT:g}", "corrected", math.log(KEPT))]
    words, factor, added = (say("stretch"), say("shift")), moves.stretch, moves.shift
    if result.id == "repaired" and way.line is not None:
        words, factor, added = (say("slope"), say("intercept")), way.line.slope, way.line.intercept
    by, plus = Term(words[0], result.id, factor), Term(words[1], result.id, added)
    return [result, Term(" = "), by, Term(" × "), given, Term(" + "), plus]
