"""AUCs of all models on resampled rows: weights over rows that are sorted once, nothing is sorted again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.ranked import Ranked

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Weights = npt.NDArray[np.int32]
AT_ONCE = 2_000_000  # weights held at a time, per thread


@dataclass(frozen=True)
class Units:
    """What is drawn with replacement.

    Attributes:
        of: (n,) the unit to which each row belongs, from 0.
        sizes: how many units there are in each stratum, in which so many are drawn again; the first stratum's units
            come first.
    """

    of: Whole
    sizes: tuple[int, ...]


def rows_by_class(clicked: npt.NDArray[np.bool_]) -> Units:
    """Rows, the clicked ones and the others drawn apart, so that every replicate has as many clicks."""
    positives = int(clicked.sum())
    of = np.empty(len(clicked), np.int64)
    of[clicked] = np.arange(positives)
    of[~clicked] = np.arange(positives, len(clicked))
    return Units(of, (positives, len(clicked) - positives))


def users_with_rows(code: Whole, users: int) -> Units:
    """Users with all of their rows; a row without a user (code -1) is a unit of its own."""
    alone = code < 0
    of = code.copy()
    of[alone] = users + np.arange(int(alone.sum()))
    return Units(of, (users + int(alone.sum()),))


def resampled_areas(
    ranked: Sequence[Ranked],
    units: Units,
    replicates: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Array:
    """AUC of each model on each of the replicates, the same rows for all models.

    The same seed, rows and number of replicates give the same result, however many threads there are.

    Args:
        ranked: the same rows sorted by each model's score.
        units: what is drawn.
        replicates: how often.
        seed: of the random numbers.
        progress: told the share that is done; what it raises ends the work.

    Returns:
        (replicates, models); NaN where all rows drawn have one class.
    """
    places = [units.of[one.order] for one in ranked]
    size = max(1, min(AT_ONCE // max(len(units.of), 1), 200, replicates))
    counts = [size] * (replicates // size) + [replicates % size] * (replicates % size > 0)
    seeds = np.random.SeedSequence(seed).spawn(len(counts))

    def batch(number: int) -> Array:
        weights = drawn(np.random.default_rng(seeds[number]), units.sizes, counts[number])
        return np.column_stack([weighted_areas(one, weights, at) for one, at in zip(ranked, places, strict=True)])

    parts = []
    for part in _in_threads(batch, len(counts)):
        parts.append(part)
        if progress is not None:
            progress(len(parts) / len(counts))
    return np.concatenate(parts) if parts else np.empty((0, len(ranked)))


def drawn(rng: np.random.Generator, sizes: Sequence[int], replicates: int) -> Weights:
    """(replicates, units) how often each unit is drawn, as many as there are in each stratum."""
    parts = []
    for size in sizes:
        picked = rng.integers(size, size=(replicates, size)) if size else np.empty((replicates, 0), np.int64)
        picked += np.arange(replicates)[:, None] * size
        parts.append(np.bincount(picked.ravel(), minlength=replicates * size).reshape(replicates, size))
    return np.concatenate(parts, axis=1).astype(np.int32)


def weighted_areas(ranked: Ranked, weights: Weights, places: Whole) -> Array:
    """AUC when rows count as often as their unit was drawn.

    Args:
        ranked: rows sorted by score.
        weights: (replicates, units).
        places: (n,) the unit of each row, in the order of the sorted rows.

    Returns:
        (replicates,)
    """
    every = np.take(weights, places, axis=1)
    clicked = every * ranked.clicked
    if len(ranked.ends) < len(ranked):
        starts = np.append(0, ranked.ends[:-1])
        every, clicked = np.add.reduceat(every, starts, axis=1), np.add.reduceat(clicked, starts, axis=1)
    found = np.cumsum(clicked, axis=1, dtype=np.float64)
    # Every other row outranks as little as the clicked rows before it and half of those in its block: whole numbers.
    won: Array = np.einsum("rb,rb->r", every - clicked, 2 * found - clicked)
    positives = clicked.sum(axis=1, dtype=np.float64)
    pairs = 2 * positives * (every.sum(axis=1, dtype=np.float64) - positives)
    areas: Array = np.divide(won, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return areas


def _in_threads(work: Callable[[int], Array], count: int) -> Iterator[Array]:
    """Results in order; who leaves early, by an error, drops what has not begun."""
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        yield from pool.map(work, range(count))
    finally:
        pool.shutdown(cancel_futures=True)
