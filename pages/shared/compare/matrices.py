"""A confusion matrix of each model at one cutoff."""

from __future__ import annotations

import streamlit as st

from ctrcore.comparing.counts import Counts
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.matrices import confusion
from ctrcore.language import say
from pages.shared.compare.view import View
from pages.shared.level import level

MATRICES = 6  # more would bury the page; the table has all of them


def show_matrices(view: View, counts: dict[str, Counts]) -> None:
    with st.grid(3, min_column_width=190):
        for number, one in enumerate(view.probable[:MATRICES]):
            found = counts[one.id]
            st.plotly_chart(
                confusion({"tp": found.tp, "fp": found.fp, "fn": found.fn, "tn": found.tn}, one.title),
                key=f"confusion-{number}",
                config={"displayModeBar": False},
                alt=say(
                    "Confusion matrix of {title}. Clicks found: {tp:,}, missed: {fn:,}; false alarms: {fp:,}, "
                    "rightly left out: {tn:,}",
                    title=one.title,
                    tp=found.tp,
                    fn=found.fn,
                    fp=found.fp,
                    tn=found.tn,
                ),
            )
    if len(view.probable) > MATRICES:
        st.caption(
            say(
                "The first {shown} of {count} models; the table has all of them.",
                shown=MATRICES,
                count=len(view.probable),
            )
        )
    if level() != "Expert":
        st.caption(say(captions.ONE_CUTOFF))
