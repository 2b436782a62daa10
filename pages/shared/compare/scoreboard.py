"""The finding in one line, the table of metrics, and the settings behind it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.runs.differences import differences, in_words
from ctrcore.words import WORDS
from pages.shared.charts import csv_button
from pages.shared.compare.view import View
from pages.shared.forms import label_of
from pages.shared.level import level
from pages.shared.pickers import run_label
from pages.shared.scores import (
    metrics_table,
    table_columns,
)
from pages.shared.store import judged_of
from pages.shared.tools import plain


def verdict(view: View) -> None:
    """The finding in one line, and what the numbers rest on."""
    runs = view.runs
    table = metrics_table(runs, runs[0])
    best = table.iloc[0]
    rows = judged_of(runs[0])
    st.markdown(
        f"**{plain(str(best['run']))}** orders clicks best: AUC {best['auc']:.4f}."
        + (
            f" It is {best['auc'] - table.iloc[1]['auc']:.4f} ahead of {plain(str(table.iloc[1]['run']))}."
            if len(table) > 1
            else ""
        )
    )
    st.caption(
        f"Measured on {len(rows):,} {'test' if view.part == 'test' else 'validation'} rows, "
        f"{rows['label'].mean():.1%} of them clicked."
    )
    with st.grid(6, min_column_width=105):
        for record in table.to_dict("records"):
            st.metric(f"AUC of {plain(str(record['run']))}", f"{record['auc']:.4f}", help=WORDS["auc"])
    left_out = max(view.sheet.left_out.values())
    if left_out:
        st.warning(
            f"These models were not tested on quite the same rows, because their splits differ: up to {left_out:,} "
            "rows of a model are left out, and only those that all of them scored are compared.",
            icon=":material/warning:",
        )


def scoreboard(view: View) -> None:
    """The table of metrics, against a base."""
    runs = view.runs
    names = {run.id: run_label(run, runs) for run in runs}
    with st.container(border=True):
        head, choice = st.columns([3, 2], vertical_alignment="bottom")
        head.markdown("#### Every metric at a glance", help="Hover over a column's title to read what it means.")
        base = runs[0].id
        if level() != "Simple":
            base = choice.selectbox(
                "Base for RelaImpr", list(names), format_func=names.__getitem__, key="base-run", help=WORDS["rela_impr"]
            )
        table = metrics_table(runs, next(run for run in runs if run.id == base))
        shown = ["run", "auc", "log_loss", "seconds"] if level() == "Simple" else list(table.columns)
        st.dataframe(
            table,
            hide_index=True,
            column_order=shown,
            column_config=table_columns(),
            key="metrics-table",
            alt="Metrics of each run on its test rows, best AUC first",
        )
        if level() == "Learn":
            st.caption(
                "**What not to conclude:** accuracy and F1 are at a cutoff of 0.5, which with rare clicks few rows "
                "reach; move it under One cutoff. A difference of a few thousandths of AUC may be luck of the seed."
            )
        csv_button(table, "metrics")


def settings(view: View) -> None:
    """The settings in which the runs differ: what a difference of metrics may come from."""
    runs = view.runs
    found = differences([run.spec for run in runs])
    if not found:
        return
    with st.expander(f"What differs in their settings ({len(found)})", icon=":material/difference:"):
        table = pd.DataFrame({"Setting": [f"{label_of(one.section)}: {label_of(one.name)}" for one in found]})
        for number, run in enumerate(runs):
            table[run_label(run, runs)] = [in_words(one.values[number]) for one in found]
        if level() != "Simple":
            table["What it is"] = [one.about for one in found]
        st.dataframe(table, hide_index=True, key="settings-table", alt="Settings that differ between the runs")
        st.caption(
            "Settings that all these runs share are left out, and so are those that only one of the models has. "
            "– means that the model has no such setting."
        )
        csv_button(table, "settings")
