"""Intervals and tests by the normal distribution, for many values at once."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.intervals import LEVEL, NORMAL
from ctrcore.comparing.testing import holm

Array = npt.NDArray[np.float64]


def interval(value: Array, error: Array) -> tuple[Array, Array, Array]:
    """Values (n,) with the ends of their 95 % intervals; NaN where nothing varies, which tells no interval."""
    half = np.where(error > 0, NORMAL * error, np.nan)
    return value, value - half, value + half


def two_sided(value: Array, error: Array) -> Array:
    """(n,) p-values of values with their standard errors.

    Where nothing varies, such as on a slice that is ranked perfectly, the p-value is 1 for a value of 0, else NaN.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(error > 0, np.abs(value) / error, np.where(value == 0, 0.0, np.nan))
    return np.array([math.erfc(one / math.sqrt(2)) for one in z.tolist()], dtype=np.float64)


def adjusted_and_told(p: Array, same: Array | None = None) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Holm's adjusted p-values of tests looked at together, and which of them are below 5 %.

    Args:
        p: (n,) p-values.
        same: (n,) equal numbers for what is one and the same test, which counts once; None: all are different.
    """
    if same is None:
        same = np.arange(len(p), dtype=np.float64)
    _, first, place = np.unique(same, return_index=True, return_inverse=True)
    adjusted = np.array(holm(p[first].tolist()), dtype=np.float64)[place]
    return adjusted, adjusted < LEVEL
