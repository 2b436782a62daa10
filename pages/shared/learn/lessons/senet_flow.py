"""One row's way through the SENet: as much of the diagram and of the formula as a step needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctrcore.language import mark, say, say_count
from pages.shared.learn.flow import Edge, Node, Term, show_flow

if TYPE_CHECKING:
    from ctrcore.learn.senet import Gated, Weights

_HEADINGS = {
    "embedding": (mark("embedding"),),
    "mean": (mark("mean"),),
    "hidden": (mark("hidden units"),),
    "gate": (mark("gate"),),
    "sums": (mark("behind the gates"), mark("score")),
}
_LIT = {"gate": "gate", "mean": "mean", "excite": "gate", "paper": "gate", "dead": "gate"}


@dataclass(frozen=True)
class Drawn:
    """What is drawn: the row as it is `now` and as it was `before` the reader's changes.

    Attributes:
        field: the one that formula and lines speak of.
        kind: of gates. focus: that of the step.
    """

    now: Gated
    before: Gated
    weights: Weights
    field: str
    kind: str
    focus: str

    @property
    def place(self) -> int:
        """Of the field among the fields."""
        return self.now.fields.index(self.field)


def show_row(drawn: Drawn, columns: Sequence[str], lines: Sequence[str]) -> str:
    """Draw these columns and lines; returns the id selected. What the reader's changes moved is set off."""
    written = {"used": _used_line, "mean": _mean_line, "gate": _gate_line}
    formula = [line for name in lines for line in (_sum_lines(drawn) if name == "sum" else [written[name](drawn)])]
    nodes = _nodes(drawn, columns)
    lit = _LIT.get(drawn.focus)
    shown = [f"{field}.{lit}" for field in drawn.now.fields] if lit else []
    return show_flow(
        "senet",
        formula,
        nodes,
        _edges(drawn, {node.id for node in nodes}),
        alt_text=say(
            "A row's six fields on their way through the SENet, as far as this step goes; the logit is {logit:.2f}.",
            logit=drawn.now.logit,
        ),
        lit=moved(drawn.before, drawn.now) or shown,
        headings=_headings(columns),
    )


def _headings(columns: Sequence[str]) -> list[str]:
    found = {column: [say(text) for text in _HEADINGS[column]] for column in columns}
    if "sums" in columns:
        found["gate"] = [say("gate, or past it")]
    return [text for column in columns for text in found[column]]


def _numbers(gated: Gated) -> dict[str, float]:
    """All single numbers of the diagram, by the ids of their nodes."""
    found = {f"{field}.mean": mean for field, mean in zip(gated.fields, gated.means, strict=True)}
    found |= {f"{field}.gate": gate for field, gate in zip(gated.fields, gated.gates, strict=True)}
    found |= {f"h{number}": hidden for number, hidden in enumerate(gated.hidden, start=1)}
    return found | {
        "single": gated.single,
        "raw": gated.raw,
        "reweighted": gated.reweighted,
        "logit": gated.logit,
    }


def moved(before: Gated, now: Gated) -> list[str]:
    """Ids of what the reader's changes moved, as far as its digits show."""
    was = _numbers(before)
    return [name for name, number in _numbers(now).items() if round(number, 2) != round(was[name], 2)]


def _sum_lines(drawn: Drawn) -> list[list[Term]]:
    now = _sum_line(drawn.now, say("logit now"))
    return (
        [now, _sum_line(drawn.before, say("before"))]
        if moved(drawn.before, drawn.now)
        else [_sum_line(drawn.now, "logit")]
    )


def _sum_line(gated: Gated, name: str) -> list[Term]:
    return [
        Term(name, "logit", gated.logit),
        Term(" = "),
        Term(say("fields alone"), "single", gated.single),
        Term(" + "),
        Term(say("raw pairs"), "raw", gated.raw),
        Term(" + "),
        Term(say("re-weighted pairs"), "reweighted", gated.reweighted),
    ]


def _used_line(drawn: Drawn) -> list[Term]:
    """The numbers of a field behind its gate."""
    gated, field, place = drawn.now, drawn.field, drawn.place
    gate = Term(say("gate"), f"{field}.gate", gated.gates[place], sub=field)
    return [
        gate,
        Term(" · "),
        Term(_listed(gated.vectors[place]), f"{field}.vector"),
        Term(" = "),
        Term(_listed(gated.reweighted_vectors[place])),
    ]


def _listed(vector: Sequence[float]) -> str:
    return "(" + ", ".join(f"{number:z.2f}" for number in vector).replace("-", "−") + ")"


def _mean_line(drawn: Drawn) -> list[Term]:
    gated, field, place = drawn.now, drawn.field, drawn.place
    numbers: list[Term] = []
    for number, value in enumerate(gated.vectors[place], start=1):
        numbers += [Term(" + ")] * (number > 1) + [Term("v", f"{field}.vector", value, sub=str(number))]
    mean = Term(say("mean"), f"{field}.mean", gated.means[place], sub=field)
    return [mean, Term(" = ("), *numbers, Term(") / 4")]


def _gate_line(drawn: Drawn) -> list[Term]:
    gated, field, place = drawn.now, drawn.field, drawn.place
    parts: list[Term] = []
    for number, (weight, hidden) in enumerate(zip(drawn.weights.excite[place], gated.hidden, strict=True), start=1):
        parts += [Term(" + ")] * (number > 1)
        parts += [
            Term("W2", value=weight, sub=f"{number}"),
            Term("·"),
            Term("h", f"h{number}", hidden, sub=f"{number}"),
        ]
    gate = Term(say("gate"), f"{field}.gate", gated.gates[place], sub=field)
    return [gate, Term(" = 2 · sigmoid(" if drawn.kind == "sigmoid" else " = max(0, "), *parts, Term(")")]


def _nodes(drawn: Drawn, columns: Sequence[str]) -> list[Node]:
    """In the column of the gates stands above and below what goes past them."""
    at = {name: place for place, name in enumerate(columns)}
    gated, sums = drawn.now, "sums" in at
    nodes = [_vector_node(gated, place) for place in range(len(gated.fields))]
    if "mean" in at:
        note = say("The mean of the four numbers.")
        nodes += [_number_node(drawn, f"{field}.mean", field, at["mean"], note) for field in gated.fields]
    if "hidden" in at:
        for number in range(1, len(gated.hidden) + 1):
            note = say("A mix of the six means, by line {number} of W1; 0 where it would be negative.", number=number)
            nodes.append(_number_node(drawn, f"h{number}", f"h{number}", at["hidden"], note))
    if sums:
        note = say("What each field says alone, and the bias.")
        nodes.append(Node("single", say("fields alone"), at["gate"], gated.single, note=note))
    if "gate" in at:
        for field, gate in zip(gated.fields, gated.gates, strict=True):
            nodes.append(_number_node(drawn, f"{field}.gate", field, at["gate"], _gate_note(gate), faded=gate == 0))
    if sums:
        raw = say("All pairs of the fields' raw numbers; no gate reaches them.")
        reweighted = say("All pairs once more, of the numbers times their gates.")
        score = say("The score of a click: above 0 it is more likely than not.")
        nodes += [
            Node("raw", say("raw pairs"), at["gate"], gated.raw, note=raw),
            Node("reweighted", say("re-weighted"), at["sums"], gated.reweighted, note=reweighted),
            Node("logit", "logit", at["sums"] + 1, gated.logit, note=score),
        ]
    return nodes


def _vector_node(gated: Gated, place: int) -> Node:
    field, value = gated.fields[place], gated.values[place]
    note = say("This row's {field} is {value}. Its four learned numbers.", field=field, value=value)
    short = say_count("{count} click", "{count} clicks", gated.behaviours) if field == "history" else value
    return Node(f"{field}.vector", f"{field}: {short}", 0, vector=gated.vectors[place], note=note)


def _number_node(drawn: Drawn, name: str, label: str, column: int, note: str, *, faded: bool = False) -> Node:
    """With the number it had, if it moved."""
    before, now = _numbers(drawn.before)[name], _numbers(drawn.now)[name]
    if round(before, 2) != round(now, 2):
        label = f"{label} {before:z.2f} →".replace("-", "−")
    return Node(name, label, column, now, note=note, faded=faded)


def _gate_note(gate: float) -> str:
    if gate == 0:
        return say("Dead: 0 times the field's numbers is 0, and so are its re-weighted pairs.")
    return say("The field's numbers times {gate:.2f}.", gate=gate)


def _edges(drawn: Drawn, shown: set[str]) -> list[Edge]:
    """Between the nodes that are shown; a field's numbers reach its gate through the mean, where that is shown."""
    gated, weights = drawn.now, drawn.weights
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
    edges = [Edge(a, b, abs(part) / largest, _sign(part)) for a, b, part in mixed]
    edges += [Edge(f"{one}.vector", f"{one}.mean") for one in gated.fields]
    edges += [Edge(f"{one}.gate", "reweighted", gated.gates[place] / 2) for place, one in enumerate(gated.fields)]
    sums = {"single": gated.single, "raw": gated.raw, "reweighted": gated.reweighted}
    edges += [Edge(name, "logit", sign=_sign(value)) for name, value in sums.items()]
    if not any(name.endswith(".mean") for name in shown):
        edges += [Edge(f"{one}.vector", f"{one}.gate") for one in gated.fields]
        edges += [Edge(f"{one}.vector", name, 0.0) for one in gated.fields for name in ("single", "raw")]
    if drawn.focus == "out":
        edges += [Edge(f"{drawn.field}.vector", f"{one}.gate") for one in gated.fields if one != drawn.field]
    return [edge for edge in edges if edge.source in shown and edge.target in shown]


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
