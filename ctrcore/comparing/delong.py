"""Variance of AUCs on the same rows: DeLong, DeLong and Clarke-Pearson (1988), with ties."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.ranked import Ranked

Array = npt.NDArray[np.float64]


class DeLong:
    """What each row adds to each model's AUC, and what follows for the AUCs' variances.

    The parts of the rows come from sorted rows, as in Sun and Xu (2014), in place of all pairs of a clicked and
    another row. They are kept as whole numbers, so that where nothing varies a variance is exactly 0.

    Args:
        ranked: the same rows sorted by each model's score.

    Attributes:
        areas: (models,) AUCs.
    """

    def __init__(self, ranked: Sequence[Ranked]) -> None:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            wins = list(pool.map(Ranked.half_wins, ranked))
        clicked = np.empty(len(ranked[0]), np.bool_)
        clicked[ranked[0].order] = ranked[0].clicked
        self.areas = np.array([one.auc for one in ranked])
        self._clicked = np.array([one[clicked] for one in wins], np.float64)
        self._others = np.array([one[~clicked] for one in wins], np.float64)

    def covariance(self) -> Array:
        """(models, models) covariance of the AUCs; NaN with fewer than two rows of either class."""
        return _covariance(self._clicked, self._others)

    def variance_of_difference(self, a: int, b: int) -> float:
        """Variance of one AUC less another.

        Row by row, not from the covariance: of two models that order almost all rows alike, hardly a digit would be
        left.
        """
        return float(
            _covariance(
                self._clicked[a : a + 1] - self._clicked[b : b + 1], self._others[a : a + 1] - self._others[b : b + 1]
            )[0, 0]
        )


def _covariance(clicked: Array, others: Array) -> Array:
    """Of sums of half wins: (models, clicked rows) and (models, other rows) to (models, models)."""
    positives, negatives = clicked.shape[1], others.shape[1]
    if min(positives, negatives) < 2:
        return np.full((len(clicked), len(clicked)), np.nan)
    covariance: Array = _of_mean(clicked) / (2.0 * negatives) ** 2 + _of_mean(others) / (2.0 * positives) ** 2
    return covariance


def _of_mean(values: Array) -> Array:
    """Covariance of the means of each line."""
    count = values.shape[1]
    centred = values - values.mean(axis=1, keepdims=True)
    covariance: Array = centred @ centred.T / (count - 1.0) / count
    return covariance
