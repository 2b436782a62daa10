"""Long work on a large table, asked for by a button and watched while it is done by a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.data.recipe import Recipe
from ctrcore.errors import RunError
from ctrcore.language import say
from ctrcore.runs.chores import Kind, find_chore, is_large, start_chore
from ctrcore.runs.dataset import Dataset
from pages.shared.problems import safely, two_sentences
from pages.shared.store import workspace
from pages.shared.tools import plain

if TYPE_CHECKING:
    from ctrcore.data.profiles import Profile
    from ctrcore.schema import Schema


def profile_of(dataset: Dataset, schema: Schema) -> Profile:
    """What is in the columns. Of a large table the last profile that was made, with an offer to make it anew."""
    if not is_large(dataset):
        with st.spinner(say("Measuring the columns")):
            return dataset.profile(schema)
    kept = dataset.kept_profile()
    recipe = Recipe(data_schema=schema)
    if kept is not None and kept[0] == schema:
        return kept[1]
    st.caption(say("The columns were measured before you last changed what they mean."))
    offer(dataset, "measure", recipe, say("Measure the columns again"))
    if kept is None:
        raise RunError(say("The columns were not measured yet."), say("Let them be measured by the button above."))
    return kept[1]


def rows_ready(dataset: Dataset, recipe: Recipe) -> bool:
    """True if the rows can be shown at once; else an offer to prepare them takes their place."""
    if not is_large(dataset) or dataset.is_prepared(recipe):
        return True
    st.caption(
        say("{rows:,} rows take a while to be split and encoded; the result is kept for training.", rows=dataset.rows)
    )
    offer(dataset, "prepare", recipe, say("Prepare the rows"))
    return False


def offer(dataset: Dataset, kind: Kind, recipe: Recipe, label: str) -> None:
    """A button that starts the work, or its progress with a button that stops it."""
    found = find_chore(dataset, kind, recipe)
    if found is not None and found.active:
        _watch(dataset.id, kind, recipe)
        return
    if found is not None and found.error is not None:
        two_sentences(found.error.problem, found.error.remedy)
    st.button(
        label,
        icon=":material/play_arrow:",
        key=f"{kind}-rows",
        on_click=safely(start_chore),
        args=(dataset, kind, recipe),
    )


@st.fragment(run_every=0.7)
def _watch(dataset_id: str, kind: Kind, recipe: Recipe) -> None:
    found = find_chore(workspace().dataset(dataset_id), kind, recipe)
    if found is None or not found.active:
        st.rerun()
    st.progress(found.progress, text=plain(say(found.message)) or say("waiting"))
    st.button(say("Cancel"), key=f"cancel-{kind}", icon=":material/close:", on_click=safely(found.cancel))
