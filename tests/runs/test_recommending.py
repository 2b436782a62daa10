"""Two runs opened for recommending: what they have in common is checked, and what is known of a user is all there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctrcore.data.recipe import BuildHistory, Recipe
from ctrcore.errors import RunError
from ctrcore.models.config import CONFIGS
from ctrcore.recommend.funnel import recommend
from ctrcore.recommend.options import Options
from ctrcore.runs.recommending import open_two_stages
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.schema import Schema
from ctrcore.training.config import TrainConfig
from tests.data.tables import clicks_schema, clicks_table

EVERY = Options(recall_size=100, popular_size=0, top_k=100)


def changed(schema: Schema, name: str, **values: object) -> Schema:
    columns = [column.model_copy(update=values) if column.name == name else column for column in schema.columns]
    return schema.model_copy(update={"columns": columns})


def trained(workspace: Workspace, dataset: str, recipe: Recipe, model: str) -> Run:
    training = TrainConfig(epochs=1, batch_size=64, device="cpu")
    run = run_here(workspace, RunSpec(dataset=dataset, recipe=recipe, model=CONFIGS[model](), training=training))
    assert run.state == "done", run.error
    return run


def test_every_item_of_the_history_is_left_out_though_the_models_do_not_know_it(tmp_path: Path) -> None:
    workspace, table = Workspace(tmp_path), clicks_table(300)
    rare = changed(clicks_schema(), "item_id", min_count=1000)
    rare = changed(changed(rare, "history_item", max_length=1), "history_category", max_length=1)
    without = changed(changed(clicks_schema(), "history_item", kind="ignore"), "history_category", kind="ignore")
    dataset = workspace.add_frame("clicks.csv", table, Recipe(data_schema=rare))
    ranker = trained(workspace, dataset, Recipe(data_schema=rare), "fm")
    recall = trained(workspace, dataset, Recipe(data_schema=without), "fm")
    row = next(row for row in range(250, 300) if len(set(table["history_item"][row].split("|"))) >= 4)
    known = set(table["history_item"][row].split("|"))
    for runs in ((ranker, recall), (recall, ranker), (ranker, None)):
        two = open_two_stages(*runs)
        trace = recommend(two.recommender, two.moment(row), EVERY)
        assert set(trace.items.ids[trace.left_out]) == known
        assert not known & set(trace.candidates["item"])
    two = open_two_stages(recall)
    trace = recommend(two.recommender, two.moment(row), EVERY)
    assert two.moment(row).history is None
    assert trace.stages[0].how == "nothing tells which of them the user has seen"


def test_a_built_history_leaves_out_every_earlier_click(tmp_path: Path) -> None:
    workspace, table = Workspace(tmp_path), clicks_table(300)
    schema = changed(changed(clicks_schema(), "history_item", kind="ignore"), "history_category", kind="ignore")
    recipe = Recipe(data_schema=schema, history=BuildHistory(columns=["item_id"], max_length=2))
    run = trained(workspace, workspace.add_frame("clicks.csv", table, recipe), recipe, "fm")
    two = open_two_stages(run)
    for row in two.last:
        own = table[(table["user_id"] == table["user_id"][row]) & (table["click"] == 1)]
        clicked = own[own["time"] < table["time"][row]]["item_id"].astype(str)
        assert two.moment(int(row)).history == set(clicked)
    assert max(len(two.moment(int(row)).history or ()) for row in two.last) > 2


def test_two_runs_of_different_item_columns_are_refused(tmp_path: Path) -> None:
    workspace, table = Workspace(tmp_path), clicks_table(300)
    recipes = [
        Recipe(data_schema=clicks_schema().model_copy(update={"item": name})) for name in ("item_id", "category")
    ]
    histories = [
        Recipe(
            data_schema=changed(
                changed(one.data_schema, "history_item", kind="ignore"), "history_category", kind="ignore"
            )
        )
        for one in recipes
    ]
    dataset = workspace.add_frame("clicks.csv", table, histories[0])
    ranker, recall = (trained(workspace, dataset, recipe, "lr") for recipe in histories)
    with pytest.raises(RunError, match="takes 'item_id' for the item, the one that recalls 'category'"):
        open_two_stages(ranker, recall)
    assert len(np.unique(open_two_stages(recall).recommender.items.ids)) == 3
