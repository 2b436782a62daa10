"""Why this item: what would be recommended to a user, why, and the smallest change that drops it."""

from __future__ import annotations

import streamlit as st

from ctrcore.figures.style import MODEL_TITLES
from ctrcore.language import say
from pages.shared.chores import rows_ready
from pages.shared.level import level
from pages.shared.pickers import finished_runs, pick_dataset, pick_run
from pages.shared.problems import problems_shown
from pages.shared.store import catalogue_of
from pages.shared.tools import PageEnd, missing, ready
from pages.shared.why.card import show_card, show_change, show_reasons, show_split
from pages.shared.why.choices import Asked, can_recall, pick_moment, pick_recall, pick_sizes
from pages.shared.why.history import show_history
from pages.shared.why.listed import pick_item, pick_others, say_list, show_list
from pages.shared.why.questions import show_questions
from pages.shared.why.traces import change_of, trace_of, why_of
from pages.shared.why.way import show_way

dataset = ready(pick_dataset(MODEL_TITLES))
run = pick_run(dataset)
if run is None:
    missing(
        say("No model has been trained on this dataset yet."),
        say("Train one on the Train page; the quick preset takes a minute or so."),
        "train.py",
        say("Train a model"),
        ":material/model_training:",
    )
if run.recipe.data_schema.item is None:
    missing(
        say("This run's table names no item column, so there is nothing to recommend."),
        say("Choose the column with the item's id on the Data page, then train again."),
        "data.py",
        say("Go to Data"),
        ":material/table_view:",
    )
if not rows_ready(dataset, run.recipe):
    raise PageEnd
with st.spinner(say("Reading the rows and the items")):
    items = catalogue_of(dataset, run.recipe)
assert items is not None
recall = pick_recall(dataset, len(items))
if recall is None and not any(map(can_recall, finished_runs(dataset))):
    st.info(
        say(
            "**There is no FM or LR run on this dataset that could recall, so every item is ranked.**  \nThat is "
            "fine for "
            "a small catalogue. For a large one train an FM: it picks a few hundred items in milliseconds."
        ),
        icon=":material/filter_alt_off:",
    )
user, row = pick_moment(dataset, run)
asked = Asked(dataset, run, recall, user, row, *pick_sizes())
others = pick_others(asked)
trace = trace_of(asked)
say_list(asked, trace)
item = pick_item(trace)
why = why_of(asked, item)
with st.grid(2, min_column_width=380):
    show_list(asked, trace, others, item)
    place_of_change = show_card(asked, trace, why, others)
place_of_history = None
if level() != "Simple":
    with st.grid(2, min_column_width=380):
        show_reasons(trace, why)
        with st.container(height="stretch"):
            show_split(trace, why)
            place_of_history = st.container(height="stretch")
    show_way(asked, trace, item)
    with problems_shown():
        show_questions(asked, trace, why)
else:
    st.caption(
        say(
            "What sets the item apart in numbers, the user's history, the way from all items to the list and more "
            "questions show at the reading level Learn (on the left)."
        )
    )
change = change_of(asked, item)  # last, as it takes longest: everything else is there already
with place_of_change:
    show_change(trace, change)
if place_of_history is not None:
    with place_of_history:
        show_history(trace, item, change)
