"""What is found out of behaviour logs, kept once per server: keyed by ids and choices, never by hashing tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.data.logs.choices import LogChoices
from ctrcore.language import language, say
from ctrcore.runs.dataset import Dataset
from pages.shared.store import workspace

if TYPE_CHECKING:
    from ctrcore.data.logs.timeline import Timeline, UserActivity
    from ctrcore.data.recipe import Recipe


def users_of(dataset: Dataset) -> dict[str, UserActivity]:
    """Users to look at, by id: first those with a handful of clicks."""
    with st.spinner(say("Looking for users")):
        return _users(dataset.id)


def timeline_of(dataset: Dataset, user: str, recipe: Recipe | None) -> Timeline:
    """One user's events and rows; with their parts, if rows were prepared by the recipe. Read only."""
    known = recipe is not None and dataset.is_prepared(recipe)
    with st.spinner(say("Reading the user's events and rows")):
        return _timeline(dataset.id, user, recipe.id if recipe is not None and known else None, recipe)


def reasons_of(dataset: Dataset, choices: LogChoices) -> dict[str, str]:
    """What each choice does to the log, by the name of the choice."""
    with st.spinner(say("Looking into the behaviours")):
        return _reasons(dataset.id, choices.model_dump_json(), language())


def values_of(dataset: Dataset, column: str) -> dict[str, int]:
    """The values of a column of the log with their counts, the commonest first."""
    return _values(dataset.id, column)


def grades_of(dataset: Dataset, column: str) -> list[float]:
    """The different numbers of a column of the log."""
    return _grades(dataset.id, column)


def names_of(dataset: Dataset) -> dict[str, str]:
    """What the items are called, by id; empty if nobody says."""
    return _names(dataset.id)


def first_choices(dataset: Dataset) -> LogChoices | None:
    """How rows could be built if this table of impressions is a log after all; None if it does not look like one."""
    with st.spinner(say("Looking whether this may be a log")):
        return _first_choices(dataset.id)


@st.cache_resource(show_spinner=False, max_entries=12)
def _users(dataset_id: str) -> dict[str, UserActivity]:
    from ctrcore.runs.behaviours import users_to_check

    return {one.user: one for one in users_to_check(workspace().dataset(dataset_id))}


@st.cache_resource(show_spinner=False, max_entries=60)
def _timeline(dataset_id: str, user: str, recipe_id: str | None, _recipe: Recipe | None) -> Timeline:
    from ctrcore.runs.behaviours import timeline_of as read

    return read(workspace().dataset(dataset_id), user, _recipe if recipe_id is not None else None)


@st.cache_resource(show_spinner=False, max_entries=60)
def _reasons(dataset_id: str, choices: str, spoken: str) -> dict[str, str]:  # noqa: ARG001
    from ctrcore.data.logs.explaining import explain_choices
    from ctrcore.runs.behaviours import log_of

    return explain_choices(LogChoices.model_validate_json(choices), log_of(workspace().dataset(dataset_id))[0])


@st.cache_resource(show_spinner=False, max_entries=60)
def _values(dataset_id: str, column: str) -> dict[str, int]:
    from ctrcore.runs.behaviours import values_of as read

    return read(workspace().dataset(dataset_id), column)


@st.cache_resource(show_spinner=False, max_entries=60)
def _grades(dataset_id: str, column: str) -> list[float]:
    from ctrcore.runs.behaviours import grades_of as read

    return read(workspace().dataset(dataset_id), column)


@st.cache_resource(show_spinner=False, max_entries=12)
def _names(dataset_id: str) -> dict[str, str]:
    from ctrcore.runs.behaviours import item_names

    return item_names(workspace().dataset(dataset_id))


@st.cache_resource(show_spinner=False, max_entries=12)
def _first_choices(dataset_id: str) -> LogChoices | None:
    from ctrcore.data.logs.guessing import guess_log

    return guess_log(workspace().dataset(dataset_id).stored())
