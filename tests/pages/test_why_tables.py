"""Why this item: tables that lack something, and names that would do harm, are met gracefully."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.recipe import Recipe
from ctrcore.figures.export import to_csv
from ctrcore.models.config import LRConfig
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from tests.data.tables import clicks_table
from tests.pages.conftest import Open, charts, texts
from tests.pages.why import listed
from tests.trained import RECIPE


def trained_without(space: Workspace, table: pd.DataFrame, **schema: object) -> Run:
    """A quick LR on a table whose schema lacks something."""
    columns = RECIPE.data_schema.model_copy(update=schema)
    recipe = Recipe(data_schema=columns, split=RECIPE.split)
    dataset = space.add_frame("other.csv", table, recipe)
    training = TrainConfig(epochs=1, batch_size=64, device="cpu")
    run = run_here(space, RunSpec(dataset=dataset, recipe=recipe, model=LRConfig(), training=training))
    assert run.state == "done", run.error
    return run


def test_a_user_without_a_history_is_told_what_the_list_rests_on(empty_space: Workspace, visit: Open) -> None:
    table = clicks_table(200)
    table.loc[table["user_id"] == 7, ["history_item", "history_category"]] = ""
    trained_without(empty_space, table)
    app = visit("why.py", user="7")
    assert any("had clicked nothing before this moment" in info.value for info in app.info)
    assert not app.error


def test_a_table_without_histories_says_so(empty_space: Workspace, visit: Open) -> None:
    columns = [column for column in RECIPE.data_schema.columns if column.kind != "history"]
    trained_without(empty_space, clicks_table(200), columns=columns)
    assert any("No model here reads a history" in info.value for info in visit("why.py", user="7").info)


def test_without_an_item_column_there_is_nothing_to_recommend(empty_space: Workspace, visit: Open) -> None:
    trained_without(empty_space, clicks_table(200), item=None)
    app = visit("why.py")
    assert "names no item column" in app.info[0].value
    assert not app.error


def test_without_a_user_column_a_row_is_chosen(empty_space: Workspace, visit: Open) -> None:
    trained_without(empty_space, clicks_table(200), user=None)
    app = visit("why.py")
    row = app.number_input(key="pick-row").value
    assert f"The user of row {row} would be shown these **10** of 15 items" in texts(app)
    assert not app.error


def test_a_catalogue_of_one_item(empty_space: Workspace, visit: Open) -> None:
    trained_without(empty_space, clicks_table(200).assign(item_id=1, history_item="", history_category=""))
    for ask in ("Above another", "Not another", "Other models"):
        app = visit("why.py", ask=ask, seen="False")
        assert len(listed(app)) == 1
        assert not app.error
        assert any("single item" in i.value or "is on the list" in i.value or "no other" in i.value for i in app.info)


ACTS = re.compile(r"(?<!\\)(<img|<b>|\]\(http|\*\*bold|\$x|:red\[|`z)")  # what is not escaped
HOSTILE = ["=1+1", "<img src=x onerror=alert(1)>", "**bold**", "[link](http://x)", "@SUM(A1)", "$x^2$ :red[y] `z`"]


@pytest.mark.parametrize("named", [False, True])
def test_hostile_names_of_items_and_users_cannot_act(empty_space: Workspace, visit: Open, named: bool) -> None:
    """As ids, and as the names of items."""
    table = clicks_table(200)
    hostile = np.array(HOSTILE, dtype=object)
    item = table["item_id"].astype(str)
    evil = hostile[table["item_id"].to_numpy() % len(HOSTILE)] + " " + item
    table["title" if named else "item_id"] = evil
    table["user_id"] = "<b>u</b> [a](http://x) " + table["user_id"].astype(str)
    extra = {"item_name": "title"} if named else {}
    trained_without(empty_space, table, **extra)
    for ask in ("All parts", "Above another", "Not another", "Other models"):
        app = visit("why.py", ask=ask)
        assert not app.error
        assert any(one.split(" ")[0][:3] in {name[:3] for name in HOSTILE} for one in listed(app)["item"])
        assert not ACTS.search(texts(app))
        assert all("<img" not in spec and "<b>u" not in spec for spec in charts(app).values())
    cells = to_csv(listed(app)[["item"]]).decode("utf-8-sig").splitlines()[1:]
    assert all(not cell.lstrip('"').startswith(("=", "@")) for cell in cells)


def test_names_come_from_the_column_chosen(empty_space: Workspace, visit: Open) -> None:
    table = clicks_table(200)
    table["title"] = "Thing " + table["item_id"].astype(str)
    trained_without(empty_space, table, item_name="title")
    assert all(name.startswith("Thing ") for name in listed(visit("why.py"))["item"])
