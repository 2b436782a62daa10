"""What the user did before, beside the item: what each past click adds to it, and which ones hold it on the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.words import WORDS
from pages.shared.charts import csv_button
from pages.shared.level import level

if TYPE_CHECKING:
    from ctrcore.explain.explanation import Explanation
    from ctrcore.recommend.counterfactual import Counterfactual
    from ctrcore.recommend.funnel import Trace

GONE = "✕"
SHOWN = 12
OTHER_FIELDS = "the list rests on the other fields"


def show_history(trace: Trace, explanation: Explanation, change: Counterfactual | None) -> None:
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
        adds = _contributions(explanation)
        gone = _gone(change)
        table = found.assign(**{GONE: [GONE if back in gone else "" for back in found["back"]]})
        if adds:
            table["adds"] = [adds.get(back) for back in found["back"]]
        if level() != "Expert":
            st.caption(_read(len(found), bool(adds), bool(gone)))
        names = [name for name in found.columns if name != "back"]
        table = table.sort_values(GONE, ascending=False, kind="stable")  # a mark far down would not be seen
        st.dataframe(
            table,
            hide_index=True,
            height=38 + 35 * min(len(table), SHOWN),
            key="why-history",
            alt=f"{len(table)} past clicks, the newest first",
            column_order=[GONE, "back", "adds", *names],
            column_config={
                GONE: st.column_config.TextColumn("", width=24, help="Without these clicks the item leaves the list."),
                "back": st.column_config.NumberColumn("Back", width=50, help="How many clicks ago; 1 is the newest."),
                "adds": st.column_config.NumberColumn("Adds", format="%+.3f", width=70, help=WORDS["contribution"]),
            },
        )
        csv_button(table, "history")


def _read(clicks: int, adds: bool, gone: bool) -> str:
    parts = [f"{clicks} past click{'' if clicks == 1 else 's'}, the newest first."]
    if adds:
        parts.append("'Adds' is what a click adds to this item's logit.")
    if gone:
        parts.append(f"Without those marked {GONE}, which stand first, the item leaves the list.")
    return " ".join(parts)


def _contributions(explanation: Explanation) -> dict[int, float]:
    """What each behaviour adds, by how far back it lies; empty where the model does not tell them apart."""
    parts = explanation.parts[explanation.parts["kind"] == "behaviour"]
    return {_back(str(name)): float(value) for name, value in zip(parts["name"], parts["contribution"], strict=True)}


def _gone(change: Counterfactual | None) -> set[int]:
    if change is None or not change.found or change.kind != "behaviour":
        return set()
    return {_back(one.name) for one in change.changes}


def _back(name: str) -> int:
    """3 of 'behaviour 3 back'."""
    return int(name.split()[1])
