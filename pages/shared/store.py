"""The workspace, and what is heavy to open: kept once per server, keyed by ids, never by hashing tables."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from ctrcore.language import say
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.judging import judging_rows
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.data.encoding import Encoder
    from ctrcore.data.preparing import Prepared
    from ctrcore.data.recipe import Recipe
    from ctrcore.data.stored import Stored
    from ctrcore.explain.background import Background
    from ctrcore.explain.names import Names
    from ctrcore.models.base import CTRModel


@st.cache_resource(show_spinner=False)
def workspace() -> Workspace:
    """The workspace of this server."""
    return Workspace()


def model_of(run: Run) -> CTRModel:
    """The trained model. Shared by all visitors, so nobody may change it."""
    return _model(run.id, run.finished)


def encoder_of(run: Run) -> Encoder:
    """The encoder that goes with the model."""
    return _encoder(run.id, run.finished)


def judged_of(run: Run) -> pd.DataFrame:
    """The scored rows that judge a run: its test rows, or its validation rows if it has no test rows."""
    return _judged(run.id, run.finished)


def judged_part(run: Run) -> str:
    """Which rows judge a run: 'test', or 'valid' if it has no test rows."""
    return str(judged_of(run)["split"].iloc[0])


def judged_rows(run: Run) -> Encoded:
    """The same rows, encoded, in the same order.

    Raises:
        RunError: if the dataset does not hold the rows that the run was trained on: the run came from elsewhere.
    """
    return _judged_rows(run.id, run.finished, run)


def explanations_of(run: Run) -> dict[str, Any]:
    """What was summarised over the test rows. Read only."""
    return _explanations(run.id, run.finished)


def prepared(dataset_id: str, recipe: Recipe) -> Prepared:
    """The encoded rows of a dataset under a recipe."""
    return _prepared(dataset_id, recipe.id, recipe)


def seen_of(dataset: Dataset, recipe: Recipe) -> Stored:
    """The rows after cleaning, with built histories, indexed by their number in the table. Read only."""
    with st.spinner(say("Reading the rows")):
        return _seen(dataset.id, recipe.id, recipe)


def catalogue_of(dataset: Dataset, recipe: Recipe) -> pd.DataFrame | None:
    """Every item once with its columns, the commonest first; None if the schema names no item. Read only."""
    return _catalogue(dataset.id, recipe.id, recipe) if recipe.data_schema.item is not None else None


def users_of(dataset: Dataset, recipe: Recipe) -> pd.DataFrame:
    """Every user: rows, clicks and the last row, those with most rows first. Needs a user column. Read only."""
    return _users(dataset.id, recipe.id, recipe)


def background_for(run: Run) -> Background:
    """50 training rows: what stands for a value that is taken away. The same for all runs on the same rows."""
    return _background(run.spec.dataset, run.recipe.id, run)


def ties_of(run: Run) -> list[list[str]]:
    """Columns that determine each other in the training rows. Read only."""
    with st.spinner(say("Looking which columns go together")):
        return _ties(run.spec.dataset, run.recipe.id, run)


def content_of(one: Encoded) -> str:
    """What the models read of a row, as a short text: a key for what is computed from it."""
    bags = [part.tobytes() for bag in one.bags.values() for part in (bag.ids, bag.offsets)]
    return hashlib.sha256(b"|".join([one.ids.tobytes(), one.numbers.tobytes(), *bags])).hexdigest()


def item_names_of(dataset: Dataset, recipe: Recipe) -> Names:
    """What the items are called, by the dataset's present choice of the column that says it. Read only."""
    return _item_names(dataset.id, recipe.id, naming_of(dataset), recipe)


def naming_of(dataset: Dataset) -> str:
    """Tells one choice of the column with the items' names from another: a key for whatever shows names."""
    saved = dataset.recipe()
    if saved is None or "item_name" not in saved.data_schema.model_fields_set:
        return "guessed"
    return f"column {saved.data_schema.item_name}"


def open_newest() -> None:
    """Open the newest run of each model that can be looked into, before anybody asks for it."""
    waiting = {"afm", "fibinet", "din"}
    for run in workspace().runs():
        if run.state == "done" and run.spec.model.name in waiting:
            waiting.remove(run.spec.model.name)
            model_of(run)
            judged_rows(run)


@st.cache_resource(show_spinner=False, max_entries=12)
def _model(run_id: str, version: float | None) -> CTRModel:  # noqa: ARG001  part of the key: a resumed run is another one
    return workspace().run(run_id).load_model()


@st.cache_resource(show_spinner=False, max_entries=24)
def _encoder(run_id: str, version: float | None) -> Encoder:  # noqa: ARG001
    return workspace().run(run_id).encoder()


@st.cache_resource(show_spinner=False, max_entries=24)
def _predictions(run_id: str, version: float | None) -> pd.DataFrame:  # noqa: ARG001
    return workspace().run(run_id).predictions()


@st.cache_resource(show_spinner=False, max_entries=24)
def _judged(run_id: str, version: float | None) -> pd.DataFrame:
    scored = _predictions(run_id, version)
    test = scored[scored["split"] == "test"]
    return (test if len(test) else scored).reset_index(drop=True)


@st.cache_resource(show_spinner=False, max_entries=24)
def _judged_rows(run_id: str, version: float | None, _run: Run) -> Encoded:
    made = prepared(_run.spec.dataset, _run.recipe)
    return judging_rows(_run, made, _judged(run_id, version)["row"].to_numpy(), _encoder(run_id, version))


@st.cache_resource(show_spinner=False, max_entries=24)
def _explanations(run_id: str, version: float | None) -> dict[str, Any]:  # noqa: ARG001
    return workspace().run(run_id).explanations()


@st.cache_resource(show_spinner=False, max_entries=6)
def _prepared(dataset_id: str, recipe_id: str, _recipe: Recipe) -> Prepared:  # noqa: ARG001
    return workspace().dataset(dataset_id).prepared(_recipe)


@st.cache_resource(show_spinner=False, max_entries=3)
def _seen(dataset_id: str, recipe_id: str, _recipe: Recipe) -> Stored:  # noqa: ARG001
    from ctrcore.data.preparing import rows_as_seen

    return rows_as_seen(workspace().dataset(dataset_id).stored(), _recipe)


@st.cache_resource(show_spinner=False, max_entries=3)
def _catalogue(dataset_id: str, recipe_id: str, _recipe: Recipe) -> pd.DataFrame:
    from ctrcore.explain.candidates import catalogue

    return catalogue(_seen(dataset_id, recipe_id, _recipe), _recipe.data_schema)


@st.cache_resource(show_spinner=False, max_entries=3)
def _users(dataset_id: str, recipe_id: str, _recipe: Recipe) -> pd.DataFrame:
    from ctrcore.recommend.users import users

    return users(_seen(dataset_id, recipe_id, _recipe), _recipe.data_schema)


@st.cache_resource(show_spinner=False, max_entries=6)
def _background(dataset_id: str, recipe_id: str, _run: Run) -> Background:  # noqa: ARG001
    from ctrcore.explain.background import background_of

    return background_of(prepared(_run.spec.dataset, _run.recipe).train)


@st.cache_resource(show_spinner=False, max_entries=12)
def _ties(dataset_id: str, recipe_id: str, _run: Run) -> list[list[str]]:  # noqa: ARG001
    from ctrcore.explain.players import tied_fields

    return tied_fields(prepared(dataset_id, _run.recipe).train, encoder_of(_run).fields)


@st.cache_resource(show_spinner=False, max_entries=6)
def _item_names(dataset_id: str, recipe_id: str, naming: str, _recipe: Recipe) -> Names:  # noqa: ARG001
    from ctrcore.runs.naming import item_names_of as names_of

    return names_of(workspace().dataset(dataset_id), _recipe)
