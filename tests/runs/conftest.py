from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from ctrcore.data.recipe import Recipe, Split
from ctrcore.models.config import CONFIGS
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from tests.data.tables import clicks_schema, clicks_table

HERE = Path(__file__).parent
RECIPE = Recipe(data_schema=clicks_schema(), split=Split(valid=0.2, test=0.2))


@pytest.fixture(autouse=True)
def _fake_jobs_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@dataclass(frozen=True)
class Trained:
    """A workspace with one dataset and a run of each model. Shared by tests, so nobody may change it."""

    workspace: Workspace
    dataset: str
    runs: dict[str, str]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    workspace = Workspace(tmp_path_factory.mktemp("trained"))
    dataset = workspace.add_frame("clicks.csv", clicks_table(500), RECIPE)
    runs = {}
    for name, config in CONFIGS.items():
        training = TrainConfig(epochs=2, batch_size=64, device="cpu")
        run = run_here(workspace, RunSpec(dataset=dataset, recipe=RECIPE, model=config(), training=training))
        assert run.state == "done", run.error
        runs[name] = run.id
    return Trained(workspace, dataset, runs)
