"""Tests by the normal distribution, without scipy."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Z95 = 1.959963984540054  # two-sided 95 %


def two_sided(value: Array, error: Array) -> Array:
    """(n,) p-values of values with their standard errors; NaN where one is NaN, 1 where the error is 0.

    An error of 0 comes from rows that are all alike, such as a slice that is ranked perfectly: it tells nothing.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(error > 0, np.abs(value) / error, np.where(np.isnan(error), np.nan, 0.0))
    return np.array([math.erfc(one / math.sqrt(2)) for one in z.tolist()], dtype=np.float64)


def holm(p: Array) -> Array:
    """Holm's (1979) adjusted p-values; NaN stays NaN and does not count."""
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return adjusted
