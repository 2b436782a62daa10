"""`calibrate`: repairs in the shell, before and after, and what is said of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctrcore.runs.repairs import before_after, repairs_of
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.workspace import Workspace
from tests.commands.conftest import Shell
from tests.trained import Trained

Json = Callable[..., Any]


@pytest.fixture
def space(trained: Trained, tmp_path: Path) -> Workspace:
    """A copy that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def test_both_repairs_are_fitted_kept_and_shown(shell: Shell, as_json: Json, space: Workspace) -> None:
    told = as_json("calibrate", "FM", workspace=space.root)
    run = space.run(told["run"])
    kept = repairs_of(run)
    assert told["repairs"] == {kind: repair.model_dump() for kind, repair in kept.items()}
    for line, one in zip(told["test"], before_after(run), strict=True):
        assert line["kind"] == one.kind
        for name in ("rows", "clicks", "log_loss", "ece", "pcoc", "auc"):
            assert line[name] == pytest.approx(getattr(one, name))
        assert sum(line["bins"]["rows"]) == one.rows
    said = shell("calibrate", "FM", workspace=space.root)
    for words in ("as the model gives them", "repaired (Platt)", "repaired (isotonic)", "100 test rows"):
        assert words in said.stdout
    assert "Platt: sigmoid(" in said.stderr
    assert "fitted on 100 validation rows" in said.stderr
    assert "have also chosen the epoch" in said.stderr


def test_one_repair_leaves_the_other_alone(as_json: Json, space: Workspace) -> None:
    told = as_json("calibrate", "FM", "--method", "isotonic", workspace=space.root)
    run = space.run(told["run"])
    assert list(repairs_of(run)) == list(told["repairs"]) == ["isotonic"]
    assert [line["kind"] for line in told["test"]] == [None, "isotonic"]
    first = repairs_of(run)["isotonic"]
    told = as_json("calibrate", "FM", "--method", "platt", workspace=space.root)
    assert [line["kind"] for line in told["test"]] == [None, "platt"]
    assert repairs_of(run)["isotonic"] == first


def test_what_cannot_be_repaired_gets_two_sentences(shell: Shell, as_json: Json, space: Workspace) -> None:
    run = next(run for run in space.runs() if run.name == "FM")
    whole = run.predictions()
    whole[whole["split"] == "valid"].to_parquet(run.folder / "predictions.parquet", index=False)
    said = shell("calibrate", "FM", workspace=space.root)
    assert "There are no test rows" in said.stderr
    assert as_json("calibrate", "FM", workspace=space.root)["test"] == []
    whole[whole["split"] == "test"].to_parquet(run.folder / "predictions.parquet", index=False)
    said = shell("calibrate", "FM", workspace=space.root, code=1)
    assert said.stderr.splitlines() == [
        "There are no validation rows to fit a repair on.",
        "Train the model with a split that has validation rows.",
    ]
    write_status(run.folder, JobStatus("failed"))
    assert "is failed" in shell("calibrate", "FM", workspace=space.root, code=1).stderr
    assert "Invalid value" in shell("calibrate", "FM", "--method", "beta", workspace=space.root, code=2).stderr
