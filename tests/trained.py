"""A workspace with one small dataset and a trained run of each model, made once per test process."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ctrcore.data.recipe import Recipe, Split
from ctrcore.models.config import CONFIGS
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from tests.data.tables import clicks_schema, clicks_table

RECIPE = Recipe(data_schema=clicks_schema(), split=Split(valid=0.2, test=0.2))
ROWS = 500
_made: list[Trained] = []


@dataclass(frozen=True)
class Trained:
    """Shared by tests, so nobody may change it."""

    workspace: Workspace
    dataset: str
    runs: dict[str, str]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The workspace; conftest files import this fixture, and share what it made."""
    if not _made:
        _made.append(_make(Workspace(tmp_path_factory.mktemp("trained"))))
    return _made[0]


def _make(workspace: Workspace) -> Trained:
    dataset = workspace.add_frame("clicks.csv", clicks_table(ROWS), RECIPE)
    runs = {}
    for name, config in CONFIGS.items():
        training = TrainConfig(epochs=2, batch_size=64, device="cpu")
        run = run_here(workspace, RunSpec(dataset=dataset, recipe=RECIPE, model=config(), training=training))
        assert run.state == "done", run.error
        runs[name] = run.id
    return Trained(workspace, dataset, runs)
