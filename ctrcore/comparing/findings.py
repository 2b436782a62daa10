"""What a paired test found, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ctrcore.comparing.testing import BY_USERS, LEAST_OF_A_CLASS, LEAST_USERS, LEVEL, Test, told

FEW_USERS = 50  # from so many on an interval over users holds what it promises: benchmarks/README.md


def in_words(test: Test, titles: Mapping[str, str]) -> str:
    """The finding for somebody who has not studied statistics.

    Args:
        test: what was found.
        titles: the models' names by id; they stand in the sentence as they are.
    """
    ahead, behind = (test.a, test.b) if test.difference >= 0 else (test.b, test.a)
    better, worse = titles[ahead], titles[behind]
    if math.isnan(test.p):
        return f"Whether {better} or {worse} ranks better cannot be told: {_too_few(test)}."
    by_users = test.method in BY_USERS
    rows = f"these {test.rows:,} rows" + (f" of {test.users:,} users" if by_users else "")
    if math.isnan(test.low) and test.difference == 0:
        return f"{better} and {worse} rank {rows} equally well, and the rows cannot tell more than that."
    found = _figures(test)
    after = " Users were resampled with all of their rows." if test.method == "users" else ""
    if by_users and test.units < FEW_USERS:
        after += f" Beware: only {test.units:,} users, so chance looks smaller than it is."
    if told(test):
        return f"{better} ranks better than {worse} on {rows} ({found}).{after}"
    if test.p < LEVEL:
        return (
            f"{better} is ahead of {worse} on {rows} ({found}), but among {test.among:,} comparisons a lead like this "
            f"may be chance, so no difference can be told.{after}"
        )
    return f"No difference between {better} and {worse} can be told on {rows} ({found} for {better}).{after}"


def alike(test: Test) -> str:
    """That rows of a user were taken as independent, which makes differences look surer than they are; '' if not so."""
    if test.method in BY_USERS or not 0 < test.users < test.rows:
        return ""
    return "Rows of a user are alike, and this test takes them as independent: test by users before you believe it."


def _too_few(test: Test) -> str:
    """What there is too little of, and how much is needed."""
    rows, others = f"these {test.rows:,} rows", test.rows - test.clicks
    if min(test.clicks, others) < LEAST_OF_A_CLASS:
        held = _only(test.clicks, "click", "") if test.clicks <= others else _only(others, "row", " without a click")
        return f"{rows} are too few, they hold {held} (at least {LEAST_OF_A_CLASS} are needed)"
    if test.units < LEAST_USERS:
        return f"{rows} belong to {_only(test.units, 'user', '')} (at least {LEAST_USERS} are needed)"
    return (
        f"the users are too few, {_only(test.fewest, 'user', '')} with rows of one kind, clicked or not (at least "
        f"{LEAST_OF_A_CLASS} are needed)"
    )


def _only(count: int, what: str, more: str) -> str:
    return f"only {count} {what}{'' if count == 1 else 's'}{more}" if count else f"no {what}{more}"


def _figures(test: Test) -> str:
    """The lead and its interval, seen from the model that is ahead, with as many decimals as its error allows."""
    lead = abs(test.difference)
    if math.isnan(test.low):
        return f"+{lead:.3f} AUC, and no interval, because no such rows drawn again would change it"
    ends = (test.low, test.high) if test.difference >= 0 else (-test.high, -test.low)
    places = min(max(math.ceil(-math.log10(test.standard_error)), 3), 6)
    while places < 6 and any(end and round(end, places) == 0 for end in ends):
        places += 1  # an end that reads as zero would leave open on which side of it the end is
    low, high = (f"{end:.{places}f}".replace("-", "−") for end in ends)
    return f"+{lead:.{places}f} AUC, 95 % {low} to {high}"
