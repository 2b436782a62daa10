"""Explain a row: why every model gives it its score, which parts they agree on, and what if it were different."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ctrcore.figures.style import MODEL_TITLES
from ctrcore.language import mark, say
from pages.shared import address
from pages.shared.explain import fields, pinned, reasons, whatif
from pages.shared.explain.chosen import Explained, choose_runs, disputed, pick_focus, scored_by
from pages.shared.explain.finding import list_found, pick_filter
from pages.shared.explain.said import show_headline, show_values
from pages.shared.level import expert
from pages.shared.pickers import finished_runs, pick_dataset
from pages.shared.problems import problems_shown
from pages.shared.rows import pick_row
from pages.shared.tools import missing, ready

VIEWS: dict[str, Callable[[Explained], None]] = {
    mark("Why this score"): reasons.show,
    mark("All models"): fields.show,
    mark("Two rows"): pinned.show,
    mark("What if"): whatif.show,
}

dataset = ready(pick_dataset(MODEL_TITLES))
if not finished_runs(dataset):
    missing(
        say("No model has been trained on this dataset yet."),
        say("Train one on the Train page; the quick preset takes a minute or so."),
        "train.py",
        say("Train a model"),
        ":material/model_training:",
    )
view = choose_runs(dataset)
focus = pick_focus(view)
if not expert():
    st.markdown(
        say(
            "One row is one moment in which an item was shown to a user. Here is what each model says of it, "
            "what that is "
            "made of, and what it would say if the row were different."
        )
    )
found = pick_filter(view)
scored = scored_by(view, focus)
position = pick_row(scored, None if found is None else found.rows, disputed(view))
row = int(scored["row"].iloc[position])
pinned.pin_button(row, scored["row"])
chosen = Explained(view, focus, row)
if found is not None:
    list_found(view, found, focus.id)
with problems_shown():
    show_headline(chosen)
for name, tab in address.tabs("tab", list(VIEWS)).items():
    if tab.open:
        with tab, problems_shown():
            VIEWS[name](chosen)
with problems_shown():
    show_values(chosen)
