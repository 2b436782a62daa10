"""Calibration, and one run's scores of clicks and non-clicks."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.figures.curves import calibration
from ctrcore.figures.profiles import score_histogram
from ctrcore.words import WORDS
from pages.shared.charts import chart
from pages.shared.compare.view import View, long
from pages.shared.pickers import run_label
from pages.shared.scores import (
    curves,
    histogram,
)
from pages.shared.tools import plain


def show(view: View) -> None:
    """Calibration, and one run's scores of clicks and non-clicks."""
    runs = view.runs
    found = curves(runs, "calibration")
    names = {run.id: run_label(run, runs) for run in runs}
    picked = st.selectbox(
        "Run whose scores are shown beside the calibration",
        list(names),
        format_func=names.__getitem__,
        key="histogram-run",
        width=360,
    )
    clicks, others, edges = histogram(next(run for run in runs if run.id == picked))
    with st.grid(2, min_column_width=380):
        chart(
            calibration(found),
            key="calibration",
            title="Do the probabilities keep their promise?",
            help_text=WORDS["calibration"],
            read="Each point is a tenth of the rows, sorted by predicted probability. On the dotted line what was "
            "predicted happened; below it the model promised too much.",
            beware="A well calibrated model may still rank badly, and the other way round.",
            alt_text="Click rate against predicted probability: " + ", ".join(curve.label for curve in found),
            data=lambda: long(found, "predicted", "clicked"),
        )
        chart(
            score_histogram(clicks.tolist(), others.tolist(), edges.tolist()),
            key="histogram",
            title=f"Clicks and non-clicks apart: {plain(names[picked])}",
            help_text=WORDS["probability"],
            read="Each colour adds up to 100 %. The less the two overlap, the better the model tells clicks from "
            "non-clicks.",
            beware="The bars say nothing on how many clicks there are: both kinds are scaled alike.",
            alt_text=f"Predicted probabilities of clicked and other rows by {names[picked]}",
            data=lambda: pd.DataFrame({"from": edges[:-1], "to": edges[1:], "click": clicks, "no_click": others}),
        )
