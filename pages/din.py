"""DIN attention: which of a user's earlier clicks matter for the candidate, and whether they help it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.figures import captions
from ctrcore.figures.histories import history_cards, recency_bars
from ctrcore.language import say
from ctrcore.metrics import sigmoid
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.badge import show_badge, show_overall
from pages.shared.candidates import named_history, names_of, pick_candidate, switched_off, with_other_candidate
from pages.shared.charts import chart
from pages.shared.grouped import show_cloud, show_groups
from pages.shared.inside import Chosen, choose, sample_note, show_row
from pages.shared.level import learn, level
from pages.shared.problems import problems_shown
from pages.shared.store import encoder_of, explanations_of, model_of

if TYPE_CHECKING:
    from ctrcore.models.din import DIN

CARDS = 25


def scores(chosen: Chosen, logit: float, shorter: float | None) -> None:
    """The score as it is, with the candidate chosen, and with behaviours off."""
    with st.grid(3, min_column_width=150):
        st.metric(say("Row as it was"), f"{chosen.logit:+z.3f}", help=WORDS["logit"])
        st.metric(
            say("With this candidate"),
            f"{logit:+z.3f}",
            delta=f"{logit - chosen.logit:+z.3f}" if abs(logit - chosen.logit) > 5e-4 else None,
            help=say("Probability {share:.1%}.", share=float(sigmoid(np.array(logit)))),
        )
        if shorter is not None:
            st.metric(say("With behaviours off"), f"{shorter:+z.3f}", delta=f"{shorter - logit:+z.3f}")


def show_history(chosen: Chosen) -> None:
    """The history of the row as cards, for the candidate and the behaviours chosen."""
    from ctrcore.explain.behaviours import history_view
    from ctrcore.explain.removal import keep_behaviours
    from ctrcore.training.predicting import predict

    model, encoder = cast("DIN", model_of(chosen.run)), encoder_of(chosen.run)
    controls = st.grid(2, min_column_width=300)
    with controls.cell():
        candidate = pick_candidate(chosen)
        row = with_other_candidate(chosen, candidate)
    history = history_view(model, encoder, row, 0)
    if history.empty:
        st.info(
            say(
                "**No behaviours.** This user had clicked nothing before this row, so DIN has nothing to attend "
                "to: the interest vector is zero, and the score comes from the other fields."
            ),
            icon=":material/history_toggle_off:",
        )
        return
    with controls.cell():
        keep = switched_off(history, chosen)
    logit = float(predict(model, row)[0])
    shorter = None
    if not keep.all():
        row = keep_behaviours(model, row, keep[None])
        shorter = float(predict(model, row)[0])
        history = history_view(model, encoder, row, 0)
    scores(chosen, logit, shorter)
    if history.empty:
        st.caption(say("All behaviours are switched off."))
        return
    show_badge(chosen, "attention", row, _subject(chosen, candidate, shorter=not keep.all()))
    hidden = max(0, len(history) - CARDS)
    if hidden:
        address.show("all-behaviours", "older", [False, True], default=False)
        older = st.toggle(
            say("Show {hidden} older behaviours too", hidden=hidden),
            key="all-behaviours",
            on_change=address.take,
            args=("all-behaviours", "older"),
        )
        history = history if older else history.iloc[hidden:]
    history = history.iloc[::-1]
    chart(
        history_cards(named_history(chosen, history)),
        key="din-history",
        title=say("The user's history, as this candidate sees it"),
        help_text=say(
            "**Attention.** {attention}  \n**Left out.** {leave_one_out}",
            attention=WORDS["attention"],
            leave_one_out=WORDS["leave-one-out"],
        ),
        read=say(
            "One line a click, the newest on top. Left: the longer the bar, the more DIN attends to it; blue "
            "clicks raise the candidate's score, orange ones lower it. Right: the contribution as a bar, and "
            "as a diamond what really happens when the click is left out."
        ),
        beware=say(
            "Attention has no sign that can be trusted: much attention may lower the score. Where bar and diamond "
            "differ, other clicks stand in for the one left out. It is about the model, not about what moved the user."
        ),
        alt_text=say(
            "Attention, contribution and leave-one-out of {count} behaviours, the newest first", count=len(history)
        ),
        data=lambda: _file(history, named_history(chosen, history)),
    )
    show_groups(chosen, row)


def _subject(chosen: Chosen, candidate: str | None, *, shorter: bool) -> str | None:
    """What the badge is on, where it is not the row itself."""
    if candidate is None:
        return say("Row {row} with a shorter history", row=chosen.row) if shorter else None
    item = names_of(chosen).item(candidate)
    if shorter:
        return say("Row {row} with item {item} and a shorter history", row=chosen.row, item=item)
    return say("Row {row} with item {item}", row=chosen.row, item=item)


def overview(chosen: Chosen) -> None:
    """Attention over many rows: by recency, and for behaviours like the candidate."""
    summary = explanations_of(chosen.run)["behaviours"]
    note = sample_note(chosen.run, summary["rows"])
    if not summary["behaviours"]:
        st.caption(say("None of the rows ({note}) has a history.", note=note))
        return
    chart(
        recency_bars(summary["by_recency"]),
        key="din-recency",
        **captions.recency(note),
        alt_text=say("Mean attention by how many clicks back a behaviour lies"),
        data=pd.DataFrame(summary["by_recency"]),
    )
    show_cloud(chosen)
    with st.container(border=True):
        title = say("Are clicks like the candidate special?")
        st.markdown(f"#### {title}", help=say("Clicks with the candidate's value, and others."))
        table = pd.DataFrame(summary["by_match"])
        table["contribution"] = table["contribution"].round(4) + 0.0  # never -0.0000
        words = {True: say("same as the candidate"), False: say("other")}
        table["same_as_candidate"] = table["same_as_candidate"].map(words)
        st.dataframe(
            table,
            hide_index=True,
            column_config={
                "history": say("History"),
                "same_as_candidate": say("Value"),
                "behaviours": st.column_config.NumberColumn(say("Clicks"), format="localized"),
                "attention": st.column_config.NumberColumn(say("Attention"), format="%.4f", help=WORDS["attention"]),
                "contribution": st.column_config.NumberColumn(
                    say("Contribution"), format="%+.4f", help=WORDS["contribution"]
                ),
            },
            key="din-match",
            alt=say("Mean attention and contribution of behaviours like the candidate and of others"),
        )
        if level() != "Simple":
            st.caption(captions.attention_and_sign(note, summary["sign_agreement"], summary["negative_share"]))


def _file(history: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """The history with ids, and beside them the names where items have any."""
    called = {f"{name}_name": named[name] for name in history.columns if not history[name].equals(named[name])}
    return history.assign(**called)


chosen = choose("din", say("DIN needs a history column; one can be built on the Data page."), with_history=True)
learn(
    say(
        "DIN compares each click of the user's **history** with the **candidate** item and weighs it by **attention**. "
        "Another candidate makes other clicks matter."
    )
)
show_row(chosen)
with problems_shown():
    show_history(chosen)
with problems_shown():
    show_overall(chosen.run, "attention")
    overview(chosen)
