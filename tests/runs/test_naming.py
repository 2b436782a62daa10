"""Names of items follow the dataset's present choices, whatever a run was trained with."""

from __future__ import annotations

import json
from pathlib import Path

from ctrcore.data.guessing import guess_schema
from ctrcore.data.recipe import first_recipe
from ctrcore.runs.naming import item_names_of, present_recipe
from ctrcore.runs.workspace import Workspace
from tests.data.test_item_names import films


def test_names_follow_the_present_choice(tmp_path: Path) -> None:
    workspace, frame = Workspace(tmp_path), films()
    guessed = first_recipe(guess_schema(frame))
    dataset = workspace.dataset(workspace.add_frame("films.csv", frame, guessed))
    assert item_names_of(dataset, guessed).item("7") == "Film 7 (1957)"
    chosen = guessed.model_copy(
        update={"data_schema": guessed.data_schema.model_copy(update={"item_name": "brand_name"})}
    )
    dataset.save_recipe(chosen)
    assert item_names_of(dataset, guessed).item("7") == "Studio 3 (1957)"
    none = guessed.model_copy(update={"data_schema": guessed.data_schema.model_copy(update={"item_name": None})})
    dataset.save_recipe(none)
    assert item_names_of(dataset, guessed).item("7") == "7"


def test_choices_older_than_the_question_get_the_guess(tmp_path: Path) -> None:
    workspace, frame = Workspace(tmp_path), films()
    recipe = first_recipe(guess_schema(frame))
    dataset = workspace.dataset(workspace.add_frame("films.csv", frame, recipe))
    old = recipe.model_dump(mode="json", exclude={"data_schema": {"item_name"}})
    (dataset.folder / "recipe.json").write_text(json.dumps(old), encoding="utf-8")
    assert present_recipe(dataset).data_schema.item_name == "movie_title"
    assert present_recipe(dataset).id == recipe.id
    assert item_names_of(dataset, recipe).item("7") == "Film 7 (1957)"
