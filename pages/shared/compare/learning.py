"""AUC by epoch and by seconds."""

from __future__ import annotations

import streamlit as st

from ctrcore.figures.curves import auc_over
from ctrcore.words import WORDS
from pages.shared.charts import chart
from pages.shared.compare.view import View, long
from pages.shared.scores import (
    learning_curves,
)


def show(view: View) -> None:
    """AUC by epoch and by seconds."""
    runs = view.runs
    with st.grid(2, min_column_width=380):
        for x, title in (("epoch", "epoch"), ("seconds", "seconds of training")):
            found = learning_curves(runs, x)
            chart(
                auc_over(found, title),
                key=f"auc-{x}",
                title="Learning by epoch" if x == "epoch" else "Learning by the clock",
                help_text=WORDS["epoch"] if x == "epoch" else None,
                read="The star is the epoch that was kept: the best on the validation rows."
                if x == "epoch"
                else "The same curves over time: which model is good soonest on the machine that trained it.",
                beware="Validation AUC chose the epoch, so it flatters. The table's numbers come from other rows."
                if x == "epoch"
                else "Seconds depend on the machine, on what else it did, and on the settings.",
                alt_text=f"Validation AUC over {title} of {len(found)} runs",
                data=lambda found=found, x=x: long(found, x, "valid_auc"),
            )
