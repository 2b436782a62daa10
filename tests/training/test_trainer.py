"""The training loop: it learns, it repeats itself, it resumes exactly, it keeps the best epoch."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from ctrcore import metrics
from ctrcore.data.encoded import Encoded
from ctrcore.errors import ModelError
from ctrcore.models.config import (
    AFMConfig,
    DINConfig,
    FiBiNETConfig,
    FMConfig,
    LRConfig,
    ModelConfig,
)
from ctrcore.models.registry import build
from ctrcore.training.config import TrainConfig
from ctrcore.training.events import EpochEvent, StepEvent, as_record
from ctrcore.training.predicting import predict
from ctrcore.training.saving import load_model, save_model
from ctrcore.training.trainer import train
from tests.synthetic import FIELDS, rows

MODELS: list[ModelConfig] = [
    LRConfig(),
    FMConfig(embedding_size=8, init_std=0.1),
    AFMConfig(embedding_size=8, init_std=0.1),
    FiBiNETConfig(embedding_size=8, init_std=0.1, hidden_units=(16,)),
    DINConfig(embedding_size=8, init_std=0.1, hidden_units=(16,), attention_units=(8,)),
]
ALL = pytest.mark.parametrize("config", MODELS, ids=lambda config: config.title)


def epochs(*args: object, **kwargs: object) -> list[EpochEvent]:
    return [event for event in train(*args, **kwargs) if isinstance(event, EpochEvent)]  # type: ignore[arg-type]


def test_lr_is_not_enough_where_the_others_overfit() -> None:
    """Labels that only a pair decides (an XOR): LR stays at a coin's AUC, FM learns it."""
    many = rows(400)
    xor = ((many.ids[:, 0] % 2) ^ (many.ids[:, 2] % 2)).astype(np.float32)
    many = Encoded(**{**many.__dict__, "label": xor})
    auc = {}
    for config in MODELS[:2]:
        model = build(config, FIELDS, 1)
        epochs(model, many, many, TrainConfig(epochs=60, learning_rate=0.05, batch_size=64, patience=0))
        auc[config.title] = metrics.auc(many.label, predict(model, many))
    assert auc["LR"] < 0.8
    assert auc["FM"] > 0.99


@ALL
def test_overfits_32_rows(config: ModelConfig) -> None:
    few = rows(32, seed=3)
    model = build(config, FIELDS, 1)
    settings = TrainConfig(epochs=200, batch_size=32, learning_rate=0.02, patience=0, plateau_factor=1)
    epochs(model, few, few, settings)
    logit = predict(model, few)
    floor = 0.97 if config.title == "LR" else 0.999
    assert metrics.auc(few.label, logit) >= floor


@ALL
def test_resume_equals_uninterrupted(config: ModelConfig, tmp_path: Path) -> None:
    settings = TrainConfig(epochs=4, batch_size=16, learning_rate=0.05, feature_dropout=0.1, l2=0.1, patience=0)
    many, valid = rows(100), rows(60, seed=9)
    whole = build(config, FIELDS, 1)
    reference = epochs(whole, many, valid, settings)

    broken = build(config, FIELDS, 1)
    stream = train(broken, many, valid, settings, folder=tmp_path)
    seen = 0
    for event in stream:
        seen += isinstance(event, EpochEvent)
        if seen == 2 and isinstance(event, StepEvent):
            break  # the third epoch has begun: its steps are lost
    stream.close()  # type: ignore[attr-defined]

    again = build(config, FIELDS, 99)
    rest = epochs(again, many, valid, settings, folder=tmp_path, resume=True)
    assert [event.epoch for event in rest] == [3, 4]
    assert [event.valid_auc for event in rest] == [event.valid_auc for event in reference[2:]]
    assert [event.train_loss for event in rest] == [event.train_loss for event in reference[2:]]
    for name, value in whole.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name
    assert epochs(again, many, valid, settings, folder=tmp_path, resume=True) == []


@ALL
def test_save_load_predict_equality(config: ModelConfig, tmp_path: Path) -> None:
    model, many = build(config, FIELDS, 1), rows(50)
    epochs(model, many, many, TrainConfig(epochs=2, batch_size=16))
    save_model(tmp_path, model)
    again = load_model(tmp_path)
    assert np.array_equal(predict(model, many), predict(again, many))
    assert again.fields == model.fields
    assert np.allclose(predict(again, many, batch_size=7), predict(again, many), atol=1e-6)


def test_same_seed_same_run_and_another_seed_another() -> None:
    def run(seed: int) -> np.ndarray:
        model = build(FMConfig(), FIELDS, seed)
        epochs(model, rows(100), rows(50, 1), TrainConfig(epochs=2, batch_size=16, seed=seed))
        return predict(model, rows(50, 1))

    assert np.array_equal(run(1), run(1))
    assert not np.array_equal(run(1), run(2))


def test_best_epoch_is_kept_and_stopping_is_early() -> None:
    many, valid = rows(60), rows(60, seed=5)  # random labels: validation soon falls
    model = build(FMConfig(init_std=0.1), FIELDS, 1)
    events = epochs(model, many, valid, TrainConfig(epochs=50, batch_size=16, learning_rate=0.05, patience=3))
    best = max(event.valid_auc for event in events)
    assert metrics.auc(valid.label, predict(model, valid)) == best
    assert len(events) < 50
    assert [event.stopped for event in events] == [False] * (len(events) - 1) + [True]
    last_best = max(event.epoch for event in events if event.best)
    assert events[-1].epoch == last_best + 3
    assert events[-1].learning_rate < events[0].learning_rate


def test_kept_negatives_are_corrected_in_the_logit() -> None:
    """A constant feature: the model can only learn the click rate, which must be that of all rows."""
    n, rate, keep = 20_000, 0.1, 0.25
    rng = np.random.default_rng(0)
    base = rows(n)
    same = np.tile(base.ids[:1], (n, 1))
    label = (rng.random(n) < rate).astype(np.float32)
    many = Encoded(same, np.ones_like(base.numbers), base.numeric,
                   {k: b.take(np.zeros(n, np.int64)) for k, b in base.bags.items()},
                   label, base.group, base.row)  # fmt: skip
    thinned = many.take(np.flatnonzero((label == 1) | (rng.random(n) < keep)))
    model = build(LRConfig(), FIELDS, 1)
    settings = TrainConfig(epochs=1, batch_size=32, learning_rate=0.01)  # a constant's AUC never improves
    epochs(model, thinned, many, settings, keep_negatives=keep)
    assert metrics.sigmoid(predict(model, many)).mean() == pytest.approx(label.mean(), abs=0.01)


def test_focal_and_weighted_losses_are_their_formulas() -> None:
    from ctrcore.training.trainer import _loss

    logit, label = torch.tensor([-2.0, 0.5, 3.0]), torch.tensor([0.0, 1.0, 0.0])
    p = torch.sigmoid(logit)
    p_true = torch.where(label == 1, p, 1 - p)
    focal = (1 - p_true) ** 2 * -torch.log(p_true)
    assert torch.allclose(_loss(logit, label, TrainConfig(loss="focal")), focal.mean(), atol=1e-6)
    weighted = -torch.log(p_true) * torch.tensor([1.0, 4.0, 1.0])
    assert torch.allclose(_loss(logit, label, TrainConfig(positive_weight=4)), weighted.mean(), atol=1e-6)


def test_l2_adds_up_to_the_seen_rows_of_the_table() -> None:
    model, many = build(FMConfig(init_std=1.0), FIELDS, 1), rows(40)
    from ctrcore.training.loader import RowTensors

    tensors = RowTensors(many)
    flat = np.concatenate([many.ids.ravel(), *(bag.ids for bag in many.bags.values())])
    count = np.bincount(flat, minlength=len(model.embedding.table))
    inverse = torch.from_numpy(1 / np.maximum(count, 1)).float()
    table = model.embedding.table
    for sparse in (False, True):
        table.grad = torch.zeros_like(table).to_sparse(1) if sparse else torch.zeros_like(table)
        for index in torch.split(torch.arange(40), 7):
            if sparse:
                seen = tensors.batch(index)
                ids = torch.cat([seen.ids.flatten(), *(bag.ids[bag.mask] for bag in seen.bags.values())]).unique()
                nothing = torch.zeros(len(ids), table.shape[1])
                table.grad = table.grad + torch.sparse_coo_tensor(
                    ids[None].long(), nothing, table.shape, check_invariants=False
                )
            model.embedding.add_penalty(tensors.batch(index), inverse, 0.5)
        # half the gradient of |row|^2 is the row
        expected = table.detach() * torch.from_numpy(count > 0)[:, None]
        assert torch.allclose(table.grad.to_dense(), expected, rtol=1e-4, atol=1e-6)


def test_unknown_rows_are_trained_by_feature_dropout() -> None:
    many = rows(200)
    seen = many.take(np.flatnonzero((many.ids[:, 0] != 0) & (many.ids[:, 2] != 10)))
    before = build(LRConfig(), FIELDS, 1).embedding.table[0].clone()
    for rate, moves in ((0.0, False), (0.3, True)):
        model = build(LRConfig(), FIELDS, 1)
        epochs(model, seen, seen, TrainConfig(epochs=2, batch_size=32, feature_dropout=rate))
        assert torch.equal(model.embedding.table[0], before) is not moves


def test_events_tell_the_whole_way() -> None:
    model = build(FMConfig(), FIELDS, 1)
    events = list(train(model, rows(100), rows(50, 1), TrainConfig(epochs=3, batch_size=10, patience=0)))
    steps = [event for event in events if isinstance(event, StepEvent)]
    assert steps[-1].step == steps[-1].steps == 30
    assert steps[-1].eta == 0
    assert all(a.seconds <= b.seconds for a, b in pairwise(events))
    assert {as_record(event)["kind"] for event in events} == {"step", "epoch"}


def test_a_loss_that_explodes_is_said() -> None:
    many = rows(100)
    many.numbers[:] = 1e30
    with pytest.raises(ModelError, match="no longer a number"):
        epochs(build(FMConfig(init_std=1.0), FIELDS, 1), many, many, TrainConfig(epochs=3, learning_rate=1.0))


def test_no_rows_is_said() -> None:
    with pytest.raises(ModelError, match="no training or no validation rows"):
        epochs(build(FMConfig(), FIELDS, 1), rows(0), rows(5), TrainConfig())


def test_one_class_validation_is_judged_by_log_loss() -> None:
    valid = rows(20)
    valid.label[:] = 0
    model = build(FMConfig(), FIELDS, 1)
    events = epochs(model, rows(100), valid, TrainConfig(epochs=3, batch_size=32))
    assert all(np.isnan(event.valid_auc) for event in events)
    assert any(event.best for event in events)


def test_unknown_device_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from ctrcore.training.device import choose_device

    monkeypatch.setenv("CTR_DEVICE", "warp9")
    with pytest.raises(ModelError, match="warp9"):
        choose_device()
    monkeypatch.setenv("CTR_DEVICE", "cpu")
    assert choose_device("cuda").type == "cpu"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU on this machine")
def test_trained_on_gpu_loads_on_cpu(tmp_path: Path) -> None:
    model, many = build(FMConfig(), FIELDS, 1), rows(100)
    epochs(model, many, many, TrainConfig(epochs=2, device="cuda"))
    save_model(tmp_path, model)
    assert np.allclose(predict(model, many), predict(load_model(tmp_path), many), atol=1e-4)


@ALL
def test_half_precision_learns_the_same(config: ModelConfig) -> None:
    many, auc = rows(400), {}
    many = Encoded(**{**many.__dict__, "label": ((many.ids[:, 0] + many.ids[:, 2]) % 3 == 0).astype(np.float32)})
    for precision in ("float32", "bfloat16"):
        model = build(config, FIELDS, 1)
        settings = TrainConfig(epochs=25, learning_rate=0.02, batch_size=64, patience=0, precision=precision)  # type: ignore[arg-type]
        epochs(model, many, many, settings)
        assert all(weight.dtype == torch.float32 for weight in model.parameters())
        auc[precision] = metrics.auc(many.label, predict(model, many))
    assert auc["bfloat16"] == pytest.approx(auc["float32"], abs=0.03)
    assert auc["bfloat16"] > 0.6
