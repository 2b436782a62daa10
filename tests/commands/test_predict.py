"""`predict` and `evaluate` on files: the scores of the run itself, what is kept beside them, and what is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore import metrics
from ctrcore.comparing.repair import KINDS, REPAIR_TITLES
from ctrcore.metrics import sigmoid
from ctrcore.runs import scoring
from ctrcore.runs.repairs import repair_of
from ctrcore.runs.workspace import Workspace
from tests.commands.conftest import Shell
from tests.data.tables import clicks_table
from tests.trained import ROWS, Trained

HISTORIES = ("history_item", "history_category")
Json = Callable[..., Any]


def test_predict(as_json: Json, shell: Shell, trained: Trained, tmp_path: Path) -> None:
    root, run = trained.workspace.root, trained.workspace.run(trained.runs["din"])
    frame = clicks_table(ROWS).drop(columns="click")[::-1]
    frame.to_csv(tmp_path / "new.csv", index=False)
    shell("predict", run.id, tmp_path / "new.csv", "-o", tmp_path / "scores.csv", workspace=root)
    scores = pd.read_csv(tmp_path / "scores.csv")
    assert scores["row"].tolist() == list(range(ROWS))
    kept = run.predictions()
    np.testing.assert_allclose(scores["logit"].to_numpy()[::-1][kept["row"]], kept["logit"], atol=1e-4)
    np.testing.assert_allclose(scores["probability"], sigmoid(scores["logit"].to_numpy()), atol=1e-6)
    shell("predict", "DIN", tmp_path / "new.csv", "-o", tmp_path / "scores.parquet", workspace=root)
    np.testing.assert_allclose(pd.read_parquet(tmp_path / "scores.parquet")["logit"], scores["logit"], atol=1e-5)
    printed = shell("predict", "DIN", tmp_path / "new.csv", workspace=root).stdout.splitlines()
    assert printed[0] == "row,logit,probability"
    assert len(printed) == ROWS + 1
    assert as_json("predict", "DIN", tmp_path / "new.csv", workspace=root)["rows"] == ROWS
    pd.DataFrame({"x": [1, 2]}).to_csv(tmp_path / "other.csv", index=False)
    assert "none of the columns" in shell("predict", "DIN", tmp_path / "other.csv", workspace=root, code=1).stderr
    no_label = shell("evaluate", "DIN", tmp_path / "new.csv", workspace=root, code=1)
    assert "no label column" in no_label.stderr


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """The dataset's table as CSV and Parquet, scored in slices of 60 rows."""
    monkeypatch.setattr(scoring, "SLICE", 60)
    table = clicks_table(ROWS)
    table.to_csv(tmp_path / "rows.csv", index=False)
    lists = {name: table[name].map(lambda text: text.split("|") if text else []) for name in HISTORIES}
    table.assign(**lists).to_parquet(tmp_path / "rows.parquet", index=False)
    return {"csv": tmp_path / "rows.csv", "parquet": tmp_path / "rows.parquet"}


@pytest.mark.parametrize("way", ["csv to csv", "csv to parquet", "parquet to csv", "parquet to parquet"])
def test_kept_columns_stand_beside_the_scores(
    shell: Shell, trained: Trained, files: dict[str, Path], tmp_path: Path, way: str
) -> None:
    kind, _, ending = way.split()
    root, target = trained.workspace.root, tmp_path / f"scores.{ending}"
    read = pd.read_csv if ending == "csv" else pd.read_parquet
    words = ("predict", "DIN", files[kind], "-o", target)
    shell(*words, "--keep", "item_id", "--keep", "device", "--keep", "age", workspace=root)
    scores, table = read(target), clicks_table(ROWS)
    assert list(scores) == ["row", "logit", "probability", "item_id", "device", "age"]
    assert scores["item_id"].tolist() == table["item_id"].tolist()
    assert scores["device"].fillna("").tolist() == table["device"].fillna("").tolist()
    np.testing.assert_allclose(scores["age"], table["age"])
    shell(*words, "--keep-all", workspace=root)
    everything = read(target)
    assert list(everything)[3:] == list(table)
    np.testing.assert_allclose(everything["logit"], scores["logit"])
    history = everything["history_item"].map(lambda cell: cell if isinstance(cell, str | float) else "|".join(cell))
    assert history.fillna("").tolist() == table["history_item"].tolist()


def test_columns_named_like_scores_are_renamed(
    shell: Shell, trained: Trained, files: dict[str, Path], tmp_path: Path
) -> None:
    table = pd.read_csv(files["csv"]).assign(row="a", logit=-1.0, row_of_file="b")
    table.to_csv(tmp_path / "odd.csv", index=False)
    shell(
        "predict", "LR", tmp_path / "odd.csv", "--keep-all", "-o", tmp_path / "o.csv", workspace=trained.workspace.root
    )
    scores = pd.read_csv(tmp_path / "o.csv")
    assert scores["row"].tolist() == list(range(ROWS))
    assert set(scores["row_of_file"]) == {"b"}
    assert set(scores["row_of_file_"]) == {"a"}
    assert set(scores["logit_of_file"]) == {-1.0}


def test_a_column_to_keep_that_is_not_there(shell: Shell, trained: Trained, files: dict[str, Path]) -> None:
    said = shell("predict", "LR", files["csv"], "--keep", "colour", workspace=trained.workspace.root, code=1)
    assert "no column 'colour' to keep" in said.stderr
    assert said.stdout == ""


def test_the_report_goes_to_the_standard_error(
    shell: Shell, as_json: Json, trained: Trained, files: dict[str, Path], tmp_path: Path
) -> None:
    root = trained.workspace.root
    table = clicks_table(ROWS).drop(columns=["age"]).assign(colour="red", device="fridge")
    table.to_csv(tmp_path / "new.csv", index=False)
    said = shell("predict", "FM", tmp_path / "new.csv", workspace=root)
    assert said.stdout.startswith("row,logit,probability\n0,")
    assert "no column 'age'" in said.stderr
    assert "Not read: time, colour." in said.stderr
    assert "100% of the values of 'device'" in said.stderr
    assert "Measured on 500 rows with a label: auc 0." in said.stderr
    told = as_json("predict", "FM", tmp_path / "new.csv", "-o", tmp_path / "s.csv", workspace=root)
    report = told["report"]
    assert report["ignored"] == ["time", "colour"]
    assert set(report["missing"]) == {"age"}
    assert report["unknown_share"]["device"] == 1.0
    assert report["labelled"] == sum(report["histogram"]) == ROWS
    assert "scores" not in told
    evaluated = as_json("evaluate", "FM", tmp_path / "new.csv", workspace=root)["metrics"]["new.csv"]
    assert evaluated["auc"] == pytest.approx(report["metrics"]["auc"])
    printed = as_json("predict", "FM", tmp_path / "new.csv", "--keep", "colour", workspace=root)
    assert json.dumps(printed)
    assert printed["scores"][7].keys() == {"row", "logit", "probability", "colour"}
    assert len(printed["scores"]) == ROWS


def test_a_failure_leaves_no_file(shell: Shell, trained: Trained, tmp_path: Path) -> None:
    clicks_table(50).assign(click="perhaps").to_csv(tmp_path / "bad.csv", index=False)
    (tmp_path / "out").mkdir()
    said = shell(
        "predict",
        "LR",
        tmp_path / "bad.csv",
        "-o",
        tmp_path / "out" / "s.csv",
        workspace=trained.workspace.root,
        code=1,
    )
    assert "label 'click'" in said.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_repaired_probabilities(
    shell: Shell, as_json: Json, trained: Trained, files: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    space = Workspace(tmp_path / "copy")
    words = ("predict", "FM", files["csv"], "--repair", "isotonic")
    said = shell(*words, workspace=space.root, code=1).stderr.splitlines()
    assert said[-2] == "The run 'FM' has no isotonic repair of its probabilities."
    assert "calibrate" in said[-1]
    shell("calibrate", "FM", workspace=space.root)
    run = space.run(trained.runs["fm"])
    plain = as_json("predict", "FM", files["csv"], workspace=space.root)
    assert plain["report"]["repair"] is None
    for kind in KINDS:
        told = shell("predict", "FM", files["csv"], "--repair", kind, "-o", tmp_path / "s.csv", workspace=space.root)
        assert f"repaired ({REPAIR_TITLES[kind]})" in told.stderr
        scores = pd.read_csv(tmp_path / "s.csv")
        repair = repair_of(run, kind)
        assert repair is not None
        np.testing.assert_allclose(scores["logit"], [row["logit"] for row in plain["scores"]], atol=1e-5)
        np.testing.assert_allclose(scores["probability"], repair.apply(scores["logit"].to_numpy()), atol=1e-5)
        report = as_json("predict", "FM", files["csv"], "--repair", kind, workspace=space.root)["report"]
        assert report["repair"] == kind
        assert report["mean_probability"] == pytest.approx(scores["probability"].mean(), abs=1e-6)
        label = clicks_table(ROWS)["click"].to_numpy()
        expected = metrics.log_loss(label, repair.logit(scores["logit"].to_numpy()))
        assert report["metrics"]["log_loss"] == pytest.approx(expected, abs=1e-5)
