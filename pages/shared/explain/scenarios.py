"""Scenarios: imagined rows that are kept side by side for the session."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ctrcore.errors import CtrLensError
from ctrcore.figures.style import shorten
from ctrcore.language import say
from ctrcore.metrics import sigmoid
from pages.shared.charts import csv_button
from pages.shared.explain.chosen import Explained, run_of
from pages.shared.explain.imagined import changes_of, imagine, replace_changes
from pages.shared.tools import plain

_KEPT = "explain-scenarios"
MOST = 50
LONGEST = 60
NOTHING: dict[str, Any] = {}
Kept = dict[str, Any]  # name, row, changes, told: plain values, so that a reload of the code does no harm


def keep_button(chosen: Explained, told: list[str]) -> None:
    """A name, and the button that keeps the changes as they are."""
    scenarios = kept(chosen.dataset.id)
    st.text_input(
        say("Name"),
        key="whatif-name",
        max_chars=LONGEST,
        placeholder=say("Scenario {number}", number=len(scenarios) + 1),
        width=240,
        label_visibility="collapsed",
    )
    st.button(
        say("Keep as a scenario"),
        key="whatif-keep",
        icon=":material/bookmark_add:",
        on_click=_keep,
        args=(chosen, told),
        disabled=len(scenarios) >= MOST,
        help=say("For this session; at most {most}.", most=MOST),
    )


def show_scenarios(chosen: Explained) -> None:
    """The table of what was kept, with the row as it is on top; a chosen one can be renamed, removed or taken up."""
    scenarios = kept(chosen.dataset.id)
    if not scenarios:
        return
    table = table_of(chosen, scenarios)
    with st.container(border=True, key="whatif-scenarios"):
        st.markdown(say("#### Scenarios"))
        event = st.dataframe(
            _shown(chosen, table),
            hide_index=True,
            key=f"whatif-table-{len(scenarios)}",
            on_select="rerun",
            selection_mode="single-row",
            alt=say(
                "{scenarios} scenarios: changes, and each model's probability and its difference",
                scenarios=len(scenarios),
            ),
            column_config={
                "scenario": say("Scenario"),
                "row": st.column_config.NumberColumn(say("Row"), format="%d"),
                "changes": st.column_config.TextColumn(say("Changes"), width="medium"),
                **{
                    one.id: st.column_config.TextColumn(
                        shorten(one.title, 16),
                        help=say(
                            "{title}: the probability, and its change in percentage points.", title=plain(one.title)
                        ),
                        alignment="right",
                    )
                    for one in chosen.view.contenders
                },
            },
        )
        picked = [place for place in event["selection"]["rows"] if place < len(scenarios)]
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            if picked:
                _tools(chosen, scenarios, picked[0])
            else:
                st.caption(say("Choose a line to rename it, to remove it, or to take its changes up again."))
            csv_button(lambda: _file(chosen, table), "scenarios")


def kept(dataset_id: str) -> list[Kept]:
    """The scenarios of a dataset, the oldest first."""
    by_dataset: dict[str, list[Kept]] = st.session_state.setdefault(_KEPT, {})
    return by_dataset.setdefault(dataset_id, [])


def table_of(chosen: Explained, scenarios: list[Kept]) -> pd.DataFrame:
    """A line a scenario: scenario, row, changes, and for each model, by its id, its probability and the change.

    The change, in percentage points, is in the column '{id} change'. A run may be called 'row': its id is never that.
    """
    lines = []
    for scenario in scenarios:
        line: dict[str, Any] = {
            "scenario": scenario["name"],
            "row": scenario["row"],
            "changes": "; ".join(scenario["told"]),
        }
        for one in chosen.view.contenders:
            before, after = _probabilities(chosen, scenario, one.id)
            line |= {one.id: after, f"{one.id} change": None if after is None else 100 * (after - before)}
        lines.append(line)
    return pd.DataFrame(lines)


def _shown(chosen: Explained, table: pd.DataFrame) -> pd.DataFrame:
    """The table as it is read: one column a model, '96.8 % (+3.5)'."""
    shown = table[["scenario", "row", "changes"]].copy()
    for one in chosen.view.contenders:
        shown[one.id] = [
            say("cannot read it") if pd.isna(after) else f"{100 * after:.1f} % ({change:+z.1f})"
            for after, change in zip(table[one.id], table[f"{one.id} change"], strict=True)
        ]
    return shown


def _file(chosen: Explained, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the runs by their names."""
    names = {one.id: f"probability by {one.title}" for one in chosen.view.contenders}
    changes = {f"{one.id} change": f"change by {one.title}" for one in chosen.view.contenders}
    return table.rename(columns=names | changes)


def _probabilities(chosen: Explained, scenario: Kept, run_id: str) -> tuple[float, float | None]:
    """Of the row as it is and as it is imagined; None where the model cannot read the changes."""
    run = run_of(chosen.view[run_id])
    try:
        found = [imagine(run, scenario["row"], changes).logit for changes in (NOTHING, scenario["changes"])]
    except (CtrLensError, KeyError):
        return float("nan"), None
    before, after = (float(sigmoid(logit)) for logit in found)  # type: ignore[arg-type]
    return before, after


def _tools(chosen: Explained, scenarios: list[Kept], place: int) -> None:
    name = f"whatif-rename-{place}"
    st.text_input(
        say("New name"),
        value=scenarios[place]["name"],
        key=name,
        max_chars=LONGEST,
        width=240,
        label_visibility="collapsed",
        on_change=_rename,
        args=(chosen.dataset.id, place, name),
    )
    here = scenarios[place]["row"] == chosen.row
    st.button(
        say("Take up"),
        key="whatif-load",
        icon=":material/edit:",
        disabled=not here,
        on_click=_load,
        args=(chosen, place),
        help=say("Set the controls below to this scenario.")
        if here
        else say("It is of another row: choose that row first."),
    )
    st.button(
        say("Remove"),
        key="whatif-remove",
        icon=":material/delete:",
        on_click=_remove,
        args=(chosen.dataset.id, place),
    )


def _keep(chosen: Explained, told: list[str]) -> None:
    scenarios = kept(chosen.dataset.id)
    name = st.session_state.get("whatif-name", "").strip()[:LONGEST] or say(
        "Scenario {number}", number=len(scenarios) + 1
    )
    changes = dict(changes_of(chosen.dataset.id, chosen.row))
    scenarios.append({"name": name, "row": chosen.row, "changes": changes, "told": list(told)})
    st.session_state["whatif-name"] = ""


def _rename(dataset_id: str, place: int, key: str) -> None:
    name = st.session_state[key].strip()[:LONGEST]
    if name:
        kept(dataset_id)[place]["name"] = name


def _remove(dataset_id: str, place: int) -> None:
    kept(dataset_id).pop(place)


def _load(chosen: Explained, place: int) -> None:
    replace_changes(chosen.dataset.id, chosen.row, kept(chosen.dataset.id)[place]["changes"])
