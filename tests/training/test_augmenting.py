"""What augmentation does to a batch, row by row against its description; and that it stays out of everything else."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from ctrcore import metrics
from ctrcore.errors import ModelError
from ctrcore.models.batch import BagBatch, Batch
from ctrcore.models.config import DINConfig, FMConfig
from ctrcore.models.registry import build
from ctrcore.training.augmenting import Augmenter
from ctrcore.training.config import TrainConfig
from ctrcore.training.events import EpochEvent
from ctrcore.training.loader import RowTensors
from ctrcore.training.predicting import predict
from ctrcore.training.trainer import train
from tests.synthetic import DENSE, FIELDS, batch, rows

IDS = ("user", "item")
KINDS = ("feature_dropout", "cold_start", "history_crop", "history_mask", "history_reorder")
UNKNOWN_ITEM, UNKNOWN_CATEGORY = 10, 23
N = 3000


def changed(seed: int = 0, given: Batch | None = None, **settings: float) -> Batch:
    torch.manual_seed(seed)
    return Augmenter(FIELDS, TrainConfig(**settings), IDS)(numbered() if given is None else given)  # type: ignore[arg-type]


def numbered() -> Batch:
    """N rows whose behaviours are numbered 1, 2, ... within the row, in both columns of the history."""
    given = batch(N)
    mask = given.bags["history_item"].mask
    place = (torch.arange(1, mask.shape[1] + 1).expand(mask.shape) * mask).to(torch.int32)
    shown = {"history_item": UNKNOWN_ITEM + place, "history_category": UNKNOWN_CATEGORY + place}
    return Batch(given.ids, given.values, given.bags | {name: BagBatch(ids, mask) for name, ids in shown.items()})


def behaviours(given: Batch) -> list[list[int]]:
    """Each row's behaviours by their numbers, 0 where unknown. Both columns must hold the same ones."""
    (items, mask), (categories, other) = given.bags["history_item"], given.bags["history_category"]
    assert torch.equal(mask, other)
    # padding stands on the right only
    assert torch.equal(mask, torch.arange(mask.shape[1]) < mask.sum(1, keepdim=True))
    found = [(row[real] - UNKNOWN_ITEM).tolist() for row, real in zip(items, mask, strict=True)]
    again = [(row[real] - UNKNOWN_CATEGORY).tolist() for row, real in zip(categories, mask, strict=True)]
    assert found == again
    return found


def same(one: Batch, other: Batch, but: tuple[str, ...] = ()) -> bool:
    """True if dense ids, numbers and all bags but the named ones are equal."""
    bags = [name for name in one.bags if name not in but]
    return (
        torch.equal(one.ids, other.ids)
        and torch.equal(one.values, other.values)
        and all(torch.equal(one.bags[n].ids, other.bags[n].ids) for n in bags)
        and all(torch.equal(one.bags[n].mask, other.bags[n].mask) for n in bags)
    )


def test_off_returns_the_batch_itself_and_draws_nothing() -> None:
    given = batch(20)
    torch.manual_seed(3)
    state = torch.get_rng_state()
    assert Augmenter(FIELDS, TrainConfig())(given) is given
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_and_the_given_batch_are_untouched_and_the_seed_decides(kind: str) -> None:
    given = numbered()
    before = numbered()
    once, again, other = (changed(seed, given, **{kind: 0.5}) for seed in (1, 1, 2))
    assert same(given, before)
    assert torch.equal(once.values, given.values)
    assert same(once, again)
    assert not same(once, other)


def test_crop_keeps_a_contiguous_part_of_any_length() -> None:
    before, after = behaviours(numbered()), behaviours(changed(history_crop=1.0))
    seen: Counter[tuple[int, ...]] = Counter()
    for whole, part in zip(before, after, strict=True):
        assert bool(part) == bool(whole)
        assert any(part == whole[at : at + len(part)] for at in range(len(whole) + 1))
        if len(whole) == 4:
            seen[tuple(part)] += 1
    # of four behaviours: any length equally likely, then any place equally likely
    total = sum(seen.values())
    expected = {length: 1 / 4 / (5 - length) for length in (1, 2, 3, 4)}
    assert len(seen) == 10
    for part, count in seen.items():
        assert count / total == pytest.approx(expected[len(part)], abs=0.06)
    assert same(numbered(), changed(history_crop=1.0), but=("history_item", "history_category"))


@pytest.mark.parametrize("kind", ["history_crop", "history_reorder"])
def test_the_share_of_rows_is_as_set(kind: str) -> None:
    before = behaviours(numbered())
    always, half = behaviours(changed(**{kind: 1.0})), behaviours(changed(**{kind: 0.5}))
    long = [row for row, whole in enumerate(before) if len(whole) == 5]
    hit = {share: sum(after[row] != before[row] for row in long) for share, after in ((1.0, always), (0.5, half))}
    assert hit[0.5] / hit[1.0] == pytest.approx(0.5, abs=0.08)
    assert hit[1.0] > len(long) / 2


def test_reorder_shuffles_one_contiguous_part() -> None:
    before, after = behaviours(numbered()), behaviours(changed(history_reorder=1.0))
    moved: Counter[tuple[int, int]] = Counter()
    for whole, shuffled in zip(before, after, strict=True):
        assert sorted(shuffled) == whole
        places = [at for at, (a, b) in enumerate(zip(whole, shuffled, strict=True)) if a != b]
        if len(whole) == 5 and places:
            part = shuffled[places[0] : places[-1] + 1]
            assert sorted(part) == whole[places[0] : places[-1] + 1]
            moved[places[0], places[-1]] += 1
    assert len(moved) == 10  # every pair of a first and a last place that can move
    assert same(numbered(), changed(history_reorder=1.0), but=("history_item", "history_category"))


def test_mask_makes_single_behaviours_unknown_in_all_columns() -> None:
    before, after = behaviours(numbered()), behaviours(changed(history_mask=0.3))
    hidden = total = 0
    for whole, masked in zip(before, after, strict=True):
        assert all(b in (a, 0) for a, b in zip(whole, masked, strict=True))
        hidden, total = hidden + masked.count(0), total + len(whole)
    assert hidden / total == pytest.approx(0.3, abs=0.02)
    assert same(numbered(), changed(history_mask=0.3), but=("history_item", "history_category"))


def test_all_three_together_are_a_part_in_some_order_with_holes() -> None:
    before = behaviours(numbered())
    after = behaviours(changed(history_crop=1.0, history_mask=0.2, history_reorder=1.0))
    for whole, found in zip(before, after, strict=True):
        known = sorted(number for number in found if number)
        assert len(set(known)) == len(known)
        assert not known or known[-1] - known[0] < len(found)  # they come from a window of that length
        assert bool(found) == bool(whole)


def test_cold_start_hides_user_and_item_together_and_nothing_else() -> None:
    given = batch(N)
    keep = (given.ids[:, 0] != 0) & (given.ids[:, 2] != UNKNOWN_ITEM)
    cold = changed(given=given, cold_start=0.25)
    user, item = cold.ids[:, 0] != given.ids[:, 0], cold.ids[:, 2] != given.ids[:, 2]
    assert torch.equal(user[keep], item[keep])
    assert set(cold.ids[user, 0].tolist()) == {0}
    assert set(cold.ids[item, 2].tolist()) == {UNKNOWN_ITEM}
    assert float(user[keep].float().mean()) == pytest.approx(0.25, abs=0.03)
    assert torch.equal(cold.ids[:, [1, 3]], given.ids[:, [1, 3]])
    assert torch.equal(cold.values, given.values)
    assert all(cold.bags[name] is given.bags[name] for name in given.bags)


def test_cold_start_without_an_id_is_said() -> None:
    for names in ((), ("age", "history_item"), ("nothing",)):
        with pytest.raises(ModelError, match="no field with such an id"):
            Augmenter(FIELDS, TrainConfig(cold_start=0.1), names)
    assert Augmenter(FIELDS, TrainConfig(cold_start=1.0), ("user",))(batch(3)).ids[:, 0].tolist() == [0, 0, 0]


def test_feature_dropout_draws_as_it_always_did() -> None:
    """The seed of a run made before the other augmentations existed still gives the same run."""
    given, rate = batch(50), 0.3
    torch.manual_seed(7)
    hidden = torch.rand(given.ids.shape) < rate
    hidden[:, 1] = False  # the numeric field
    starts = torch.tensor([field.start for field in DENSE], dtype=torch.int32)
    expected = {"ids": torch.where(hidden, starts, given.ids)}
    for name, start in (("tags", 28), ("history_item", 10), ("history_category", 23)):
        ids = given.bags[name].ids
        expected[name] = ids.masked_fill(torch.rand(ids.shape) < rate, start)
    dropped = changed(7, given, feature_dropout=rate)
    assert torch.equal(dropped.ids, expected["ids"])
    assert all(torch.equal(dropped.bags[name].ids, expected[name]) for name in given.bags)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_without_history_and_no_rows_at_all(kind: str) -> None:
    for given in (batch(0), RowTensors(rows(4, longest=0)).batch(torch.arange(4))):
        after = changed(given=given, **{kind: 0.9})
        assert len(after) == len(given)
        assert after.bags["history_item"].mask.shape == given.bags["history_item"].mask.shape
    plain = [field for field in FIELDS if not field.is_bag]
    given = Batch(batch(5).ids, batch(5).values, {})
    assert len(Augmenter(plain, TrainConfig(**{kind: 0.9}), IDS)(given)) == 5  # type: ignore[arg-type]


def test_everything_stays_on_the_device_of_the_batch() -> None:
    """Torch's device without memory refuses to mix with the CPU, so it stands in for an accelerator."""
    given = batch(6)
    far = Batch(
        given.ids.to("meta"),
        given.values.to("meta"),
        {name: BagBatch(ids.to("meta"), mask.to("meta")) for name, (ids, mask) in given.bags.items()},
    )
    after = Augmenter(FIELDS, TrainConfig(**dict.fromkeys(KINDS, 0.5)), IDS, "meta")(far)  # type: ignore[arg-type]
    tensors = [after.ids, after.values, *(part for bag in after.bags.values() for part in bag)]
    assert {tensor.device.type for tensor in tensors} == {"meta"}


def test_without_augmentation_training_is_a_plain_loop() -> None:
    many, settings = rows(100), TrainConfig(epochs=2, batch_size=16, learning_rate=0.05, patience=0, plateau_factor=1)
    model, plain = build(FMConfig(init_std=0.1), FIELDS, 1), build(FMConfig(init_std=0.1), FIELDS, 1)
    list(train(model, many, many, settings))
    tensors, best = RowTensors(many), -1.0
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.05, fused=True)
    for epoch in (1, 2):
        torch.manual_seed((1 << 20) + epoch)
        plain.train()
        for index in torch.split(torch.randperm(100), 16):
            logit = plain(tensors.batch(index))
            optimizer.zero_grad()
            torch.nn.functional.binary_cross_entropy_with_logits(logit, tensors.label[index]).backward()
            optimizer.step()
        best = max(best, metrics.auc(many.label, predict(plain, many)))
    assert metrics.auc(many.label, predict(model, many)) == best
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), plain.state_dict().values(), strict=True))


def test_validation_rows_are_never_changed() -> None:
    many, valid = rows(200), rows(100, seed=9)
    settings = TrainConfig(
        epochs=1, batch_size=32, feature_dropout=0.5, cold_start=1.0, history_crop=1.0, history_mask=0.9
    )
    model = build(DINConfig(init_std=0.5, hidden_units=(8,), attention_units=(4,)), FIELDS, 1)
    events = [e for e in train(model, many, valid, settings, id_fields=IDS) if isinstance(e, EpochEvent)]
    assert events[0].valid_auc == metrics.auc(valid.label, predict(model, valid))
    assert np.array_equal(valid.ids, rows(100, seed=9).ids)


def test_an_augmented_run_repeats_itself_and_differs_from_a_plain_one() -> None:
    def weights(**settings: float) -> torch.Tensor:
        model = build(DINConfig(init_std=0.1, hidden_units=(8,), attention_units=(4,)), FIELDS, 1)
        config = TrainConfig(epochs=2, batch_size=32, **settings)  # type: ignore[arg-type]
        list(train(model, rows(150), rows(50, 1), config, id_fields=IDS))
        return model.embedding.table.detach()

    plain = weights()
    for kind in KINDS:
        once = weights(**{kind: 0.4})
        assert torch.equal(once, weights(**{kind: 0.4})), kind
        # DIN sums over behaviours: it does not read their order
        assert kind == "history_reorder" or not torch.equal(once, plain), kind


@pytest.mark.parametrize("kind", KINDS)
def test_shares_have_bounds(kind: str) -> None:
    for value in (-0.1, 1.1):
        with pytest.raises(ValidationError):
            TrainConfig(**{kind: value})  # type: ignore[arg-type]
