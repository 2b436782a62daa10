"""The stage of the lesson on attention against effect: a row's pairs asked three ways, then one pair in many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import mark, say
from pages.shared.learn import knobs
from pages.shared.learn.flow import Edge, Node, Term, show_flow
from pages.shared.learn.lesson import Facts, Step
from pages.shared.learn.lessons.attention_stage import line, tiny_afm
from pages.shared.learn.numbers import signed

if TYPE_CHECKING:
    from ctrcore.learn.attention import Attended
    from ctrcore.learn.figures_story import Words
    from ctrcore.learn.story import Many, Measured

_ROWS = {"books": "young × books", "phones": "young × phones", "middle": "middle × books"}
_ORDERS = {
    "fields": mark("field order"),
    "attention": mark("attention"),
    "contribution": mark("contribution"),
    "removal": mark("lost without it"),
}
_TRUTH = {"hidden": mark("hidden"), "shown": mark("shown")}
_BELOW = {"row": mark("this row"), "rows": mark("many rows")}
_MEASURES = {
    "attention": mark("attention"),
    "contribution": mark("contribution"),
    "removal": mark("lost without it"),
}


def show_stage(step: Step) -> Facts:
    """Knobs and formula; below them the pairs of the row, or the planted pair in many rows."""
    from ctrcore.learn.attention import PLANTED, encoded
    from ctrcore.learn.story import measured

    with st.spinner(say("Training a tiny AFM…")):
        tiny = tiny_afm()
    with st.container(horizontal=True, gap="medium"):
        row = knobs.pick("row", say("Row"), options=list(_ROWS), default="books", words=lambda one: _ROWS[one])
        below = knobs.pick(
            "below", say("Look at"), options=list(_BELOW), default="row", words=lambda one: say(_BELOW[one])
        )
    attended, pairs = measured(tiny, encoded(tiny, row))
    by_id = {pair.id: pair for pair in pairs}
    _show_pair(attended, by_id[attended.most_attended.id], step)
    facts = _show_pairs(pairs) if below == "row" else _show_rows(by_id[PLANTED])
    return {"row": row, "below": below, "order": "", "truth": "", "upwards": ""} | facts


def _show_pairs(pairs: list[Measured]) -> dict[str, str]:
    """The pairs of the row, sorted as the reader wants."""
    from ctrcore.learn.attention import PLANTED
    from ctrcore.learn.figures_story import pairs_figure
    from ctrcore.learn.story import ordered

    with st.container(horizontal=True, gap="medium"):
        order = knobs.pick(
            "order",
            say("Sort the pairs by"),
            options=list(_ORDERS),
            default="fields",
            words=lambda one: say(_ORDERS[one]),
        )
        truth = knobs.pick(
            "truth", say("Planted truth"), options=list(_TRUTH), default="hidden", words=lambda one: say(_TRUTH[one])
        )
    st.plotly_chart(
        pairs_figure(ordered(pairs, "" if order == "fields" else order), PLANTED, truth == "shown", _words()),
        key="story-pairs",
        width="stretch",
        config={"displayModeBar": False},
        alt=say("The fifteen pairs of the row with their attention, their contribution, and what is lost without them"),
    )
    if truth == "shown":
        st.caption(
            say(
                "Red diamonds: what the pair really adds in this shop; fourteen pairs add nothing. "
                "A small effect the model may miss."
            )
        )
    return {"order": order, "truth": truth}


def _show_pair(row: Attended, pair: Measured, step: Step) -> None:
    """What the most attended pair adds to the logit, and what the logit is without it."""
    name, direction = pair.id.replace("-", " × "), row.pair(pair.id).projected
    rest = row.logit - row.first_order - pair.contribution
    adds, logit = Term(name, "pair", pair.contribution), Term("logit", "logit", row.logit)
    without = Term(say("logit without it"), "without", row.logit - pair.removal)
    notes = {
        "pair": say("The pair with the most attention: {share:.0%}, times the direction.", share=pair.attention),
        "others": say("What all other pairs add."),
        "first": say("What the values add by themselves, without any pair, and the bias."),
        "without": say("The model once more without this pair; the others share its attention out among themselves."),
    }
    sign = 1 if pair.contribution > 0 else -1
    show_flow(
        "story-flow",
        [
            line(adds, "=", Term(say("attention"), "pair", pair.attention), "·", Term("(p · g)", "pair", direction)),
            line(Term(say("lost without it"), "lost", pair.removal), "=", logit, "−", without),
        ],
        [
            Node("pair", f"{name} {pair.attention:.0%}", 0, pair.contribution, note=notes["pair"]),
            Node("others", say("the other 14 pairs"), 0, rest, note=notes["others"]),
            Node("first", say("single values"), 0, row.first_order, note=notes["first"]),
            Node("logit", "logit", 1, row.logit, note=say("The sum: the score of a click.")),
            Node("without", say("logit without it"), 2, row.logit - pair.removal, note=notes["without"]),
        ],
        [
            Edge("pair", "logit", min(1.0, abs(pair.contribution) / 2), sign),
            Edge("others", "logit", min(1.0, abs(rest) / 2), 1 if rest > 0 else -1),
            Edge("first", "logit", min(1.0, abs(row.first_order) / 2), 1 if row.first_order > 0 else -1),
            Edge("logit", "without", min(1.0, abs(pair.removal) / 2), -sign),
        ],
        alt_text=say("What the most attended pair and the rest add to the logit, and the logit without this pair"),
        lit={"pair": ["pair"], "removal": ["without", "lost"]}.get(step.focus, []),
    )


def _show_rows(here: Measured) -> dict[str, str]:
    """The planted pair in many rows, the chosen measure upwards."""
    from ctrcore.learn.figures_story import rows_figure

    many, words = _many(), _words()
    st.markdown(
        say(
            "**age × category in {rows:,} test rows**. In {against:.0%} of them it has the most attention and lowers "
            "the score. In {astray:.0%} the most attended pair is not the one without which the logit moves most.",
            rows=len(many.truth),
            against=many.against,
            astray=many.astray,
        )
    )
    upwards = knobs.pick(
        "upwards",
        say("Upwards"),
        options=list(_MEASURES),
        default="attention",
        words=lambda one: say(_MEASURES[one]),
    )
    st.plotly_chart(
        rows_figure(many, upwards, here, words),
        key="story-rows",
        width="stretch",
        config={"displayModeBar": False},
        alt=say("For many rows, what age × category really adds, and what the chosen measure says of it"),
    )
    st.caption(
        say(
            "Correlation with the planted truth: {agreement} (1 is perfect, 0 is none).",
            agreement=signed(many.agreement(upwards)),
        )
    )
    return {"upwards": upwards}


@st.cache_resource(show_spinner=False)
def _many() -> Many:
    from ctrcore.learn.story import over_rows

    return over_rows(tiny_afm())


def _words() -> Words:
    from ctrcore.learn.figures_story import Words

    return Words(
        measures={name: say(text) for name, text in _MEASURES.items()},
        truth=say("what the pair really adds"),
        raises=say("really raises"),
        lowers=say("really lowers"),
        here=say("the row above"),
    )
