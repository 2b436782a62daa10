"""Every model against loops that spell its formula out, and against what must never change a score."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from ctrcore.errors import ModelError
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel
from ctrcore.models.batch import BagBatch, Batch
from ctrcore.models.config import (
    AFMConfig,
    DINConfig,
    FiBiNETConfig,
    FMConfig,
    LRConfig,
    ModelConfig,
)
from ctrcore.models.din import DIN
from ctrcore.models.fibinet import FiBiNET
from ctrcore.models.registry import build
from ctrcore.schema import EncodedField
from ctrcore.training.loader import to_batch
from tests.synthetic import BAGS, DENSE, FIELDS, batch, rows

CONFIGS: dict[str, ModelConfig] = {
    "lr": LRConfig(),
    "fm": FMConfig(embedding_size=4),
    "fm hidden": FMConfig(embedding_size=4, hidden_units=(8, 4), dropout=0.2),
    "afm": AFMConfig(embedding_size=4, attention_size=3, dropout=0.1, attention_dropout=0.1, attention_l2=0.1),
    "fibinet": FiBiNETConfig(embedding_size=4, hidden_units=(8,)),
    "fibinet each relu": FiBiNETConfig(embedding_size=4, bilinear="field_each", excitation="relu", hidden_units=(8,)),
    "fibinet all inner": FiBiNETConfig(embedding_size=4, bilinear="field_all", product="inner", batch_norm=False),
    "fibinet shallow": FiBiNETConfig(embedding_size=4, hidden_units=()),
    "din": DINConfig(embedding_size=4, attention_units=(6,), hidden_units=(8, 4)),
    "din softmax prelu": DINConfig(embedding_size=4, softmax=True, activation="prelu", batch_norm=True, dropout=0.1),
    "din dot": DINConfig(embedding_size=4, scorer="dot", softmax=True),
    "din dot raw": DINConfig(embedding_size=4, scorer="dot"),
}
ALL = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())


def lively(config: ModelConfig, seed: int = 0, dtype: torch.dtype = torch.float32) -> CTRModel:
    """A model whose every number differs from its initial value, so that no term hides behind a zero."""
    model = build(config, FIELDS, seed).to(dtype).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.5)
        for name, buffer in model.named_buffers():
            if "mean" in name or "var" in name:
                buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)
    return model


def looked_up(model: CTRModel, one: Batch, r: int) -> tuple[list[Tensor], list[Tensor]]:
    """Embedding and weight of each field of row r, by the words of the definition."""
    table, k = model.embedding.table.detach(), model.config.embedding_size
    v, w = [], []
    for column in range(len(DENSE)):
        row = table[one.ids[r, column]] * one.values[r, column]
        v.append(row[:k])
        w.append(row[k])
    for field in BAGS:
        ids, mask = one.bags[field.name]
        members = [table[ids[r, t]] for t in range(ids.shape[1]) if mask[r, t]]
        row = sum(members) / len(members) if members else torch.zeros(k + 1, dtype=table.dtype)
        v.append(row[:k])
        w.append(row[k])
    return v, w


def scores(model: CTRModel, one: Batch) -> Tensor:
    with torch.no_grad():
        result: Tensor = model(one)
    return result


def test_lr_and_fm_equal_a_double_loop() -> None:
    one = batch(9)
    for config in (LRConfig(), FMConfig(embedding_size=4)):
        model = lively(config)
        for r in range(len(one)):
            v, w = looked_up(model, one, r)
            pairs = 0.0
            if isinstance(config, FMConfig):
                pairs = sum(float(v[i] @ v[j]) for i in range(len(v)) for j in range(i + 1, len(v)))
            expected = model.bias.item() + float(sum(w)) + pairs
            assert float(scores(model, one)[r]) == pytest.approx(expected, abs=1e-5)


def test_afm_equals_a_double_loop() -> None:
    one = batch(9)
    model = lively(CONFIGS["afm"])
    assert isinstance(model, AFM)
    parts = model.explain(one)
    assert parts.pair_weights is not None
    for r in range(len(one)):
        v, w = looked_up(model, one, r)
        g = [v[i] * v[j] for i in range(len(v)) for j in range(i + 1, len(v))]
        e = [(torch.relu(model.attention.weight @ x + model.attention.bias) @ model.h).item() for x in g]
        a = [math.exp(x) / sum(math.exp(y) for y in e) for x in e]
        expected = model.bias.item() + float(sum(w)) + sum(a[n] * float(model.p.detach() @ x) for n, x in enumerate(g))
        assert float(scores(model, one)[r]) == pytest.approx(expected, abs=1e-4)
        assert parts.pair_weights[r].tolist() == pytest.approx(a, abs=1e-5)
        assert sum(a) == pytest.approx(1)
        assert max(a) < 1  # a softmax over an axis of length one would make every weight 1


def test_what_afms_pairs_add_at_first_spreads_alike_for_any_number_of_them() -> None:
    spread = {}
    for scaled in (True, False):
        config = AFMConfig(embedding_size=64, init_std=0.3, scale_by_pairs=scaled)
        for count in (4, 32):
            fields = [EncodedField(name=f"f{i}", kind="categorical", size=200, start=200 * i) for i in range(count)]
            model = build(config, fields, seed=3)
            ids = torch.randint(200, (500, count), generator=torch.Generator().manual_seed(4))
            ids += torch.arange(count) * 200
            found = model.explain(Batch(ids, torch.ones(ids.shape), {})).pairs
            assert found is not None
            spread[scaled, count] = float(found.sum(1).std())
    assert spread[True, 32] == pytest.approx(spread[True, 4], rel=0.25)
    assert spread[False, 32] < 0.2 * spread[False, 4]  # the root of 6 / 496 is 0.11


@pytest.mark.parametrize("name", [name for name in CONFIGS if name.startswith("fibinet")])
def test_fibinet_equals_a_double_loop(name: str) -> None:
    one = batch(9)
    model = lively(CONFIGS[name])
    assert isinstance(model, FiBiNET)
    config = model.config
    logits = scores(model, one)
    for r in range(len(one)):
        v, w = looked_up(model, one, r)
        z = torch.stack([x.mean() for x in v])
        hidden = torch.relu(model.senet.squeeze.weight @ z)
        excited = model.senet.excite.weight @ hidden
        gate = torch.relu(excited) if config.excitation == "relu" else 2 / (1 + torch.exp(-excited))
        assert model.senet.squeeze.weight.shape[0] == max(2, math.ceil(len(v) / config.reduction))
        products = []
        for layer, e in ((model.raw, v), (model.reweighted, [gate[i] * x for i, x in enumerate(v)])):
            n = 0
            for i in range(len(v)):
                for j in range(i + 1, len(v)):
                    which = {"field_all": 0, "field_each": i, "field_interaction": n}[config.bilinear]
                    product = (e[i] @ layer.weight[which]) * e[j]
                    products.append(product if config.product == "hadamard" else product.sum().view(1))
                    n += 1
        c = torch.cat(products)
        deep = c.sum() if model.mlp is None else model.mlp(c.unsqueeze(0))[0]
        assert float(logits[r]) == pytest.approx((model.bias + sum(w) + deep).item(), abs=1e-4)


def test_each_bilinear_matrix_has_the_fan_of_one_matrix() -> None:
    model = build(FiBiNETConfig(embedding_size=8), FIELDS)
    assert isinstance(model, FiBiNET)
    bound = math.sqrt(6 / 16)
    assert 0.9 * bound < float(model.raw.weight.detach().abs().max()) <= bound


@pytest.mark.parametrize("name", [name for name in CONFIGS if name.startswith("din")])
def test_din_equals_a_loop_over_behaviours(name: str) -> None:
    one = batch(9)
    model = lively(CONFIGS[name])
    assert isinstance(model, DIN)
    config, table = model.config, model.embedding.table.detach()
    size, logits, parts = config.embedding_size, scores(model, one), model.explain(one)
    assert parts.behaviour_weights is not None
    for r in range(len(one)):
        v, _ = looked_up(model, one, r)
        q = torch.cat([v[2], v[3]])
        ids, mask = one.bags["history_item"]
        keys = [
            torch.cat([table[ids[r, t], :size], table[one.bags["history_category"].ids[r, t], :size]])
            for t in range(ids.shape[1])
            if mask[r, t]
        ]
        if model.scorer is None:
            s = [q @ k for k in keys]
        else:
            s = [model.scorer(torch.cat([q, k, q - k, q * k]).unsqueeze(0))[0] for k in keys]
        root = math.sqrt(len(q))
        if config.softmax:
            a = torch.softmax(torch.stack(s) / root, 0).tolist() if s else []
        else:
            a = [x.item() / (root if model.scorer is None else 1) for x in s]
        interest = sum((weight * k for weight, k in zip(a, keys, strict=True)), torch.zeros_like(q))
        x = torch.cat([v[0], v[1], v[4], q, interest, q * interest])
        assert float(logits[r]) == pytest.approx((model.bias + model.mlp(x.unsqueeze(0))[0]).item(), abs=1e-4)
        weights = parts.behaviour_weights[r]
        assert weights[mask[r]].tolist() == pytest.approx(a, abs=1e-5)
        assert not weights[~mask[r]].any()


@ALL
def test_parts_sum_to_the_logit(config: ModelConfig) -> None:
    for dtype, tolerance in ((torch.float32, 1e-5), (torch.float64, 1e-12)):
        one = batch(50)
        one = replace(one, values=one.values.to(dtype))
        model = lively(config, dtype=dtype)
        parts = model.explain(one)
        assert torch.equal(parts.logit, scores(model, one))
        scale = parts.logit.abs().clamp(min=1)
        assert float(((parts.total() - parts.logit).abs() / scale).max().detach()) < tolerance * 5


@ALL
def test_scores_do_not_depend_on_batch_mates_order_or_padding(config: ModelConfig) -> None:
    model, many = lively(config), rows(40)
    together = scores(model, to_batch(many))
    for r in (0, 7, 39):
        assert torch.allclose(scores(model, to_batch(many, [r])), together[r], atol=1e-5)
    order = np.random.default_rng(1).permutation(40)
    assert torch.allclose(scores(model, to_batch(many, order.tolist())), together[order], atol=1e-5)
    wide = {}
    for name, bag in to_batch(many).bags.items():
        rubbish = torch.full((40, 6), 3, dtype=torch.int32)
        wide[name] = BagBatch(torch.cat([bag.ids, rubbish], 1), torch.cat([bag.mask, torch.zeros(40, 6).bool()], 1))
    assert torch.allclose(scores(model, replace(to_batch(many), bags=wide)), together, atol=1e-5)


@ALL
@pytest.mark.parametrize("n", [0, 1])
def test_tiny_batches(config: ModelConfig, n: int) -> None:
    model = lively(config)
    one = batch(n)
    assert scores(model, one).shape == (n,)
    assert model.explain(one).total().shape == (n,)
    model.train()
    loss = model(one).sum()
    loss.backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


@ALL
def test_an_empty_history_is_zeros(config: ModelConfig) -> None:
    model = lively(config)
    many = rows(30)
    empty = np.flatnonzero(many.bags["history_item"].lengths == 0)[:1].tolist()
    alone = to_batch(many, empty)
    assert alone.bags["history_item"].mask.shape == (1, 0)
    assert torch.isfinite(scores(model, alone)).all()
    if isinstance(model, DIN):
        parts = model.explain(alone)
        assert parts.behaviours is not None
        assert parts.behaviours.numel() == 0


def test_din_behaviour_order_does_not_matter_and_removal_of_all_is_the_empty_history() -> None:
    model, many = lively(CONFIGS["din"]), rows(30)
    one = to_batch(many)
    turned = {
        name: BagBatch(bag.ids.flip(1), bag.mask.flip(1)) if name != "tags" else bag for name, bag in one.bags.items()
    }
    assert torch.allclose(scores(model, replace(one, bags=turned)), scores(model, one), atol=1e-5)


def test_dice_statistics_are_of_real_behaviours_only() -> None:
    torch.manual_seed(0)
    for extra in (0, 7):
        model = lively(CONFIGS["din"]).train()
        assert isinstance(model, DIN)
        assert model.scorer is not None
        one = batch(64)
        wide = {
            name: BagBatch(
                torch.cat([bag.ids, torch.ones(64, extra, dtype=torch.int32)], 1),
                torch.cat([bag.mask, torch.zeros(64, extra).bool()], 1),
            )
            for name, bag in one.bags.items()
        }
        model(replace(one, bags=wide))
        dice = model.scorer.acts[0]
        if extra == 0:
            expected = dice.mean.clone(), dice.variance.clone()
    assert torch.allclose(dice.mean, expected[0], atol=1e-5)
    assert torch.allclose(dice.variance, expected[1], atol=1e-5)


def test_dice_is_not_silu_and_uses_moving_averages_at_test() -> None:
    from ctrcore.models.layers import Dice

    dice = Dice(1)
    with torch.no_grad():
        dice.alpha.fill_(0.3)
        dice.mean.fill_(2.0)
        dice.variance.fill_(4.0)
    dice.eval()
    s = torch.tensor([[-1.0], [2.0], [5.0]])
    p = torch.sigmoid((s - 2) / 2)
    assert torch.allclose(dice(s), p * s + (1 - p) * 0.3 * s)
    assert torch.equal(dice(s)[:1], dice(s[:1]))


def test_din_without_history_says_what_to_do() -> None:
    with pytest.raises(ModelError) as caught:
        build(DINConfig(), DENSE)
    assert "history" in caught.value.problem
    assert "history" in caught.value.remedy


@pytest.mark.parametrize("name", ["lr", "fm", "afm", "fibinet"])
def test_one_field_has_no_pairs(name: str) -> None:
    model = build(CONFIGS[name], FIELDS[:1]).eval()
    one = Batch(batch(4).ids[:, :1], batch(4).values[:, :1], {})
    assert torch.allclose(model.explain(one).total(), scores(model, one))


@ALL
def test_same_seed_same_weights_and_the_global_generator_stays(config: ModelConfig) -> None:
    state = torch.get_rng_state()
    first, second, other = (build(config, FIELDS, seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)
