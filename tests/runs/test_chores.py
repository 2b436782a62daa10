"""Long work on a dataset, in processes of its own."""

from __future__ import annotations

from pathlib import Path

from ctrcore.data.recipe import Recipe, Split, first_recipe
from ctrcore.runs.chores import find_chore, is_large, start_chore
from ctrcore.runs.workspace import Workspace
from tests.data.tables import clicks_table
from tests.runs.waiting import ended


def test_rows_are_prepared_and_columns_measured_in_the_background(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    dataset = workspace.dataset(workspace.add_frame("clicks", clicks_table(300)))
    recipe = first_recipe(dataset.guess()).model_copy(update={"split": Split(by="random", seed=7)})
    assert find_chore(dataset, "prepare", recipe) is None
    assert not dataset.is_prepared(recipe)
    start_chore(dataset, "prepare", recipe)
    start_chore(dataset, "prepare", recipe)  # at work already: nothing happens
    found = find_chore(dataset, "prepare", recipe)
    assert found is not None
    assert ended(found.folder).state == "done"
    assert dataset.is_prepared(recipe)
    changed = dataset.guess().model_copy(update={"threshold": 0.5})
    start_chore(dataset, "measure", Recipe(data_schema=changed))
    assert ended(dataset.folder / "chores" / f"measure-{Recipe(data_schema=changed).id}").state == "done"
    kept = dataset.kept_profile()
    assert kept is not None
    assert kept[0] == changed
    assert dataset.profile(changed) == kept[1]


def test_what_cannot_be_prepared_is_said(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    dataset = workspace.dataset(workspace.add_frame("clicks", clicks_table(50)))
    recipe = first_recipe(dataset.guess()).model_copy(update={"split": Split(by="given", column="nothing")})
    start_chore(dataset, "prepare", recipe)
    found = find_chore(dataset, "prepare", recipe)
    assert found is not None
    status = ended(found.folder)
    assert status.state == "failed"
    assert status.failure is not None
    assert "nothing" in status.failure.problem


def test_a_small_table_is_worked_on_while_the_page_waits(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert not is_large(workspace.dataset(workspace.add_frame("clicks", clicks_table(50))))
