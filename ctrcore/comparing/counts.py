"""What happens when rows from some score on are called clicks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import numpy as np
import numpy.typing as npt

Whole = TypeVar("Whole", int, npt.NDArray[np.int64])
Real = TypeVar("Real", float, npt.NDArray[np.float64])


@dataclass(frozen=True)
class _Counted(Generic[Whole, Real]):
    tp: Whole
    fp: Whole
    fn: Whole
    tn: Whole

    @property
    def precision(self) -> Real:
        """Share of the rows called clicks that were clicked; 0 where none is called."""
        return self._share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Real:
        """Share of the clicked rows that are called clicks; 0 where none was clicked."""
        return self._share(self.tp, self.tp + self.fn)

    @property
    def accuracy(self) -> Real:
        """Share of the rows that are on their right side; NaN without rows."""
        return self._share(self.tp + self.tn, self.tp + self.fp + self.fn + self.tn, np.nan)

    @property
    def f1(self) -> Real:
        """Harmonic mean of precision and recall; 0 where nothing is found."""
        return self._share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def share_called(self) -> Real:
        """Share of the rows that are called clicks; NaN without rows."""
        return self._share(self.tp + self.fp, self.tp + self.fp + self.fn + self.tn, np.nan)

    def cost(self, false_alarm: float, missed: float) -> Real:
        """Mean cost of a row when a false alarm and a missed click cost so much; NaN without rows."""
        total = np.multiply(self.fp, false_alarm) + np.multiply(self.fn, missed)
        return self._share(total, self.tp + self.fp + self.fn + self.tn, np.nan)

    def _share(self, part: object, whole: object, empty: float = 0.0) -> Real:
        """A quotient, with a value of its own where there is nothing to divide by."""
        above, below = np.asarray(part, np.float64), np.asarray(whole, np.float64)
        found = np.divide(above, below, out=np.full(below.shape, empty), where=below != 0)
        return cast(Real, found if found.ndim else float(found))


class Counts(_Counted[int, float]):
    """Counts at one cutoff.

    Attributes:
        tp: clicked rows called clicks.
        fp: other rows called clicks: false alarms.
        fn: clicked rows that are missed.
        tn: other rows rightly left out.
    """


class ManyCounts(_Counted[npt.NDArray[np.int64], npt.NDArray[np.float64]]):
    """Counts at many cutoffs: every attribute of `Counts` as an array with one number for each."""
