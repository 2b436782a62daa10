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

NOT_CAUSE = "It tells how this model scores, not what moves the user: association, not cause. No model is trained anew."
SIMPLE = 2  # sentences


def show_card(asked: Asked, trace: Trace, why: Why, others: Sequence[Run]) -> DeltaGenerator:
    """How far it may be believed, the reasons in sentences, what other models say, how well the values are known.

    Returns:
        The place for the smallest change (`show_change`), which takes longest to find.
    """
    from ctrcore.recommend.sentences import CAVEAT, lead_told, reasons_told

    with st.container(border=True, height="stretch", key="card-why"):
        st.markdown(f"#### Why {plain(why.name)}?")
        show_short(Chosen(asked.dataset, asked.run, 0, asked.row, 0, why.logit), "contribution", trace.row(why.item))
        _numbers(trace, why)
        lead, told = lead_told(trace, why), reasons_told(why.reasons, trace.items.encoder.schema)
        if level() != "Simple":
            st.markdown(plain(lead))
        else:
            st.caption(
                "In brackets: how much it raises (+) or lowers (-) the model's score beyond the other candidates."
            )
        say(told[:SIMPLE] if level() == "Simple" else [*told, *_warnings(why)])
        if others:
            st.markdown(agreement(asked, why.item, others))
        place = st.container()
        if level() != "Simple":
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


def show_split(trace: Trace, why: Why) -> None:
    """The item, the user, or both together: four bars that add up to the score."""
    from ctrcore.recommend.leads import split

    found = split(why)
    if found is None or why.appeal is None:
        return
    many, others = f"{len(trace.positions):,}", f"{why.appeal.rows:,}"
    steps = [
        ("candidates, other users", found.candidates),
        ("+ this item, other users", found.item),
        ("+ this user, any candidate", found.user),
        ("+ this item for this user", found.both),
    ]
    chart(
        score_steps(steps),
        key="appeal",
        title="The item, the user, or both together?",
        help_text=f"**Appeal**, the first two bars. {WORDS['appeal']}  \n**Fit**, the other two. {WORDS['fit']}",
        read=f"Start: what the {many} candidates score with a sample of {others} other users. Then how much more these "
        "users score this item (the figure of the sentences), how much more this user scores any candidate, and what "
        "is left: how well this very item suits this very user.",
        beware=f"The item's mean score with other users is {signed(why.appeal.appeal)}, and this user adds "
        f"{signed(why.appeal.fit)}. A list of items that owe most to the second bar is much the same for everybody.",
        alt_text="; ".join(f"{name} {signed(value)}" for name, value in steps) + f"; score {signed(why.logit)}",
        data=pd.DataFrame([*steps, ("score", why.logit)], columns=["step", "logit"]),
    )


def show_reasons(trace: Trace, why: Why) -> None:
    """What puts the item above or below the mean of the candidates, reason by reason."""
    from ctrcore.recommend.leads import as_explanation

    found = as_explanation(trace, why)
    chart(
        waterfall(found, count=8, start=f"mean of {len(trace.positions):,}"),
        key="why-reasons",
        title="What sets it apart from the other candidates",
        help_text=WORDS["logit"],
        read=f"From the mean of this user's {len(trace.positions):,} candidates on top to this item at the bottom, the "
        "largest reasons first: blue puts it above the others, orange below. The numbers are those of the sentences.",
        beware=f"What all candidates have in common is in none of the bars. {NOT_CAUSE}",
        alt_text=f"Waterfall from the mean candidate, {found.base:+z.3f}, to the logit {found.logit:+z.3f}",
        data=found.parts,
    )


def _numbers(trace: Trace, why: Why) -> None:
    with st.grid(4 if expert() else 3, min_column_width=95):
        st.metric("Place", f"{why.rank:,}", help=f"Among the {len(trace.positions):,} items that were ranked.")
        st.metric("Probability", f"{why.probability:.1%}", help=WORDS["probability"])
        if why.recall_rank is not None:
            total = len(trace.items) - len(trace.left_out)
            st.metric(
                "Recall place",
                f"{why.recall_rank:,}",
                help=f"Its place among all {total:,} items by the quick model of the first step, which picks what is "
                f"ranked at all. It came here as: {plain(why.channel)}.",
            )
        if expert():
            st.metric("Logit", f"{why.logit:+z.3f}", help=WORDS["logit"])


def _warnings(why: Why) -> list[str]:
    """Of an item that the model hardly knows."""
    return [sentence for sentence in why.sentences if sentence.startswith("Beware")]


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
