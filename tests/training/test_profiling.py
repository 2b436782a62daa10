"""The profile of a training: it changes nothing, its clock adds up, its trace can be read."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest
import torch

from ctrcore.errors import RunError
from ctrcore.models.base import CTRModel
from ctrcore.models.config import AFMConfig
from ctrcore.models.registry import build
from ctrcore.training.config import TrainConfig
from ctrcore.training.events import EpochEvent, Event
from ctrcore.training.loader import RowTensors
from ctrcore.training.profiling import OUTSIDE, PHASES, TOP, TRACED, WARM_UP, TrainingProfile
from ctrcore.training.trainer import train
from tests.synthetic import FIELDS, rows

ROWS, BATCH, EPOCHS = 256, 32, 4
STEPS = ROWS // BATCH * EPOCHS


def trained(profile: TrainingProfile | None, epochs: int = EPOCHS) -> tuple[CTRModel, list[Event]]:
    model = build(AFMConfig(embedding_size=4, dropout=0.2), FIELDS, 1)
    config = TrainConfig(epochs=epochs, batch_size=BATCH, patience=0, gradient_clip=1.0, l2=0.1, device="cpu")
    events = train(model, rows(ROWS), rows(64), config)
    return model, list(events if profile is None else profile.watch(model, events))


def test_the_same_model_comes_out() -> None:
    plain, _ = trained(None)
    watched, events = trained(TrainingProfile())
    for name, value in plain.state_dict().items():
        assert torch.equal(value, watched.state_dict()[name]), name
    assert sum(isinstance(event, EpochEvent) for event in events) == EPOCHS


def test_the_phases_add_up_to_the_training() -> None:
    profile, backward = TrainingProfile(), torch.autograd.backward
    begun = time.perf_counter()
    model, _ = trained(profile)
    whole = time.perf_counter() - begun
    assert profile.steps == STEPS
    assert set(profile.seconds) == set(PHASES)
    assert all(seconds > 0 for seconds in profile.seconds.values())
    assert sum(profile.seconds.values()) < whole
    before = dict(profile.seconds)
    batch = next(iter(RowTensors(rows(8), "cpu").in_order(8)))
    model(batch).sum().backward()
    assert profile.seconds == before  # nothing is left on the model
    assert torch.autograd.backward is backward


def test_a_slow_forward_is_found() -> None:
    model = build(AFMConfig(embedding_size=4), FIELDS, 1)
    inner = model.forward

    def slow(*args: object) -> object:
        time.sleep(0.02)
        return inner(*args)

    model.forward = slow
    profile = TrainingProfile()
    config = TrainConfig(epochs=1, batch_size=BATCH, device="cpu")
    list(profile.watch(model, train(model, rows(ROWS), rows(64), config)))
    assert profile.seconds["forward"] >= 0.02 * profile.steps
    assert profile.seconds["validation"] >= 0.02


def test_time_between_events_is_the_listeners() -> None:
    model = build(AFMConfig(embedding_size=4), FIELDS, 1)
    profile = TrainingProfile()
    config = TrainConfig(epochs=2, batch_size=BATCH, device="cpu")
    begun = time.perf_counter()
    for _ in profile.watch(model, train(model, rows(ROWS), rows(64), config)):
        time.sleep(0.1)
    assert sum(profile.seconds.values()) < time.perf_counter() - begun - 0.4  # two steps' events and two epochs'


def test_the_trace_holds_a_bounded_number_of_steps_with_their_phases(tmp_path: Path) -> None:
    profile = TrainingProfile()
    trained(profile)
    path = tmp_path / "new" / "trace.json.gz"
    profile.write_trace(path)
    events = json.loads(gzip.decompress(path.read_bytes()))["traceEvents"]
    names = [event.get("name", "") for event in events if event.get("ph") == "X"]
    assert profile.traced == TRACED
    assert sum(name.startswith("ProfilerStep#") for name in names) == TRACED
    for phase in ("forward", "loss", "backward", "optimizer", "reading batches"):
        assert TRACED <= names.count(phase) <= TRACED + 2, phase
    operators = profile.operators()
    assert len(operators) == TOP
    assert sorted(operators, key=lambda one: -one.seconds) == operators
    assert 0.5 < sum(one.share for one in operators) <= 1
    assert OUTSIDE in {one.name for one in operators}
    sums = {one.name: one.calls for one in operators}
    assert all(calls > 0 for name, calls in sums.items() if name.startswith("aten::"))


def test_a_training_too_short_to_trace_says_so(tmp_path: Path) -> None:
    profile = TrainingProfile()
    trained(profile, epochs=1)
    assert profile.steps == ROWS // BATCH < WARM_UP
    assert profile.operators() == []
    with pytest.raises(RunError, match="after 8 steps"):
        profile.write_trace(tmp_path / "trace.json.gz")
    assert not list(tmp_path.iterdir())


def test_a_listener_that_stops_leaves_a_trace_of_what_was(tmp_path: Path) -> None:
    model = build(AFMConfig(embedding_size=4), FIELDS, 1)
    profile = TrainingProfile()
    config = TrainConfig(epochs=50, batch_size=BATCH, patience=0, device="cpu")
    stream = profile.watch(model, train(model, rows(ROWS), rows(64), config))
    for event in stream:
        if isinstance(event, EpochEvent) and event.epoch == 2:
            break
    stream.close()  # type: ignore[attr-defined]
    assert profile.traced == 2 * ROWS // BATCH - WARM_UP
    profile.write_trace(tmp_path / "trace.json.gz")
    assert (tmp_path / "trace.json.gz").stat().st_size > 1000
