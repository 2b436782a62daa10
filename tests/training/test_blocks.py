"""Rows that are read in blocks: each row once an epoch, in another order each time, with the same result as before."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from ctrcore import metrics
from ctrcore.data.encoded import Encoded
from ctrcore.models.batch import Batch
from ctrcore.models.config import DINConfig, FMConfig
from ctrcore.models.registry import build
from ctrcore.training.blocks import BlockedRows, hold, join, part_of, parts_of
from ctrcore.training.config import TrainConfig
from ctrcore.training.events import EpochEvent, StepEvent
from ctrcore.training.loader import RowTensors, tensor_bytes, to_batch
from ctrcore.training.predicting import predict
from ctrcore.training.trainer import train
from tests.synthetic import BAGS, FIELDS, rows

BAG_NAMES = [field.name for field in BAGS]


@pytest.fixture
def stored(tmp_path: Path) -> Encoded:
    """700 rows, memory-mapped, of which the user's id and the number tell which row it is."""
    return on_disk(numbered(700), tmp_path / "rows")


def on_disk(given: Encoded, folder: Path) -> Encoded:
    given.save(folder)
    return Encoded.load(folder, BAG_NAMES)


def numbered(n: int) -> Encoded:
    given = rows(n, seed=4)
    given.numbers[:, 0] = np.arange(n)
    return given


def drawn(blocked: BlockedRows | RowTensors, batch_size: int, seed: int) -> list[tuple[Batch, torch.Tensor]]:
    torch.manual_seed(seed)
    return list(blocked.epoch(batch_size))


def numbers(batches: list[tuple[Batch, torch.Tensor]]) -> list[int]:
    return [int(value) for batch, _ in batches for value in batch.values[:, 1]]


@pytest.mark.parametrize("rows_in_memory", [1, 20, 90, 350, 5000])
@pytest.mark.parametrize("batch_size", [1, 16, 100, 1000])
def test_every_row_comes_once_in_full_batches(stored: Encoded, rows_in_memory: int, batch_size: int) -> None:
    blocked = BlockedRows(stored, "cpu", 2 * rows_in_memory * tensor_bytes(stored) // len(stored))
    batches = drawn(blocked, batch_size, seed=1)
    assert sorted(numbers(batches)) == list(range(700))
    sizes = [len(batch) for batch, _ in batches]
    assert sizes == [len(part) for part in torch.split(torch.arange(700), batch_size)]


def test_a_batch_holds_the_rows_as_they_are(stored: Encoded) -> None:
    blocked = BlockedRows(stored, "cpu", 200 * tensor_bytes(stored) // len(stored))
    assert blocked.block * blocked.together < 150
    for batch, label in drawn(blocked, 32, seed=1):
        places = batch.values[:, 1].long()
        expected = to_batch(stored, places.tolist())
        assert torch.equal(batch.ids, expected.ids)
        assert torch.equal(label, torch.from_numpy(stored.label[places.numpy()]))
        for name, (ids, mask) in expected.bags.items():
            assert torch.equal(batch.bags[name].mask, mask)
            assert torch.equal(batch.bags[name].ids[mask], ids[mask])


def test_the_order_depends_on_the_seed_alone(stored: Encoded) -> None:
    blocked = BlockedRows(stored, "cpu", 300 * tensor_bytes(stored) // len(stored))
    first, again, other = (numbers(drawn(blocked, 64, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert first != sorted(first)


def test_batches_mix_many_places_of_the_file(tmp_path: Path) -> None:
    """Of 4,000 rows in time order 800 lie in memory: a batch of 200 rows holds early and late rows alike."""
    many = on_disk(numbered(4000), tmp_path / "many")
    blocked = BlockedRows(many, "cpu", 1600 * tensor_bytes(many) // len(many))
    assert blocked.together >= 16
    for batch, _ in drawn(blocked, 200, seed=3)[:-1]:
        tenths = Counter((batch.values[:, 1] // 400).int().tolist())
        assert len(tenths) >= 7
        assert max(tenths.values()) < 100


def test_parts_and_join_undo_each_other(stored: Encoded) -> None:
    parts = [part_of(stored, 0, 1), part_of(stored, 1, 1), part_of(stored, 1, 130), part_of(stored, 130, 700)]
    whole = join(parts)
    for name in ("ids", "numbers", "numeric", "label", "group", "row"):
        assert np.array_equal(getattr(whole, name), getattr(stored, name)), name
    for name, bag in stored.bags.items():
        assert np.array_equal(whole.bags[name].ids, bag.ids)
        assert np.array_equal(whole.bags[name].offsets, bag.offsets)
    assert [len(part) for part in parts_of(stored, 300)] == [300, 300, 100]
    assert list(parts_of(rows(0))) == []


def test_small_sets_are_tensors_and_large_ones_are_not(stored: Encoded) -> None:
    size = tensor_bytes(stored)
    kept, valid = hold(stored, stored, "cpu", 4 * size)
    assert isinstance(kept, RowTensors)
    assert isinstance(valid, RowTensors)
    kept, valid = hold(stored, stored, "cpu", 4 * size - 4)
    assert isinstance(kept, RowTensors)
    assert valid is stored
    kept, valid = hold(stored, stored.take([0]), "cpu", size)
    assert isinstance(kept, BlockedRows)
    assert isinstance(valid, RowTensors)


def test_the_size_is_that_of_the_tensors(stored: Encoded) -> None:
    tensors = RowTensors(stored)
    parts = [tensors.ids, tensors.numbers, tensors.label]
    parts += [part for bag in tensors.bags.values() for part in (bag.ids, bag.starts, bag.lengths)]
    assert tensor_bytes(stored) == sum(part.nbytes for part in parts)


def test_scores_do_not_depend_on_where_the_rows_lie(stored: Encoded, monkeypatch: pytest.MonkeyPatch) -> None:
    model, expected = build(DINConfig(init_std=0.3), FIELDS, 1), rows(700, seed=4)
    expected.numbers[:, 0] = np.arange(700)
    whole = predict(model, RowTensors(expected), batch_size=64)
    monkeypatch.setattr("ctrcore.training.predicting.CHUNK", 200)
    shares: list[float] = []
    assert np.array_equal(predict(model, stored, batch_size=64, progress=shares.append), whole)
    assert len(shares) == 4  # one for each part that is read
    assert shares[-1] == 1.0
    assert predict(model, rows(0)).shape == (0,)


def planted(n: int, seed: int) -> Encoded:
    """Labels that the user's and the item's ids decide, and nothing else."""
    given = rows(n, seed)
    score = np.sin(3.0 * given.ids[:, 0]) + np.cos(5.0 * given.ids[:, 2])
    chance = 1 / (1 + np.exp(-2 * score))
    given.label[:] = np.random.default_rng(seed).random(n) < chance
    return given


def epochs(model: object, *args: object, **kwargs: object) -> list[EpochEvent]:
    return [event for event in train(model, *args, **kwargs) if isinstance(event, EpochEvent)]  # type: ignore[arg-type]


def test_a_model_trained_in_blocks_is_about_as_good(tmp_path: Path) -> None:
    many, test = planted(6000, 1), planted(3000, 2)
    order = np.argsort(many.label, kind="stable")  # the worst order there is: all clicks last
    many = on_disk(many.take(order), tmp_path / "sorted")
    settings = TrainConfig(epochs=4, batch_size=128, learning_rate=0.02, l2=1.0)
    auc = {}
    for memory in (10**9, tensor_bytes(many) // 2):
        model = build(FMConfig(), FIELDS, 1)
        epochs(model, many, test, settings, memory=memory)
        auc[memory] = metrics.auc(test.label, predict(model, test))
    whole, blocked = auc.values()
    assert whole > 0.75
    assert blocked == pytest.approx(whole, abs=0.01)
    assert blocked != whole


def test_resuming_in_blocks_equals_no_break(stored: Encoded, tmp_path: Path) -> None:
    settings = TrainConfig(epochs=3, batch_size=32, learning_rate=0.01, feature_dropout=0.1, l2=0.1, patience=0)
    memory, scaled = tensor_bytes(stored) // 3, rows(700, seed=4)
    assert isinstance(hold(scaled, scaled, "cpu", memory)[0], BlockedRows)
    whole, broken, again = (build(FMConfig(init_std=0.1), FIELDS, seed) for seed in (1, 1, 9))
    reference = epochs(whole, scaled, scaled, settings, memory=memory)
    stream = train(broken, scaled, scaled, settings, memory=memory, folder=tmp_path)
    for event in stream:
        if isinstance(event, StepEvent) and event.epoch == 2:
            break
    stream.close()  # type: ignore[attr-defined]
    rest = epochs(again, scaled, scaled, settings, memory=memory, folder=tmp_path, resume=True)
    assert [event.train_loss for event in rest] == [event.train_loss for event in reference[1:]]
    assert all(torch.equal(a, b) for a, b in zip(whole.state_dict().values(), again.state_dict().values(), strict=True))


def test_l2_counts_look_ups_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    given = rows(500, seed=2)
    settings = TrainConfig(epochs=2, batch_size=50, l2=1.0)
    tables = []
    for size in (10**6, 33):
        monkeypatch.setattr(parts_of, "__defaults__", (size,))
        model = build(FMConfig(init_std=0.1), FIELDS, 1)
        epochs(model, given, given, settings)
        tables.append(model.embedding.table.detach())
    assert torch.equal(*tables)
