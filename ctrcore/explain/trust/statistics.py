"""Figures over rows of different lengths: rank correlations of the parts of each row, and intervals of means.

Everywhere arrays are (n, L), n rows of at most L parts, and `mask` (n, L) is True for a part that is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.bootstrap import drawn
from ctrcore.metrics import user_codes

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
REPLICATES = 1000
AT_ONCE = 4_000_000  # comparisons of two parts held at a time
LEAST_USERS = 20  # with fewer users their spread cannot be read off the data, and rows are drawn instead


class Mean(NamedTuple):
    """A mean over rows with its 95 % interval."""

    value: float
    low: float
    high: float
    rows: int


def kendall(x: Array, y: Array, mask: Mask) -> Array:
    """Kendall's tau-b of each row, shape (n,); NaN where a row has fewer than two parts or all of one side tie."""

    def of(x: Array, y: Array, mask: Mask) -> Array:
        i, j = np.triu_indices(x.shape[1], 1)
        both = mask[:, i] & mask[:, j]
        one, other = np.sign(x[:, i] - x[:, j]) * both, np.sign(y[:, i] - y[:, j]) * both
        untied = np.sqrt(np.abs(one).sum(1) * np.abs(other).sum(1))
        return ratio_of((one * other).sum(1), untied)

    return _in_parts(of, x, y, mask)


def spearman(x: Array, y: Array, mask: Mask) -> Array:
    """Spearman's correlation of each row, shape (n,), ties with their mean rank; NaN where a side has no spread."""

    def of(x: Array, y: Array, mask: Mask) -> Array:
        count = np.maximum(mask.sum(1, keepdims=True), 1)
        sides = []
        for side in (x, y):
            ranks = _ranks(side, mask) * mask
            sides.append((ranks - ranks.sum(1, keepdims=True) / count) * mask)
        a, b = sides
        return ratio_of((a * b).sum(1), np.sqrt((a * a).sum(1) * (b * b).sum(1)))

    return _in_parts(of, x, y, mask)


def _ranks(values: Array, mask: Mask) -> Array:
    """(n, L) ranks within each row; of equal values the mean rank."""
    against = mask[:, None, :]
    below = ((values[:, None, :] < values[:, :, None]) & against).sum(2)
    same = ((values[:, None, :] == values[:, :, None]) & against).sum(2)
    ranks: Array = below + (same + 1) / 2
    return ranks


def ratio_of(over: Array, under: Array) -> Array:
    """One by the other, NaN where that is 0."""
    ratio: Array = np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
    return ratio


def _in_parts(of: Callable[[Array, Array, Mask], Array], x: Array, y: Array, mask: Mask) -> Array:
    """A few rows at a time, as the comparisons of all parts with all others take L^2 places a row."""
    size = max(AT_ONCE // max(x.shape[1] ** 2, 1), 1)
    parts = [of(x[at : at + size], y[at : at + size], mask[at : at + size]) for at in range(0, len(x), size)]
    return np.concatenate(parts) if parts else np.empty(0)


def top(scores: Array, mask: Mask, count: int) -> Mask:
    """(n, L) True for the parts with the largest scores of each row, `count` of them or all that there are."""
    order = np.argsort(np.where(mask, -scores, np.inf), axis=1, kind="stable")
    found = np.zeros(mask.shape, bool)
    np.put_along_axis(found, order[:, :count], True, axis=1)
    return found & mask


def jaccard(a: Mask, b: Mask) -> Array:
    """Overlap of two sets of parts of each row: common parts over all parts in either; NaN where both are empty."""
    return ratio_of((a & b).sum(1).astype(np.float64), (a | b).sum(1).astype(np.float64))


def row_means(values: Array) -> Array:
    """The mean of each row's values (n, L) that are not NaN; NaN where there are none."""
    known = ~np.isnan(values)
    return ratio_of(np.where(known, values, 0.0).sum(1), known.sum(1).astype(np.float64))


def mean_over_rows(values: Array, group: npt.NDArray[np.integer], seed: int = 0) -> Mean:
    """The mean of the values (n,) that are not NaN, with its bootstrap 95 % interval.

    Users are drawn with all of their rows where `group` (n,), -1 for none, names enough of them; else rows
    are. One row has no interval.
    """
    known = ~np.isnan(values)
    kept = values[known]
    if not len(kept):
        return Mean(float("nan"), float("nan"), float("nan"), 0)
    if len(kept) < 2:
        return Mean(float(kept[0]), float("nan"), float("nan"), 1)
    code, users = user_codes(group[known])
    unit = code.astype(np.int64) if users >= LEAST_USERS and (code >= 0).all() else np.arange(len(kept))
    size = int(unit.max()) + 1
    sums, counts = np.bincount(unit, kept, size), np.bincount(unit, minlength=size)
    weights = drawn(np.random.default_rng(seed), [size], REPLICATES).astype(np.float64)
    means = (weights @ sums) / np.maximum(weights @ counts, 1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Mean(float(kept.mean()), float(low), float(high), len(kept))
