"""AUCs of all models on resampled rows: weights over rows that are sorted once, nothing is sorted again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore import threads
from ctrcore.comparing.ranked import Ranked

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Weights = npt.NDArray[np.uint16]  # no unit is ever drawn 65,536 times
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


def users_with_rows(code: npt.NDArray[np.int32], users: int) -> Units:
    """Users with all of their rows; a row without a user (code -1) is a unit of its own."""
    alone = code < 0
    of = code.astype(np.int64)
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
    prepared = [WeightedAuc(one, units) for one in ranked]
    size = max(1, min(AT_ONCE // max(len(units.of), 1), 200, replicates))
    counts = [size] * (replicates // size) + [replicates % size] * (replicates % size > 0)
    seeds = np.random.SeedSequence(seed).spawn(len(counts))

    def batch(number: int) -> Array:
        weights = drawn(np.random.default_rng(seeds[number]), units.sizes, counts[number])
        return np.column_stack([one(weights) for one in prepared])

    parts: list[Array] = []
    pool = ThreadPoolExecutor(threads.of_arrays())
    try:
        for part in pool.map(batch, range(len(counts))):
            parts.append(part)
            if progress is not None:
                progress(len(parts) / len(counts))
    finally:
        pool.shutdown(cancel_futures=True)
    return np.concatenate(parts) if parts else np.empty((0, len(ranked)))


def drawn(rng: np.random.Generator, sizes: Sequence[int], replicates: int) -> Weights:
    """(replicates, units) how often each unit is drawn, as many as there are in each stratum."""
    parts = []
    for size in filter(None, sizes):
        picked = rng.integers(size, size=(replicates, size), dtype=np.int32)
        picked += np.arange(replicates, dtype=np.int32)[:, None] * size
        parts.append(np.bincount(picked.ravel(), minlength=replicates * size).reshape(replicates, size))
    return np.concatenate(parts, axis=1, dtype=np.uint16, casting="unsafe")


class WeightedAuc:
    """AUC of one model when rows count as often as their unit is drawn.

    Only blocks of tied rows that hold a clicked one add pairs, so only their ends are looked up in the running sums.

    Args:
        ranked: the rows sorted by the model's score.
        units: what is drawn.
    """

    def __init__(self, ranked: Ranked, units: Units) -> None:
        held = np.flatnonzero(np.diff(ranked.hits, prepend=0))
        self._places = units.of[ranked.order].astype(np.int32)
        self._clicked = self._places[ranked.clicked]
        self._start, self._end = np.append(0, ranked.ends)[held], ranked.ends[held]
        self._hits = np.append(0, ranked.hits[held])

    def __call__(self, weights: Weights) -> Array:
        """(replicates, units) weights to (replicates,) AUCs, NaN where one class has no weight."""
        rows, clicks = _running(weights, self._places), _running(weights, self._clicked)
        upto = np.take(clicks, self._hits, axis=1).astype(np.int64)
        positives, others = clicks[:, -1].astype(np.int64), (rows[:, -1] - clicks[:, -1]).astype(np.int64)
        # Other rows up to the end of a block and up to its start: those below it, and half of those in it, are
        # outranked. All numbers are whole, so the sum is exact.
        passed = np.take(rows, self._end, axis=1) - upto[:, 1:]
        passed += np.take(rows, self._start, axis=1) - upto[:, :-1]
        won = np.einsum("rb,rb->r", np.diff(upto, axis=1), 2 * others[:, None] - passed)
        pairs = 2 * positives * others
        areas: Array = np.divide(won, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
        return areas


def _running(weights: Weights, places: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Sums of the weights at these places, line by line, from 0 on: one more than there are places."""
    sums = np.zeros((len(weights), len(places) + 1), np.int32)
    np.cumsum(np.take(weights, places, axis=1), axis=1, out=sums[:, 1:])
    return sums
