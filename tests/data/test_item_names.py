"""Names of items: guessed, chosen, shown; and no part of what makes rows and encoders equal."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.encoding import Encoder
from ctrcore.data.guesses.item_names import guess_item_name
from ctrcore.data.guessing import guess_schema
from ctrcore.data.recipe import Recipe
from ctrcore.explain.names import Names, item_names, names_of
from ctrcore.schema import Column, Schema
from tests.data.tables import clicks_schema, clicks_table


def films(n: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    item = rng.integers(1, 61, n)
    return pd.DataFrame(
        {
            "user_id": rng.integers(1, 40, n),
            "user_name": [f"Name {user}" for user in rng.integers(1, 40, n)],
            "item_id": item,
            "movie_title": [f"Film {one if one != 60 else 59}" for one in item],  # two films of one name
            "brand_name": [f"Studio {one % 4}" for one in item],
            "release_year": 1950 + item % 50,
            "click": rng.integers(0, 2, n),
        }
    )


def test_a_title_with_one_value_per_item_is_guessed() -> None:
    frame = films()
    assert guess_schema(frame).item_name == "movie_title"
    assert guess_item_name(frame, "item_id") == "movie_title"


@pytest.mark.parametrize("columns", [["movie_title"], ["movie_title", "brand_name"]])
def test_names_of_users_and_of_brands_are_not_names_of_items(columns: list[str]) -> None:
    frame = films().drop(columns=columns)
    assert guess_schema(frame).item_name is None
    assert guess_item_name(frame, "item_id") is None


def test_a_title_that_changes_with_the_row_or_is_a_number_is_none() -> None:
    frame = films()
    assert guess_item_name(frame.assign(movie_title=[f"Text {row}" for row in range(len(frame))]), "item_id") is None
    assert guess_item_name(frame.assign(movie_title=frame["item_id"] * 7), "item_id") is None


def test_names_get_their_year_and_twins_their_id() -> None:
    frame = films()
    names = item_names(frame, guess_schema(frame))
    assert names["7"] == "Film 7 (1957)"
    assert {names["59"], names["60"]} == {"Film 59 (1959)", "Film 59 (1960)"}
    same_year = item_names(frame.assign(release_year=1999), guess_schema(frame))
    assert {same_year["59"], same_year["60"]} == {"Film 59 (1999) · 59", "Film 59 (1999) · 60"}
    written = frame.assign(movie_title=[f"Film {one} ({1950 + one % 50})" for one in frame["item_id"]])
    assert item_names(written, guess_schema(frame))["7"] == "Film 7 (1957)"  # not twice


def test_the_last_name_counts_and_gaps_have_none() -> None:
    frame = pd.DataFrame({"item_id": [1, 1, 2, 3], "title": ["Old", "New", None, "Third"], "click": [0, 1, 0, 1]})
    schema = Schema(
        label="click", item="item_id", item_name="title", columns=[Column(name="item_id", kind="categorical")]
    )
    assert item_names(frame, schema) == {"1": "New", "3": "Third"}
    assert item_names(frame, schema.model_copy(update={"item_name": "gone"})) == {}
    assert item_names(frame, schema.model_copy(update={"item": None})) == {}


def test_only_fields_of_items_show_names() -> None:
    frame, schema = clicks_table(), clicks_schema().model_copy(update={"item_name": "category"})
    names = names_of(frame, schema)
    assert names.fields == {"item_id", "history_item"}
    shown = Names({"7": "Seven"}, names.fields)
    assert (shown.value("item_id", "7"), shown.value("history_item", "7"), shown.value("age", "7")) == (
        "Seven",
        "Seven",
        "7",
    )
    assert shown.item("8") == "8"


def test_what_items_are_called_changes_neither_recipe_nor_encoder() -> None:
    frame, schema = clicks_table(), clicks_schema()
    named = schema.model_copy(update={"item_name": "category"})
    assert Recipe(data_schema=named).id == Recipe(data_schema=schema).id
    assert Encoder().fit(frame, named).to_json() == Encoder().fit(frame, schema).to_json()
    assert Schema.model_validate_json(named.model_dump_json()).item_name == "category"
    old = schema.model_dump(exclude={"item_name"})  # as written before items had names
    assert "item_name" not in Schema.model_validate(old).model_fields_set
