"""One item of the list: why it is there, what it has for anybody and what for this user, and what would drop it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ctrcore.figures.explanations import waterfall
from ctrcore.figures.recommended import appeal_and_fit
from ctrcore.words import WORDS
from pages.shared.badge import show_badge
from pages.shared.charts import chart
from pages.shared.inside import Chosen
from pages.shared.level import expert, level
from pages.shared.tools import plain
from pages.shared.why.choices import Asked

if TYPE_CHECKING:
    from ctrcore.explain.support import Support
    from ctrcore.recommend.counterfactual import Counterfactual
    from ctrcore.recommend.funnel import Trace
    from ctrcore.recommend.why import Why

NOT_CAUSE = "It tells how this model scores, not what moves the user: association, not cause. No model is trained anew."


def show_card(trace: Trace, why: Why) -> DeltaGenerator:
    """Rank and score at each stage, the reasons in sentences, how well the values are known.

    Returns:
        The place for the smallest change (`show_change`), which takes longest to find.
    """
    from ctrcore.recommend.sentences import CAVEAT, reasons_told

    with st.container(border=True, height="stretch", key="card-why"):
        st.markdown(f"#### Why {plain(why.name)}?")
        with st.grid(4 if expert() else 3, min_column_width=95):
            st.metric("Place", f"{why.rank:,}", help=f"Among the {len(trace.positions):,} items that were ranked.")
            st.metric("Probability", f"{why.probability:.1%}", help=WORDS["probability"])
            if why.recall_rank is not None:
                st.metric("Recalled as", f"{why.recall_rank:,}", help=f"Its rank there. {WORDS['recalled']}")
            if expert():
                st.metric("Logit", f"{why.logit:+.3f}", help=WORDS["logit"])
        told = reasons_told(why.reasons, trace.items.encoder.schema.item)
        more = [sentence for sentence in why.sentences if sentence not in (*told, CAVEAT)]
        say(told if level() == "Simple" else [*told, *more])
        place = st.container()
        _support(why.support)
        st.caption(plain(CAVEAT))
    return place


def show_change(trace: Trace, change: Counterfactual | None) -> None:
    """The smallest change that takes the item off the list, and what comes instead."""
    from ctrcore.recommend.sentences import of_counterfactual

    if change is not None:
        st.markdown("**What would take it off the list?**", help=WORDS["smallest change"])
        st.markdown(plain(of_counterfactual(trace, change)))
        _tries(change)


def say(sentences: Sequence[str]) -> None:
    """Sentences as a list; what holds of all of them is said small."""
    from ctrcore.recommend.sentences import CAVEAT

    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences if sentence != CAVEAT))
    if CAVEAT in sentences:
        st.caption(plain(CAVEAT))


def show_appeal(why: Why) -> None:
    """What the item has for anybody and what for this user, as two bars."""
    if why.appeal is None:
        return
    found = why.appeal
    chart(
        appeal_and_fit(found.appeal, found.fit),
        key="appeal",
        title="Liked by anybody, or by this user?",
        help_text=f"**For anybody.** {WORDS['appeal']}  \n**For this user.** {WORDS['fit']}",
        read=f"First bar: the item's mean score with {found.rows:,} other users. Second bar: what this user, their "
        "history and the situation add. Together they are the score.",
        beware="Much for anybody and little for this user is no fault, but a list of such items is the same for "
        "everybody.",
        alt_text=f"Appeal {found.appeal:+.2f}, personal fit {found.fit:+.2f}, score {found.logit:+.2f}",
        data=pd.DataFrame(
            {"part": ["for anybody", "for this user", "score"], "logit": [found.appeal, found.fit, found.logit]}
        ),
    )


def show_reasons(trace: Trace, why: Why) -> None:
    """What puts the item above or below the mean of the candidates, reason by reason."""
    from ctrcore.recommend.leads import as_explanation

    found = as_explanation(trace, why)
    chart(
        waterfall(found, count=8, start="mean candidate", length=44),
        key="why-reasons",
        title="What is different about it",
        help_text=WORDS["logit"],
        read=f"From the mean of the {len(trace.positions):,} candidates on top to this item at the bottom, the largest "
        "reasons first: blue puts it above the others, orange below. The numbers are those of the sentences.",
        beware=f"What all candidates have in common is in none of the bars. {NOT_CAUSE}",
        alt_text=f"Waterfall from the mean candidate, {found.base:+.3f}, to the logit {found.logit:+.3f}",
        data=found.parts,
    )


def show_trust(asked: Asked, trace: Trace, item: str) -> None:
    """How far the contributions may be believed."""
    chosen = Chosen(asked.dataset, asked.run, 0, asked.row, 0, trace.logit(item))
    show_badge(chosen, "contribution", trace.row(item))


def _tries(found: Counterfactual) -> None:
    """How hard was looked for the smallest change."""
    if not found.found or level() == "Simple":
        return
    sure = "" if found.exhaustive else " A smaller change may have been missed."
    st.caption(f"{found.tried:,} sets of changes were tried; verified by making the whole list again.{sure}")


def _support(support: list[Support]) -> None:
    """Values of which training saw little: their part of the score is hardly learnt."""
    weak = [one for one in support if one.state != "known"]
    if not weak:
        st.caption(f":material/check: Training knows all {len(support)} values of this row well (5 times or more).")
        return
    by_field: dict[str, int] = {}
    for one in weak:
        by_field[one.field] = by_field.get(one.field, 0) + 1
    told = ", ".join(f"{plain(name)} ({count})" if count > 1 else plain(name) for name, count in by_field.items())
    st.caption(
        f":material/warning: {len(weak)} of {len(support)} values are rare in training (under 5 times), unknown or out "
        f"of range: {told}. What they add is hardly learnt."
    )
