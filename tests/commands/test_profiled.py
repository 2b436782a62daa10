"""`train --profile`: what it tells, and where the trace goes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Shell
from tests.data.tables import clicks_table

Json = Callable[..., Any]
STEPS = ("--epochs", "3", "--batch-size", "32", "--device", "cpu")  # 240 training rows: 24 steps


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    path = tmp_path / "clicks.csv"
    clicks_table(300).to_csv(path, index=False)
    return path


def names(trace: str | Path) -> set[str]:
    return {event.get("name", "") for event in json.loads(gzip.decompress(Path(trace).read_bytes()))["traceEvents"]}


def test_for_people(shell: Shell, clicks: Path, tmp_path: Path) -> None:
    told = shell("train", clicks, "--model", "fm", *STEPS, "--profile").stdout
    assert "of training in 24 steps. Most of it is " in told
    for phase in ("reading batches", "forward", "loss", "backward", "optimizer", "validation"):
        assert phase in told
    assert "aten::" in told
    trace = told.splitlines()[-1].partition(": ")[2]
    assert Path(trace).name == "trace.json.gz"
    assert Path(trace).parent.parent == tmp_path / "workspace" / "runs"
    assert {"forward", "backward"} <= names(trace)


def test_for_scripts_with_a_folder_and_two_models(as_json: Json, clicks: Path, tmp_path: Path) -> None:
    words = ("train", clicks, "--model", "lr", "--model", "fm", *STEPS, "--profile", tmp_path / "traces")
    runs = as_json(*words)["runs"]
    assert [Path(run["profile"]["trace"]) for run in runs] == [
        tmp_path / "traces" / f"{run['id']}.json.gz" for run in runs
    ]
    for run in runs:
        profile = run["profile"]
        assert profile["steps"] == 24
        assert profile["traced_steps"] == 10
        assert sum(profile["phases"].values()) > 0
        assert len(profile["operators"]) == 10
        assert "optimizer" in names(profile["trace"])


def test_without_it_nothing_is_told(as_json: Json, clicks: Path) -> None:
    assert "profile" not in as_json("train", clicks, "--model", "lr", "--epochs", 1, "--device", "cpu")["runs"][0]


def test_a_training_too_short_has_phases_and_no_trace(shell: Shell, clicks: Path, tmp_path: Path) -> None:
    words = ("train", clicks, "--model", "lr", "--epochs", 1, "--device", "cpu", "--profile", tmp_path / "traces")
    result = shell(*words)
    assert "phases of the whole training" in result.stdout
    assert "before one was traced" in result.stderr
    assert not (tmp_path / "traces").exists()


def test_a_run_that_fails_early_has_none(as_json: Json, clicks: Path) -> None:
    words = ("--ignore", "history_item", "--ignore", "history_category", "--model", "din", "--profile")
    (run,) = as_json("train", clicks, *STEPS, *words, code=1)["runs"]
    assert run["state"] == "failed"
    assert "profile" not in run


def test_not_in_the_background(shell: Shell, clicks: Path) -> None:
    assert "--background" in shell("train", clicks, "--background", "--profile", code=2).stderr
