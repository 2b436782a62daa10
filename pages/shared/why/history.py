"""What the user did before, beside the item: what each past click does for it, and which ones hold it on the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import mark, say, say_count
from ctrcore.words import WORDS
from pages.shared.charts import csv_button
from pages.shared.level import level

if TYPE_CHECKING:
    from ctrcore.recommend.counterfactual import Counterfactual
    from ctrcore.recommend.funnel import Trace

GONE = "✕"
SHOWN = 9
SPEAKS = mark(
    "How much more the click speaks for this item than for the other candidates, on the logit. The sentences and "
    "the chart of what sets the item apart add these numbers up."
)


def show_history(trace: Trace, item: str, change: Counterfactual | None) -> None:
    """The past clicks, the newest first; those whose removal drops the item are marked."""
    from ctrcore.recommend.past import past

    found = past(trace)
    with st.container(border=True, height="stretch", key="card-history"):
        st.markdown(say("#### The user's history"), help=WORDS["history"])
        if found is None:
            st.info(
                say("**No model here reads a history**, so the list rests on the other fields."),
                icon=":material/history_toggle_off:",
            )
            return
        if found.empty:
            st.info(
                say("**This user had clicked nothing before this moment**, so the list rests on the other fields."),
                icon=":material/history_toggle_off:",
            )
            return
        speaks = _leads(trace, item, len(found))
        gone = _gone(change)
        table = found.assign(**speaks)
        if gone:
            table[GONE] = [GONE if back in gone else "" for back in found["back"]]
            table = table.sort_values(GONE, ascending=False, kind="stable")  # a mark far down would not be seen
        if level() != "Expert":
            st.caption(_read(len(found), bool(speaks), len(gone)))
        names = [name for name in found.columns if name != "back"]
        st.dataframe(
            table,
            hide_index=True,
            height=38 + 35 * min(len(table), SHOWN),
            key="why-history",
            alt=say_count("{count} past click, the newest first", "{count} past clicks, the newest first", len(table)),
            column_order=[*([GONE] if gone else []), "back", *speaks, *names],
            column_config={
                GONE: st.column_config.TextColumn(
                    "", width=24, help=say("Without these clicks the item leaves the list.")
                ),
                "back": st.column_config.NumberColumn(say("Clicks ago"), width=80, help=say("1 is the newest.")),
                "speaks": st.column_config.NumberColumn(say("For it"), format="%+.3f", width=70, help=say(SPEAKS)),
            },
        )
        csv_button(table, "history")


def _read(clicks: int, speaks: bool, gone: int) -> str:
    if gone:
        told = say_count(
            "{clicks} past clicks: on top the one without which the item leaves the list ({mark}), then the newest.",
            "{clicks} past clicks: on top the {count} without which the item leaves the list ({mark}), then "
            "the newest.",
            gone,
            clicks=clicks,
            mark=GONE,
        )
    else:
        told = say_count("{count} past click, the newest first.", "{count} past clicks, the newest first.", clicks)
    if not speaks:
        return told
    for_it = say(
        "'For it': how much more the click speaks for this item than for the other candidates, on the logit. The "
        "sentences and the chart of what sets the item apart add these numbers up."
    )
    return f"{told} {for_it}"


def _leads(trace: Trace, item: str, clicks: int) -> dict[str, list[float]]:
    """What each click does for the item, the newest first; nothing where the ranking model reads no history."""
    place = trace.place(item)
    worth = [] if place is None else trace.contrast.leads(place).behaviours.tolist()
    return {"speaks": worth} if len(worth) == clicks else {}


def _gone(change: Counterfactual | None) -> set[int]:
    if change is None or not change.found or change.kind != "behaviour":
        return set()
    return {_back(one.name) for one in change.changes}


def _back(name: str) -> int:
    """3 of 'behaviour 3 back'."""
    return int(name.split()[1])
