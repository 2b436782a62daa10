"""A tiny AFM taken apart: each pair's score, its share of the attention, and what it adds to the logit.

The lesson's own knobs are a push d on the score of one pair and a temperature T (1 and no push: the model itself):

    a_ij  = softmax over all pairs of (e_ij + d_ij) / T
    logit = w0 + sum_i w_i + sum_{i<j} a_ij (p . g_ij)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.data.tiny_shop import PAIR, TinyConfig, tiny_shop
from ctrcore.explain.rows import shown_values
from ctrcore.learn.tiny import Tiny, untrained
from ctrcore.models.afm import AFM
from ctrcore.training.config import TrainConfig
from ctrcore.training.loader import RowTensors
from ctrcore.training.trainer import train

PLANTED = "-".join(PAIR)
"""Id of the pair that has an effect in this shop; the other fourteen have none."""

SHOP = TinyConfig(pair_strength=2.0)
# An item's name tells its category, so age x item could do all the work of age x category. Most training rows hide it.
_TRAINING = TrainConfig(epochs=12, batch_size=128, learning_rate=0.02, patience=4, l2=3.0, cold_start=0.9, device="cpu")
_USER: dict[str, object] = {"gender": "female", "device": "mobile", "history": ["shoes", "books"]}
ROWS: dict[str, dict[str, object]] = {
    "phones": _USER | {"age": "young", "category": "phones", "item": "phones 1"},
    "books": _USER | {"age": "young", "category": "books", "item": "books 1"},
    "middle": _USER | {"age": "middle", "category": "books", "item": "books 1"},
}
"""The rows to look at: one customer before two items, and an older one."""


@dataclass(frozen=True)
class Pair:
    """A pair of fields in one row.

    Attributes:
        id: the fields' names, as 'age-category'.
        fields: their names. values: what they hold in the row.
        product: g, the k products of the two vectors.
        score: e, as the model computes it.
        attention: its share, after push and temperature.
        projected: p . g, the direction: what it would add with all of the attention.
    """

    id: str
    fields: tuple[str, str]
    values: tuple[str, str]
    product: tuple[float, ...]
    score: float
    attention: float
    projected: float

    @property
    def contribution(self) -> float:
        """What the pair adds to the logit."""
        return self.attention * self.projected


@dataclass(frozen=True)
class Attended:
    """A row as AFM reads it.

    Attributes:
        values: what each field holds, in the model's order.
        pairs: all of them, in the model's order.
        first_order: w0 plus the weights of the row's values.
    """

    values: Mapping[str, str]
    pairs: tuple[Pair, ...]
    first_order: float

    @property
    def logit(self) -> float:
        """First-order part plus all contributions."""
        return self.first_order + sum(pair.contribution for pair in self.pairs)

    @property
    def click(self) -> float:
        """The probability of a click."""
        return 1 / (1 + math.exp(-self.logit))

    @property
    def most_attended(self) -> Pair:
        """The pair with the largest share."""
        return max(self.pairs, key=lambda pair: pair.attention)

    def pair(self, name: str) -> Pair:
        """The pair of this id. Raises KeyError if there is none."""
        return {pair.id: pair for pair in self.pairs}[name]


def trained_afm() -> Tiny:
    """The AFM of the lessons on attention; takes a second or two."""
    tiny = untrained("afm", tiny_shop(SHOP), init_std=0.6)
    for _ in train(tiny.model, tiny.prepared.train, tiny.prepared.valid, _TRAINING, id_fields=("item",)):
        pass
    return tiny


def afm_of(tiny: Tiny) -> AFM:
    """The model, known to be an AFM."""
    assert isinstance(tiny.model, AFM)
    return tiny.model


def pair_ids(tiny: Tiny) -> list[str]:
    """The ids of the pairs in the model's order."""
    names = [field.name for field in tiny.model.fields]
    return [f"{names[left]}-{names[right]}" for left, right in tiny.model.pairs.T.tolist()]


def encoded(tiny: Tiny, name: str) -> Encoded:
    """One of the `ROWS` as the model reads it."""
    return tiny.encoder.transform(pd.DataFrame([ROWS[name]]))


def attend(tiny: Tiny, one: Encoded, *, pushed: str = "", push: float = 0.0, temperature: float = 1.0) -> Attended:
    """One row, pair by pair.

    Args:
        tiny: a shop and its AFM.
        one: a single row.
        pushed: id of the pair whose score is pushed; "" for none.
        push: what is added to its score.
        temperature: what all scores are divided by.
    """
    model = afm_of(tiny)
    batch = RowTensors(one).batch(torch.arange(1))
    terms = model.pair_terms(batch)
    ids, score = pair_ids(tiny), terms.score[0].double().numpy()
    raised = (score + push * (np.array(ids) == pushed)) / temperature
    weight = np.exp(raised - raised.max())
    values = shown_values(tiny.encoder, one)
    with torch.no_grad():
        first_order = float(model.bias + model.embedding(batch).w.sum())
    pairs = (
        Pair(name, (left, right), (values[left], values[right]), tuple(product), float(e), float(a), float(projected))
        for name, (left, right), product, e, a, projected in zip(
            ids,
            (name.split("-") for name in ids),
            terms.g[0].tolist(),
            score,
            weight / weight.sum(),
            terms.projected[0].tolist(),
            strict=True,
        )
    )
    return Attended({name: values[name] for name in dict.fromkeys("-".join(ids).split("-"))}, tuple(pairs), first_order)
