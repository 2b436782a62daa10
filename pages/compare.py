"""Compare: which model ranks better, on rows that none of them has learnt from."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ctrcore.figures.style import MODEL_TITLES
from ctrcore.runs.contenders import contenders
from pages.shared.compare import cutoffs, learning, probabilities, ranking
from pages.shared.compare.scoreboard import scoreboard, settings, verdict
from pages.shared.compare.view import View, view_of
from pages.shared.pickers import finished_runs, pick_dataset, pick_runs
from pages.shared.problems import problems_shown
from pages.shared.tools import PageEnd, missing, ready

VIEWS: dict[str, Callable[[View], None]] = {
    "Ranking": ranking.show,
    "One cutoff": cutoffs.show,
    "Probabilities": probabilities.show,
    "Learning": learning.show,
}

dataset = ready(pick_dataset(MODEL_TITLES))
if not finished_runs(dataset):
    missing(
        "No model has been trained on this dataset yet.",
        "Train some: the quick preset takes a minute or so.",
        "train.py",
        "Go to Train",
        ":material/model_training:",
    )
chosen = pick_runs(dataset)
if not chosen:
    st.info("Choose at least one run in the sidebar.", icon=":material/arrow_back:")
    raise PageEnd
view = view_of(dataset, contenders(chosen))
verdict(view)
with problems_shown():
    scoreboard(view)
    settings(view)
# Only the open tab is drawn: a page of a dozen charts would keep a slow machine busy for seconds.
tabs = st.tabs(list(VIEWS), key="view", bind="query-params")
for tab, show in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab, problems_shown():
            show(view)
