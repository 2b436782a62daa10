"""Commands on runs that are there: measure, explain, keep order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctrcore.runs.workspace import Workspace
from tests.commands.conftest import Shell
from tests.data.tables import clicks_table
from tests.trained import ROWS, Trained

Json = Callable[..., Any]


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    clicks_table(ROWS).to_csv(tmp_path / "clicks.csv", index=False)
    return tmp_path / "clicks.csv"


def test_evaluate(as_json: Json, shell: Shell, trained: Trained, clicks: Path) -> None:
    root, run = trained.workspace.root, trained.workspace.run(trained.runs["fm"])
    told = as_json("evaluate", "FM", workspace=root)
    assert told["metrics"]["test"]["auc"] == pytest.approx(run.metrics()["test"]["auc"])
    strict = as_json("evaluate", run.id, "--threshold", 0.99, workspace=root)
    assert strict["metrics"]["test"]["accuracy"] == pytest.approx(
        1 - run.predictions().query("split == 'test'")["label"].mean()
    )
    on_file = as_json("evaluate", run.id[:-2], clicks, workspace=root)["metrics"]["clicks.csv"]
    assert 0 < on_file["auc"] < 1
    assert on_file["gauc_users"] <= 20
    assert "valid" in shell("evaluate", "last", workspace=root).stdout


@pytest.mark.parametrize("model", ["lr", "fm", "afm"])
def test_explain_sums_to_the_score(as_json: Json, trained: Trained, clicks: Path, model: str) -> None:
    root, run = trained.workspace.root, trained.workspace.run(trained.runs[model])
    kept = run.predictions().iloc[3]
    told = as_json("explain", run.id, "--row", int(kept["row"]), workspace=root)
    assert told["logit"] == pytest.approx(kept["logit"], abs=1e-4)
    assert told["base"] + sum(part["contribution"] for part in told["parts"]) == pytest.approx(told["logit"], abs=1e-4)
    sizes = [abs(part["contribution"]) for part in told["parts"]]
    assert sizes == sorted(sizes, reverse=True)
    again = as_json("explain", run.id, "--row", int(kept["row"]), "--file", clicks, workspace=root)
    assert again["logit"] == pytest.approx(told["logit"], abs=1e-4)


def test_explain_for_people(shell: Shell, trained: Trained) -> None:
    root = trained.workspace.root
    text = shell("explain", "DIN", "--row", 7, "--top", 3, workspace=root).stdout
    assert "smaller parts" in text
    assert "base" in text
    assert f"rows are 0 to {ROWS - 1}" in shell("explain", "DIN", "--row", ROWS, workspace=root, code=1).stderr
    shell("explain", "DIN", workspace=root, code=2)


def test_runs_list_and_show(as_json: Json, shell: Shell, trained: Trained) -> None:
    root = trained.workspace.root
    listed = as_json("runs", "list", workspace=root)["runs"]
    assert [run["id"] for run in listed] == [run.id for run in trained.workspace.runs()]
    assert as_json("runs", "list", "--state", "failed", workspace=root)["runs"] == []
    assert trained.runs["fm"] in shell("runs", "list", workspace=root).stdout
    shown = as_json("runs", "show", "FM", workspace=root)
    assert shown["spec"]["model"]["name"] == "fm"
    assert "embedding_size=10" in shell("runs", "show", "FM", "--log", workspace=root).stdout
    for word in ("nothing", "../x", ""):
        assert "There is no run" in shell("runs", "show", word, workspace=root, code=1).stderr
    assert "means 5 runs" in shell("runs", "show", "2", workspace=root, code=1).stderr


def test_runs_are_renamed_tagged_moved_and_deleted(shell: Shell, copied: Path, tmp_path: Path) -> None:
    workspace = Workspace(copied)
    shell("runs", "rename", "FM", "my model", workspace=copied)
    shell("runs", "tag", "my model", "a", "b", workspace=copied)
    shell("runs", "export", "my model", tmp_path / "fm.zip", workspace=copied)
    new_id = shell("runs", "import", tmp_path / "fm.zip", workspace=copied).stdout.strip()
    run = workspace.run(new_id)
    assert (run.name, run.spec.tags, run.state) == ("my model", ["a", "b"], "done")
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    assert "not a zip archive" in shell("runs", "import", tmp_path / "bad.zip", workspace=copied, code=1).stderr
    assert "means 2 runs" in shell("runs", "delete", "my model", workspace=copied, code=1).stderr
    (copied / "runs" / "broken").mkdir()
    assert "broken" in shell("runs", "list", workspace=copied).stderr
    shell("runs", "delete", new_id, "AFM", "broken", workspace=copied)
    assert len(workspace.runs()) == 4
    assert workspace.damaged_runs() == []
    assert "is done" in shell("runs", "resume", "my model", workspace=copied, code=1).stderr
    shell("runs", "cancel", "my model", workspace=copied)
