"""Variance of AUCs on the same rows: DeLong, DeLong and Clarke-Pearson (1988), with ties; by users: Obuchowski (1997).

The parts of the rows come from sorted rows, as in Sun and Xu (2014), in place of all pairs of a clicked and another
row. They are kept as whole numbers, so that where nothing varies a variance is exactly 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore import threads
from ctrcore.comparing.bootstrap import Units
from ctrcore.comparing.ranked import Ranked

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class DeLong:
    """What each row adds to each model's AUC, and what follows for the AUCs' variances.

    Rows are independent of each other (DeLong et al. 1988), or only those of different units are, such as users
    (Obuchowski 1997, Biometrics 53, 567); with one row a unit both are the same.

    Args:
        ranked: the same rows sorted by each model's score.
        units: to which the rows belong, which are independent; without them every row is one.

    Attributes:
        areas: (models,) AUCs.
    """

    def __init__(self, ranked: Sequence[Ranked], units: Units | None = None) -> None:
        with ThreadPoolExecutor(threads.of_arrays()) as pool:
            wins = list(pool.map(Ranked.half_wins, ranked))
        clicked = np.empty(len(ranked[0]), np.bool_)
        clicked[ranked[0].order] = ranked[0].clicked
        self.areas = np.array([one.auc for one in ranked])
        self._clicked, self._others = (_Class.of(wins, rows, units) for rows in (clicked, ~clicked))
        self._units = 0 if units is None else sum(units.sizes)
        _, *self._both = np.intersect1d(self._clicked.units, self._others.units, True, return_indices=True)

    def variances(self) -> Array:
        """(models,) of the AUCs; NaN with fewer than two rows, or units with rows, of either class."""
        return np.array(
            [self._variance(*pair) for pair in zip(self._clicked.sums, self._others.sums, strict=True)], np.float64
        )

    def variance_of_difference(self, a: int, b: int) -> float:
        """Variance of one AUC less another; NaN as the AUCs' variances.

        Row by row, not from a covariance: of two models that order almost all rows alike, hardly a digit would be
        left.
        """
        return self._variance(*(one.sums[a] - one.sums[b] for one in (self._clicked, self._others)))

    def _variance(self, clicked: Array, others: Array) -> float:
        """Of sums of half wins, (units with clicks,) and (units with other rows,)."""
        if min(len(clicked), len(others)) < 2:
            return float("nan")
        first, second = self._clicked.deviations(clicked), self._others.deviations(others)
        both = float(first[self._both[0]] @ second[self._both[1]])
        spread = _widened(len(first)) * float(first @ first) + _widened(len(second)) * float(second @ second)
        if self._units > 1:  # rows of both classes in one unit vary together
            spread += 2 * _widened(self._units) * both
        return spread / (2.0 * self._clicked.total * self._others.total) ** 2


@dataclass(frozen=True)
class _Class:
    """The clicked rows, or the other ones, unit by unit.

    Attributes:
        sums: (models, units with such rows) half wins.
        rows: (units with such rows,) how many there are; 1 where every row is a unit.
        units: (units with such rows,) their numbers; empty where every row is a unit.
        total: rows of the class.
    """

    sums: Array
    rows: Array | int
    units: npt.NDArray[np.int64]
    total: int

    @classmethod
    def of(cls, wins: Sequence[npt.NDArray[np.int64]], mine: Flags, units: Units | None) -> _Class:
        total = int(mine.sum())
        if units is None:
            return cls(np.array([one[mine] for one in wins], np.float64), 1, np.empty(0, np.int64), total)
        of, size = units.of[mine], sum(units.sizes)
        rows = np.bincount(of, minlength=size)
        held = np.flatnonzero(rows)
        # Sums of whole numbers are exact in double precision up to 2^53: many more rows than fit in memory.
        sums = np.array([np.bincount(of, one[mine], size)[held] for one in wins], np.float64)
        return cls(sums, rows[held].astype(np.float64), held, total)

    def deviations(self, sums: Array) -> Array:
        """(units with such rows,) how far their sums are from what as many rows bring on average."""
        away: Array = sums - self.rows * (sums.sum() / self.total)
        return away


def _widened(units: int) -> float:
    return units / (units - 1.0)
