"""The table of what each model is worth and costs."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

from ctrcore.comparing import cutoffs
from ctrcore.comparing.testing import Comparison
from ctrcore.language import say
from ctrcore.runs import scoreboard as runs_scoreboard
from ctrcore.runs.scoreboard import COLUMNS, over_seeds, same_but_seed
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import csv_button
from pages.shared.compare import chosen_cutoff, kept
from pages.shared.compare.view import View
from pages.shared.level import level
from pages.shared.tools import plain

SIMPLE = ("run", "auc", "interval", "log_loss", "seconds")
INTERVAL = "interval"


def scoreboard(view: View) -> None:
    """The table of metrics, against a base; several seeds of one model on one line if asked for."""
    with st.container(border=True, key="card-metrics"):
        head, choice = st.columns([3, 2], vertical_alignment="center")
        head.markdown(
            say("#### Every metric at a glance"), help=say("Hover over a column's title to read what it means.")
        )
        base = view.contenders[0].id
        if level() != "Simple":
            titles = view.titles
            base = choice.selectbox(
                say("RelaImpr against"),
                list(titles),
                format_func=titles.__getitem__,
                key="base-run",
                help=f"**RelaImpr.** {WORDS['rela_impr']}",
            )
        cutoff = chosen_cutoff.of_table()
        found: Comparison = kept.comparison(view)
        table = runs_scoreboard.scoreboard(view.contenders, view.sheet, found, base, cutoff)
        groups = same_but_seed(view.contenders)
        seeds = len(groups) < len(view.contenders) and _by_seeds()
        if seeds:
            table = over_seeds(table, view.contenders)
            _seeds_table(table, cutoff)
        else:
            _runs_table(table, cutoff)
        if level() != "Simple":
            scrolls = say("The table scrolls to the right: what the models cost and when they ended.")
            st.caption(f"{_users(table)} {scrolls}".strip())
        if level() == "Learn":
            st.caption(_what_not_to_conclude(view, cutoff, seeds))
        named = table.drop(columns="ids", errors="ignore").assign(cutoff=cutoff, base=view.titles[base])
        csv_button(named, "metrics")


def _users(table: pd.DataFrame) -> str:
    """On how many users gAUC rests, where that is one number for all models."""
    if not _one_number_of_users(table):
        return ""
    return say("gAUC rests on {users:,.0f} users.", users=table["gauc_users"].iloc[0])


def _one_number_of_users(table: pd.DataFrame) -> bool:
    return bool(table["gauc"].notna().any()) and table["gauc_users"].nunique(dropna=False) == 1


def _what_not_to_conclude(view: View, cutoff: float, seeds: bool) -> str:
    luck = (
        say("The spread over a few seeds is itself a rough guess.")
        if seeds
        else say("The interval is about other test rows; luck of the training's seed comes on top.")
    )
    reached = cutoffs.reached(view.sheet, {one.id: plain(one.title) for one in view.probable}, cutoff)
    if not reached:
        return say("**What not to conclude:** {luck}", luck=luck)
    return say("**What not to conclude:** {reached}; move it under One cutoff. {luck}", reached=reached, luck=luck)


def _runs_table(table: pd.DataFrame, cutoff: float) -> None:
    shown = table.copy()
    shown[INTERVAL] = [_range(low, high) for low, high in zip(table["auc_low"], table["auc_high"], strict=True)]
    hidden = {"model", "auc_low", "auc_high"} | ({"gauc_users"} if _one_number_of_users(table) else set())
    columns = [name for name in COLUMNS if name not in hidden and (name == "rela_impr" or not table[name].isna().all())]
    columns.insert(2, INTERVAL)
    st.dataframe(
        shown,
        hide_index=True,
        column_order=[name for name in columns if name in SIMPLE] if level() == "Simple" else columns,
        column_config=_columns(cutoff, shown["run"].tolist()),
        placeholder="–",
        key="metrics-table",
        alt=say("Metrics of each model on the same rows, best AUC first"),
    )


def _seeds_table(table: pd.DataFrame, cutoff: float) -> None:
    """Means, and beside the most used ones the spread."""
    config = _columns(cutoff, table["run"].tolist())
    config |= {
        "runs": st.column_config.NumberColumn(say("Runs"), format="localized"),
        "seeds": st.column_config.TextColumn(say("Seeds"), help=WORDS["seed"]),
        "reruns": st.column_config.NumberColumn(
            say("Reruns left out"),
            format="localized",
            help=say("Runs of a seed that a newer run has too: no luck drawn anew."),
        ),
        "auc_min": st.column_config.NumberColumn(say("AUC least"), format="%.4f", help=WORDS["auc"]),
        "auc_max": st.column_config.NumberColumn(say("AUC most"), format="%.4f", help=WORDS["auc"]),
    }
    order = ["run", "runs", "seeds", *(["reruns"] if table["reruns"].any() else [])]
    for name, column in COLUMNS.items():
        if name not in table.columns or name in ("run", "model") or table[name].isna().all():
            continue
        if name == "gauc_users" and _one_number_of_users(table):
            continue
        if level() == "Simple" and name not in SIMPLE:
            continue
        order.append(name)
        spread = f"{name}_sd"
        if spread in table.columns and table[spread].notna().any() and name != "gauc_users":
            config[spread] = st.column_config.NumberColumn(
                f"± {say(column.title)}",
                format="percent" if column.format == "percent" else column.format or "plain",
                help=say("Standard deviation over the seeds."),
            )
            order.append(spread)
        if name == "auc":
            order += ["auc_min", "auc_max"]
    st.dataframe(
        table,
        hide_index=True,
        column_order=order,
        column_config=config,
        placeholder="–",
        key="seeds-table",
        alt=say("Mean and spread over the seeds of each model's metrics, best mean AUC first"),
    )


def _columns(cutoff: float, names: list[str]) -> dict[str, Any]:
    """How the table's columns are headed, formatted and explained; the first one is wide enough for the names."""
    wide = min(max(70, 30 + 8 * max(map(len, names), default=0)), 260)
    config: dict[str, Any] = {INTERVAL: st.column_config.TextColumn(say("95 % interval"), help=WORDS["interval"])}
    for name, column in COLUMNS.items():
        title = (
            say("{title} at {cutoff:.3g}", title=say(column.title), cutoff=cutoff)
            if name in ("accuracy", "f1")
            else say(column.title)
        )
        about = WORDS[column.word] if column.word else None
        if column.format == "":
            first = name == "run"
            config[name] = st.column_config.TextColumn(title, pinned=first, width=wide if first else None, help=about)
        elif column.format == "datetime":
            config[name] = st.column_config.DatetimeColumn(title, format="YYYY-MM-DD HH:mm", help=about)
        else:
            config[name] = st.column_config.NumberColumn(title, format=column.format, help=about)
    return config


def _range(low: float, high: float) -> str:
    return "–" if math.isnan(low) else say("{low:.4f} to {high:.4f}", low=low, high=high)


def _by_seeds() -> bool:
    address.show("over-seeds", "over-seeds", (False, True), False)
    return st.toggle(
        say("One line per model over its seeds"),
        key="over-seeds",
        on_change=address.take,
        args=("over-seeds", "over-seeds"),
        help=WORDS["seed"],
    )
