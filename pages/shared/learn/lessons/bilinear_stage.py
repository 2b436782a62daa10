"""The stage of the lesson on the bilinear interaction: a candidate, a past category, and a matrix between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import mark, say
from pages.shared.learn import knobs
from pages.shared.learn.flow import Edge, Node, Term, show_flow
from pages.shared.learn.lesson import Facts, Step
from pages.shared.learn.numbers import signed

if TYPE_CHECKING:
    from ctrcore.learn.bilinear import Interaction, Learnt, Matrix, Vector

_PLACES = ("1", "2", "3", "4")
_MATRICES = {"hand": mark("by hand"), "learned": mark("learned by FiBiNET")}
_BELOW = {
    "nothing": mark("no figure"),
    "matrix": mark("the matrix W"),
    "tables": mark("all sixteen pairs"),
    "costs": mark("what W costs"),
}
_BEFORE = "inner"  # how the focus of the steps begins that know no matrix yet
_TURNED = 1  # column of the diagram
_LOW, _HIGH = -2.0, 2.0
_LIT = {
    "turned": tuple(f"turned{place}" for place in _PLACES),
    "inner products": tuple(f"product{place}" for place in _PLACES),
    "inner total": ("total",),
    "total": ("total",),
}


@st.cache_resource(show_spinner=False)
def _learnt() -> Learnt:
    from ctrcore.learn.bilinear import learnt

    return learnt()


@st.cache_resource(show_spinner=False)
def _by_fm() -> Matrix:
    from ctrcore.learn.bilinear import all_pairs, factorization_machine, vectors

    return all_pairs(vectors(factorization_machine()))


def show_stage(step: Step) -> Facts:
    """Draw the stage and say what stands on it."""
    with st.spinner(say("A tiny FiBiNET learns from the shop's rows …")):
        learnt = _learnt()
    from ctrcore.learn.bilinear import CATEGORIES, IDENTITY, interact

    before = step.focus.startswith(_BEFORE)
    with st.container(horizontal=True):
        candidate = knobs.pick("candidate", say("Candidate"), options=CATEGORIES, default="phones")
        past = knobs.pick("past", say("Clicked before"), options=CATEGORIES, default="shoes")
    kind, chosen_cell = ("hand", None) if before else _show_matrix_knobs()
    matrix = IDENTITY if before else _by_hand(IDENTITY) if kind == "hand" else learnt.matrix
    one, other = learnt.vectors[candidate], learnt.vectors[past]
    now, plain, swapped = interact(one, matrix, other), interact(one, IDENTITY, other), interact(other, matrix, one)
    chosen = _show_pair(step, now, plain.total, matrix, (candidate, past))
    st.markdown(_both_orders(candidate, past, now.total, swapped.total))
    below, fields = _show_below(step, learnt, matrix, chosen_cell)
    return {
        "candidate": candidate,
        "past": past,
        "kind": kind,
        "diagonal": [matrix[place][place] for place in range(4)],
        "beside": [matrix[a][d] for a in range(4) for d in range(4) if a != d],
        "total": now.total,
        "inner": plain.total,
        "swapped": swapped.total,
        "chosen": chosen,
        "below": below,
        "fields": fields,
    }


def _both_orders(candidate: str, past: str, now: float, swapped: float) -> str:
    if candidate == past:
        return say("{a} after {a}: **{now}**.", a=candidate, now=signed(now))
    return say(
        "{a} after {b}: **{now}**. The other way round, {b} after {a}: **{swapped}**.",
        a=candidate,
        b=past,
        now=signed(now),
        swapped=signed(swapped),
    )


def _show_matrix_knobs() -> tuple[str, tuple[int, int] | None]:
    """Which matrix it is; of one by hand the cell that is turned, and its slider."""
    kind = knobs.pick(
        "matrix", say("Matrix W"), options=tuple(_MATRICES), default="hand", words=lambda one: say(_MATRICES[one])
    )
    if kind != "hand":
        return kind, None
    with st.container(horizontal=True):
        down = knobs.pick("from", say("Row of W"), options=_PLACES, default="1")
        across = knobs.pick("to", say("Column of W"), options=_PLACES, default="1")
        label = say("Cell {down}, {across} of W", down=down, across=across)
        start = 1.0 if down == across else 0.0
        knobs.slider(f"w{down}{across}", label, low=_LOW, high=_HIGH, default=start, step=0.25)
    return kind, (int(down) - 1, int(across) - 1)


def _by_hand(start: Matrix) -> Matrix:
    """The identity with every cell that was turned; what an address says is kept within the slider's ends."""

    def cell(down: int, across: int) -> float:
        try:
            said = float(knobs.get(f"w{down + 1}{across + 1}", ""))
        except ValueError:
            return start[down][across]
        return min(max(said, _LOW), _HIGH) if math.isfinite(said) else start[down][across]

    return tuple(tuple(cell(down, across) for across in range(4)) for down in range(4))


def _show_pair(step: Step, now: Interaction, inner: float, matrix: Matrix, names: tuple[str, str]) -> str:
    candidate, past = names
    said = knobs.get("chosen")
    place = int(said[-1]) if said[-1:] in _PLACES else 1
    before = step.focus.startswith(_BEFORE)
    lines = [_inner_line(inner, now)]
    if not before:
        lines = [_sum_line(now), *lines, _product_line(now, matrix, place)]
    headings = (say("candidate"), say("after W"), say("past"), say("products"), say("sum"))
    return show_flow(
        "bilinear",
        lines,
        [node for node in _nodes(now, candidate, past) if not (before and node.column == _TURNED)],
        _edges(now, None if before else matrix),
        alt_text=say(
            "The four numbers of {candidate} pass the matrix W, are multiplied by those of {past} and add up to "
            "{total:.2f}.",
            candidate=candidate,
            past=past,
            total=now.total,
        ),
        lit=_LIT.get(step.focus, ()),
        headings=headings[:_TURNED] + headings[_TURNED + before :],
    )


def _sum_line(now: Interaction) -> list[Term]:
    line = [Term("(v W) * u", "total", now.total), Term(" = ")]
    for number, product in enumerate(now.products, start=1):
        line += [Term(" + ")] * (number > 1) + [Term("p", f"product{number}", product, sub=str(number))]
    return line


def _inner_line(inner: float, now: Interaction) -> list[Term]:
    line = [Term(say("inner product"), value=inner), Term(" = ")]
    for number, (one, other) in enumerate(zip(now.left, now.right, strict=True), start=1):
        line += [Term(" + ")] * (number > 1)
        line += [Term("v", f"left{number}", one, sub=str(number)), Term("·")]
        line.append(Term("u", f"right{number}", other, sub=str(number)))
    return line


def _product_line(now: Interaction, matrix: Matrix, place: int) -> list[Term]:
    line = [Term("p", f"product{place}", now.products[place - 1], sub=str(place)), Term(" = (")]
    for number, value in enumerate(now.left, start=1):
        line += [Term(" + ")] * (number > 1)
        line += [Term("v", f"left{number}", value, sub=str(number)), Term("·")]
        line.append(Term("W", value=matrix[number - 1][place - 1], sub=f"{number},{place}"))
    return [*line, Term(") · "), Term("u", f"right{place}", now.right[place - 1], sub=str(place))]


def _nodes(now: Interaction, candidate: str, past: str) -> list[Node]:
    notes = (
        say("A learned number of the candidate's category."),
        say("A mix of the candidate's numbers, by one column of W."),
        say("A learned number of the past category."),
        say("What stands after W times the number of the past."),
    )
    columns: tuple[tuple[str, str, Vector], ...] = (
        ("left", candidate, now.left),
        ("turned", "v W", now.turned),
        ("right", past, now.right),
        ("product", "p", now.products),
    )
    nodes = [
        Node(f"{name}{number}", f"{label} {number}", column, value, note=notes[column])
        for column, (name, label, vector) in enumerate(columns)
        for number, value in enumerate(vector, start=1)
    ]
    note = say("What this pair adds to the logit, before any gate.")
    return [*nodes, Node("total", say("sum"), 4, now.total, note=note)]


def _edges(now: Interaction, matrix: Matrix | None) -> list[Edge]:
    """Along each number, and through the matrix if there is one."""
    edges = [
        edge
        for place, product in zip(_PLACES, now.products, strict=True)
        for edge in (
            Edge(f"left{place}" if matrix is None else f"turned{place}", f"right{place}"),
            Edge(f"right{place}", f"product{place}"),
            Edge(f"product{place}", "total", min(1.0, abs(product)), _sign(product)),
        )
    ]
    if matrix is None:
        return edges
    passed = {(a, d): now.left[a] * matrix[a][d] for a in range(4) for d in range(4) if matrix[a][d]}
    largest = max([1e-9, *map(abs, passed.values())])
    return edges + [
        Edge(f"left{a + 1}", f"turned{d + 1}", abs(part) / largest, _sign(part)) for (a, d), part in passed.items()
    ]


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _show_below(step: Step, learnt: Learnt, matrix: Matrix, chosen_cell: tuple[int, int] | None) -> tuple[str, float]:
    from ctrcore.learn import figures_bilinear
    from ctrcore.learn.bilinear import KINDS, all_pairs, weights_of

    fields = float(knobs.get("fields", "6")) if knobs.get("fields", "6").isdecimal() else 6.0
    before = step.focus.startswith(_BEFORE)
    with st.container(border=step.focus.endswith("below")):
        label = say("Below the diagram")
        options = ("nothing", "tables") if before else tuple(_BELOW)
        default = "nothing" if before else "matrix"
        below = knobs.pick("below", label, options=options, default=default, words=lambda one: say(_BELOW[one]))
        if below == "nothing":
            return below, fields
        if below == "matrix":
            figure = figures_bilinear.matrix(matrix, chosen_cell)
            alt_text = say("The sixteen numbers of the matrix W.")
        elif below == "tables":
            with st.spinner(say("A tiny FM learns from the same rows …")):
                by_fm = _by_fm()
            figure = figures_bilinear.tables(learnt.truth, by_fm, None if before else all_pairs(learnt.vectors, matrix))
            alt_text = say("Each candidate after each past category: the truth, an FM's inner products, and with W.")
        else:
            fields = knobs.slider("fields", say("Fields of the data"), low=2, high=40, default=6, step=1)
            figure = figures_bilinear.costs({kind: weights_of(kind, int(fields)) for kind in KINDS})
            alt_text = say("Learned numbers of the three kinds of matrices, with {fields:.0f} fields.", fields=fields)
        st.plotly_chart(figure, key=f"bilinear-{below}", alt=alt_text, config={"displayModeBar": False})
    return below, fields
