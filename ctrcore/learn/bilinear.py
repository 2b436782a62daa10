"""Inner product and bilinear interaction of a candidate's category with a category of the history, by tiny models.

    inner product   <v, u>       = sum_d v_d u_d
    bilinear        (v W) * u    = for each d: (sum_a v_a W_ad) u_d; their sum is v W u

Category and history share one table of embeddings, so v and u are the same vector where their categories are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch

from ctrcore.data.tiny_shop import LEVELS, TinyConfig
from ctrcore.learn.tiny import K, Tiny, trained
from ctrcore.models.bilinear import Bilinear
from ctrcore.models.fibinet import FiBiNET

SHOP = TinyConfig(interest=3.0, suppression=3.0)
CATEGORIES = LEVELS["category"]
KINDS = ("field_all", "field_each", "field_interaction")

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]

IDENTITY: Matrix = tuple(tuple(float(a == b) for b in range(K)) for a in range(K))


@dataclass(frozen=True)
class Learnt:
    """What the lesson takes from its FiBiNET.

    Attributes:
        vectors: by category its embedding, the same for the candidate and for a behaviour.
        matrix: (4, 4) W of the pair (category, history) on the raw embeddings.
        truth: by (candidate, past) what such a history adds to the true logit, as the mean over the rows whose history
            is of this one category.
    """

    vectors: Mapping[str, Vector]
    matrix: Matrix
    truth: Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Interaction:
    """One pair: `left` times W is `turned`, times `right` is `products`, which add up to `total`."""

    left: Vector
    turned: Vector
    right: Vector
    products: Vector
    total: float


def learnt() -> Learnt:
    """Train the lesson's FiBiNET, one matrix per pair and without hidden layers. Takes some three seconds."""
    tiny = fibinet()
    model = cast(FiBiNET, tiny.model)
    names = [field.name for field in model.fields]
    place = model.pairs.T.tolist().index([names.index("category"), names.index("history")])
    matrix = tuple(tuple(row) for row in model.raw.weight[place].tolist())
    return Learnt(vectors(tiny), matrix, _truth(tiny))


def fibinet() -> Tiny:
    """The FiBiNET itself."""
    return trained("fibinet", SHOP, hidden_units=(), bilinear="field_interaction")


def factorization_machine() -> Tiny:
    """An FM of the same shop, which only has the inner product."""
    return trained("fm", SHOP)


def vectors(tiny: Tiny) -> dict[str, Vector]:
    """The embedding of each category."""
    table = tiny.model.embedding.table.detach()
    return {name: tuple(table[tiny.encoder.id_of("category", name), :K].tolist()) for name in CATEGORIES}


def interact(left: Vector, matrix: Matrix, right: Vector) -> Interaction:
    """`(left W) * right`, step by step."""
    turned = tuple(sum(left[a] * matrix[a][d] for a in range(len(left))) for d in range(len(right)))
    products = tuple(one * other for one, other in zip(turned, right, strict=True))
    return Interaction(left, turned, right, products, sum(products))


def all_pairs(of: Mapping[str, Vector], matrix: Matrix = IDENTITY) -> Matrix:
    """(4, 4) totals: candidates down, past categories across."""
    return tuple(tuple(interact(of[candidate], matrix, of[past]).total for past in of) for candidate in of)


def weights_of(kind: str, fields: int, size: int = K) -> int:
    """Numbers in the bilinear matrices of that kind, size x size each, for so many fields."""
    pairs = torch.triu_indices(fields, fields, offset=1)
    return Bilinear(pairs, size, kind).weight.numel()


def _truth(tiny: Tiny) -> dict[tuple[str, str], float]:
    rows, truth = tiny.shop.rows, tiny.shop.truth
    added = truth["interest"] + truth["suppression"]
    pure = rows["history"].map(lambda one: one[0] if len(set(one)) == 1 else "")
    return {
        (candidate, past): float(added[(rows["category"] == candidate) & (pure == past)].mean())
        for candidate in CATEGORIES
        for past in CATEGORIES
    }
