"""What a tiny DIN makes of one history and a candidate, number by number.

    a_t = MLP([q, k_t, q - k_t, q * k_t])        no softmax
    interest = sum_t a_t k_t
    logit = rest + sum_t a_t e_t                 e_t = <w + u * q, k_t>, what one unit of attention does

w and u are the output's weights of `interest` and `q * interest`. This DIN has no hidden layers after them, so that the
sum is the model itself: a behaviour that is switched off takes away just what it had added.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from ctrcore.data.tiny_shop import TinyConfig
from ctrcore.learn.tiny import Tiny, trained
from ctrcore.metrics import sigmoid
from ctrcore.models.batch import Batch
from ctrcore.models.din import DIN
from ctrcore.models.layers import MLP
from ctrcore.training.loader import to_batch

SHOP = TinyConfig(pair_strength=0.0, interest=2.5, suppression=2.5)
VISITOR = {"age": "middle", "gender": "female", "device": "mobile"}
"""The values of everything but candidate and history: they are the same for both candidates."""

Vector = tuple[float, ...]


@dataclass(frozen=True)
class Behaviour:
    """One past behaviour beside a candidate.

    Attributes:
        category: what was clicked.
        on: whether the model sees it.
        key: (4,) its embedding k.
        attention: a; also for one that is switched off, as no behaviour has a say in another's attention.
        effect: e, what one unit of attention to it does to the logit.
    """

    category: str
    on: bool
    key: Vector
    attention: float
    effect: float

    @property
    def contribution(self) -> float:
        """Its share of the logit; 0 if it is switched off."""
        return self.attention * self.effect if self.on else 0.0

    @property
    def weighted(self) -> Vector:
        """(4,) a k, what it adds to the interest."""
        return tuple(self.attention * number if self.on else 0.0 for number in self.key)


@dataclass(frozen=True)
class Judged:
    """A candidate judged with a history. `rest` and all contributions add up to `logit`.

    Attributes:
        candidate: its category.
        query: (4,) its embedding q.
        behaviours: the oldest first.
        interest: (4,) the sum of a k over the behaviours that are on.
        rest: what the logit has from everything else.
        logit: of a click, by the model's forward pass.
    """

    candidate: str
    query: Vector
    behaviours: tuple[Behaviour, ...]
    interest: Vector
    rest: float
    logit: float

    @property
    def probability(self) -> float:
        """Of a click."""
        return float(sigmoid(np.array(self.logit)))


@dataclass(frozen=True)
class Attended:
    """How the attention of a behaviour comes about: the sum of `outputs` and `bias` is `attention`.

    Attributes:
        query, key, difference, product: (4,) each: what the scorer reads.
        outputs: (hidden units,) each hidden unit's number times its weight.
        bias: added to them.
        attention: a.
    """

    query: Vector
    key: Vector
    difference: Vector
    product: Vector
    outputs: Vector
    bias: float
    attention: float


def learnt() -> Tiny:
    """The lesson's DIN: likes more shoes and books, but no second phone or fridge. Takes some three seconds."""
    return trained("din", SHOP, seed=4, hidden_units=())


@torch.no_grad()
def judge(tiny: Tiny, candidate: str, history: Sequence[str], off: Collection[int] = ()) -> Judged:
    """Judge a candidate for the visitor.

    Args:
        tiny: with a DIN.
        candidate: category of the item, whose first one is offered.
        history: categories of the behaviours, oldest first; at most eight.
        off: positions of behaviours that the model shall not see.
    """
    model = cast(DIN, tiny.model)
    query, keys, attention = _attention(model, _batch(tiny, candidate, history))
    of_interest, of_match = model.mlp.first.weight[0, -2 * model.width :].view(2, model.width)
    effects = keys @ (of_interest + of_match * query)
    kept = [place for place in range(len(history)) if place not in off]
    behaviours = tuple(
        Behaviour(category, place in kept, _vector(keys[place]), float(attention[place]), float(effects[place]))
        for place, category in enumerate(history)
    )
    logit = float(model(_batch(tiny, candidate, [history[place] for place in kept]))[0])
    rest = logit - sum(one.contribution for one in behaviours)
    return Judged(candidate, _vector(query), behaviours, _vector(attention[kept] @ keys[kept]), rest, logit)


@torch.no_grad()
def attend(tiny: Tiny, candidate: str, behaviour: str) -> Attended:
    """Take the attention that a candidate pays to a behaviour to pieces."""
    model = cast(DIN, tiny.model)
    query, keys, attention = _attention(model, _batch(tiny, candidate, [behaviour]))
    key = keys[0]
    read = torch.cat([query, key, query - key, query * key])
    scorer = cast(MLP, model.scorer)
    inner = scorer.linears[0](read[None])
    outputs = (scorer.acts[0](inner) * scorer.out.weight)[0]
    return Attended(
        _vector(query),
        _vector(key),
        _vector(query - key),
        _vector(query * key),
        _vector(outputs),
        float(scorer.out.bias),
        float(attention[0]),
    )


def _batch(tiny: Tiny, candidate: str, history: Sequence[str]) -> Batch:
    row = VISITOR | {"category": candidate, "item": f"{candidate} 1", "history": list(history)}
    return to_batch(tiny.encoder.transform(pd.DataFrame([row])))


def _attention(model: DIN, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """The candidate (d,), the behaviours (L, d) and the attention (L,) of one row."""
    bag = batch.bags[model.histories[0]]
    looked = model.embedding(batch)
    query, keys = looked.v[:, model.candidate].flatten(1), looked.members[model.histories[0]]
    return query[0], keys[0], model.attend(query, keys, bag.mask)[0]


def _vector(numbers: Tensor) -> Vector:
    return tuple(float(number) for number in numbers)
