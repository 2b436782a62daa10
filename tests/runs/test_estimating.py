"""Times are taken from runs of the same model, on the same data if there is one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ctrcore.runs.estimating import seconds_at_most
from ctrcore.runs.run import Run
from tests.trained import Trained


def speed(run: Run, value: float | None) -> None:
    """Rewrite the speed that a run has measured."""
    path = run.folder / "metrics.json"
    figures: dict[str, Any] = json.loads(path.read_text())
    path.write_text(json.dumps(figures | {"rows_per_second": value}))


def test_the_time_is_rows_times_epochs_by_speed(trained: Trained) -> None:
    run = trained.workspace.run(trained.runs["fm"])
    measured = run.metrics()
    assert measured is not None
    found = seconds_at_most(run.spec, 1000, [run])
    rows = 1000 * (1 - run.spec.recipe.split.valid - run.spec.recipe.split.test)
    assert found == pytest.approx(rows * run.spec.training.epochs / measured["rows_per_second"])


def test_another_models_speed_says_nothing(trained: Trained) -> None:
    run = trained.workspace.run(trained.runs["fm"])
    assert seconds_at_most(run.spec, 1000, [trained.workspace.run(trained.runs["din"])]) is None
    assert seconds_at_most(run.spec, 1000, []) is None


def test_a_run_on_the_same_dataset_goes_first(trained: Trained, tmp_path: Any) -> None:
    import shutil

    from ctrcore.runs.workspace import Workspace

    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    space = Workspace(tmp_path / "copy")
    here = space.run(trained.runs["fm"])
    far = here.folder.parent / "elsewhere"
    shutil.copytree(here.folder, far)
    manifest = json.loads((far / "manifest.json").read_text())
    manifest["spec"]["dataset"] = "another"
    (far / "manifest.json").write_text(json.dumps(manifest))
    speed(space.run("elsewhere"), 1.0)
    speed(here, 100.0)
    found = seconds_at_most(here.spec, 1000, [space.run("elsewhere"), here])
    assert found == pytest.approx(seconds_at_most(here.spec, 1000, [here]))
    speed(here, None)
    slow = seconds_at_most(here.spec, 1000, [space.run("elsewhere"), here])
    assert slow == pytest.approx(100 * found)  # type: ignore[operator]
