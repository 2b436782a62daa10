"""Placements within slices of the rows, from one order of all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.ranked import Ranked

Codes = npt.NDArray[np.int32]
Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Classes:
    """Rows, clicked ones and others of each of m slices, shape (m,)."""

    rows: Whole
    clicks: Whole

    @property
    def others(self) -> Whole:
        """Rows that were not clicked."""
        return self.rows - self.clicks

    @classmethod
    def of(cls, codes: Codes, label: npt.NDArray[np.uint8], slices: int) -> Classes:
        """Count the rows of each slice; -1 is none."""
        both = np.bincount((codes + 1) * 2 + label, minlength=2 * slices + 2).reshape(-1, 2)[1:]
        return cls(both.sum(axis=1), both[:, 1])


@dataclass(frozen=True)
class Blocks:
    """Rows of the same slice and score, slice by slice, best scores first: k blocks.

    A placement is the share of the other class, in the row's own slice, that the row is on the right side of; ties
    count half. For a clicked row these are the unclicked rows below it, for another one the clicked rows above it. The
    mean over either class of a slice is its AUC (DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44, 837).

    Attributes:
        order: the rows, block by block; rows in no slice are not among them.
        clicked: in that order, True where the row was clicked.
        starts: (k,) where each block starts in that order.
        owner: (k,) the slice of each block.
        hits: (k,) clicked rows of each block.
        of_clicked: (k,) placement of these.
        of_others: (k,) placement of the other rows.
        classes: the rows of each of the m slices.
    """

    order: npt.NDArray[np.int32]
    clicked: npt.NDArray[np.bool_]
    starts: Whole
    owner: npt.NDArray[np.integer]
    hits: npt.NDArray[np.int32]
    of_clicked: Array
    of_others: Array
    classes: Classes

    def placements(self, n: int) -> Array:
        """(n,) of each row; NaN for a row in no slice, or in one without the other class."""
        sizes = np.diff(self.starts, append=len(self.order))
        block = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        result = np.full(n, np.nan)
        result[self.order] = np.where(self.clicked, self.of_clicked[block], self.of_others[block])
        return result

    def auc(self) -> tuple[Array, Array]:
        """AUC (m,) of each slice and DeLong's variance of it; NaN where a class has fewer than two rows."""
        sizes = np.diff(self.starts, append=len(self.order))
        value, spread = self._moments(self.of_clicked, self.hits, self.classes.clicks)
        return value, spread + self._moments(self.of_others, sizes - self.hits, self.classes.others)[1]

    def _moments(self, values: Array, weights: npt.NDArray[np.integer], counts: Whole) -> tuple[Array, Array]:
        """Mean over one class of each slice, and the variance of the mean."""
        weighted = np.where(weights > 0, values * weights, 0.0)
        squares = np.where(weights > 0, weighted * values, 0.0)
        first, second = (sums(each, self.owner, len(counts)) for each in (weighted, squares))
        return _mean_and_variance(first, second, counts)


def sums(values: Array, key: npt.NDArray[np.integer], size: int) -> Array:
    """(size,) sums of the values by their key, from 0."""
    return np.asarray(np.bincount(key, weights=values, minlength=size), dtype=np.float64)


def blocks_within(ranked: Ranked, codes: Codes, classes: Classes) -> Blocks:
    """The rows slice by slice, from their one order.

    Args:
        ranked: the rows in the order of a model's scores.
        codes: (n,) the slice of each row; -1: in none.
        classes: the rows of each slice.
    """
    slices = len(classes.rows)
    small: npt.NDArray[np.signedinteger] = codes
    if slices < 32768:
        small = codes.astype(np.int8 if slices < 128 else np.int16)
    mine = small[ranked.order]
    # Stable, and by counting for small numbers: within a slice the rows stay in the order of their scores.
    by_slice = np.argsort(mine, kind="stable")[int((mine < 0).sum()) :]
    clicked = ranked.clicked[by_slice]
    block = np.repeat(np.arange(len(ranked.ends), dtype=np.int32), np.diff(ranked.ends, prepend=0))[by_slice]
    new = np.ones(len(by_slice), dtype=np.bool_)
    np.not_equal(block[1:], block[:-1], out=new[1:])
    edges = np.cumsum(classes.rows)
    new[edges[edges < len(new)]] = True
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], len(new)) if len(starts) else starts
    owner = mine[by_slice[starts]]
    hits_to = np.cumsum(clicked, dtype=np.int32)[ends - 1]
    hits_before = np.append(np.int32(0), hits_to[:-1]) if len(starts) else hits_to
    # Twice the number of pairs won, so that a tie is a whole number.
    above = hits_to + hits_before - (2 * (np.cumsum(classes.clicks) - classes.clicks))[owner]
    below = (2 * np.cumsum(classes.others))[owner] - (ends - hits_to) - (starts - hits_before)
    with np.errstate(invalid="ignore", divide="ignore"):
        of_clicked, of_others = below / (2 * classes.others)[owner], above / (2 * classes.clicks)[owner]
    hits = hits_to - hits_before
    return Blocks(ranked.order[by_slice], clicked, starts, owner, hits, of_clicked, of_others, classes)


def class_moments(values: Array, codes: Codes, label: npt.NDArray[np.uint8], classes: Classes) -> tuple[Array, Array]:
    """Of values that are given for each row: the mean over the clicked rows of each slice, and DeLong's variance (m,).

    The variance is the sum of the variances of the means over either class; NaN where one has fewer than two rows.
    """
    key = (codes + 1) * 2 + label
    filled = np.where(np.isnan(values), 0.0, values)
    size = 2 * len(classes.rows) + 2
    first, second = (sums(each, key, size).reshape(-1, 2)[1:] for each in (filled, filled * filled))
    mean, spread = _mean_and_variance(first[:, 1], second[:, 1], classes.clicks)
    return mean, spread + _mean_and_variance(first[:, 0], second[:, 0], classes.others)[1]


def _mean_and_variance(first: Array, second: Array, counts: Whole) -> tuple[Array, Array]:
    """From sums of values and of their squares: the mean, and the variance of the mean; NaN where it is not known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = first / counts
        return mean, np.where(counts > 1, np.maximum(second / counts - mean**2, 0) / (counts - 1), np.nan)
