"""ROC curves, whole and at their start."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.figures.curves import Curve, roc
from ctrcore.words import WORDS
from pages.shared.charts import chart
from pages.shared.compare.view import View, long
from pages.shared.scores import (
    curves,
)

ZOOM = 0.05


def show(view: View) -> None:
    """ROC curves, whole and at their start."""
    runs = view.runs
    found = curves(runs, "roc")
    with st.grid(2, min_column_width=380):
        chart(
            roc(found),
            key="roc",
            title="How well clicks come first",
            help_text=WORDS["auc"],
            read="Walk down the list from the best score: each click found is a step up, each non-click a step to the "
            "right. The further a curve bends to the upper left, the better; the area under it is the AUC.",
            beware="Where curves cross, neither model is better everywhere. The curve says nothing on whether the "
            "probabilities are right.",
            alt_text="ROC curves: " + ", ".join(curve.label for curve in found),
            data=lambda: long(found, "false_positive_rate", "true_positive_rate"),
        )
        chart(
            roc(found, zoom=ZOOM),
            key="roc-zoom",
            title=f"The top of the list: first {ZOOM:.0%} of the non-clicks",
            read="The same curves, enlarged at their start. A user sees only the top of the list, so this part counts.",
            beware="Few rows lie here, so a small lead may be chance.",
            alt_text="ROC curves up to a false-positive rate of 5 %",
            data=lambda: long([_cut(curve) for curve in found], "false_positive_rate", "true_positive_rate"),
        )


def _cut(curve: Curve) -> Curve:
    count = int((pd.Series(curve.x) <= ZOOM).sum())
    return Curve(curve.label, curve.model, curve.x[:count], curve.y[:count])
