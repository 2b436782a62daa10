"""Tables on which no page waits: what takes long is done by a process of its own, when asked for."""

from __future__ import annotations

import time

import pytest

from ctrcore.data.recipe import first_recipe
from ctrcore.runs import chores
from ctrcore.runs.workspace import Workspace
from tests.data.tables import clicks_table
from tests.pages.conftest import Open, texts
from tests.runs.waiting import ended


@pytest.fixture
def large(empty_space: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with one table, which counts as large."""
    monkeypatch.setattr(chores, "LARGE", 1)
    empty_space.add_frame("large.csv", clicks_table(300))
    return empty_space


def test_rows_are_prepared_when_asked_for(large: Workspace, visit: Open) -> None:
    app = visit("data.py", dataset=large.datasets()[0].id)
    app.session_state["data-tab"] = "What the models see"
    app.run()
    assert not app.exception
    assert "take a while" in texts(app)
    assert not [table for table in app.dataframe if "part" in table.value]
    app.button(key="prepare-rows").click().run()
    dataset = large.datasets()[0]
    found = chores.find_chore(dataset, "prepare", first_recipe(dataset.guess()))
    assert found is not None
    assert ended(found.folder).state == "done"
    app.run()
    assert not app.exception
    counts = next(table.value for table in app.dataframe if "part" in table.value)
    assert counts["rows"].sum() == 300


def test_columns_are_measured_anew_when_asked_for(large: Workspace, visit: Open) -> None:
    dataset = large.datasets()[0]
    recipe = first_recipe(dataset.guess())
    columns = [c.model_copy(update={"kind": "ignore"}) if c.name == "age" else c for c in recipe.data_schema.columns]
    changed = recipe.model_copy(update={"data_schema": recipe.data_schema.model_copy(update={"columns": columns})})
    dataset.save_recipe(changed)
    app = visit("data.py", dataset=dataset.id)
    assert "before you last changed" in texts(app)
    app.button(key="measure-rows").click().run()
    deadline = time.monotonic() + 60
    while (kept := dataset.kept_profile()) is None or kept[0] != changed.data_schema:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    app.run()
    assert not app.exception
    assert "before you last changed" not in texts(app)
