"""The numbers of one candidate in the lesson on DIN: the sum over the behaviours, and where an attention comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctrcore.language import say
from pages.shared.learn.flow import Edge, Node, Term, show_flow
from pages.shared.learn.numbers import signed

if TYPE_CHECKING:
    from ctrcore.learn.interest import Attended, Behaviour, Judged


def show_sum(judged: Judged) -> int | None:
    """From the behaviours to the interest and the logit. Returns the position of the behaviour that is selected."""
    heard = list(enumerate(judged.behaviours))
    named = [(place, one, f"{place + 1} {one.category}") for place, one in heard]
    nodes = [Node("q", judged.candidate, 0, vector=judged.query, note=say("q: the embedding of the candidate."))]
    nodes += [
        Node(f"k{place}", name, 0, vector=one.key, note=say("k: the embedding of what was clicked."), faded=not one.on)
        for place, one, name in named
    ]
    nodes += [
        Node(f"a{place}", name, 1, one.attention, note=_attention_note(one), faded=not one.on)
        for place, one, name in named
    ]
    nodes += [
        Node("interest", say("interest"), 2, vector=judged.interest, note=say("The sum of a k over the behaviours.")),
        Node("rest", say("without history"), 2, judged.rest, note=say("What all other fields say.")),
        Node("logit", "logit", 3, judged.logit, note=say("Sum of all contributions.")),
    ]
    loudest = max((abs(one.attention) for one in judged.behaviours), default=1.0) or 1.0
    edges = [Edge("interest", "logit", 0.4), Edge("rest", "logit", 0.4)]
    for place, one in heard:
        edges += [Edge("q", f"a{place}", 0.05), Edge(f"k{place}", f"a{place}", 0.05)]
        if one.on:
            sign = 1 if one.contribution > 0 else -1
            edges.append(Edge(f"a{place}", "interest", abs(one.attention) / loudest, sign))
    chosen = show_flow(
        "interest-sum",
        _sum_lines(judged),
        nodes,
        edges,
        alt_text=say(
            "{count} behaviours are weighted by their attention and summed to the interest; the logit is {logit:.2f}",
            count=len(heard),
            logit=judged.logit,
        ),
        headings=(say("embeddings"), *((say("attention a"),) if heard else ()), say("interest"), say("score")),
    )
    number = chosen[1:]
    return int(number) if number.isdecimal() and int(number) < len(heard) else None


def show_scorer(attended: Attended, candidate: str, behaviour: str) -> None:
    """From candidate and behaviour to the attention."""
    read = (
        ("q", f"q = {candidate}", attended.query, say("The candidate's embedding.")),
        ("k", f"k = {behaviour}", attended.key, say("The behaviour's embedding.")),
        ("difference", "q − k", attended.difference, say("All zero where both are of one category.")),
        ("product", "q * k", attended.product, say("Number by number; large where both point the same way.")),
    )
    nodes = [Node(name, label, 0, vector=vector, note=note) for name, label, vector, note in read]
    outputs = list(enumerate(attended.outputs))
    nodes += [Node(f"h{place}", f"h{place + 1}", 1, value) for place, value in outputs]
    nodes.append(Node("a", say("attention"), 2, attended.attention))
    largest = max(abs(value) for _, value in outputs) or 1.0
    edges = [Edge(name, f"h{place}", 0.03) for name, *_ in read for place, _ in outputs]
    edges += [Edge(f"h{place}", "a", abs(value) / largest, 1 if value > 0 else -1) for place, value in outputs]
    line = [Term("a", "a", attended.attention), Term(" = MLP([q, k, q − k, q * k]) = ")]
    for place, value in outputs:
        line += [Term("h", f"h{place}", value, sub=str(place + 1)), Term(" + ")]
    line.append(Term(say("bias"), "", attended.bias))
    show_flow(
        "interest-scorer",
        [line],
        nodes,
        edges,
        alt_text=say(
            "Embeddings of {candidate} and {behaviour}, their difference and product pass eight hidden units; the "
            "attention is {attention:.2f}",
            candidate=candidate,
            behaviour=behaviour,
            attention=attended.attention,
        ),
        headings=(say("what the scorer reads"), say("hidden units, weighted"), say("attention a")),
    )


def _sum_lines(judged: Judged) -> list[list[Term]]:
    """The interest as the sum of a k, and the logit as the sum of all contributions."""
    on = [(place, one) for place, one in enumerate(judged.behaviours) if one.on]
    interest = [Term(say("interest"), "interest"), Term(" = ")]
    logit = [Term("logit", "logit", judged.logit), Term(" = "), Term(say("without history"), "rest", judged.rest)]
    for place, one in on:
        interest += [Term(" + ")] * (len(interest) > 2)
        interest += [
            Term("a", f"a{place}", one.attention, sub=str(place + 1)),
            Term("·k", f"k{place}", sub=str(place + 1)),
        ]
        logit += [Term(" + "), Term(one.category, f"a{place}", one.contribution, sub=str(place + 1))]
    if not on:
        interest.append(Term("0"))
    return [interest, logit]


def _attention_note(one: Behaviour) -> str:
    return say(
        "attention {attention:.2f} × {effect} a unit = {contribution} in the logit",
        attention=one.attention,
        effect=signed(one.effect),
        contribution=signed(one.attention * one.effect),
    )
