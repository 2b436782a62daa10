"""The choices for a dataset while they are being edited: kept for the session, saved when the user says so."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ctrcore.data.recipe import Recipe, first_recipe
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.naming import present_recipe

Draft = dict[str, Any]


def draft_of(dataset: Dataset) -> Draft:
    """The choices as they stand: edited, else saved, else guessed. A plain dict, for it may be wrong meanwhile."""
    key = _key(dataset)
    if key not in st.session_state:
        st.session_state[key] = saved_or_guessed(dataset).model_dump(mode="json")
    draft: Draft = st.session_state[key]
    return draft


def saved_or_guessed(dataset: Dataset) -> Recipe:
    """The saved choices of a dataset; if there are none, those that follow from the guessed schema."""
    return present_recipe(dataset)


def recipe_of(draft: Draft) -> Recipe:
    """The draft as a recipe. Raises DataError or a pydantic ValidationError if it is not consistent."""
    return Recipe.model_validate(draft)


def reset(dataset: Dataset, *, to_guess: bool = False) -> None:
    """Forget the edits, or everything but the guess; the editors start afresh."""
    recipe = first_recipe(dataset.guess()) if to_guess else saved_or_guessed(dataset)
    st.session_state[_key(dataset)] = recipe.model_dump(mode="json")
    st.session_state[f"{_key(dataset)}-edition"] = edition(dataset) + 1


def edition(dataset: Dataset) -> int:
    """Changes with each reset; part of the editors' keys, so that they drop what they hold."""
    return int(st.session_state.get(f"{_key(dataset)}-edition", 0))


def _key(dataset: Dataset) -> str:
    return f"draft-{dataset.id}"
