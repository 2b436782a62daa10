"""`importance`: the fields' table, the Shapley values as a file, and what is said of a wrong wish."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.commands.conftest import Shell
from tests.trained import Trained

Json = Callable[..., Any]


def test_fields_with_intervals_and_shapley_values(as_json: Json, trained: Trained, tmp_path: Path) -> None:
    root, out = trained.workspace.root, tmp_path / "values.parquet"
    words = ("--repeats", 2, "--shapley-rows", 12, "--background", 8, "--out", out)
    told = as_json("importance", "AFM", *words, workspace=root)
    fields = pd.DataFrame(told["fields"])
    assert set(fields["measure"]) == {"permutation", "shapley", "contribution", "attention"}
    assert fields.groupby("measure").size().nunique() == 1
    attention = fields[fields["measure"] == "attention"]
    assert attention["value"].sum() == pytest.approx(1, abs=1e-5)
    values = pd.read_parquet(out)
    assert len(values) == told["shapley"]["rows"] == 12
    parts = values.filter(like="values.").sum(axis=1)
    assert np.allclose(values["base_values"] + parts, values["logit"], atol=1e-3)
    mean = values["values.age"].abs().mean()
    assert fields.query("measure == 'shapley' and name == 'age'")["value"].item() == pytest.approx(mean)


def test_the_table_is_readable_and_the_csv_too(shell: Shell, trained: Trained, tmp_path: Path) -> None:
    root, out = trained.workspace.root, tmp_path / "values.csv"
    shown = shell("importance", "LR", "--shapley-rows", 5, "--background", 4, "--out", out, workspace=root)
    assert "AUC lost" in shown.stdout
    assert "history_item + history_category" in shown.stdout
    assert "sample of 5 rows" in shown.stderr
    assert len(pd.read_csv(out)) == 5


def test_a_wrong_wish_is_said_before_the_work(shell: Shell, trained: Trained, tmp_path: Path) -> None:
    root = trained.workspace.root
    alone = shell("importance", "LR", "--out", tmp_path / "x.csv", workspace=root, code=1)
    assert "--shapley-rows" in alone.stderr
    odd = shell("importance", "LR", "--shapley-rows", 5, "--out", tmp_path / "x.xlsx", workspace=root, code=1)
    assert ".parquet or .csv" in odd.stderr
    nowhere = tmp_path / "none" / "x.csv"
    gone = shell("importance", "LR", "--shapley-rows", 5, "--out", nowhere, workspace=root, code=1)
    assert "no folder" in gone.stderr
