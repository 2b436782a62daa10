"""The stage of the lesson on the linear-time trick: one place of all vectors, both ways to its sum, and their cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import say
from pages.shared.learn import knobs
from pages.shared.learn.flow import Edge, Node, Term, show_flow
from pages.shared.learn.lesson import Facts, Step

if TYPE_CHECKING:
    from ctrcore.learn.trick import Place

MOST = 100
_FEW = 4  # fields up to which the products are written out
_SQUARE = ("squared", "squares", "half")  # the steps on the square, which then stands before the cost
_PARTS = {"squared": "all", "squares": "diagonal", "half": "both", "products": "upper", "pairs": "upper"}


def show_stage(step: Step) -> Facts:
    """Knobs, formula, diagram, the square of products and the counter."""
    from ctrcore.learn.trick import (
        by_pairs,
        by_trick,
        multiplications_by_pairs,
        multiplications_by_trick,
        place,
        vectors,
    )

    fields, k, draw, at = _pick()
    table = vectors(fields, k, draw)
    one = place(table, at)
    chosen = _show_place(one, (by_pairs(table), by_trick(table)), at, step)
    cost = multiplications_by_pairs(fields, k), multiplications_by_trick(fields, k)
    above, below = st.container(), st.container()
    with below if step.focus in _SQUARE else above:
        _show_cost(cost)
    with above if step.focus in _SQUARE else below:
        _show_pictures(one, _PARTS.get(chosen) or _PARTS.get(step.focus, "all"), fields, k)
    return {
        "fields": fields,
        "k": k,
        "draw": draw,
        "place": at,
        "chosen": chosen,
        "cost by pairs": cost[0],
        "cost by trick": cost[1],
    }


def _pick() -> tuple[int, int, int, int]:
    """Fields, k, which numbers, and which place of the vectors is looked at (from 0)."""
    left, right = st.columns(2, gap="medium")
    with left:
        fields = int(knobs.slider("fields", say("Fields F"), low=2, high=MOST, default=3, step=1))
    with right:
        k = int(knobs.slider("k", say("Numbers per vector k"), low=1, high=32, default=4, step=1))
    with left:
        draw = int(knobs.pick("draw", say("Made-up vectors"), options=("1", "2", "3", "4", "5"), default="1"))
    with right:
        at = int(knobs.slider("place", say("Place shown"), low=1, high=k, default=1, step=1)) if k > 1 else 1
    return fields, k, draw, at - 1


def _show_place(one: Place, whole: tuple[float, float], at: int, step: Step) -> str:
    count = len(one.numbers)
    pairs = count * (count - 1) // 2
    nodes = [
        Node(
            "numbers",
            say("{count} numbers", count=count),
            0,
            vector=one.numbers,
            note=say("The numbers that the vectors of all fields have at place {place}.", place=at + 1),
        ),
        Node("squares", "Σ v²", 1, one.squares, note=say("Every number times itself, added up: the diagonal.")),
        Node("sum", "Σ v", 1, one.total, note=say("All numbers added up: no multiplication at all.")),
        Node("products", say("{pairs:,} products", pairs=pairs), 1, note=say("One for each pair: above the diagonal.")),
        Node("squared", "(Σ v)²", 2, one.squared, note=say("The sum times itself: all cells of the square at once.")),
        Node(
            "half", "½[(Σ v)² − Σ v²]", 3, one.half, note=say("The square without its diagonal has every pair twice.")
        ),
        Node("pairs", say("pair by pair"), 3, one.pairs, note=say("The products above the diagonal, one by one.")),
    ]
    edges = [Edge("numbers", name) for name in ("squares", "sum", "products")]
    edges += [Edge("sum", "squared"), Edge("squared", "half"), Edge("squares", "half"), Edge("products", "pairs")]
    return show_flow(
        "trick-flow",
        _formula(one, whole),
        nodes,
        edges,
        alt_text=say("The numbers at one place of all vectors, and the two ways to the sum over their pairs"),
        lit=[step.focus] if step.focus in ("pairs", "squared", "squares", "half") else [],
        headings=[say("Place {place}", place=at + 1), say("One pass"), say("Square"), say("Sum over pairs")],
        spoken=3,
    )


def _formula(one: Place, whole: tuple[float, float]) -> list[list[Term]]:
    first = [
        Term(say("sum over pairs"), "pairs", one.pairs, digits=3),
        Term("= ½ [ "),
        Term("(Σ v)²", "squared", one.squared, digits=3),
        Term("−"),
        Term("Σ v²", "squares", one.squares, digits=3),
        Term(" ] ="),
        Term(say("half the rest"), "half", one.half, digits=3),
    ]
    count, products = len(one.numbers), []
    if count <= _FEW:
        products = [Term(say("sum over pairs"), "pairs", one.pairs, digits=3), Term("=")]
        for i in range(count):
            for j in range(i + 1, count):
                products += [Term("+")] if len(products) > 2 else []
                left, right = (f"{one.numbers[n]:.2f}".replace("-", "−") for n in (i, j))
                products.append(Term(f"({left}) · ({right})", "products", one.numbers[i] * one.numbers[j], digits=3))
    last = [
        Term(say("all places, pair by pair"), value=whole[0], digits=6),
        Term("="),
        Term(say("all places, by the trick"), value=whole[1], digits=6),
    ]
    return [first, *([products] if products else []), last]


def _show_cost(cost: tuple[int, int]) -> None:
    with st.container(horizontal=True, gap="medium", key="trick-cost"):
        st.metric(say("Multiplications, pair by pair"), f"{cost[0]:,}")
        st.metric(say("With the trick"), f"{cost[1]:,}")
        st.metric(say("Pair by pair costs"), f"{cost[0] / cost[1]:,.1f} ×")


def _show_pictures(one: Place, part: str, fields: int, k: int) -> None:
    from ctrcore.learn.figures_trick import cost_picture, square_picture
    from ctrcore.learn.trick import multiplications_by_pairs, multiplications_by_trick

    left, right = st.columns(2, gap="medium")
    with left:
        st.caption(say("Every number times every number. Strong colour: what is added up now."))
        st.plotly_chart(
            square_picture(one.products, part),
            key="trick-square",
            width="stretch",
            config={"displayModeBar": False},
            alt=say("A square of all products; the part that the selected node adds up has strong colours"),
        )
    with right:
        st.caption(say("Multiplications for one row, over the number of fields."))
        every = list(range(2, MOST + 1))
        st.plotly_chart(
            cost_picture(
                every,
                [multiplications_by_pairs(count, k) for count in every],
                [multiplications_by_trick(count, k) for count in every],
                fields,
                names=(say("pair by pair"), say("with the trick")),
                x=say("Fields F"),
                y=say("Multiplications"),
            ),
            key="trick-costs",
            width="stretch",
            config={"displayModeBar": False},
            alt=say(
                "The cost of the pairs bends upwards with the number of fields, that of the trick is a straight line"
            ),
        )
