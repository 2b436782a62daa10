"""What the user did before, beside the item: what each past click does for it, and which ones hold it on the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.words import WORDS
from pages.shared.charts import csv_button
from pages.shared.level import level

if TYPE_CHECKING:
    from ctrcore.recommend.counterfactual import Counterfactual
    from ctrcore.recommend.funnel import Trace

GONE = "✕"
SHOWN = 9
SPEAKS = (
    "How much more the click speaks for this item than for the other candidates, on the logit. The sentences and "
    "the chart of what sets the item apart add these numbers up."
)
OTHER_FIELDS = "the list rests on the other fields"


def show_history(trace: Trace, item: str, change: Counterfactual | None) -> None:
    """The past clicks, the newest first; those whose removal drops the item are marked."""
    from ctrcore.recommend.past import past

    found = past(trace)
    with st.container(border=True, height="stretch", key="card-history"):
        st.markdown("#### The user's history", help=WORDS["history"])
        if found is None:
            st.info(f"**No model here reads a history**, so {OTHER_FIELDS}.", icon=":material/history_toggle_off:")
            return
        if found.empty:
            st.info(
                f"**This user had clicked nothing before this moment**, so {OTHER_FIELDS}.",
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
            alt=f"{len(table)} past clicks, the newest first",
            column_order=[*([GONE] if gone else []), "back", *speaks, *names],
            column_config={
                GONE: st.column_config.TextColumn("", width=24, help="Without these clicks the item leaves the list."),
                "back": st.column_config.NumberColumn("Clicks ago", width=80, help="1 is the newest."),
                "speaks": st.column_config.NumberColumn("For it", format="%+.3f", width=70, help=SPEAKS),
            },
        )
        csv_button(table, "history")


def _read(clicks: int, speaks: bool, gone: int) -> str:
    parts = [f"{clicks} past click{'' if clicks == 1 else 's'}, the newest first."]
    if gone:
        these = "the one" if gone == 1 else f"the {gone}"
        parts = [
            f"{clicks} past clicks: on top {these} without which the item leaves the list ({GONE}), then the newest."
        ]
    if speaks:
        parts.append(f"'For it': {SPEAKS[0].lower()}{SPEAKS[1:]}")
    return " ".join(parts)


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
