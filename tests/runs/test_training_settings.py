"""What a run hands to the trainer: the machine's memory, and which fields are ids."""

from __future__ import annotations

import pytest

from ctrcore.errors import RunError
from ctrcore.models.config import LRConfig
from ctrcore.runs import settings
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training import blocks, trainer
from ctrcore.training.config import TrainConfig
from tests.data.tables import clicks_table
from tests.trained import RECIPE


def spec(workspace: Workspace, **training: float) -> RunSpec:
    dataset = workspace.add_frame("clicks", clicks_table(300), RECIPE)
    settings = TrainConfig(epochs=2, batch_size=32, device="cpu", **training)  # type: ignore[arg-type]
    return RunSpec(dataset=dataset, recipe=RECIPE, model=LRConfig(), training=settings)


@pytest.mark.parametrize(("memory", "expected"), [("", "RowTensors"), ("8000", "BlockedRows")])
def test_the_memory_of_the_environment_decides_how_rows_are_held(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, memory: str, expected: str
) -> None:
    kinds = []

    def hold(*given: object) -> object:
        held = blocks.hold(*given)  # type: ignore[arg-type]
        kinds.append(type(held[0]).__name__)
        return held

    monkeypatch.setattr(trainer, "hold", hold)
    monkeypatch.setenv("CTR_TRAIN_MEMORY", memory)
    run = run_here(workspace, spec(workspace))
    assert run.state == "done", run.error
    assert kinds == [expected]


def test_a_memory_that_is_no_number_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.train_memory() == blocks.MEMORY
    monkeypatch.setenv("CTR_TRAIN_MEMORY", "much")
    with pytest.raises(RunError, match="CTR_TRAIN_MEMORY"):
        settings.train_memory()


def test_a_cold_start_finds_the_ids_of_the_schema(workspace: Workspace) -> None:
    run = run_here(workspace, spec(workspace, cold_start=0.5))
    assert run.state == "done", run.error
    schema = RECIPE.data_schema.model_copy(update={"user": None, "item": None})
    other = spec(workspace, cold_start=0.5).model_copy(
        update={"recipe": RECIPE.model_copy(update={"data_schema": schema})}
    )
    failed = run_here(workspace, other)
    assert failed.state == "failed"
    assert failed.error is not None
    assert "no field with such an id" in failed.error.problem
