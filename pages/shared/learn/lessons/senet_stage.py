"""The stage of the lesson on SENet: of one row's way through the model what a step is about, and many rows' gates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import mark, say
from pages.shared.learn import knobs
from pages.shared.learn.lesson import Facts, Step
from pages.shared.learn.lessons.senet_flow import Drawn, show_row
from pages.shared.learn.numbers import signed, written

if TYPE_CHECKING:
    from ctrcore.learn.senet import Gated, GateSurvey, Weights
    from ctrcore.learn.tiny import Tiny

FIELDS = ("age", "gender", "device", "category", "item", "history")
_DEFAULT = "category"
_KINDS = {"sigmoid": mark("2 · sigmoid"), "relu": mark("ReLU (paper)")}
_GATES = {"own": mark("the model's own"), "0": "0", "1": "1", "2": "2"}
_CHARTS = {"weights": mark("the matrices"), "rows": mark("gates of many rows"), "effects": mark("gates and effects")}


@dataclass(frozen=True)
class _View:
    """What of the stage stands there in a step.

    Attributes:
        columns: of the diagram. lines: of the formula.
        controls: beside the row: "kind" of gates, "scale" and "gate" of a field.
        chart: "above" or "below" the diagram; "" for none.
    """

    columns: tuple[str, ...]
    lines: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    chart: str = ""


_EXCITED = ("embedding", "mean", "hidden", "gate")
_SUMMED = ("embedding", "gate", "sums")
_VIEWS = {
    "gate": _View(("embedding", "gate"), ("used",)),
    "mean": _View(("embedding", "mean"), ("mean",)),
    "excite": _View(_EXCITED, ("gate",), chart="below"),
    "turn": _View(_SUMMED, ("sum",), ("gate",)),
    "louder": _View(_EXCITED, ("mean",), ("scale",)),
    "paper": _View(_EXCITED, ("gate",), ("kind",)),
    "dead": _View(_SUMMED, ("sum",), ("kind",)),
    "out": _View(_SUMMED, ("sum",), ("kind", "scale")),
    "chart": _View(("embedding", "gate"), (), ("kind",), chart="above"),
}


@st.cache_resource(show_spinner=False)
def _model(excitation: str) -> tuple[Tiny, Weights, GateSurvey]:
    from ctrcore.learn import senet

    tiny = senet.learnt(excitation)
    return tiny, senet.weights(tiny), senet.survey(tiny)


def show_stage(step: Step) -> Facts:
    """Draw the stage and say what stands on it."""
    from ctrcore.learn.senet import pass_through

    view, field = _VIEWS[step.focus], _field()
    row, kind = _show_knobs(view, field)
    with st.spinner(say("A tiny FiBiNET learns from the shop's rows …")):
        tiny, weights, survey = _model(kind)
    scales = _scales() if "scale" in view.controls else {}
    by_hand = _gates_by_hand() if "gate" in view.controls else {}
    gated, plain = pass_through(tiny, row - 1, scales, by_hand), pass_through(tiny, row - 1)
    chart = _chart()
    if view.chart == "above":
        _show_chart_box(chart, weights, survey, field)
    chosen = show_row(Drawn(gated, plain, weights, field, kind, step.focus), view.columns, view.lines)
    if (scales or by_hand) and "sums" in view.columns:
        st.markdown(_moved(plain, gated))
    if view.chart == "below":
        _show_chart("weights", weights, survey, field)
    return {
        "row": row,
        "excitation": kind,
        "chosen": chosen,
        "scales": scales,
        "by_hand": by_hand,
        "own": dict(zip(gated.fields, gated.own, strict=True)),
        "logit": gated.logit,
        "below": chart,
    }


def _moved(before: Gated, after: Gated) -> str:
    """The move is that of the numbers as they are written."""
    return say(
        "Your changes moved the logit by **{move}**, from {before} to {after}.",
        move=signed(round(after.logit, 2) - round(before.logit, 2)),
        before=written(before.logit),
        after=written(after.logit),
    )


def _field() -> str:
    """The field that the reader selected in the diagram."""
    named = knobs.get("chosen").partition(".")[0]
    return named if named in FIELDS else _DEFAULT


def _show_knobs(view: _View, field: str) -> tuple[int, str]:
    """Those the step needs, two beside each other; the row and the kind of gates."""
    from ctrcore.learn.senet import ROWS

    said = knobs.get("excitation")
    kind = said if said in _KINDS else "sigmoid"
    places = [*st.columns(2), *(st.columns(2) if len(view.controls) > 1 else ())]
    with places[0]:
        row = int(knobs.slider("row", say("Row"), low=1, high=ROWS, default=1, step=1))
    for place, control in zip(places[1:], view.controls, strict=False):
        with place:
            if control == "kind":
                options = tuple(_KINDS)
                kind = knobs.pick("excitation", say("Gates"), options=options, default="sigmoid", words=_kind)
            elif control == "scale":
                label = say("Multiply the numbers of {field} by", field=field)
                knobs.slider(f"scale-{field}", label, low=0.0, high=3.0, default=1.0, step=0.5)
            else:
                label = say("Gate of {field}", field=field)
                knobs.pick(f"gate-{field}", label, options=tuple(_GATES), default="own", words=_gate)
    return row, kind


def _kind(kind: str) -> str:
    return say(_KINDS[kind])


def _gate(gate: str) -> str:
    return say(_GATES[gate])


def _scales() -> dict[str, float]:
    """What was turned away from 1, by field; what an address says is kept within the slider's ends."""
    found = {}
    for field in FIELDS:
        try:
            scale = min(max(float(knobs.get(f"scale-{field}", "1")), 0.0), 3.0)
        except ValueError:
            continue
        if scale != 1.0 and math.isfinite(scale):
            found[field] = scale
    return found


def _gates_by_hand() -> dict[str, float]:
    said = {field: knobs.get(f"gate-{field}", "own") for field in FIELDS}
    return {field: float(gate) for field, gate in said.items() if gate in _GATES and gate != "own"}


def _chart() -> str:
    said = knobs.get("below")
    return said if said in _CHARTS else "weights"


def _show_chart_box(chart: str, weights: Weights, survey: GateSurvey, field: str) -> None:
    with st.container(border=True):
        words = {one: say(text) for one, text in _CHARTS.items()}
        knobs.pick("below", say("Chart"), options=tuple(_CHARTS), default="weights", words=words.__getitem__)
        _show_chart(chart, weights, survey, field)


def _show_chart(chart: str, weights: Weights, survey: GateSurvey, field: str) -> None:
    from ctrcore.learn import figures_senet

    if chart == "weights":
        figure = figures_senet.matrices(weights, field)
        alt_text = say(
            "The two matrices of the SENet with their numbers; the column of {field} is framed.", field=field
        )
    elif chart == "rows":
        figure = figures_senet.gates_of_rows(survey)
        alt_text = say("The gates of six fields in {rows} test rows; dead ones are grey.", rows=len(survey.gates))
    else:
        figure = figures_senet.gates_and_effects(survey)
        alt_text = say("Each field's mean gate beside how far the logit moves when the field is taken out.")
    st.plotly_chart(figure, key=f"senet-{chart}", alt=alt_text, config={"displayModeBar": False})
