"""Which settings of runs differ."""

from __future__ import annotations

from typing import Any

import pytest

from ctrcore.data.recipe import BuildHistory, Recipe, Split
from ctrcore.models.config import AFMConfig, DINConfig, FMConfig, LRConfig, ModelConfig
from ctrcore.runs.differences import differences, in_words
from ctrcore.runs.spec import RunSpec
from ctrcore.schema import Column
from ctrcore.training.config import TrainConfig
from tests.data.tables import clicks_schema
from tests.trained import RECIPE


def spec(model: ModelConfig | None = None, recipe: Recipe = RECIPE, name: str = "", **training: Any) -> RunSpec:
    chosen = model or FMConfig()
    return RunSpec(name=name, dataset="d", recipe=recipe, model=chosen, training=TrainConfig(**training), tags=[name])


def told(*specs: RunSpec) -> dict[str, list[Any]]:
    return {f"{one.section}/{one.name}": one.values for one in differences(specs)}


def test_equal_runs_and_single_ones_do_not_differ() -> None:
    assert differences([spec(name="a"), spec(name="b"), spec(name="c")]) == []
    assert differences([spec()]) == []
    assert differences([]) == []


def test_an_augmentation_is_the_only_difference() -> None:
    found = differences([spec(), spec(cold_start=0.2), spec()])
    assert [(one.section, one.name, one.values) for one in found] == [("training", "cold_start", [0.0, 0.2, 0.0])]
    assert "unknown" in found[0].about


def test_models_are_compared_in_what_they_share() -> None:
    found = told(spec(LRConfig()), spec(AFMConfig(dropout=0.1, attention_size=8)), spec(DINConfig(dropout=0.5)))
    assert found == {"model/name": ["lr", "afm", "din"], "model/dropout": [None, 0.1, 0.5]}


def test_rows_are_compared_setting_by_setting() -> None:
    columns = [
        column.model_copy(update={"scale": "log1p", "reason": "I say so"}) if column.name == "age" else column
        for column in clicks_schema().columns
        if column.name != "device"
    ]
    schema = clicks_schema().model_copy(update={"columns": columns[::-1]})
    other = Recipe(data_schema=schema, split=Split(by="time", valid=0.2, test=0.2), history=BuildHistory())
    assert told(spec(), spec(recipe=other)) == {
        "rows/column age: scale": ["standard", "log1p"],
        "rows/split.by": ["random", "time"],
    }


def test_a_column_that_only_one_table_has_is_none() -> None:
    more = [*clicks_schema().columns, Column(name="hour", kind="categorical")]
    other = RECIPE.model_copy(update={"data_schema": clicks_schema().model_copy(update={"columns": more})})
    assert told(spec(), spec(recipe=other)) == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ("", "–"),
        (True, "yes"),
        (False, "no"),
        (0.001, "0.001"),
        (3.0, "3"),
        ((64, 32), "64, 32"),
        ((), "none"),
        ([], "none"),
        ("time", "time"),
        (5, "5"),
    ],
)
def test_values_in_words(value: Any, text: str) -> None:
    assert in_words(value) == text
