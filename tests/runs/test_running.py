"""Training through a run's folder: what is left behind, and that a break changes nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from ctrcore import metrics
from ctrcore.data.recipe import Recipe
from ctrcore.models.config import DINConfig, FMConfig
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here, train_run
from ctrcore.runs.scoring import score
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.status import DIED
from ctrcore.runs.worker import Cancelled, Reporter, work
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from ctrcore.training.events import EpochEvent, Event
from tests.data.tables import clicks_table
from tests.runs.waiting import ended, wait_until
from tests.trained import RECIPE, Trained

TRAINING = TrainConfig(epochs=4, batch_size=64, device="cpu", feature_dropout=0.1, patience=0)


def spec(workspace: Workspace, rows: int = 300, training: TrainConfig = TRAINING) -> RunSpec:
    dataset = workspace.add_frame("clicks", clicks_table(rows), RECIPE)
    return RunSpec(dataset=dataset, recipe=RECIPE, model=FMConfig(), training=training)


def test_the_files_say_the_same_as_the_model(trained: Trained) -> None:
    for name, run_id in trained.runs.items():
        run = trained.workspace.run(run_id)
        figures, predictions = run.metrics(), run.predictions()
        assert figures is not None
        test = predictions[predictions["split"] == "test"]
        assert figures["test"]["auc"] == pytest.approx(metrics.auc(test["label"], test["logit"]))
        rows, logit = score(run, trained.workspace.dataset(trained.dataset).table())
        np.testing.assert_allclose(logit[test["row"]], test["logit"], atol=1e-5)
        np.testing.assert_array_equal(rows.label[test["row"]], test["label"])
        assert figures["rows"] == {"train": 300, "valid": 100, "test": 100}
        assert figures["parameters"] == sum(p.numel() for p in run.load_model().parameters())
        assert not run.has_checkpoint
        expected = {
            "lr": set(),
            "fm": {"pairs"},
            "afm": {"pairs"},
            "fibinet": {"pairs", "gates"},
            "din": {"behaviours"},
        }
        assert set(run.explanations()) == expected[name] | {"importance"}


def test_events_are_told_while_they_happen(workspace: Workspace) -> None:
    events: list[Event] = []
    states: list[str] = []
    run = run_here(workspace, spec(workspace), events.append, lambda status: states.append(status.state))
    assert states[0] == "queued"
    assert states[-1] == "done"
    epochs = [event for event in events if isinstance(event, EpochEvent)]
    assert [event.epoch for event in epochs] == [1, 2, 3, 4]
    told = [record for record in run.events() if record["kind"] == "epoch"]
    assert [record["valid_auc"] for record in told] == [event.valid_auc for event in epochs]
    figures = run.metrics()
    assert figures is not None
    assert figures["best_epoch"] == [event.epoch for event in epochs if event.best][-1]
    assert figures["seconds"] == epochs[-1].seconds


def _interrupted(run: Run, epoch: int) -> None:
    """Work on the run in this process until the given epoch's first event, then stop as a killed worker would."""

    def stop(event: Event) -> None:
        if event.epoch == epoch:
            raise Cancelled

    report = Reporter(run.folder, "x")
    with pytest.raises(Cancelled):
        train_run(run.folder, report, stop)


def _epochs(run: Run) -> list[dict[str, object]]:
    timings = {"seconds", "rows_per_second"}
    return [
        {key: value for key, value in record.items() if key not in timings}
        for record in run.events()
        if record["kind"] == "epoch"
    ]


@pytest.mark.parametrize("epoch", [1, 2, 4])
def test_a_resumed_run_equals_an_uninterrupted_one(workspace: Workspace, epoch: int) -> None:
    one = spec(workspace)
    whole = run_here(workspace, one)
    broken = workspace.run(workspace.create(one))
    _interrupted(broken, epoch)
    with (broken.folder / "events.jsonl").open("a") as file:
        file.write('{"kind": "step", "epo')  # the line that the kill tore
    attempt, events = workspace.enlist(broken.id), []
    assert work(broken.folder, lambda: partial(train_run, on_event=events.append), attempt).state == "done"
    assert {event.epoch for event in events} == set(range(epoch, 5))
    assert _epochs(broken) == _epochs(whole)
    steps = [record["step"] for record in broken.events() if record["kind"] == "step"]
    assert steps == sorted(set(steps))
    assert (broken.folder / "model.safetensors").read_bytes() == (whole.folder / "model.safetensors").read_bytes()
    np.testing.assert_array_equal(broken.predictions()["logit"], whole.predictions()["logit"])


def test_a_failure_of_the_data_is_told_in_two_sentences(workspace: Workspace) -> None:
    one = spec(workspace)
    schema = RECIPE.data_schema.model_copy(
        update={"columns": [column for column in RECIPE.data_schema.columns if column.kind != "history"]}
    )
    run = run_here(workspace, one.model_copy(update={"recipe": Recipe(data_schema=schema), "model": DINConfig()}))
    assert run.state == "failed"
    assert run.error is not None
    assert "history" in str(run.error)
    assert "Traceback" in run.log()


def test_scores_of_new_rows_know_the_past(workspace: Workspace) -> None:
    columns = [column for column in RECIPE.data_schema.columns if column.kind != "history"]
    schema = RECIPE.data_schema.model_copy(update={"columns": columns})
    recipe = Recipe.model_validate(
        {"data_schema": schema, "history": {"columns": ["item_id"]}, "split": {"by": "time"}}
    )
    table = clicks_table(300).drop(columns=["history_item", "history_category"])
    dataset = workspace.add_frame("clicks", table, recipe)
    training = TrainConfig(epochs=1, device="cpu")
    run = run_here(workspace, RunSpec(dataset=dataset, recipe=recipe, model=DINConfig(), training=training))
    assert run.state == "done", run.error
    test = run.predictions().query("split == 'test'")
    for new in (table.iloc[test["row"]], table.iloc[test["row"]].drop(columns="click")):
        _, logit = score(run, new)
        if "click" in new:  # without labels the rows' own clicks are no past of later rows
            np.testing.assert_allclose(logit, test["logit"], atol=1e-5)
    first = table.iloc[[test["row"].iloc[0]]].drop(columns="click")
    _, logit = score(run, first)
    assert logit[0] == pytest.approx(test["logit"].iloc[0], abs=1e-5)


def test_an_interrupt_from_the_keyboard_leaves_a_run_that_can_go_on(workspace: Workspace) -> None:
    def interrupt(event: Event) -> None:
        if event.epoch == 3:
            raise KeyboardInterrupt

    run = run_here(workspace, spec(workspace), interrupt)
    assert (run.state, run.has_checkpoint) == ("cancelled", True)
    assert run.metrics() is None


@pytest.fixture
def long_run(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("CTR_THREADS", "1")
    training = TrainConfig(epochs=1000, batch_size=8, device="cpu", patience=0, plateau_factor=1)
    run_id = workspace.submit(spec(workspace, 2000, training))
    yield workspace.run(run_id)
    workspace.cancel(run_id, wait=True)


def test_kill_resume_and_cancel_of_a_real_worker(workspace: Workspace, long_run: Run) -> None:
    run_id = long_run.id

    def epochs() -> list[int]:
        return [record["epoch"] for record in workspace.run(run_id).events() if record["kind"] == "epoch"]

    wait_until(lambda: len(epochs()) >= 2 and workspace.run(run_id).has_checkpoint, 60)
    os.kill(workspace.run(run_id).status.pid or 0, signal.SIGKILL)
    wait_until(lambda: not workspace.run(run_id).active, 2)
    assert workspace.run(run_id).error == DIED
    seen = len(epochs())
    workspace.resume(run_id)
    wait_until(lambda: len(epochs()) > seen, 60)
    assert epochs() == list(range(1, len(epochs()) + 1))
    workspace.cancel(run_id)
    assert ended(long_run.folder, 20).state == "cancelled"
    assert workspace.run(run_id).has_checkpoint
