"""Why pairs: a world in which age and category work together, LR that cannot see it, and FM that can.

    LR:  logit = w0 + sum_i w_i
    FM:  logit = w0 + sum_i w_i + sum_{i<j} <v_i, v_j>

Both are real models of three fields, trained on the same rows of the tiny shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.preparing import prepare
from ctrcore.data.recipe import Recipe, Split
from ctrcore.data.tiny_shop import LEVELS, TinyConfig, tiny_shop
from ctrcore.learn.tiny import Tiny, learning, tiny_config
from ctrcore.models.registry import build
from ctrcore.schema import Column, Schema

FIELDS = ("age", "category", "device")
PAIRS = tuple(combinations(FIELDS, 2))
SHOP = TinyConfig(pair_strength=1.6, intercept=-0.5)
Name = Literal["lr", "fm"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Two models of the same shop, and what is true in it.

    Attributes:
        models: LR and FM, trained, with their rows.
        place: (field, value) to the row of the models' table that it looks up.
        counts: (3, 4, 2) rows of the shop of each age, category and device.
        truth: (3, 4) mean true probability of a click per age and category.
    """

    models: Mapping[Name, Tiny]
    place: Mapping[tuple[str, str], int]
    counts: Floats
    truth: Floats

    def table(self, name: Name) -> Floats:
        """(vocabulary, k + 1): per value its vector and, last, its first-order weight."""
        found: Floats = self.models[name].model.embedding.table.detach().numpy().astype(np.float64)
        return found

    def bias(self, name: Name) -> float:
        """The model's w0."""
        return float(self.models[name].model.bias.detach())


@dataclass(frozen=True)
class Move:
    """One number of one value's vector, changed by hand."""

    field: str
    value: str
    dimension: int
    amount: float


@dataclass(frozen=True)
class RowParts:
    """What the logit of a row is made of: `bias`, all weights and all pair terms add up to it.

    Attributes:
        bias: w0.
        weights: per field the first-order weight of its value.
        vectors: per field the vector of its value; empty for LR, which has none.
        products: per pair the k products whose sum is its term; empty for LR.
        pairs: per pair <v_i, v_j>; empty for LR.
        logit: the sum. probability: the sigmoid of it.
    """

    bias: float
    weights: Mapping[str, float]
    vectors: Mapping[str, tuple[float, ...]]
    products: Mapping[tuple[str, str], tuple[float, ...]]
    pairs: Mapping[tuple[str, str], float]
    logit: float
    probability: float


def world(seed: int = 1) -> World:
    """Make the shop and train both models; takes about a second."""
    shop = tiny_shop(SHOP)
    rows = shop.rows[[*FIELDS, "click"]]
    models: dict[Name, Tiny] = {}
    for name in ("lr", "fm"):
        prepared = prepare(rows, _recipe())
        tiny = Tiny(shop, prepared, build(tiny_config(name), prepared.encoder.fields, seed=seed).eval())
        for _ in learning(tiny):
            pass
        models[name] = tiny
    every = _every()
    ids = models["fm"].encoder.transform(every).ids
    place = {
        (field, value): int(ids[row, column])
        for column, field in enumerate(FIELDS)
        for row, value in enumerate(every[field])
    }
    counts = rows.value_counts(list(FIELDS)).reindex(pd.MultiIndex.from_frame(every), fill_value=0)
    click = 1 / (1 + np.exp(-shop.truth["logit"]))
    truth = click.groupby([rows["age"], rows["category"]]).mean().unstack()
    return World(
        models,
        place,
        counts.to_numpy().reshape([len(LEVELS[field]) for field in FIELDS]).astype(np.float64),
        truth.loc[list(LEVELS["age"]), list(LEVELS["category"])].to_numpy(np.float64),
    )


def row_parts(world: World, name: Name, values: Mapping[str, str], move: Move | None = None) -> RowParts:
    """Take the logit of a row apart.

    Args:
        world: of this lesson.
        name: which model.
        values: the row: per field its value.
        move: a number of a vector changed by hand; LR has none.
    """
    table = _moved(world, name, move)
    looked = {field: table[world.place[field, values[field]]] for field in FIELDS}
    vectors = {field: looked[field][:-1] for field in FIELDS} if name == "fm" else {}
    products = {(a, b): tuple((vectors[a] * vectors[b]).tolist()) for a, b in PAIRS} if name == "fm" else {}
    pairs = {pair: sum(parts) for pair, parts in products.items()}
    weights = {field: float(looked[field][-1]) for field in FIELDS}
    logit = world.bias(name) + sum(weights.values()) + sum(pairs.values())
    shown = {field: tuple(vector.tolist()) for field, vector in vectors.items()}
    return RowParts(world.bias(name), weights, shown, products, pairs, logit, float(1 / (1 + np.exp(-logit))))


def cells(world: World, name: Name, move: Move | None = None) -> Floats:
    """(3, 4) mean probability that a model gives the rows of each age and category."""
    table = _moved(world, name, move)
    rows = np.array([[world.place[field, value] for field, value in zip(FIELDS, row, strict=True)] for row in _rows()])
    vectors = table[rows, :-1]
    logit = world.bias(name) + table[rows, -1].sum(1)
    if name == "fm":
        logit += 0.5 * (vectors.sum(1) ** 2 - (vectors**2).sum(1)).sum(1)
    click = (1 / (1 + np.exp(-logit))).reshape(world.counts.shape)
    found: Floats = (click * world.counts).sum(2) / world.counts.sum(2)
    return found


def error(world: World, name: Name, move: Move | None = None) -> float:
    """Mean distance of a model's cells from the true ones, as a probability."""
    return float(np.abs(cells(world, name, move) - world.truth).mean())


def _moved(world: World, name: Name, move: Move | None) -> Floats:
    table = world.table(name)
    if move is not None:
        table[world.place[move.field, move.value], move.dimension] += move.amount
    return table


def _rows() -> list[tuple[str, ...]]:
    return list(product(*(LEVELS[field] for field in FIELDS)))


def _every() -> pd.DataFrame:
    """Every combination of the three fields once."""
    return pd.DataFrame(_rows(), columns=list(FIELDS))


def _recipe() -> Recipe:
    columns = [Column(name=name, kind="categorical", role="context") for name in FIELDS]
    return Recipe(data_schema=Schema(label="click", columns=columns), split=Split(by="random", valid=0.2, test=0.2))
