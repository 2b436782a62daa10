"""`train` and `profile`: from files and options to runs in the workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.commands.tables import TableOptions, schema_for
from ctrcore.runs import workspace as workspace_module
from ctrcore.runs.workspace import Workspace
from ctrcore.schema import Schema
from tests.commands.conftest import Shell
from tests.data.tables import clicks_schema, clicks_table
from tests.runs.waiting import ended

FAKE_JOBS = Path(__file__).parents[1] / "runs"
Json = Callable[..., Any]
KNOWN = list(clicks_table(1).columns)
QUICK = ("--epochs", "1", "--batch-size", "64", "--device", "cpu")


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    path = tmp_path / "clicks.csv"
    clicks_table(300).to_csv(path, index=False)
    return path


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "schema.json"
    clicks_schema().save(path)
    return path


def opened(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def test_several_models_on_one_file(as_json: Json, tmp_path: Path, clicks: Path, schema: Path) -> None:
    words = ("train", clicks, "--schema", schema, "--model", "fm", "--model", "din", "--tag", "t", *QUICK)
    told = as_json(*words, "--set", "fm.embedding_size=4", "--fm.hidden-units", "8", "--split", "random")
    assert [run["model"] for run in told["runs"]] == ["fm", "din"]
    runs = {run.spec.model.name: run for run in opened(tmp_path).runs()}
    assert {run.state for run in runs.values()} == {"done"}
    assert runs["fm"].spec.model.embedding_size == 4
    assert runs["fm"].spec.model.model_dump()["hidden_units"] == (8,)
    assert runs["din"].spec.training.epochs == 1
    assert runs["din"].spec.tags == ["t"]
    assert runs["fm"].recipe.split.by == "random"
    assert runs["fm"].recipe.data_schema == Schema.load(schema)
    assert told["runs"][0]["metrics"]["test"]["auc"] == runs["fm"].metrics()["test"]["auc"]


def test_a_file_is_kept_once(shell: Shell, tmp_path: Path, clicks: Path) -> None:
    for model in ("lr", "fm"):
        result = shell("train", clicks, "--model", model, *QUICK)
        assert "test rows" in result.stdout
        assert ("Reading" in result.stderr) is (model == "lr")
    assert len(opened(tmp_path).datasets()) == 1
    dataset = opened(tmp_path).datasets()[0]
    shell("train", dataset.id, "--model", "lr", *QUICK)
    shell("train", "clicks.csv", "--model", "lr", *QUICK)
    assert len(opened(tmp_path).datasets()) == 1


def test_given_test_rows_and_side_tables(as_json: Json, tmp_path: Path) -> None:
    table = clicks_table(300)
    train, test = table.iloc[:200], table.iloc[200:]
    columns = ["user_id", "item_id", "device", "time", "click"]
    for name, part in (("train", train), ("test", test)):
        part[columns].to_csv(tmp_path / f"{name}.csv", index=False)
    users = pd.DataFrame({"user_id": range(1, 21), "town": ["a", "b"] * 10})
    users.to_csv(tmp_path / "users.tsv", sep="\t", index=False)
    words = ("train", tmp_path / "train.csv", "--test", tmp_path / "test.csv", "--users", tmp_path / "users.tsv")
    told = as_json(*words, "--history-of", "item_id", "--history-length", 7, "--model", "din", *QUICK)
    run = opened(tmp_path).run(told["runs"][0]["id"])
    assert run.metrics()["rows"] == {"train": 180, "valid": 20, "test": 100}
    assert sorted(run.predictions().query("split == 'test'")["row"]) == list(range(200, 300))
    fields = {field.name: field.kind for field in run.encoder().fields}
    assert fields["history_item_id"] == "history"
    assert fields["town"] == "categorical"
    assert "split" not in fields


def test_a_schema_of_the_training_file_alone(as_json: Json, tmp_path: Path, schema: Path) -> None:
    table = clicks_table(300)
    table.iloc[:200].to_csv(tmp_path / "train.csv", index=False)
    table.iloc[200:].to_csv(tmp_path / "test.csv", index=False)
    words = ("train", tmp_path / "train.csv", "--test", tmp_path / "test.csv", "--schema", schema, "--model", "lr")
    told = as_json(*words, *QUICK)
    assert told["runs"][0]["metrics"]["rows"]["test"] == 100


def test_a_row_that_cleaning_dropped_is_not_explained(shell: Shell, tmp_path: Path, schema: Path) -> None:
    table = clicks_table(300).astype({"click": "Int64"})
    table.loc[7, "click"] = None
    table.to_csv(tmp_path / "clicks.csv", index=False)
    shell("train", tmp_path / "clicks.csv", "--schema", schema, "--model", "lr", *QUICK)
    assert "Row 7 was dropped" in shell("explain", "last", "--row", 7, code=1).stderr
    assert "logit" in shell("explain", "last", "--row", 8).stdout


def test_another_label_loses_the_threshold_of_the_guessed_one() -> None:
    nothing = {part.name: () if "tuple" in str(part.type) else None for part in fields(TableOptions)}
    guess = clicks_schema().model_copy(update={"label": "price", "threshold": 4.0, "positive": "x"})
    said = schema_for(guess, TableOptions(**nothing | {"label": "click"}), KNOWN)
    assert (said.label, said.threshold, said.positive) == ("click", None, None)
    said = schema_for(guess, TableOptions(**nothing | {"label": "click", "threshold": 2.0}), KNOWN)
    assert said.threshold == 2.0


def test_what_the_user_says_about_columns(as_json: Json, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"who": rng.integers(1, 20, 200), "what": rng.integers(1, 30, 200)})
    frame["stars"], frame["price"] = rng.integers(1, 6, 200), rng.integers(1, 4, 200)
    frame.to_csv(tmp_path / "stars.csv", index=False)
    words = ("profile", tmp_path / "stars.csv", "--label", "stars", "--threshold", 4, "--user", "who")
    told = as_json(*words, "--ignore", "what", "--kind", "price=numeric", "--schema-out", tmp_path / "s.json")
    schema = Schema.model_validate(told["schema"])
    assert (schema.label, schema.threshold, schema.user) == ("stars", 4.0, "who")
    kinds = {column.name: column.kind for column in schema.columns}
    assert kinds == {"who": "categorical", "what": "ignore", "stars": "ignore", "price": "numeric"}
    assert Schema.load(tmp_path / "s.json") == schema
    assert told["profile"]["rows"] == 200
    assert not (tmp_path / "workspace").exists()


def test_profile_for_people(shell: Shell, clicks: Path) -> None:
    result = shell("profile", clicks)
    assert "300 rows" in result.stdout
    assert "label: click" in result.stdout
    assert "history_item" in result.stdout


def test_in_the_background(shell: Shell, tmp_path: Path, clicks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_module, "TRAIN", "fake_jobs:quick")
    monkeypatch.setenv("PYTHONPATH", str(FAKE_JOBS))
    run_id = shell("train", clicks, "--model", "lr", "--background", *QUICK).stdout.strip()
    run = opened(tmp_path).run(run_id)
    assert ended(run.folder).state == "done"
    assert (run.folder / "ran").exists()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--model", "fm", "--epochs", "0"], "training.epochs"),
        (["--model", "nothing"], "nothing"),
        (["--set", "fm.size=3"], "no such setting"),
        (["--kind", "price"], "COLUMN=KIND"),
        (["--kind", "price=colour"], "kind"),
        (["--valid-share", "2"], "split.valid"),
        (["--schema", "/nowhere.json"], "schema"),
    ],
)
def test_usage_errors(shell: Shell, clicks: Path, words: list[str], problem: str) -> None:
    result = shell("train", clicks, *words, code=2)
    assert problem in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--label", "nothing"], "no column 'nothing'"),
        (["--history-of", "nothing"], "nothing"),
        (["--model", "din", "--ignore", "history_item", "--ignore", "history_category"], "history"),
        (["--label", "price"], "price"),
    ],
)
def test_errors_of_the_data_are_two_sentences(
    shell: Shell, tmp_path: Path, clicks: Path, words: list[str], problem: str
) -> None:
    result = shell("train", clicks, *words, *QUICK, code=1)
    assert problem in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_files_that_are_none(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    assert "empty" in shell("profile", tmp_path / "empty.csv", code=1).stderr
    assert "no dataset" in shell("train", tmp_path / "missing.csv", code=1).stderr


def test_a_failed_model_does_not_hide_the_others(as_json: Json, tmp_path: Path, clicks: Path) -> None:
    words = ("train", clicks, "--ignore", "history_item", "--ignore", "history_category", *QUICK)
    told = as_json(*words, "--model", "din", "--model", "lr", code=1)
    assert [run["state"] for run in told["runs"]] == ["failed", "done"]
    assert "history" in told["runs"][0]["error"]
    assert json.dumps(told["runs"][1]["metrics"])
