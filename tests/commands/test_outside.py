"""Scores of other systems from a shell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.runs.workspace import Workspace
from tests.commands.conftest import Shell
from tests.data.tables import clicks_table
from tests.trained import ROWS, Trained

Json = Callable[..., Any]


@pytest.fixture
def answered(shell: Shell, copied: Path, tmp_path: Path) -> Path:
    """The template with scores from elsewhere: those of a price that says nothing."""
    path = tmp_path / "todo.csv"
    result = shell("outside", "template", "FM", "--out", path, workspace=copied)
    assert "200 rows are in" in result.stderr
    rows = pd.read_csv(path)
    assert "click" not in rows.columns
    rows.assign(prob=1 / (1 + rows["price"])).to_csv(path, index=False)
    return path


def test_from_the_template_to_the_comparison(
    shell: Shell, as_json: Json, copied: Path, trained: Trained, answered: Path
) -> None:
    result = shell("outside", "add", "clicks.csv", answered, "--name", "Cheap first", workspace=copied)
    made = result.stdout.strip()
    assert "100 of 100 test rows have a score." in result.stderr
    assert "'prob' was taken as a probability" in result.stderr
    told = as_json("compare", "FM", "LR", "--outside", "Cheap first", "--base", "Cheap first", workspace=copied)
    assert (told["base"], told["rows"], len(told["tests"]["pairs"])) == (made, 100, 3)
    row = next(row for row in told["runs"] if row["id"] == made)
    assert (row["name"], row["model"], row["parameters"], row["rela_impr"]) == ("Cheap first", "outside", None, None)
    assert set(told["settings"]["model.name"]) == {trained.runs["fm"], trained.runs["lr"]}
    again = as_json("outside", "add", "clicks.csv", answered, "--meaning", "order", "--run", "LR", workspace=copied)
    assert (again["name"], again["meaning"], again["judged"]) == ("todo.csv", "order", 100)
    result = shell("compare", "FM", "--outside", again["id"], "--outside", made, workspace=copied)
    assert "no metrics of probabilities" in result.stderr
    both = as_json("compare", "FM", "--outside", again["id"], "--outside", made, workspace=copied)["runs"]
    ordered, known = ({row["id"]: row for row in both}[name] for name in (again["id"], made))
    assert ordered["auc"] == known["auc"]
    assert ordered["log_loss"] is None
    assert known["log_loss"] > 0


def test_the_rows_to_learn_from_have_their_label(shell: Shell, copied: Path, answered: Path, tmp_path: Path) -> None:
    path = tmp_path / "learn.csv"
    result = shell("outside", "template", "FM", "--train", "--out", path, workspace=copied)
    assert f"{ROWS - 200} rows are in" in result.stderr
    rows, table = pd.read_csv(path), clicks_table(ROWS)
    assert set(rows["row"]) == set(range(ROWS)) - set(pd.read_csv(answered)["row"])
    assert set(rows["split"]) == {"train"}
    assert rows["click"].tolist() == table.loc[rows["row"], "click"].tolist()


def test_columns_that_are_named(as_json: Json, shell: Shell, copied: Path, answered: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(answered).drop_duplicates(["user_id", "item_id", "time"], keep=False)
    path = tmp_path / "named.tsv"
    rows[["user_id", "item_id", "time"]].assign(a=rows["prob"], b=np.log(rows["prob"])).to_csv(
        path, sep="\t", index=False
    )
    assert (
        "'a' and 'b' could each be it" in shell("outside", "add", "clicks.csv", path, workspace=copied, code=1).stderr
    )
    words = ("--id", "user_id", "--id", "item_id", "--id", "time", "--score", "b", "--meaning", "logit")
    told = as_json("outside", "add", "clicks.csv", path, *words, workspace=copied)
    assert (told["id_columns"], told["score"], told["meaning"], told["reason"]) == (
        ["user_id", "item_id", "time"],
        "b",
        "logit",
        "",
    )
    shell("outside", "add", "clicks.csv", path, "--meaning", "luck", workspace=copied, code=2)


def test_list_and_delete(as_json: Json, shell: Shell, copied: Path, answered: Path) -> None:
    made = [
        shell("outside", "add", "clicks.csv", answered, "--name", name, workspace=copied).stdout.strip()
        for name in ("one", "two", "two")
    ]
    listed = as_json("outside", "list", "clicks.csv", workspace=copied)["outside"]
    assert [one["id"] for one in listed] == made[::-1]
    assert "100 of 100 test rows" in shell("outside", "list", "clicks.csv", workspace=copied).stdout
    assert (
        "'two' means 2 outside scores"
        in shell("outside", "delete", "clicks.csv", "two", workspace=copied, code=1).stderr
    )
    shell("outside", "delete", "clicks.csv", "one", made[1], workspace=copied)
    (dataset,) = Workspace(copied).datasets()
    assert [one.id for one in dataset.outside()] == made[2:]
    gone = shell("compare", "FM", "--outside", "one", workspace=copied, code=1).stderr
    assert "no outside scores 'one'" in gone
    assert "outside list" in gone


def test_what_is_not_there(shell: Shell, copied: Path, answered: Path, tmp_path: Path) -> None:
    assert "no dataset 'nope'" in shell("outside", "list", "nope", workspace=copied, code=1).stderr
    assert "There is no run" in shell("outside", "template", "nope", "--out", answered, workspace=copied, code=1).stderr
    (tmp_path / "bad.csv").write_bytes(b"PK\x03\x04")
    assert "zip" in shell("outside", "add", "clicks.csv", tmp_path / "bad.csv", workspace=copied, code=1).stderr
    space = Workspace(copied)
    other = space.add_frame("another", space.datasets()[0].table())
    result = shell("outside", "add", other, answered, "--run", "FM", workspace=copied, code=1)
    assert "not trained on 'another'" in result.stderr
