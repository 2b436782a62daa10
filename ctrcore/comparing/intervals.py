"""Intervals of AUCs and of their differences with their p-values, from DeLong's variances or from a bootstrap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.delong import DeLong
from ctrcore.comparing.ranked import Ranked

Array = npt.NDArray[np.float64]
LEVEL = 0.05
NORMAL = 1.959963984540054  # 97.5 % of a normal distribution lie below
NAN = float("nan")


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval.

    The ends are NaN where none can be told: there are too few rows or users (`testing.LEAST_OF_A_CLASS`,
    `testing.LEAST_USERS`), or nothing varies.

    Attributes:
        value: what was measured.
        low: lower end.
        high: upper end.
        standard_error: standard deviation of the value over other rows, or users, of the same kind.
    """

    value: float
    low: float
    high: float
    standard_error: float


Found = tuple[list[Interval], list[Interval], list[float]]  # of the AUCs, of the pairs' differences, the pairs' p


def untold(ranked: Sequence[Ranked], pairs: Sequence[tuple[int, int]]) -> Found:
    """The values alone, where no interval can be told."""
    singles = [Interval(one.auc, NAN, NAN, NAN) for one in ranked]
    paired = [Interval(ranked[a].auc - ranked[b].auc, NAN, NAN, NAN) for a, b in pairs]
    return singles, paired, [NAN] * len(pairs)


def by_delong(parts: DeLong, pairs: Sequence[tuple[int, int]]) -> Found:
    """By the normal distribution with DeLong's variances; the interval of an AUC is cut to 0 and 1."""
    singles = []
    for area, variance in zip(parts.areas, parts.variances(), strict=True):
        one = _normal(area, variance)
        singles.append(replace(one, low=max(one.low, 0.0), high=min(one.high, 1.0)) if one.low < one.high else one)
    paired = [_normal(parts.areas[a] - parts.areas[b], parts.variance_of_difference(a, b)) for a, b in pairs]
    return singles, paired, [_p_of_normal(one) for one in paired]


def _normal(value: float, variance: float) -> Interval:
    if not variance > 0:
        return Interval(float(value), NAN, NAN, NAN)
    error = math.sqrt(variance)
    return Interval(float(value), float(value - NORMAL * error), float(value + NORMAL * error), error)


def _p_of_normal(one: Interval) -> float:
    """Two-sided; a difference that does not vary is none at all, or one that chance cannot give."""
    if math.isnan(one.standard_error):
        return 1.0 if one.value == 0 else 0.0
    return math.erfc(abs(one.value) / one.standard_error / math.sqrt(2))


def by_bootstrap(ranked: Sequence[Ranked], pairs: Sequence[tuple[int, int]], drawn: Array) -> Found:
    """From the AUCs of the replicates; those with rows of one class tell nothing and are left out."""
    drawn = drawn[~np.isnan(drawn).any(axis=1)]
    areas = [one.auc for one in ranked]
    singles = [_percentile(area, drawn[:, at]) for at, area in enumerate(areas)]
    apart = [drawn[:, a] - drawn[:, b] for a, b in pairs]
    paired = [_percentile(areas[a] - areas[b], values) for (a, b), values in zip(pairs, apart, strict=True)]
    return singles, paired, [_p_of_drawn(values) for values in apart]


def _percentile(value: float, drawn: Array) -> Interval:
    if len(drawn) < 2 or np.ptp(drawn) == 0:
        return Interval(value, NAN, NAN, NAN)
    low, high = np.percentile(drawn, [50 * LEVEL, 100 - 50 * LEVEL])
    return Interval(value, float(low), float(high), float(drawn.std(ddof=1)))


def _p_of_drawn(drawn: Array) -> float:
    side = min(int(np.sum(drawn <= 0)), int(np.sum(drawn >= 0)))
    return min(1.0, 2 * (1 + side) / (1 + len(drawn)))
