"""Whether one model ranks better than another by more than chance: intervals and paired tests of AUCs.

`findings` puts them in words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from ctrcore.comparing.bootstrap import Units, resampled_areas, rows_by_class, users_with_rows
from ctrcore.comparing.delong import DeLong
from ctrcore.comparing.intervals import LEVEL, Interval, by_bootstrap, by_delong, untold
from ctrcore.comparing.sheet import Sheet
from ctrcore.errors import DataError
from ctrcore.language import say

Method = Literal["delong", "clustered", "bootstrap", "users"]
# With fewer independent units than these their spread cannot be read off the data, and every method takes chance for a
# difference far too often. Measured by `benchmarks.coverage --few`, false alarms where 5 % are promised: with 3 clicks
# 14 to 25 %, with 5 10 to 18 %, with 10 7 to 9 %; with 5 users 14 to 18 %, with 10 9 to 11 %, with 20 8 %.
LEAST_OF_A_CLASS = 10  # clicked rows, and other rows; where users are the units, users who have such rows
LEAST_USERS = 20
BY_USERS: frozenset[Method] = frozenset({"clustered", "users"})  # these take rows of one user as alike


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
        p: chance of a difference at least as large if both ranked equally well, two-sided; NaN where there are too
            few rows or users to tell.
        adjusted: p after Holm's correction for all pairs tested together.
        method: how it was tested.
        rows: on which it rests.
        clicks: among them.
        users: to whom the rows belong; 0 if they have none.
        units: what was taken as independent of each other: rows, or users.
        fewest: of these units, those with a click or those with another row, whichever are fewer.
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
    units: int
    fewest: int
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


def method_for(sheet: Sheet) -> Method:
    """The test that the rows call for: by users where users have several rows, which are alike, else by rows."""
    code, users = sheet.users
    return "clustered" if users < np.count_nonzero(code >= 0) else "delong"


def compare_all(
    sheet: Sheet,
    method: Method | Literal["auto"] = "auto",
    replicates: int = 1000,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Compare the AUCs of all models, every pair of them on the same rows.

    - 'delong': normal intervals by the variance of DeLong et al. (1988), cut to 0 and 1 for a single AUC.
    - 'clustered': the same with users in place of rows, as rows of one user are not independent (Obuchowski 1997).
    - 'bootstrap': rows are drawn again, clicked and other ones apart; percentile intervals.
    - 'users': users are drawn again with all their rows; percentile intervals.
    - 'auto': 'clustered' where users have several rows, else 'delong'.

    A row without a user counts as a user of its own. With too few rows or users no ends and no p are given.

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
        DataError: it shall be tested by users, and the rows have none.
    """
    if method == "auto":
        method = method_for(sheet)
    if method in BY_USERS and not sheet.has_users:
        raise DataError(
            say("The rows belong to no users, so users cannot be resampled."),
            say("Choose another test, or give the column of the users a role in the schema."),
        )
    sheet.warm()
    ranked = [sheet.ranked(name) for name in sheet.ids]
    pairs = list(combinations(range(len(ranked)), 2))
    units = users_with_rows(*sheet.users) if method in BY_USERS else None
    count, fewest = _independent(sheet, units)
    if fewest < LEAST_OF_A_CLASS or (method in BY_USERS and count < LEAST_USERS):
        singles, paired, chances = untold(ranked, pairs)
    elif method in ("delong", "clustered"):
        singles, paired, chances = by_delong(DeLong(ranked, units), pairs)
    else:
        drawn = resampled_areas(ranked, units or rows_by_class(sheet.label == 1), replicates, seed, progress)
        singles, paired, chances = by_bootstrap(ranked, pairs, drawn)
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
            units=count,
            fewest=fewest,
            among=sum(not math.isnan(chance) for chance in chances),
        )
        for (a, b), one, p, adjusted in zip(pairs, paired, chances, holm(chances), strict=True)
    ]
    intervals = dict(zip(sheet.ids, singles, strict=True))
    return Comparison(method, intervals, tests, replicates if method in ("bootstrap", "users") else 0)


def auc_interval(sheet: Sheet, name: str) -> Interval:
    """One model's AUC with its interval, as `compare_all` gives it."""
    return compare_all(replace(sheet, logit={name: sheet.logit[name]})).intervals[name]


def told(test: Test) -> bool:
    """True if the difference is more than chance at the 5 % level, after the correction for many comparisons."""
    return test.adjusted < LEVEL


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down correction (1979): the chance of any false alarm among all tests stays below the level.

    A p-value that is NaN stays NaN and counts as no test.
    """
    order = sorted((at for at in range(len(p)) if not math.isnan(p[at])), key=p.__getitem__)
    adjusted, highest = [math.nan] * len(p), 0.0
    for done, at in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - done) * p[at]))
        adjusted[at] = highest
    return adjusted


def _independent(sheet: Sheet, units: Units | None) -> tuple[int, int]:
    """How many units there are (rows without `units`), and how many hold the class that fewer of them hold."""
    if units is None:
        return len(sheet), min(sheet.clicks, len(sheet) - sheet.clicks)
    held = [int(np.count_nonzero(np.bincount(units.of[sheet.label == side]))) for side in (0, 1)]
    return sum(units.sizes), min(held)
