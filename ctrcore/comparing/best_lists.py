"""Whether the model with the best lists is better than the others: paired over users, corrected for many looks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from ctrcore.comparing.intervals import LEVEL, Interval
from ctrcore.comparing.per_user import Metric, PerUser, paired
from ctrcore.comparing.testing import holm


@dataclass(frozen=True)
class ListsTest:
    """The model with the best lists against another one, on the same users.

    Attributes:
        best: id of the model with the highest mean.
        other: id of the other one.
        gap: mean over users of the best model's measure less the other one's, with its own 95 % interval.
        p: chance of a gap at least as large if both were equally good, two-sided; NaN where there are too few users.
        adjusted: p after Holm's correction for all pairs of models.
        users: whose lists can be ordered at all.
        among: pairs tested together.
    """

    best: str
    other: str
    gap: Interval
    p: float
    adjusted: float
    users: int
    among: int

    @property
    def told(self) -> bool:
        """True if the gap is more than chance at the 5 % level, after the correction."""
        return self.adjusted < LEVEL


def against_best(found: Sequence[PerUser], metric: Metric) -> list[ListsTest]:
    """The best model against each other one, best first.

    All pairs of models count for the correction, not only those with the best one: the results say which one that is.

    Args:
        found: the models' lists, of the same sheet and K.
        metric: the measure that decides.
    """
    order = sorted(found, key=lambda one: -one.headline[metric].value)
    pairs = list(combinations(range(len(order)), 2))  # those with the best one come first
    gaps = [paired(order[a], order[b], metric) for a, b in pairs]
    chances = [_p(gap) for gap in gaps]
    tested = sum(not math.isnan(p) for p in chances)
    rows = list(zip(pairs, gaps, chances, holm(chances), strict=True))[: len(order) - 1]
    return [
        ListsTest(order[0].id, order[b].id, gap, p, adjusted, order[0].users.both, tested)
        for (_, b), gap, p, adjusted in rows
    ]


def _p(gap: Interval) -> float:
    """By the normal distribution; a gap that is the same for every user is none at all, or no chance."""
    if gap.standard_error == 0:
        return 1.0 if gap.value == 0 else 0.0
    return math.erfc(abs(gap.value) / gap.standard_error / math.sqrt(2))
