"""The stage of the lesson on Shapley values: eight rows between two, the six ways through them, and their mean."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ctrcore.language import mark, say
from pages.shared.learn import knobs
from pages.shared.learn.flow import Edge, Node, Term, show_flow
from pages.shared.learn.lesson import Facts, Step
from pages.shared.learn.numbers import signed

if TYPE_CHECKING:
    from ctrcore.learn.shares import Shares
    from ctrcore.learn.tiny import Tiny

_OTHERS = {"fridges": "middle, computer, fridges 1", "phones": "old, computer, phones 1"}
_KNOWN = ("mean", "half", "against")  # what a step is about once the reader has found the mean
_HEADINGS = (mark("Nobody joined"), mark("One joined"), mark("Two joined"), mark("All joined"))


def show_stage(step: Step) -> Facts:
    """Knobs, formula and diagram, and the table of orders that fills up."""
    from ctrcore.learn.shares import shares

    with st.spinner(say("Training a tiny FM…")):
        tiny = _tiny_fm()
    against = knobs.pick(
        "against", say("Compared with"), options=list(_OTHERS), default="fridges", words=lambda one: _OTHERS[one]
    )
    order = _pick_order()
    game, seen = shares(tiny, against), _seen(order)
    chosen = show_flow(
        "shares-flow",
        _formula(game, order, step),
        _nodes(game),
        _edges(game, order),
        alt_text=say("The eight rows between the other row and this one, with their logits; the chosen order is lit"),
        lit=["phi-age", "age-item"] if step.focus == "half" else _path(order),
        headings=[say(text) for text in _HEADINGS],
        spoken=3 if step.focus == "half" else 2,
    )
    _show_orders(game, order, seen, step.focus in _KNOWN)
    guess, half = _guesses(step)
    return {
        "against": against,
        "order": order,
        "seen": len(seen),
        "chosen": chosen,
        "guess": guess,
        "half": half,
        "age": game.mean("age"),
        "pair": game.together("age", "item"),
    }


@st.cache_resource(show_spinner=False)
def _tiny_fm() -> Tiny:
    from ctrcore.learn.shares import trained_fm

    return trained_fm()


def _pick_order() -> str:
    from ctrcore.learn.shares import PLAYERS

    with st.container(horizontal=True, gap="medium"):
        first = knobs.pick("first", say("Joins first"), options=list(PLAYERS), default="age")
        rest = [name for name in PLAYERS if name != first]
        second = knobs.pick("second", say("Joins second"), options=rest, default=rest[0])
    return "-".join([first, second, *(name for name in rest if name != second)])


def _seen(order: str) -> list[str]:
    """The orders that were chosen so far, kept in the address."""
    from ctrcore.learn.shares import ORDERS

    before = knobs.get("seen").split("+")
    seen = [one for one in ORDERS if one == order or one in before]
    if order not in before:
        knobs.put("seen", "+".join(seen))
    return seen


def _guesses(step: Step) -> tuple[float, float]:
    """What the reader has worked out; NaN where it is not asked for."""
    guess = half = math.nan
    if step.focus == "guess":
        guess = knobs.slider("guess", say("The mean of the column age"), low=-4.0, high=4.0, default=2.0, step=0.05)
    if step.focus == "half":
        half = knobs.slider("half", say("What age gets of age × item"), low=-4.0, high=4.0, default=0.0, step=0.05)
    return guess, half


def _path(order: str) -> list[str]:
    """The nodes that an order goes through."""
    from ctrcore.learn.shares import group

    names = order.split("-")
    return [_id(group(names[:count])) for count in range(len(names) + 1)]


def _formula(game: Shares, order: str, step: Step) -> list[list[Term]]:
    path = _path(order)
    walked = [Term("logit", path[-1], game.logit), Term("="), Term(say("other row"), path[0], game.base)]
    for name, added, node in zip(order.split("-"), game.joining(order).values(), path[1:], strict=True):
        walked += [Term("+"), Term(name, node, added)]
    lines = [walked]
    if step.focus in _KNOWN:
        total = [Term("logit", path[-1], game.logit), Term("="), Term(say("other row"), path[0], game.base)]
        for name in order.split("-"):
            total += [Term("+"), Term("φ", f"phi-{name}", game.mean(name), sub=name)]
        lines.append(total)
    if step.focus == "half":
        pair, other = (Term(f"age × {name}", f"age-{name}", game.together("age", name)) for name in ("item", "device"))
        alone, mean = (
            Term(say("age alone"), "age", game.alone("age")),
            Term("φ", "phi-age", game.mean("age"), sub="age"),
        )
        lines.append([mean, Term("="), alone, Term("+ ½ ·"), pair, Term("+ ½ ·"), other])
    return lines


def _nodes(game: Shares) -> list[Node]:
    from ctrcore.learn.shares import COALITIONS, PLAYERS, ROW

    nodes = []
    for members in COALITIONS:
        names = members.split("-") if members else []
        row = {name: str((ROW if name in names else game.other)[name]) for name in PLAYERS}
        label = " + ".join(row[name] for name in names) if len(names) < len(row) else say("this row")
        note = say(
            "A row with {row}: the model's logit is {logit}.",
            row=", ".join(row.values()),
            logit=signed(game.logits[members]),
        )
        nodes.append(Node(_id(members), label or say("other row"), len(names), game.logits[members], note=note))
    return nodes


def _edges(game: Shares, order: str) -> list[Edge]:
    """Each line is one field joining; those of the order are thick, blue where the logit rises."""
    from ctrcore.learn.shares import COALITIONS, PLAYERS, group

    path, edges = _path(order), []
    for members in COALITIONS:
        names = members.split("-") if members else []
        for name in PLAYERS:
            if name not in names:
                larger = group([*names, name])
                on = _id(members) in path and _id(larger) in path
                rise = 1 if game.logits[larger] > game.logits[members] else -1
                edges.append(Edge(_id(members), _id(larger), 0.8 if on else 0.05, rise if on else 0))
    return edges


def _show_orders(game: Shares, order: str, seen: list[str], known: bool) -> None:
    """What each field added in the orders seen; in the end their mean."""
    from ctrcore.learn.shares import ORDERS, PLAYERS

    lines = {
        ("▸ " if one == order else "") + _arrows(one): {
            name: signed(game.joining(one)[name]) if one in seen else "?" for name in PLAYERS
        }
        for one in ORDERS
    }
    lines[say("Mean of all six = Shapley value φ")] = {
        name: signed(game.mean(name)) if known else "?" for name in PLAYERS
    }
    st.table(pd.DataFrame.from_dict(lines, orient="index", columns=list(PLAYERS)))


def _arrows(order: str) -> str:
    return order.replace("-", " → ")


def _id(members: str) -> str:
    return members or "nobody"
