"""The stage of the lesson on pairs: a row through LR or FM, and how far off each of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from ctrcore.data.tiny_shop import LEVELS
from ctrcore.language import mark, say
from pages.shared.learn import knobs
from pages.shared.learn.flow import Edge, Node, Term, show_flow
from pages.shared.learn.lesson import Facts, Step

if TYPE_CHECKING:
    from ctrcore.learn.pairs import RowParts, World

FIELDS = ("age", "category", "device")
PAIRS = (("age", "category"), ("age", "device"), ("category", "device"))
PLAY = PAIRS[0]  # the pair that the shop's truth is about
_MODELS: dict[str, str] = {"lr": mark("LR: weights only"), "fm": mark("FM: weights and pairs")}
_LIT = {
    "weights": [f"w.{field}" for field in FIELDS],
    "pairs": [f"pair.{a}.{b}" for a, b in PAIRS],
    "vectors": [f"v.{field}" for field in FIELDS],
    "pair": ["pair.age.category"],
    "turned": ["v.age", "v.category", "pair.age.category"],
    "shared": ["v.age", "pair.age.category", "pair.age.device"],
    "shoes": ["w.category"],
}
_WITH_VECTORS = ("vectors", "turned", "shared", "bought")  # before these steps FM's terms are taken as they are
_WITH_MOVE = ("turned", "shared", "bought")
_CELLS_FIRST = ("cells", "pairs", "shared", "bought")  # what these steps are about stands below the knobs


def show_stage(step: Step) -> Facts:
    """Knobs, formula, diagram and the errors over all cells."""
    from ctrcore.learn.pairs import Move, error, row_parts

    with st.spinner(say("Training two tiny models…")):
        world = _world()
    model, row = _pick_row()
    move = None
    if model == "fm" and step.focus in _WITH_MOVE:
        move = Move("age", row["age"], *_pick_move(row["age"]))
    parts = row_parts(world, model, row, move)
    above, below = st.container(), st.container()
    with below if step.focus in _CELLS_FIRST else above:
        chosen = _show_parts(row, parts, step)
    with above if step.focus in _CELLS_FIRST else below:
        off = _show_cells(world, model, row, move)
    plain = row_parts(world, model, row)
    return {
        **row,
        "model": model,
        "move": move.amount if move else 0.0,
        "pair": parts.pairs.get(PLAY, 0.0),
        "pair as learned": plain.pairs.get(PLAY, 0.0),
        "logit": parts.logit,
        "probability": parts.probability,
        "off": off,
        "error": error(world, model, move),
        "chosen": chosen,
    }


@st.cache_resource(show_spinner=False)
def _world() -> World:
    from ctrcore.learn.pairs import world

    return world()


def _pick_row() -> tuple[Literal["lr", "fm"], dict[str, str]]:
    with st.container(horizontal=True, gap="small"):
        model = knobs.pick(
            "model", say("Model"), options=list(_MODELS), default="lr", words=lambda one: say(_MODELS[one])
        )
        row = {field: knobs.pick(field, field, options=LEVELS[field], default=LEVELS[field][0]) for field in FIELDS}
    return ("fm" if model == "fm" else "lr"), row


def _pick_move(value: str) -> tuple[int, float]:
    """Which number of the age's vector is moved, and by how much."""
    with st.container(horizontal=True, gap="small"):
        place = knobs.pick(
            "place", say("Number of the vector of {value}", value=value), options=("1", "2", "3", "4"), default="2"
        )
        amount = knobs.slider("move", say("Move it by"), low=-3.0, high=3.0, default=0.0, step=0.1)
    return int(place) - 1, amount


def _show_parts(row: dict[str, str], parts: RowParts, step: Step) -> str:
    vectors = parts.vectors if step.focus in _WITH_VECTORS else {}
    nodes = [
        Node(
            f"v.{field}",
            row[field],
            0,
            vector=vectors.get(field, ()),
            note=say("The vector of this value of {field}: four learned numbers, shared by all its pairs.", field=field)
            if vectors
            else say("The value of {field} in this row.", field=field),
        )
        for field in FIELDS
    ]
    bias = say("The bias: what the model says before it looks at any value. It is added in every row.")
    nodes.append(Node("bias", "w0", 1, parts.bias, note=bias))
    nodes += [
        Node(
            f"w.{field}",
            f"w {row[field]}",
            1,
            weight,
            note=say(
                "The weight of {value}: added whenever {field} is {value}, whatever else the row says.",
                value=row[field],
                field=field,
            ),
        )
        for field, weight in parts.weights.items()
    ]
    nodes += [_pair_node(row, parts, pair) for pair in PAIRS]
    nodes.append(
        Node(
            "logit",
            "logit",
            2,
            parts.logit,
            note=say("The sum of all terms; above zero means a click is likelier than not."),
        )
    )
    nodes.append(
        Node(
            "probability",
            "p",
            3,
            parts.probability,
            note=say("The probability of a click: the logit squeezed between 0 and 1."),
            neutral=True,
        )
    )
    return show_flow(
        "pairs-flow",
        _formula(row, parts, with_products=bool(vectors)),
        nodes,
        _edges(parts, from_vectors=bool(vectors)),
        alt_text=say("The values of the row, the terms they bring, their sum, and the probability of a click"),
        lit=_LIT.get(step.focus, []),
        headings=[
            say("Vectors of the values") if vectors else say("Values of the row"),
            *(say("Terms"), say("Sum"), say("Probability")),
        ],
    )


def _pair_node(row: dict[str, str], parts: RowParts, pair: tuple[str, str]) -> Node:
    a, b = pair
    label = f"{row[a]} × {row[b]}"
    if pair not in parts.pairs:
        return Node(f"pair.{a}.{b}", label, 1, note=say("LR has no term for a pair."), faded=True)
    note = say("The pair's term: the products of both vectors, number by number, added up.")
    return Node(f"pair.{a}.{b}", label, 1, parts.pairs[pair], note=note)


def _edges(parts: RowParts, *, from_vectors: bool) -> list[Edge]:
    """From the values to all they bring; from their vectors only to the pairs, as a weight is a number of its own."""
    terms: dict[str, float] = {"bias": parts.bias}
    edges = []
    for field, weight in parts.weights.items():
        terms[f"w.{field}"] = weight
        if not from_vectors:
            edges.append(Edge(f"v.{field}", f"w.{field}", 0.1))
    for (a, b), value in parts.pairs.items():
        terms[f"pair.{a}.{b}"] = value
        edges += [Edge(f"v.{a}", f"pair.{a}.{b}", 0.1), Edge(f"v.{b}", f"pair.{a}.{b}", 0.1)]
    largest = max(abs(value) for value in terms.values()) or 1.0
    edges += [Edge(name, "logit", abs(value) / largest, 1 if value > 0 else -1) for name, value in terms.items()]
    return [*edges, Edge("logit", "probability", min(1.0, abs(parts.logit) / 3), 1 if parts.logit > 0 else -1)]


def _formula(row: dict[str, str], parts: RowParts, *, with_products: bool) -> list[list[Term]]:
    first = [Term("logit", "logit", parts.logit), Term("="), Term("w", "bias", parts.bias, "0")]
    for field, weight in parts.weights.items():
        first += [Term("+"), Term("w", f"w.{field}", weight, row[field])]
    for (a, b), value in parts.pairs.items():
        first += [Term("+"), Term(f"⟨{row[a]}, {row[b]}⟩", f"pair.{a}.{b}", value)]
    last = [
        Term("p", "probability", parts.probability, digits=3, neutral=True),
        Term("="),
        Term("1 / (1 + exp(−"),
        Term("logit", "logit", parts.logit),
        Term("))"),
    ]
    return [first, *(_product(row, parts) if with_products else []), last]


def _product(row: dict[str, str], parts: RowParts) -> list[list[Term]]:
    """How the term of a pair comes about: that of the selected pair, at first that of age and category."""
    a, b = next((pair for pair in PAIRS if knobs.get("chosen") == "pair.{}.{}".format(*pair)), PLAY)
    if (a, b) not in parts.products:
        return []
    line = [Term(f"⟨{row[a]}, {row[b]}⟩", f"pair.{a}.{b}", parts.pairs[a, b]), Term("=")]
    for place, value in enumerate(parts.products[a, b]):
        left, right = (f"{parts.vectors[field][place]:.2f}".replace("-", "−") for field in (a, b))
        line += [Term("+")] if place else []
        line.append(Term(f"({left}) · ({right})", value=value))
    return [line]


def _show_cells(world: World, model: str, row: dict[str, str], move: Any) -> float:
    """The map of errors; returns how far the model is off in the row's cell."""
    from ctrcore.learn.figures_pairs import cells_picture
    from ctrcore.learn.pairs import cells

    here = LEVELS["age"].index(row["age"]), LEVELS["category"].index(row["category"])
    off = {"LR": cells(world, "lr") - world.truth}
    if model == "fm":
        off["FM"] = cells(world, "fm", move) - world.truth
    missed = {name: float(abs(values).mean()) for name, values in off.items()}
    titles = [say("Really clicked, in %")]
    titles += [say("{model}: off by {points:.0f} points", model=name, points=100 * one) for name, one in missed.items()]
    st.plotly_chart(
        cells_picture(
            world.truth, list(off.values()), titles=titles, rows=LEVELS["age"], columns=LEVELS["category"], here=here
        ),
        key="pairs-cells",
        width="stretch",
        config={"displayModeBar": False},
        alt=say("How often each age clicks each category, and by how many points each model is off in each cell"),
    )
    st.caption(
        say(
            "Left: of 100 rows of this age and category, on either device, how many are clicked. Right: the model's "
            "mean answer for them less the truth, in points; orange is too low, blue too high."
        )
    )
    return float(off["FM" if model == "fm" else "LR"][here])
