"""One cutoff for all models."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.figures.matrices import confusion
from ctrcore.words import WORDS
from pages.shared.charts import csv_button
from pages.shared.compare.view import View
from pages.shared.level import level
from pages.shared.pickers import run_label
from pages.shared.scores import (
    at_cutoff,
    click_rate,
)


@st.fragment
def show(view: View) -> None:
    """One cutoff for all models."""
    runs = view.runs
    with st.container(border=True, key="cutoff-card"):
        st.markdown("#### One cutoff for all models", help=WORDS["cutoff"])
        cutoff = st.slider(
            "Rows with at least this probability are called clicks",
            min_value=0.0,
            max_value=1.0,
            value=round(click_rate(runs[0]), 2),
            step=0.01,
            key="cutoff",
            bind="query-params",
        )
        found = {run_label(run, runs): at_cutoff(run, cutoff) for run in runs}
        with st.grid(3, min_column_width=260):
            for number, (label, counts) in enumerate(found.items()):
                with st.container():
                    st.plotly_chart(
                        confusion({name: int(counts[name]) for name in ("tp", "fp", "fn", "tn")}, label),
                        key=f"confusion-{number}",
                        config={"displayModeBar": False},
                        alt=f"Confusion matrix of {label}: {counts['tp']:.0f} clicks found, {counts['fn']:.0f} missed, "
                        f"{counts['fp']:.0f} false alarms, {counts['tn']:.0f} rightly left out",
                    )
                    st.markdown(f"Accuracy **{counts['accuracy']:.1%}** · F1 **{counts['f1']:.3f}**")
        if level() != "Expert":
            st.caption(
                "A lower cutoff finds more clicks and raises more false alarms. "
                "**What not to conclude:** high accuracy is easy with rare clicks: never calling one is right most of "
                "the time."
            )
        csv_button(
            pd.DataFrame([{"run": label, "cutoff": cutoff} | counts for label, counts in found.items()]), "cutoff"
        )
