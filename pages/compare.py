"""Compare: which model ranks better, by how much, whether that is more than chance, and at what cost."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ctrcore.figures.style import MODEL_TITLES
from ctrcore.language import mark, say
from pages.shared import address
from pages.shared.compare import (
    cutoffs,
    differ,
    learning,
    outside,
    probabilities,
    ranking,
    report,
    slices,
    tests,
    users,
)
from pages.shared.compare.scoreboard import scoreboard
from pages.shared.compare.settings import settings
from pages.shared.compare.verdict import verdict
from pages.shared.compare.view import View, view_of
from pages.shared.pickers import finished_runs, pick_contenders, pick_dataset
from pages.shared.problems import problems_shown
from pages.shared.tools import PageEnd, missing, ready

VIEWS: dict[str, Callable[[View], None]] = {
    mark("Is it chance?"): tests.show,
    mark("Ranking"): ranking.show,
    mark("One cutoff"): cutoffs.show,
    mark("Probabilities"): probabilities.show,
    mark("Where they differ"): differ.show,
    mark("Slices"): slices.show,
    mark("Per user"): users.show,
    mark("Learning"): learning.show,
}

dataset = ready(pick_dataset(MODEL_TITLES))
done = finished_runs(dataset)
if not done:
    missing(
        say("No model has been trained on this dataset yet."),
        say("Train some: the quick preset takes a minute or so."),
        "train.py",
        say("Go to Train"),
        ":material/model_training:",
    )
chosen = pick_contenders(dataset)
if not chosen:
    st.info(say("Choose at least one run in the sidebar."), icon=":material/arrow_back:")
    outside.panel(dataset, done[0])
    raise PageEnd
view = view_of(dataset, chosen)
with problems_shown():
    verdict(view)
    scoreboard(view)
    settings(view)
outside.panel(dataset, next((one.run for one in chosen if one.run is not None), done[0]))
# Only the open tab is drawn: a page of a dozen charts would keep a slow machine busy for seconds.
for name, tab in address.tabs("view", list(VIEWS)).items():
    if tab.open:
        with tab, problems_shown():
            VIEWS[name](view)
report.panel(view)
