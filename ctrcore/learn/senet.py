"""What a tiny FiBiNET without hidden layers makes of one row, number by number, while fields and gates are changed.

squeeze    z_i = mean_d v_id
excite     h = relu(W1 z),  A = 2 sigmoid(W2 h)  or  relu(W2 h)
re-weight  u_i = A_i v_i
logit      = w0 + sum_i w_i + sum of the raw pairs + sum of the re-weighted pairs
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ctrcore.data.tiny_shop import TinyConfig
from ctrcore.learn.tiny import Tiny, trained
from ctrcore.models.fibinet import FiBiNET
from ctrcore.training.loader import to_batch

SHOP = TinyConfig(interest=2.0, suppression=2.0)
ROWS = 12
"""Test rows to choose from."""

Vector = tuple[float, ...]


@dataclass(frozen=True)
class Gated:
    """One row on its way through the SENet: F fields, k numbers each, H hidden units.

    Attributes:
        fields: the F names, in the model's order.
        values: what the row holds in each; a history is counted by category.
        behaviours: how many there are in the history.
        vectors: (F, k) embeddings, scaled.
        means: (F,) squeezed.
        hidden: (H,) between the two matrices.
        own: (F,) gates as the model makes them. gates: (F,) as they are used, set by hand or the model's own.
        reweighted_vectors: (F, k).
        single: bias and first-order weights together.
        raw, reweighted: sums over the pairs of raw and of re-weighted embeddings.
        logit: of a click: `single + raw + reweighted`.
        clicked: whether the row was a click.
    """

    fields: tuple[str, ...]
    values: tuple[str, ...]
    behaviours: int
    vectors: tuple[Vector, ...]
    means: Vector
    hidden: Vector
    own: Vector
    gates: Vector
    reweighted_vectors: tuple[Vector, ...]
    single: float
    raw: float
    reweighted: float
    logit: float
    clicked: bool


@dataclass(frozen=True)
class Weights:
    """The two matrices of the SENet: `squeeze` (H, F) and `excite` (F, H)."""

    fields: tuple[str, ...]
    squeeze: tuple[Vector, ...]
    excite: tuple[Vector, ...]


@dataclass(frozen=True)
class GateSurvey:
    """The gates of many rows.

    Attributes:
        fields: the F names.
        gates: (rows, F) of the first test rows.
        dead_share: (F,) share of all test rows in which the gate is exactly 0.
        mean: (F,) gate over all test rows.
        effect: (F,) by how much the logit moves when the field is taken out, up or down, as the mean over all test
            rows.
    """

    fields: tuple[str, ...]
    gates: tuple[Vector, ...]
    dead_share: Vector
    mean: Vector
    effect: Vector


def learnt(excitation: str) -> Tiny:
    """The lesson's FiBiNET with "sigmoid" or "relu" gates, on the same shop. Takes some two seconds."""
    return trained("fibinet", SHOP, excitation=excitation, hidden_units=(), bilinear="field_all")


@torch.no_grad()
def pass_through(
    tiny: Tiny, row: int, scales: Mapping[str, float] | None = None, gates: Mapping[str, float] | None = None
) -> Gated:
    """Send a test row through the model.

    Args:
        tiny: with a FiBiNET that has no hidden layers.
        row: position among the test rows.
        scales: by field what its embedding and its first-order weight are multiplied by; 0 takes the field out.
        gates: by field the gate to use instead of the model's own.
    """
    model = cast(FiBiNET, tiny.model)
    fields = tuple(field.name for field in model.fields)
    looked = model.embedding(to_batch(tiny.rows.take([row])))
    scale = torch.tensor([(scales or {}).get(field, 1.0) for field in fields])
    v, w = looked.v * scale[:, None], looked.w * scale
    own = model.gates(v)
    used = torch.tensor([[(gates or {}).get(field, float(own[0, place])) for place, field in enumerate(fields)]])
    single, raw, reweighted = _sums(model, v, w, used)
    shop_row = tiny.shop.rows.iloc[int(tiny.rows.row[row])]
    return Gated(
        fields,
        tuple(_in_words(shop_row[field]) for field in fields),
        len(shop_row["history"]),
        tuple(_vector(one) for one in v[0]),
        _vector(v.mean(2)[0]),
        _vector(torch.relu(model.senet.squeeze(v.mean(2)))[0]),
        _vector(own[0]),
        _vector(used[0]),
        tuple(_vector(one) for one in (v * used[:, :, None])[0]),
        float(single),
        float(raw),
        float(reweighted),
        float(single + raw + reweighted),
        bool(shop_row["click"]),
    )


@torch.no_grad()
def weights(tiny: Tiny) -> Weights:
    """The SENet's matrices."""
    model = cast(FiBiNET, tiny.model)
    squeeze, excite = (tuple(_vector(row) for row in one.weight) for one in (model.senet.squeeze, model.senet.excite))
    return Weights(tuple(field.name for field in model.fields), squeeze, excite)


@torch.no_grad()
def survey(tiny: Tiny, shown: int = 40) -> GateSurvey:
    """Look at the gates of all test rows; those of the first `shown` come along."""
    model = cast(FiBiNET, tiny.model)
    looked = model.embedding(to_batch(tiny.rows))
    gates = model.gates(looked.v)
    logit = torch.stack(_sums(model, looked.v, looked.w, gates)).sum(0)
    effect = []
    for place in range(len(model.fields)):
        there = torch.ones(len(model.fields))
        there[place] = 0.0
        v = looked.v * there[:, None]
        without = torch.stack(_sums(model, v, looked.w * there, model.gates(v))).sum(0)
        effect.append(float((without - logit).abs().mean()))
    return GateSurvey(
        tuple(field.name for field in model.fields),
        tuple(_vector(row) for row in gates[:shown]),
        _vector((gates == 0).float().mean(0)),
        _vector(gates.mean(0)),
        tuple(effect),
    )


def _sums(model: FiBiNET, v: Tensor, w: Tensor, gates: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(B,) each: bias and first-order weights, raw pairs, re-weighted pairs."""
    raw = model.raw(v, model.pairs).sum((1, 2))
    return model.bias + w.sum(1), raw, model.reweighted(v * gates[:, :, None], model.pairs).sum((1, 2))


def _vector(numbers: Tensor) -> Vector:
    return tuple(float(number) for number in numbers)


def _in_words(value: object) -> str:
    """A cell of the row; a history as its categories, the most frequent first."""
    if not isinstance(value, list):
        return str(value)
    return ", ".join(f"{count} {name}" for name, count in Counter(value).most_common()) or "–"
