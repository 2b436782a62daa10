"""Placements within slices of the rows, from one order of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.sheet import Sheet

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
class Spread:
    """How much a number varies among all rows, the clicked ones and the others apart.

    On a slice of few clicks the numbers of its rows say little of how much they vary: where the clicks happen to rank
    well they also seem to vary little, and chance looks like a finding.

    Attributes:
        clicked: variance among the clicked rows.
        others: variance among the others.
    """

    clicked: float
    others: float

    @classmethod
    def of(cls, values: Array, label: npt.NDArray[np.uint8]) -> Spread:
        """Of a number of each row, (n,) each; NaN where a class has no row."""
        clicked = label == 1
        return cls(*(float(np.var(one)) if len(one) else float("nan") for one in (values[clicked], values[~clicked])))

    def at_least(self, variance: Array, classes: Classes) -> Array:
        """(m,) variances of AUCs of slices: their own, or as if their rows were any rows, whichever is larger."""
        with np.errstate(invalid="ignore", divide="ignore"):
            as_any = self.clicked / classes.clicks + self.others / classes.others
        return np.maximum(variance, as_any)


@dataclass(frozen=True)
class Blocks:
    """The rows of one slice, best scores first; rows of the same score form one of k blocks.

    A placement is the share of the other class, in the slice, that a row is on the right side of; ties count half. For
    a clicked row these are the other rows below it, for another row the clicked ones above it. The mean over either
    class is the slice's AUC (DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44, 837).

    Attributes:
        rows: the rows, block by block.
        clicked: in that order, True where the row was clicked.
        ends: (k,) how many rows lie in a block and in all before it.
        hits: (k,) how many of these were clicked.
    """

    rows: npt.NDArray[np.int32]
    clicked: npt.NDArray[np.bool_]
    ends: Whole
    hits: Whole

    def _placed(self) -> tuple[Array, Array, Whole, Whole]:
        """Placements of the clicked rows and of the others of each block; how many of both it has, (k,) each."""
        hits, misses = self.hits, self.ends - self.hits
        found, lost = np.append(0, hits[:-1]), np.append(0, misses[:-1])
        with np.errstate(invalid="ignore", divide="ignore"):
            of_clicked = (2 * misses[-1] - misses - lost) / (2.0 * misses[-1])
            of_others = (hits + found) / (2.0 * hits[-1])
        return of_clicked, of_others, hits - found, misses - lost

    def placements(self) -> Array:
        """The placement of each row, in the order of `rows`; NaN where the slice has one class."""
        of_clicked, of_others, *_ = self._placed()
        block = np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))
        return np.where(self.clicked, of_clicked[block], of_others[block])

    def auc(self) -> tuple[float, float]:
        """AUC, and DeLong's variance of it; NaN where a class has no row, or fewer than two."""
        of_clicked, of_others, hits, misses = self._placed()
        if not (self.hits[-1] and len(self.rows) - self.hits[-1]):
            return float("nan"), float("nan")
        value, spread = _weighted(of_clicked, hits)
        return value, spread + _weighted(of_others, misses)[1]


def _weighted(values: Array, counts: Whole) -> tuple[float, float]:
    """Mean of values that occur so often, and the variance of the mean."""
    total = int(counts.sum())
    # Sums instead of dot products, for which numpy would start further threads that get into each other's way.
    mean = float(np.sum(values * counts)) / total
    spread = float(np.sum((values - mean) ** 2 * counts))
    return mean, spread / (total - 1) / total if total > 1 else float("nan")


def blocks_within(sheet: Sheet, name: str, codes: Codes, classes: Classes) -> Iterator[tuple[int, Blocks]]:
    """The rows of each slice that has any, in the order of a model's scores.

    Args:
        sheet: the rows and scores.
        name: the model.
        codes: (n,) the slice of each row; -1: in none.
        classes: the rows of each slice.

    Yields:
        The slice and its rows.
    """
    ranked = sheet.ranked(name)
    block = sheet.kept(
        "blocks",
        name,
        lambda: np.repeat(np.arange(len(ranked.ends), dtype=np.int32), np.diff(ranked.ends, prepend=0)),
    )
    slices = len(classes.rows)
    small: npt.NDArray[np.signedinteger] = codes
    if slices < 32768:
        small = codes.astype(np.int8 if slices < 128 else np.int16)
    # Stable, and by counting for small numbers: within a slice the rows stay in the order of their scores.
    by_slice = np.argsort(small[ranked.order], kind="stable")
    stops = np.cumsum(classes.rows) + len(codes) - int(classes.rows.sum())
    for at in np.flatnonzero(classes.rows).tolist():
        # Slice by slice, so that what is computed on the way stays in the processor's cache.
        places = by_slice[stops[at] - classes.rows[at] : stops[at]]
        clicked, of_place = ranked.clicked[places], block[places]
        ends = np.append(np.flatnonzero(of_place[1:] != of_place[:-1]) + 1, len(places))
        yield at, Blocks(ranked.order[places], clicked, ends, np.cumsum(clicked, dtype=np.int64)[ends - 1])


def placements_within(sheet: Sheet, name: str, codes: Codes, classes: Classes) -> Array:
    """(n,) the placement of each row in its slice (see `Blocks`); NaN for one in no slice, or in one of one class."""
    result = np.full(len(codes), np.nan)
    for _, blocks in blocks_within(sheet, name, codes, classes):
        result[blocks.rows] = blocks.placements()
    return result


def auc_within(sheet: Sheet, name: str, codes: Codes, classes: Classes) -> tuple[Array, Array]:
    """AUC (m,) of each slice, and DeLong's variance of it; NaN where a class has no row, or fewer than two."""
    found = np.full((2, len(classes.rows)), np.nan)
    for at, blocks in blocks_within(sheet, name, codes, classes):
        found[:, at] = blocks.auc()
    return found[0], found[1]


def by_class(values: Array, codes: Codes, label: npt.NDArray[np.uint8], slices: int) -> tuple[Array, Array]:
    """Sums over the rows of each slice, the other rows first, then the clicked ones, (m, 2): of values and of squares.

    A value that is NaN makes those of its slice NaN.
    """
    key = (codes + 1) * 2 + label
    size = 2 * slices + 2
    first, second = (np.bincount(key, weights=each, minlength=size) for each in (values, values * values))
    return first.reshape(-1, 2)[1:].astype(np.float64), second.reshape(-1, 2)[1:].astype(np.float64)


def mean_and_variance(first: Array, second: Array, counts: Whole) -> tuple[Array, Array]:
    """From sums of values and of their squares: the mean, and the variance of the mean; NaN where it is not known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = first / counts
        return mean, np.where(counts > 1, np.maximum(second / counts - mean**2, 0) / (counts - 1), np.nan)
