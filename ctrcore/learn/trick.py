"""The O(k n) trick of Rendle (2010, lemma 3.1): the sum over all pairs without looking at a pair.

sum_{i<j} <v_i, v_j>  =  sum_d 1/2 [ (sum_i v_id)^2 - sum_i v_id^2 ]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """One place d of all vectors, on both ways to the sum over pairs.

    Attributes:
        numbers: (F,) v_id, the vectors' numbers at this place.
        products: (F, F) each times each, itself included.
        total: the numbers' sum. squared: total * total, which is the sum of all products.
        squares: the sum of the products on the diagonal.
        half: half of what is left of `squared` without `squares`.
        pairs: the products above the diagonal added up one by one, as the double loop does.
    """

    numbers: tuple[float, ...]
    products: Floats
    total: float
    squared: float
    squares: float
    half: float
    pairs: float


def vectors(fields: int, k: int, seed: int) -> Floats:
    """(F, k) made-up vectors, as large as trained ones; a larger F or k leaves those before as they are."""
    rows = [np.random.default_rng([seed, place]).normal(0.0, 0.6, size=64) for place in range(fields)]
    return np.round(np.array(rows)[:, :k], 2)


def place(table: Floats, at: int) -> Place:
    """Both ways for one place of the vectors.

    Args:
        table: (F, k). at: which place.
    """
    numbers = table[:, at]
    products = np.outer(numbers, numbers)
    total, squares = float(numbers.sum()), float((numbers**2).sum())
    pairs = 0.0
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            pairs += float(numbers[i] * numbers[j])
    return Place(
        tuple(numbers.tolist()), products, total, total * total, squares, 0.5 * (total * total - squares), pairs
    )


def by_pairs(table: Floats) -> float:
    """The sum over all pairs, pair by pair: every vector with every later one, (F, k) to a number."""
    return float(sum((table[i] * table[i + 1 :]).sum() for i in range(len(table))))


def by_trick(table: Floats) -> float:
    """The same number in one pass over the F vectors."""
    return float(0.5 * (table.sum(0) ** 2 - (table**2).sum(0)).sum())


def multiplications_by_pairs(fields: int, k: int) -> int:
    """k for each of the F (F - 1) / 2 pairs."""
    return k * fields * (fields - 1) // 2


def multiplications_by_trick(fields: int, k: int) -> int:
    """In each place F squares and one of the sum; at the end one half."""
    return k * (fields + 1) + 1
