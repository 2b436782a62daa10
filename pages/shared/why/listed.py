"""The list that a user gets, and where the other models would put its items."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.language import say
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import csv_button
from pages.shared.level import expert, learn, level
from pages.shared.pickers import finished_runs, run_label
from pages.shared.tools import plain
from pages.shared.why.choices import Asked
from pages.shared.why.traces import ranked_by

if TYPE_CHECKING:
    from ctrcore.recommend.funnel import Trace

MOST = 4  # other models beside the list
LINE, HEAD = 35, 38
HERE = "▶"


def pick_others(asked: Asked) -> list[Run]:
    """Other finished runs whose ranks stand beside the list: those compared elsewhere, else one of each model."""
    done = {run.id: run for run in finished_runs(asked.dataset) if run.id != asked.run.id}
    if not done:
        return []
    chosen = [one for one in address.read_list("runs") if one in done]
    if not chosen and address.read("runs") is None:
        newest: dict[str, str] = {}
        for run in done.values():
            if run.spec.model.name != asked.run.spec.model.name:
                newest.setdefault(run.spec.model.name, run.id)
        chosen = list(newest.values())
    chosen = chosen[:MOST]
    if st.session_state.get("pick-others") != chosen:
        st.session_state["pick-others"] = chosen
    labels = {one: run_label(run, [*done.values(), asked.run]) for one, run in done.items()}
    st.sidebar.multiselect(
        say("Other models"),
        list(done),
        format_func=labels.__getitem__,
        key="pick-others",
        max_selections=MOST,
        on_change=lambda: address.write_list("runs", st.session_state["pick-others"]),
        placeholder=say("Choose runs"),
        help=say("Their ranks of the same candidates stand beside the list."),
    )
    return [done[one] for one in chosen]


def say_list(asked: Asked, trace: Trace) -> None:
    """What is shown, in one sentence, and under what conditions."""
    ranker = plain(run_label(asked.run, finished_runs(asked.dataset)))
    total, kept = len(trace.items), len(trace.top)
    said = {"who": asked.who, "kept": kept, "total": total, "ranker": ranker, "ranked": len(trace.positions)}
    if asked.recall is None:
        st.markdown(
            say("{who} would be shown these **{kept}** of {total:,} items: **{ranker}** ranks all of them.", **said)
        )
    else:
        st.markdown(
            say(
                "{who} would be shown these **{kept}** of {total:,} items: **{recall}** picks {ranked:,} of them, and "
                "**{ranker}** puts these in order.",
                **said,
                recall=plain(run_label(asked.recall, finished_runs(asked.dataset))),
            )
        )
    if level() != "Expert":
        st.markdown(
            say(
                "Every item is scored as if it were shown in the user's last moment, row {row} of the table: the same "
                "past clicks, the same situation, another item.",
                row=asked.row,
            )
            if asked.user is not None
            else say(
                "Every item is scored as if it were shown in row {row} of the table: the same past clicks, the same "
                "situation, another item.",
                row=asked.row,
            )
        )
    learn(
        say(
            "Scores and reasons are logits, the model's raw score: 0 is a probability of 50 %, +1 about 73 %, -1 about "
            "27 %. The reasons are steps on that scale; they say what sets an item apart **from the other candidates**."
        )
    )


def pick_item(trace: Trace) -> str:
    """The item looked at: clicked in the list or chosen here; the first one to begin with."""
    top = [str(item) for item in trace.top["item"]]
    said = (address.read("item") or "").strip()
    chosen = said if said in top or (said in trace.items.frame.index and trace.rank(said) is not None) else top[0]
    options = top if chosen in top else [*top, chosen]
    address.write("item", chosen)
    if st.session_state.get("pick-item") != chosen:
        st.session_state["pick-item"] = chosen
    names = trace.items.names
    st.selectbox(
        say("Item"),
        options,
        format_func=lambda item: f"{trace.rank(item)}. {names.item(item)}",
        key="pick-item",
        on_change=address.take,
        args=("pick-item", "item"),
        help=say("The item to explain: choose it here, or click its line in the list."),
        width=420,
    )
    return chosen


def show_list(asked: Asked, trace: Trace, others: list[Run], chosen: str) -> None:
    """The first items, best first; a click on a line chooses the item."""
    top = trace.top
    shown, ranks = _table(asked, trace, others, chosen)
    key = f"list-{asked.run.id}-{asked.row}-{len(top)}"
    with st.container(border=True, height="stretch", key="card-list"):
        st.markdown(
            say("#### The list: the first {items} items", items=len(top)),
            help=WORDS["funnel"],
        )
        if level() != "Expert":
            st.caption(say("**Click a line** to see why the item is there."))
        st.dataframe(
            shown,
            hide_index=True,
            height=HEAD + LINE * min(len(shown), 12),
            key=key,
            on_select=partial(_take_line, key, top["item"].tolist()),
            selection_mode="single-cell",  # rows could be chosen by a box at their left only
            alt=say("The first {items} items for {who}, best first", items=len(top), who=asked.who),
            column_config=_columns(ranks),
        )
        csv_button(shown.drop(columns=HERE), "list")


def _table(asked: Asked, trace: Trace, others: list[Run], chosen: str) -> tuple[pd.DataFrame, list[str]]:
    """The lines of the list, and the columns that hold the ranks of other models."""
    from ctrcore.recommend.sentences import channel_words

    top = trace.top
    shown = pd.DataFrame(
        {
            HERE: [HERE if item == chosen else "" for item in top["item"]],
            "rank": top["rank"],
            "item": top["name"],
            "probability": top["probability"],
        }
    )
    ranks = {
        say("by {run}", run=run_label(run, [*others, asked.run])): top["item"]
        .map(ranked_by(asked, run)["rank"])
        .to_numpy()
        for run in others
    }
    if ranks:
        inside = np.sum([found <= asked.top for found in ranks.values()], axis=0)
        shown["agree"] = [say("{inside} of {models}", inside=one, models=len(ranks)) for one in inside.tolist()]
    if asked.recall is not None:
        shown["recalled"] = top["recall_rank"].to_numpy()
        shown["channel"] = [channel_words(str(one)) for one in top["channel"]]
    if expert():
        shown["logit"] = top["logit"].to_numpy()
        shown["id"] = top["item"].to_numpy()
    return shown.assign(**ranks), list(ranks)


def _columns(ranks: list[str]) -> dict[str, Any]:
    """How the columns of the list look."""
    number = st.column_config.NumberColumn
    return {
        HERE: st.column_config.TextColumn("", width=24),
        "rank": number("#", width=34, help=say("Rank by the ranking model.")),
        "item": st.column_config.TextColumn(say("Item"), width=180),
        "probability": number(
            say("Chance"),
            format="percent",
            width=70,
            help=say("Probability. {probability}", probability=WORDS["probability"]),
        ),
        "agree": st.column_config.TextColumn(
            say("Others"), width=64, help=say("How many of the other models chosen in the sidebar would show it, too.")
        ),
        "recalled": number(
            say("Recall place"),
            format="localized",
            width=95,
            help=say("Its place by the quick model. {recalled}", recalled=WORDS["recalled"]),
        ),
        "channel": st.column_config.TextColumn(say("Channel"), width=100, help=WORDS["channel"]),
        "logit": number(say("Logit"), format="%+.3f", help=WORDS["logit"]),
        "id": st.column_config.TextColumn(say("Id")),
        **{
            name: number(
                name,
                format="localized",
                width=80,
                help=say("The rank that this model gives the item among the same candidates."),
            )
            for name in ranks
        },
    }


def _take_line(key: str, items: list[str]) -> None:
    cells = st.session_state[key]["selection"]["cells"]
    if cells:
        address.write("item", str(items[cells[0][0]]))
