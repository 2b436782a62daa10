"""The stage of the lesson on SENet: one row's way through the model, and many rows' gates below."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import mark, say
from pages.shared.learn import knobs
from pages.shared.learn.flow import Edge, Node, Term, show_flow
from pages.shared.learn.lesson import Facts, Step

if TYPE_CHECKING:
    from ctrcore.learn.senet import Gated, GateSurvey, Weights
    from ctrcore.learn.tiny import Tiny

_FIELDS = ("age", "gender", "device", "category", "item", "history")
_DEFAULT = "category"
_KINDS = {"sigmoid": mark("2 · sigmoid"), "relu": mark("ReLU (paper)")}
_GATES = {"own": mark("the model's own"), "0": "0", "1": "1", "2": "2"}
_BELOW = {"weights": mark("the matrices"), "rows": mark("gates of many rows"), "effects": mark("gates and effects")}
_LIT = {
    "mean": tuple(f"{field}.mean" for field in _FIELDS),
    "gate": tuple(f"{field}.gate" for field in _FIELDS),
    "sums": ("raw", "reweighted"),
}


@st.cache_resource(show_spinner=False)
def _model(excitation: str) -> tuple[Tiny, Weights, GateSurvey]:
    from ctrcore.learn import senet

    tiny = senet.learnt(excitation)
    return tiny, senet.weights(tiny), senet.survey(tiny)


def show_stage(step: Step) -> Facts:
    """Draw the stage and say what stands on it."""
    from ctrcore.learn.senet import ROWS, pass_through

    left, right = st.columns(2)
    with left:
        row = int(knobs.slider("row", say("Row"), low=1, high=ROWS, default=1, step=1))
    with right:
        kind = knobs.pick("excitation", say("Gates"), options=tuple(_KINDS), default="sigmoid", words=_kind)
    with st.spinner(say("A tiny FiBiNET learns from the shop's rows …")):
        tiny, weights, survey = _model(kind)
    field = _field()
    _show_field_knobs(field)
    scales, by_hand = _scales(), _gates_by_hand()
    gated = pass_through(tiny, row - 1, scales, by_hand)
    plain = pass_through(tiny, row - 1)
    chosen = _show_row(step, gated, weights, field, kind)
    st.markdown(_moved(plain, gated) if scales or by_hand else say("This row as it is: nothing was changed by hand."))
    below = _show_below(step, weights, survey, field)
    return {
        "row": row,
        "excitation": kind,
        "chosen": chosen,
        "scales": scales,
        "by_hand": by_hand,
        "own": dict(zip(gated.fields, gated.own, strict=True)),
        "logit": gated.logit,
        "below": below,
    }


def _moved(before: Gated, after: Gated) -> str:
    return say(
        "Your changes moved the logit by **{move:+z.2f}**, from {before:.2f} to {after:.2f}.",
        move=after.logit - before.logit,
        before=before.logit,
        after=after.logit,
    )


def _kind(kind: str) -> str:
    return say(_KINDS[kind])


def _field() -> str:
    """The field that the reader selected in the diagram."""
    named = knobs.get("chosen").partition(".")[0]
    return named if named in _FIELDS else _DEFAULT


def _show_field_knobs(field: str) -> None:
    left, right = st.columns(2)
    with left:
        label = say("Multiply the numbers of {field} by", field=field)
        knobs.slider(f"scale-{field}", label, low=0.0, high=3.0, default=1.0, step=0.5)
    with right:
        label = say("Gate of {field}", field=field)
        knobs.pick(f"gate-{field}", label, options=tuple(_GATES), default="own", words=lambda one: say(_GATES[one]))


def _scales() -> dict[str, float]:
    """What was turned away from 1, by field; what an address says is kept within the slider's ends."""
    found = {}
    for field in _FIELDS:
        try:
            scale = min(max(float(knobs.get(f"scale-{field}", "1")), 0.0), 3.0)
        except ValueError:
            continue
        if scale != 1.0 and math.isfinite(scale):
            found[field] = scale
    return found


def _gates_by_hand() -> dict[str, float]:
    said = {field: knobs.get(f"gate-{field}", "own") for field in _FIELDS}
    return {field: float(gate) for field, gate in said.items() if gate in _GATES and gate != "own"}


def _show_row(step: Step, gated: Gated, weights: Weights, field: str, kind: str) -> str:
    place = gated.fields.index(field)
    return show_flow(
        "senet",
        [_sum_line(gated), _mean_line(gated, field, place), _gate_line(gated, weights, field, place, kind)],
        _nodes(gated),
        _edges(gated, weights, field),
        alt_text=say(
            "A row's six fields, their means, three hidden units, six gates and the parts of the logit, {logit:.2f}.",
            logit=gated.logit,
        ),
        lit=_LIT.get(step.focus, ()),
        headings=(say("embedding"), say("mean"), say("hidden units"), say("gate"), say("contributions"), say("score")),
    )


def _sum_line(gated: Gated) -> list[Term]:
    return [
        Term("logit", "logit", gated.logit),
        Term(" = "),
        Term(say("fields alone"), "single", gated.single),
        Term(" + "),
        Term(say("raw pairs"), "raw", gated.raw),
        Term(" + "),
        Term(say("re-weighted pairs"), "reweighted", gated.reweighted),
    ]


def _mean_line(gated: Gated, field: str, place: int) -> list[Term]:
    numbers: list[Term] = []
    for number, value in enumerate(gated.vectors[place], start=1):
        numbers += [Term(" + ")] * (number > 1) + [Term("v", f"{field}.vector", value, sub=str(number))]
    mean = Term(say("mean"), f"{field}.mean", gated.means[place], sub=field)
    return [mean, Term(" = ("), *numbers, Term(") / 4")]


def _gate_line(gated: Gated, weights: Weights, field: str, place: int, kind: str) -> list[Term]:
    parts: list[Term] = []
    for number, (weight, hidden) in enumerate(zip(weights.excite[place], gated.hidden, strict=True), start=1):
        parts += [Term(" + ")] * (number > 1)
        parts += [
            Term("W2", value=weight, sub=f"{number}"),
            Term("·"),
            Term("h", f"h{number}", hidden, sub=f"{number}"),
        ]
    gate = Term(say("gate"), f"{field}.gate", gated.gates[place], sub=field)
    if gated.gates[place] != gated.own[place]:
        return [gate, Term(say("set by hand; the model's own would be {gate:.2f}", gate=gated.own[place]))]
    return [gate, Term(" = 2 · sigmoid(" if kind == "sigmoid" else " = max(0, "), *parts, Term(")")]


def _nodes(gated: Gated) -> list[Node]:
    nodes = []
    for place, (field, value) in enumerate(zip(gated.fields, gated.values, strict=True)):
        dead = gated.gates[place] == 0
        note = say("This row's {field} is {value}. Its four learned numbers.", field=field, value=value)
        nodes += [
            Node(f"{field}.vector", f"{field}: {value}", 0, vector=gated.vectors[place], note=note),
            Node(f"{field}.mean", field, 1, gated.means[place], note=say("The mean of the four numbers.")),
            Node(f"{field}.gate", field, 3, gated.gates[place], note=_gate_note(gated.gates[place]), faded=dead),
        ]
    for number, hidden in enumerate(gated.hidden, start=1):
        note = say("A mix of the six means, by line {number} of W1; 0 where it would be negative.", number=number)
        nodes.append(Node(f"h{number}", f"h{number}", 2, hidden, note=note))
    raw = say("All pairs of the fields' raw numbers; no gate reaches them.")
    reweighted = say("All pairs once more, of the numbers times their gates.")
    return [
        *nodes,
        Node("single", say("fields alone"), 4, gated.single, note=say("What each field says alone, and the bias.")),
        Node("raw", say("raw pairs"), 4, gated.raw, note=raw),
        Node("reweighted", say("re-weighted"), 4, gated.reweighted, note=reweighted),
        Node("logit", "logit", 5, gated.logit, note=say("The score of a click: above 0 it is more likely than not.")),
    ]


def _gate_note(gate: float) -> str:
    if gate == 0:
        return say("Dead: the field is missing from the re-weighted pairs.")
    return say("The field's numbers times {gate:.2f}.", gate=gate)


def _edges(gated: Gated, weights: Weights, field: str) -> list[Edge]:
    edges = [Edge(f"{one}.vector", f"{one}.mean") for one in gated.fields]
    mixed = [
        (f"{one}.mean", f"h{unit}", line[place] * gated.means[place])
        for unit, line in enumerate(weights.squeeze, start=1)
        for place, one in enumerate(gated.fields)
    ] + [
        (f"h{unit}", f"{one}.gate", weights.excite[place][unit - 1] * hidden)
        for unit, hidden in enumerate(gated.hidden, start=1)
        for place, one in enumerate(gated.fields)
    ]
    largest = max(abs(part) for *_, part in mixed) or 1.0
    edges += [Edge(a, b, abs(part) / largest, _sign(part)) for a, b, part in mixed]
    edges += [Edge(f"{one}.gate", "reweighted", gated.gates[place] / 2) for place, one in enumerate(gated.fields)]
    sums = {"single": gated.single, "raw": gated.raw, "reweighted": gated.reweighted}
    edges += [Edge(name, "logit", sign=_sign(value)) for name, value in sums.items()]
    return [*edges, Edge(f"{field}.vector", "raw"), Edge(f"{field}.vector", "single")]


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _show_below(step: Step, weights: Weights, survey: GateSurvey, field: str) -> str:
    from ctrcore.learn import figures_senet

    with st.container(border=step.focus == "below"):
        label = say("Below the diagram")
        below = knobs.pick("below", label, options=tuple(_BELOW), default="weights", words=lambda one: say(_BELOW[one]))
        if below == "weights":
            figure = figures_senet.matrices(weights, field)
            alt_text = say(
                "The two matrices of the SENet with their numbers; the column of {field} is framed.", field=field
            )
        elif below == "rows":
            figure = figures_senet.gates_of_rows(survey)
            alt_text = say("The gates of six fields in {rows} test rows; dead ones are grey.", rows=len(survey.gates))
        else:
            figure = figures_senet.gates_and_effects(survey)
            alt_text = say("Each field's mean gate beside how far the logit moves when the field is taken out.")
        st.plotly_chart(figure, key=f"senet-{below}", alt=alt_text, config={"displayModeBar": False})
    return below
