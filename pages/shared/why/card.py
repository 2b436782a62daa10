"""One item of the list: why it is there, how far that may be believed, who agrees, and what would drop it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ctrcore.explain.sentences import signed
from ctrcore.figures.explanations import waterfall
from ctrcore.figures.recommended import score_steps
from ctrcore.language import mark, say
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared.badge import show_short
from pages.shared.charts import chart
from pages.shared.inside import Chosen
from pages.shared.level import expert, level
from pages.shared.tools import plain
from pages.shared.why.agreement import agreement
from pages.shared.why.choices import Asked

if TYPE_CHECKING:
    from ctrcore.explain.support import Support
    from ctrcore.recommend.counterfactual import Counterfactual
    from ctrcore.recommend.funnel import Trace
    from ctrcore.recommend.why import Why

NOT_CAUSE = mark(
    "It tells how this model scores, not what moves the user: association, not cause. No model is trained anew."
)
SIMPLE = 2  # sentences


def show_card(asked: Asked, trace: Trace, why: Why, others: Sequence[Run]) -> DeltaGenerator:
    """How far it may be believed, the reasons in sentences, what other models say, how well the values are known.

    Returns:
        The place for the smallest change (`show_change`), which takes longest to find.
    """
    from ctrcore.recommend.sentences import CAVEAT, hardly_known, lead_told, reasons_told

    with st.container(border=True, height="stretch", key="card-why"):
        st.markdown(say("#### Why {item}?", item=plain(why.name)))
        show_short(Chosen(asked.dataset, asked.run, 0, asked.row, 0, why.logit), "contribution", trace.row(why.item))
        _numbers(trace, why)
        lead, told = lead_told(trace, why), reasons_told(why.reasons, trace.items.encoder.schema)
        if level() != "Simple":
            st.markdown(plain(lead))
        else:
            st.caption(
                say("In brackets: how much it raises (+) or lowers (-) the model's score beyond the other candidates.")
            )
        show_sentences(told[:SIMPLE] if level() == "Simple" else [*told, *hardly_known(trace, why)])
        if others:
            st.markdown(agreement(asked, why.item, others))
        place = st.container()
        if level() != "Simple":
            _support(why.support)
        st.caption(plain(say(CAVEAT)))
    return place


def show_change(trace: Trace, change: Counterfactual | None) -> None:
    """The smallest change that takes the item off the list, and what comes instead."""
    from ctrcore.recommend.change_sentences import of_counterfactual

    if change is not None:
        st.markdown(say("**What would take it off the list?**"), help=WORDS["smallest change"])
        st.markdown(plain(of_counterfactual(trace, change)))
        _tries(change)


def show_sentences(sentences: Sequence[str]) -> None:
    """Sentences as a list; what holds of all of them is said small."""
    from ctrcore.recommend.sentences import CAVEAT

    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences if sentence != say(CAVEAT)))
    if say(CAVEAT) in sentences:
        st.caption(plain(say(CAVEAT)))


def show_split(trace: Trace, why: Why) -> None:
    """The item, the user, or both together: four bars that add up to the score."""
    from ctrcore.recommend.leads import split

    found = split(why)
    if found is None or why.appeal is None:
        return
    many, others = f"{len(trace.positions):,}", f"{why.appeal.rows:,}"
    steps = [
        (say("candidates, other users"), found.candidates),
        (say("+ this item, other users"), found.item),
        (say("+ this user, any candidate"), found.user),
        (say("+ this item for this user"), found.both),
    ]
    chart(
        score_steps(steps),
        key="appeal",
        title=say("The item, the user, or both together?"),
        help_text=say(
            "**Appeal**, the first two bars. {appeal}  \n**Fit**, the other two. {fit}",
            appeal=WORDS["appeal"],
            fit=WORDS["fit"],
        ),
        read=say(
            "Start: what the {many} candidates score with a sample of {others} other users. Then how "
            "much more these users score this item (the figure of the sentences), how much more this "
            "user scores any candidate, and what is left: how well this very item suits this very "
            "user.",
            many=many,
            others=others,
        ),
        beware=say(
            "The item's mean score with other users is {appeal}, and this user adds {fit}. A list of "
            "items that owe most to the second bar is much the same for everybody.",
            appeal=signed(why.appeal.appeal),
            fit=signed(why.appeal.fit),
        ),
        alt_text="; ".join(f"{name} {signed(value)}" for name, value in [*steps, (say("score"), why.logit)]),
        data=pd.DataFrame([*steps, ("score", why.logit)], columns=["step", "logit"]),
    )


def show_reasons(trace: Trace, why: Why) -> None:
    """What puts the item above or below the mean of the candidates, reason by reason."""
    from ctrcore.recommend.leads import as_explanation

    found = as_explanation(trace, why)
    chart(
        waterfall(found, count=8, start=say("mean of {candidates:,}", candidates=len(trace.positions))),
        key="why-reasons",
        title=say("What sets it apart from the other candidates"),
        help_text=WORDS["logit"],
        read=say(
            "From the mean of this user's {candidates:,} candidates on top to this item at the "
            "bottom, the largest reasons first: blue puts it above the others, orange below. The "
            "numbers are those of the sentences.",
            candidates=len(trace.positions),
        ),
        beware=" ".join([say("What all candidates have in common is in none of the bars."), say(NOT_CAUSE)]),
        alt_text=say(
            "Waterfall from the mean candidate, {base:+z.3f}, to the logit {logit:+z.3f}",
            base=found.base,
            logit=found.logit,
        ),
        data=found.parts,
    )


def _numbers(trace: Trace, why: Why) -> None:
    from ctrcore.recommend.sentences import channel_words

    with st.grid(4 if expert() else 3, min_column_width=95):
        st.metric(
            say("Place"),
            f"{why.rank:,}",
            help=say("Among the {items:,} items that were ranked.", items=len(trace.positions)),
        )
        st.metric(say("Probability"), f"{why.probability:.1%}", help=WORDS["probability"])
        if why.recall_rank is not None:
            total = len(trace.items) - len(trace.left_out)
            st.metric(
                say("Recall place"),
                f"{why.recall_rank:,}",
                help=say(
                    "Its place among all {total:,} items by the quick model of the first step, which picks "
                    "what is ranked at all. It came here as: {channel}.",
                    total=total,
                    channel=plain(channel_words(why.channel)),
                ),
            )
        if expert():
            st.metric(say("Logit"), f"{why.logit:+z.3f}", help=WORDS["logit"])


def _tries(found: Counterfactual) -> None:
    """How hard was looked for the smallest change."""
    if not found.found or level() == "Simple":
        return
    told = [
        say("{tried:,} sets of changes were tried; verified by making the whole list again.", tried=found.tried),
        *([] if found.exhaustive else [say("A smaller change may have been missed.")]),
    ]
    st.caption(" ".join(told))


def _support(support: list[Support]) -> None:
    """Values of which training saw little: their part of the score is hardly learnt."""
    weak = [one for one in support if one.state != "known"]
    if not weak:
        st.caption(
            say(
                ":material/check: Training knows all {values} values of this row well (5 times or more).",
                values=len(support),
            )
        )
        return
    by_field: dict[str, int] = {}
    for one in weak:
        by_field[one.field] = by_field.get(one.field, 0) + 1
    told = ", ".join(f"{plain(name)} ({count})" if count > 1 else plain(name) for name, count in by_field.items())
    st.caption(
        say(
            ":material/warning: {weak} of {values} values are rare in training (under 5 times), "
            "unknown or out of range: {fields}. What they add is hardly learnt.",
            weak=len(weak),
            values=len(support),
            fields=told,
        )
    )
