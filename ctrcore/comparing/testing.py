"""Whether one model ranks better than another by more than chance: intervals and paired tests of AUCs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.bootstrap import resampled_areas, rows_by_class, users_with_rows
from ctrcore.comparing.delong import DeLong
from ctrcore.comparing.ranked import Ranked
from ctrcore.comparing.sheet import Sheet
from ctrcore.errors import DataError

Array = npt.NDArray[np.float64]
Method = Literal["delong", "bootstrap", "users"]
LEVEL = 0.05
NORMAL = 1.959963984540054  # 97.5 % of a normal distribution lie below
NAN = float("nan")


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval; NaN where the rows cannot tell one, so never narrower than is known.

    Attributes:
        value: what was measured.
        low: lower end.
        high: upper end.
        standard_error: standard deviation of the value over other rows of the same kind.
    """

    value: float
    low: float
    high: float
    standard_error: float


@dataclass(frozen=True)
class Test:
    """A paired test of two models.

    Attributes:
        a: id of the one model.
        b: id of the other.
        difference: AUC of a less AUC of b.
        low: lower end of its 95 % interval.
        high: upper end.
        standard_error: of the difference.
        p: chance of a difference at least as large if both ranked equally well, two-sided.
        adjusted: p after Holm's correction for all pairs tested together.
        method: how it was tested.
        rows: on which it rests.
        clicks: among them.
        users: to whom the rows belong; 0 if they have none.
        among: pairs tested together.
    """

    __test__ = False  # pytest takes it for a class of tests otherwise

    a: str
    b: str
    difference: float
    low: float
    high: float
    standard_error: float
    p: float
    adjusted: float
    method: Method
    rows: int
    clicks: int
    users: int
    among: int = 1


@dataclass(frozen=True)
class Comparison:
    """Every model's AUC and every pair's test.

    Attributes:
        method: how.
        intervals: of the AUCs, by the model's id.
        tests: of all pairs, in the order of the models.
        replicates: of the bootstrap; 0 if there is none.
    """

    method: Method
    intervals: dict[str, Interval]
    tests: list[Test]
    replicates: int


def compare_all(
    sheet: Sheet,
    method: Method = "delong",
    replicates: int = 1000,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Compare the AUCs of all models, every pair of them on the same rows.

    - 'delong': normal intervals by the variance of DeLong et al. (1988), cut to 0 and 1 for a single AUC.
    - 'bootstrap': rows are drawn again, clicked and other ones apart; percentile intervals.
    - 'users': users are drawn again with all their rows, which are not independent; percentile intervals.

    A p-value of a bootstrap is twice the smaller share of replicates at or beyond zero, each counted with the observed
    one ((1 + number) / (1 + replicates)), so it is never below 2 / (1 + replicates): after the correction, 1,000
    replicates can tell a difference among 25 pairs (7 models), and more pairs need more replicates.

    Args:
        sheet: the rows.
        method: one of the above.
        replicates: of the bootstrap.
        seed: of the bootstrap.
        progress: told the share that is done; what it raises ends the work.

    Raises:
        DataError: users shall be drawn, and the rows have none.
    """
    if method == "users" and not sheet.has_users:
        raise DataError(
            "The rows belong to no users, so users cannot be resampled.",
            "Choose another test, or give the column of the users a role in the schema.",
        )
    sheet.warm()
    ranked = [sheet.ranked(name) for name in sheet.ids]
    pairs = list(combinations(range(len(ranked)), 2))
    if method == "delong":
        singles, paired, chances = _by_delong(ranked, pairs)
    else:
        units = rows_by_class(sheet.label == 1) if method == "bootstrap" else users_with_rows(*sheet.users)
        singles, paired, chances = _by_bootstrap(
            ranked, pairs, resampled_areas(ranked, units, replicates, seed, progress)
        )
    tests = [
        Test(
            a=sheet.ids[a],
            b=sheet.ids[b],
            difference=one.value,
            low=one.low,
            high=one.high,
            standard_error=one.standard_error,
            p=p,
            adjusted=adjusted,
            method=method,
            rows=len(sheet),
            clicks=sheet.clicks,
            users=sheet.users[1],
            among=sum(not math.isnan(chance) for chance in chances),
        )
        for (a, b), one, p, adjusted in zip(pairs, paired, chances, holm(chances), strict=True)
    ]
    intervals = dict(zip(sheet.ids, singles, strict=True))
    return Comparison(method, intervals, tests, 0 if method == "delong" else replicates)


def auc_interval(ranked: Ranked) -> Interval:
    """One model's AUC with DeLong's interval, as `compare_all` gives it."""
    return _by_delong([ranked], [])[0][0]


def told(test: Test) -> bool:
    """True if the difference is more than chance at the 5 % level, after the correction for many comparisons."""
    return test.adjusted < LEVEL


def in_words(test: Test, titles: Mapping[str, str]) -> str:
    """The finding in plain sentences, for somebody who has not studied statistics.

    Args:
        test: what was found.
        titles: the models' names by id; they stand in the sentence as they are.
    """
    ahead, behind = (test.a, test.b) if test.difference >= 0 else (test.b, test.a)
    better, worse = titles[ahead], titles[behind]
    rows = f"these {test.rows:,} rows" + (f" of {test.users:,} users" if test.method == "users" else "")
    if math.isnan(test.p):
        return f"Whether {better} or {worse} ranks better cannot be told: {rows} are too few, or leave nothing to vary."
    if math.isnan(test.low):
        return f"{better} and {worse} rank {rows} equally well, and the rows cannot tell more than that."
    found = _figures(test)
    whole = " Users were resampled with all of their rows." if test.method == "users" else ""
    if told(test):
        return f"{better} ranks better than {worse} on {rows} ({found}).{whole}"
    if test.p < LEVEL:
        return (
            f"{better} is ahead of {worse} on {rows} ({found}), but among {test.among:,} comparisons a lead like this "
            f"may be chance, so no difference can be told.{whole}"
        )
    return f"No difference between {better} and {worse} can be told on {rows} ({found} for {better}).{whole}"


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down correction (1979): the chance of any false alarm among all tests stays below the level.

    A p-value that is NaN stays NaN and counts as no test.
    """
    order = sorted((at for at in range(len(p)) if not math.isnan(p[at])), key=p.__getitem__)
    adjusted, highest = [NAN] * len(p), 0.0
    for done, at in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - done) * p[at]))
        adjusted[at] = highest
    return adjusted


def _figures(test: Test) -> str:
    """The lead and its interval, seen from the model that is ahead, with as many decimals as its error allows."""
    ends = (test.low, test.high) if test.difference >= 0 else (-test.high, -test.low)
    places = min(max(math.ceil(-math.log10(test.standard_error)), 3), 6)
    while places < 6 and any(end and round(end, places) == 0 for end in ends):
        places += 1  # an end that reads as zero would leave open on which side of it the end is
    low, high = (f"{end:.{places}f}".replace("-", "−") for end in ends)
    return f"+{abs(test.difference):.{places}f} AUC, 95 % {low} to {high}"


def _by_delong(
    ranked: Sequence[Ranked], pairs: Sequence[tuple[int, int]]
) -> tuple[list[Interval], list[Interval], list[float]]:
    """Intervals of the AUCs, those of the pairs' differences, and the pairs' p-values."""
    parts = DeLong(ranked)
    singles = []
    for area, variance in zip(parts.areas, np.diag(parts.covariance()), strict=True):
        one = _normal(area, variance)
        singles.append(replace(one, low=max(one.low, 0.0), high=min(one.high, 1.0)) if one.low < one.high else one)
    paired = [_normal(parts.areas[a] - parts.areas[b], parts.variance_of_difference(a, b)) for a, b in pairs]
    chances = [
        _fixed(one) if math.isnan(one.low) else math.erfc(abs(one.value) / one.standard_error / math.sqrt(2))
        for one in paired
    ]
    return singles, paired, chances


def _normal(value: float, variance: float) -> Interval:
    if not variance > 0:
        return Interval(float(value), NAN, NAN, NAN)
    error = math.sqrt(variance)
    return Interval(float(value), float(value - NORMAL * error), float(value + NORMAL * error), error)


def _by_bootstrap(
    ranked: Sequence[Ranked], pairs: Sequence[tuple[int, int]], drawn: Array
) -> tuple[list[Interval], list[Interval], list[float]]:
    """The same from the AUCs of the replicates; those with rows of one class tell nothing and are left out."""
    drawn = drawn[~np.isnan(drawn).any(axis=1)]
    areas = [one.auc for one in ranked]
    singles = [_percentile(area, drawn[:, at]) for at, area in enumerate(areas)]
    apart = [drawn[:, a] - drawn[:, b] for a, b in pairs]
    paired = [_percentile(areas[a] - areas[b], values) for (a, b), values in zip(pairs, apart, strict=True)]
    chances = [
        _fixed(one) if math.isnan(one.low) else _p_of_drawn(values) for one, values in zip(paired, apart, strict=True)
    ]
    return singles, paired, chances


def _percentile(value: float, drawn: Array) -> Interval:
    if len(drawn) < 2 or np.ptp(drawn) == 0:
        return Interval(value, NAN, NAN, NAN)
    low, high = np.percentile(drawn, [50 * LEVEL, 100 - 50 * LEVEL])
    return Interval(value, float(low), float(high), float(drawn.std(ddof=1)))


def _p_of_drawn(drawn: Array) -> float:
    side = min(int(np.sum(drawn <= 0)), int(np.sum(drawn >= 0)))
    return min(1.0, 2 * (1 + side) / (1 + len(drawn)))


def _fixed(one: Interval) -> float:
    """The p-value of a difference that does not vary."""
    return 1.0 if one.value == 0 else NAN
