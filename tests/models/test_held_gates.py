"""Hidden layers with their gates held: the affine map by hand, and what each part of a split stands for."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ctrcore.models.base import CTRModel, Parts
from ctrcore.models.din import DIN
from ctrcore.models.fibinet import FiBiNET
from ctrcore.models.fm import FM
from ctrcore.models.layers import MLP, BatchNorm, Dice, PReLU, ReLU, held_at
from tests.models.test_models import CONFIGS, lively
from tests.synthetic import batch

INPUTS, HIDDEN = 5, (4, 3)
ROWS = batch(20)
LONGEST = int(ROWS.bags["history_item"].mask.sum(1).argmax())  # the row with most behaviours
LAYERS = pytest.mark.parametrize("batch_norm", [False, True])
ACTS = pytest.mark.parametrize("act", ["dice", "prelu", "relu"])


def made(act: str, batch_norm: bool) -> MLP:
    """Hidden layers in eval mode whose every number differs from its initial value."""
    mlp = MLP(INPUTS, HIDDEN, act, dropout=0.3, batch_norm=batch_norm).double().eval()
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for value in [*mlp.parameters(), *mlp.buffers()]:
            if value.is_floating_point():
                value.copy_(torch.rand(value.shape, generator=generator).to(value) + 0.1)
        for layer in [*mlp.linears, mlp.out]:
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator))
    return mlp


def points(count: int = 7) -> Tensor:
    return torch.randn((count, INPUTS), generator=torch.Generator().manual_seed(5)).double()


def gate_by_hand(act: torch.nn.Module, s: float, unit: int) -> float:
    if isinstance(act, Dice):
        variance = float(act.variance[unit]) + act.eps
        p = 1 / (1 + math.exp(-(s - float(act.mean[unit])) / variance**0.5))
        alpha = float(act.alpha[unit])
        return p + (1 - p) * alpha
    below = float(act.alpha[unit]) if isinstance(act, PReLU) else 0.0
    assert isinstance(act, PReLU | ReLU)
    return 1.0 if s > 0 else below


def map_by_hand(mlp: MLP, x: Tensor) -> tuple[Tensor, float]:
    """(g, b) of one input: every layer's matrix and shift multiplied out, unit by unit."""
    g, b, value = torch.eye(INPUTS).double(), torch.zeros(INPUTS).double(), x
    for linear, norm, act in zip(mlp.linears, mlp.norms, mlp.acts, strict=True):
        g, b, value = linear.weight @ g, linear.weight @ b + linear.bias, linear.weight @ value + linear.bias
        for unit in range(len(value)):
            scale, shift = 1.0, 0.0
            if isinstance(norm, BatchNorm):
                scale = float(norm.weight[unit] / (norm.running_var[unit] + norm.eps) ** 0.5)
                shift = float(norm.bias[unit] - scale * norm.running_mean[unit])
            s = scale * float(value[unit]) + shift
            gate = gate_by_hand(act, s, unit)
            g[unit], b[unit], value[unit] = gate * scale * g[unit], gate * (scale * b[unit] + shift), gate * s
    return (mlp.out.weight @ g)[0], float(mlp.out.weight @ b + mlp.out.bias)


@ACTS
@LAYERS
@torch.no_grad()
def test_the_map_is_the_chain_rule_by_hand(act: str, batch_norm: bool) -> None:
    mlp, x = made(act, batch_norm), points()
    g, b = held_at(mlp, x)
    for row in range(len(x)):
        gradient, constant = map_by_hand(mlp, x[row].clone())
        assert g[row].tolist() == pytest.approx(gradient.tolist(), abs=1e-12)
        assert float(b[row]) == pytest.approx(constant, abs=1e-12)


@ACTS
@LAYERS
@torch.no_grad()
def test_the_map_gives_the_output_where_the_gates_were_taken_and_only_there(act: str, batch_norm: bool) -> None:
    mlp, x = made(act, batch_norm), points()
    g, b = held_at(mlp, x)
    assert ((g * x).sum(1) + b).tolist() == pytest.approx(mlp(x).tolist(), abs=1e-12)
    away = x + points(7).flip(0)
    assert not torch.allclose((g * away).sum(1) + b, mlp(away))
    gates = mlp.gates(x)
    assert torch.allclose((g * away).sum(1) + b, mlp.after_first(mlp.first(away), gates))


@pytest.mark.parametrize("wrong", ["ones", "reversed", "not held"])
@pytest.mark.parametrize("name", ["fm hidden", "fibinet", "din"])
def test_a_wrong_gradient_leaves_a_residual(name: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(mlp: MLP, x: Tensor) -> tuple[Tensor, Tensor]:
        g, b = held_at(mlp, x)
        if wrong == "not held":
            point = x.detach().requires_grad_()
            with torch.enable_grad():
                (g,) = torch.autograd.grad(mlp(point).sum(), point)
            return g * 1.0, b
        return (torch.ones_like(g) if wrong == "ones" else g.flip(1)), b

    model, one = lively(CONFIGS[name]), ROWS
    right = model.explain(one)
    assert float((right.total() - right.logit).abs().max()) < 1e-4
    if wrong == "not held" and name != "din":
        return  # a ReLU's gate is constant around a row, held or not
    monkeypatch.setattr(f"ctrcore.models.{name.split(maxsplit=1)[0]}.held_at", broken)
    parts = model.explain(one)
    assert float((parts.total() - parts.logit).abs().max()) > 1e-2


def _inputs(model: CTRModel, mlp: MLP, row: int) -> tuple[Tensor, Parts]:
    """What the hidden layers get for one row, and the row's parts."""
    if isinstance(model, FiBiNET):  # it never holds these numbers at once
        with torch.no_grad():
            v = model.embedding(ROWS).v
            both = v, v * model.gates(v).unsqueeze(2)
            made = [layer(x, model.pairs) for layer, x in zip((model.raw, model.reweighted), both, strict=True)]
            given = torch.stack([one if model.config.product == "hadamard" else one.sum(2, True) for one in made], 1)
        return given.flatten(1)[row].double(), model.explain(ROWS)
    seen = list[Tensor]()
    hook = mlp.first.register_forward_pre_hook(lambda _layer, given: seen.append(given[0].detach()))
    with torch.no_grad():
        model(ROWS)
    hook.remove()
    return seen[0][row].double(), model.explain(ROWS)


def _lost(mlp: MLP, x: Tensor, without: Tensor) -> float:
    """What the output loses when the input changes and every gate stays as it was."""
    mlp = mlp.double()
    with torch.no_grad():
        gates = mlp.gates(x[None])
        return float(mlp.after_first(mlp.first(x[None]), gates) - mlp.after_first(mlp.first(without[None]), gates))


@pytest.mark.parametrize("name", ["din", "din softmax prelu"])
def test_a_bar_of_din_is_its_block_taken_away_with_the_gates_held(name: str) -> None:
    model, row = lively(CONFIGS[name]), LONGEST
    assert isinstance(model, DIN)
    size, d = model.config.embedding_size, model.width
    x, parts = _inputs(model, model.mlp, row)
    others, q, interest, match = x.split([size * len(model.others), d, d, d])
    assert torch.allclose(match, q * interest, atol=1e-6)
    with torch.no_grad():
        looked = model.embedding(ROWS)
    members = torch.cat([looked.members[history] for history in model.histories], dim=2)[row].double()
    assert parts.behaviours is not None
    assert parts.behaviour_weights is not None
    assert parts.mask is not None
    expected = {}
    for place, field in enumerate(model.others):
        expected[field] = x.clone()
        expected[field][place * size : (place + 1) * size] = 0
    for place, field in enumerate(model.candidate):
        start = len(others) + place * size
        expected.setdefault(field, x.clone())[start : start + size] = 0
    behaviours = {}
    for step in parts.mask[row].nonzero().flatten().tolist():
        rest = interest - parts.behaviour_weights[row, step] * members[step]
        behaviours[step] = torch.cat([others, q, rest, q * rest])
    assert len(behaviours) > 1
    fields, steps = parts.fields[row].tolist(), parts.behaviours[row].tolist()
    for field, without in expected.items():
        assert fields[field] == pytest.approx(_lost(model.mlp, x, without), abs=1e-4)
    for step, without in behaviours.items():
        assert steps[step] == pytest.approx(_lost(model.mlp, x, without), abs=1e-4)


@pytest.mark.parametrize("name", [name for name in CONFIGS if name.startswith("fibinet") and "shallow" not in name])
def test_a_bar_of_fibinet_is_its_block_taken_away_with_the_gates_held(name: str) -> None:
    model, row = lively(CONFIGS[name]), 3
    assert isinstance(model, FiBiNET)
    assert model.mlp is not None
    x, parts = _inputs(model, model.mlp, row)
    assert parts.pairs is not None
    assert parts.reweighted_pairs is not None
    pairs = [*parts.pairs[row].tolist(), *parts.reweighted_pairs[row].tolist()]
    width = len(x) // len(pairs)
    for place, bar in enumerate(pairs):
        without = x.clone()
        without[place * width : (place + 1) * width] = 0
        assert bar == pytest.approx(_lost(model.mlp, x, without), abs=1e-4)


def test_a_bar_of_fm_is_its_part_of_the_sum_taken_away_with_the_gates_held() -> None:
    model, row = lively(CONFIGS["fm hidden"]), 3
    assert isinstance(model, FM)
    assert model.mlp is not None
    x, parts = _inputs(model, model.mlp, row)
    with torch.no_grad():
        looked = model.embedding(ROWS)
    v, w = looked.v[row].double(), looked.w[row].double()
    for field, bar in enumerate(parts.fields[row].tolist()):
        without = x.clone()
        without[0] -= w[field]
        assert bar == pytest.approx(_lost(model.mlp, x, without), abs=1e-4)
    assert parts.pairs is not None
    for (i, j), bar in zip(model.pairs.T.tolist(), parts.pairs[row].tolist(), strict=True):
        without = x.clone()
        without[1:] -= v[i] * v[j]
        assert bar == pytest.approx(_lost(model.mlp, x, without), abs=1e-4)


def test_no_hidden_layers_are_their_own_map() -> None:
    mlp, x = MLP(INPUTS, ()).double(), points()
    g, b = held_at(mlp, x)
    assert torch.equal(g, mlp.out.weight.detach().expand(7, -1))
    assert torch.equal(b, mlp.out.bias.detach().expand(7))
