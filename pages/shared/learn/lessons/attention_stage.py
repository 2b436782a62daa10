"""The stage of the lesson on AFM's attention: all pairs of a row, their shares, and the logit they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import mark, say
from pages.shared.learn import knobs
from pages.shared.learn.flow import Edge, Node, Term, show_flow
from pages.shared.learn.lesson import Facts, Step
from pages.shared.learn.numbers import signed

if TYPE_CHECKING:
    from ctrcore.learn.attention import Attended, Pair
    from ctrcore.learn.tiny import Tiny

FIRST = "age-category"  # the pair that is spoken of before the reader selects one
ROWS = ("phones", "books")
_ROWS = {"phones": "young × phones", "books": "young × books"}
_TEMPERATURES = ("0.05", "0.5", "1", "5", "50")
_NOTES = {
    "age": mark("The customer's age."),
    "gender": mark("The customer's gender."),
    "device": mark("What the customer looks at the shop with."),
    "category": mark("The kind of the item that is shown."),
    "item": mark("The item that is shown."),
    "history": mark("What the customer clicked before; its vector is the mean of these."),
}
_LIT = {
    "score": ("score",),
    "share": ("share",),
    "direction": ("direction",),
    "logit": ("logit",),
    "heat": ("heat", "share"),
}
_LINES = {"other": (0,), "score": (0, 1), "share": (0, 1, 2)}  # of the formula, as far as its parts are known
_LATER = (0, 2, 3)
_SPOKEN = {"score": 2, "share": 3, "direction": 3}  # lines that a step's text speaks of, if more than the first


@st.cache_resource(show_spinner=False)
def tiny_afm() -> Tiny:
    """The AFM of both lessons on attention."""
    from ctrcore.learn.attention import trained_afm

    return trained_afm()


def show_stage(step: Step) -> Facts:
    """Knobs, formula and diagram."""
    from ctrcore.learn.attention import attend, encoded

    with st.spinner(say("Training a tiny AFM…")):
        tiny = tiny_afm()
    selected = _selected(tiny)
    about = selected or FIRST
    row, push, temperature = _pick(about)
    one = encoded(tiny, row)
    now = attend(tiny, one, pushed=about, push=push, temperature=temperature)
    before = attend(tiny, encoded(tiny, "phones") if step.focus == "pair" else one)
    _show_moves(before, now, about)
    lines = _formula(now, now.pair(about), push, temperature)
    show_flow(
        "attention-flow",
        [lines[place] for place in _LINES.get(step.focus, _LATER)],
        _nodes(now, directed=step.focus not in _LINES),
        _edges(now),
        alt_text=say(
            "The row's six fields, their fifteen pairs with their shares of the attention, and the logit they add up to"
        ),
        lit=[about, *_LIT.get(step.focus, ())],
        headings=[say("The row"), say("Share, pair, what it adds"), say("Sum")],
        spoken=_SPOKEN.get(step.focus, 1),
    )
    return {
        "row": row,
        "selected": selected,
        "push": push,
        "temperature": temperature,
        "most": now.most_attended.id,
        "contribution": now.pair(about).contribution,
        "logit": now.logit,
        "before": before.logit,
    }


def _selected(tiny: Tiny) -> str:
    """The pair selected last, also while something else is selected; "" if none was."""
    from ctrcore.learn.attention import pair_ids

    chosen, kept = knobs.get("chosen"), knobs.get("pair")
    if chosen in pair_ids(tiny) and chosen != kept:
        knobs.put("pair", chosen)
        return chosen
    return kept if kept in pair_ids(tiny) else ""


def _pick(about: str) -> tuple[str, float, float]:
    with st.container(horizontal=True, gap="medium"):
        row = knobs.pick("row", say("Row"), options=ROWS, default="phones", words=lambda one: _ROWS[one])
        temperature = knobs.pick(
            "temperature",
            say("Temperature T"),
            options=_TEMPERATURES,
            default="1",
            help_text=say("All scores are divided by it before the softmax. 1 is the model itself."),
        )
    push = knobs.slider(
        "push",
        say("Add to the score of {pair}", pair=_named(about)),
        low=-5.0,
        high=5.0,
        default=0.0,
        step=0.5,
    )
    return row, push, float(temperature)


def _show_moves(before: Attended, now: Attended, about: str) -> None:
    """The logit and the pair before and after the reader's changes."""
    if before == now:
        st.caption(say("The model as it is: nothing was changed."))
        return
    was, has = before.pair(about), now.pair(about)
    st.caption(
        say(
            "Before → now: logit **{logit_before:z.2f} → {logit:z.2f}**; {pair} has **{share_before} → {share}** and "
            "adds **{added_before:z.2f} → {added:z.2f}**",
            logit_before=before.logit,
            logit=now.logit,
            pair=_named(about),
            share_before=percent(was.attention),
            share=percent(has.attention),
            added_before=was.contribution,
            added=has.contribution,
        ).replace("-", "−")
    )


def _formula(now: Attended, pair: Pair, push: float, temperature: float) -> list[list[Term]]:
    """What the logit is; then the chosen pair, from its products to what it adds."""
    sub = _named(pair.id)
    rest = sum(one.contribution for one in now.pairs) - pair.contribution
    products = ", ".join(f"{number:.2f}".replace("-", "−") for number in pair.product)
    first, others = say("single values"), say("the other 14 pairs")
    adds = Term(sub, pair.id, pair.contribution)
    share = Term("a", "share", pair.attention, sub, decimals(pair.attention))
    score, direction = Term("e", "score", pair.score, sub), Term(say("direction p · g"), "direction", pair.projected)
    logit = Term("logit", "logit", now.logit)
    raised = [score, Term("+"), Term(say("your push"), "push", push)] if push else [score]
    if temperature != 1:
        raised = [Term("("), *raised, Term(") /")] if push else [*raised, Term("/")]
        raised.append(Term("T", "heat", temperature))
    return [
        line(logit, "=", Term(first, "first", now.first_order), "+", adds, "+", Term(others, "others", rest)),
        line(score, "= h · ReLU(W g + b),  g = (" + products + ")"),
        line(share, "= exp(", *raised, ") / " + say("the same of all 15 pairs, added up")),
        line(adds, "=", share, "·", direction),
    ]


def line(*parts: str | Term) -> list[Term]:
    """A line of a formula; what is just text stands for nothing."""
    return [Term(part) if isinstance(part, str) else part for part in parts]


def _nodes(now: Attended, *, directed: bool) -> list[Node]:
    """The notes speak of directions only once the lesson has."""
    nodes = [
        Node(f"field-{name}", f"{name}: {value or '–'}", 0, note=say(_NOTES[name]))
        for name, value in now.values.items()
    ]
    nodes += [
        Node(
            pair.id,
            f"{percent(pair.attention)} {_named(pair.id, '×')}",
            1,
            pair.contribution,
            note=_with_direction(pair) if directed else _without_direction(pair),
            faded=pair.attention < 0.01,
        )
        for pair in now.pairs
    ]
    single = say("What the values add by themselves, without any pair, and the bias.")
    probability = say("The logit squeezed between 0 and 1: a click with a probability of {p:.0%}.", p=now.click)
    return [
        *nodes,
        Node("first", say("single values"), 2, now.first_order, note=single),
        Node("logit", "logit", 2, now.logit, note=say("The sum of all: the score of a click.")),
        Node("click", say("probability"), 2, now.click, note=probability),
    ]


def _without_direction(pair: Pair) -> str:
    return say(
        "({values}): {share} of the attention; adds {added} to the logit.",
        values=" × ".join(pair.values),
        share=percent(pair.attention),
        added=signed(pair.contribution),
    )


def _with_direction(pair: Pair) -> str:
    return say(
        "({values}): {share} of the attention times a direction of {direction} adds {added} to the logit.",
        values=" × ".join(pair.values),
        share=percent(pair.attention),
        direction=signed(pair.projected),
        added=signed(pair.contribution),
    )


def _edges(now: Attended) -> list[Edge]:
    """As thick as the share of the attention, up to 40 %."""
    edges = [Edge(f"field-{name}", pair.id, 0.0) for pair in now.pairs for name in pair.fields]
    return edges + [
        Edge(pair.id, "logit", 2.5 * pair.attention, 1 if pair.contribution > 0 else -1) for pair in now.pairs
    ]


def percent(share: float) -> str:
    """A share of the attention, never said to be 0; with a decimal, as fifteen whole percents may add up to 102."""
    return f"{share:.1%}" if share >= 0.001 else "<0.1%"


def decimals(share: float) -> int:
    """Decimals of a share; as many as it needs not to look like 0, up to six."""
    return next((digits for digits in range(3, 6) if share >= 10.0**-digits), 6)


def _named(pair: str, between: str = " × ") -> str:
    return pair.replace("-", between)
