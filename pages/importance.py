"""What matters: fields, values, pairs and past behaviours over many rows, for several models side by side."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ctrcore.figures.style import MODEL_TITLES
from ctrcore.language import mark, say
from ctrcore.runs.run import Run
from pages.shared import address
from pages.shared.importance import behaviours, fields, pairs, values
from pages.shared.importance.view import View, choose_view
from pages.shared.pickers import finished_runs, pick_contenders, pick_dataset
from pages.shared.problems import problems_shown
from pages.shared.store import judged_rows
from pages.shared.tools import PageEnd, missing, ready

VIEWS: dict[str, Callable[[View], None]] = {
    mark("Fields"): fields.show,
    mark("Values"): values.show,
    mark("Pairs"): pairs.show,
    mark("Past behaviours"): behaviours.show,
}


def can_be_opened(run: Run) -> bool:
    """False, and said why, for a run that came from elsewhere: the dataset does not hold its rows."""
    with problems_shown():
        judged_rows(run)
        return True
    return False


dataset = ready(pick_dataset(MODEL_TITLES))
if not finished_runs(dataset):
    missing(
        say("No model has been trained on this dataset yet."),
        say("Train one on the Train page; the quick preset takes a minute or so."),
        "train.py",
        say("Train a model"),
        ":material/model_training:",
    )
chosen = pick_contenders(dataset)
runs = [one.run for one in chosen if one.run is not None and can_be_opened(one.run)]
if any(one.run is None for one in chosen):
    st.caption(say("Scores of other systems are left out: there is nothing to look into."))
if not runs:
    st.info(say("Choose at least one run in the sidebar."), icon=":material/arrow_back:")
    raise PageEnd
with problems_shown():
    view = choose_view(dataset, runs, {one.id: one.title for one in chosen})
    # Only the open tab is drawn: each takes a look at all rows of the sample.
    for name, tab in address.tabs("matters", list(VIEWS)).items():
        if tab.open:
            with tab, st.spinner(say("Looking at the rows")), problems_shown():
                VIEWS[name](view)
