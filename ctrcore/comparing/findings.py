"""What a comparison of two models found, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ctrcore.comparing.intervals import LEVEL, Interval
from ctrcore.comparing.testing import BY_USERS, LEAST_OF_A_CLASS, LEAST_USERS, Test, told

FEW_USERS = 50  # with fewer, false alarms by users are 7 to 8 % and not the 5 % promised: benchmarks/README.md
_BEWARE = "Beware: only {users} users, so chance looks smaller than it is."


def in_words(test: Test, titles: Mapping[str, str]) -> str:
    """The finding for somebody who has not studied statistics.

    Args:
        test: what was found.
        titles: the models' names by id; they stand in the sentence as they are.
    """
    ahead, behind = (test.a, test.b) if test.difference >= 0 else (test.b, test.a)
    better, worse = titles[ahead], titles[behind]
    if math.isnan(test.p):
        return f"Whether {better} or {worse} ranks better cannot be told: {too_few(test)}."
    by_users = test.method in BY_USERS
    rows = f"these {test.rows:,} rows" + (f" of {test.users:,} users" if by_users else "")
    if math.isnan(test.low) and test.difference == 0:
        return f"{better} and {worse} rank {rows} equally well, and the rows cannot tell more than that."
    found = _figures(test)
    after = f" {_BEWARE.format(users=test.units)}" if by_users and test.units < FEW_USERS else ""
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


def lists_in_words(gap: Interval, users: int, measure: str, a: str, b: str) -> str:
    """Whether one model orders users' lists better than another.

    Args:
        gap: measure of the first model less that of the second, user by user.
        users: whose lists can be ordered at all.
        measure: by which it was measured, as it is written.
        a: name of the first model; it stands in the sentence as it is.
        b: name of the second one.
    """
    better, worse, low, high = (a, b, gap.low, gap.high) if gap.value >= 0 else (b, a, -gap.high, -gap.low)
    if users < LEAST_USERS:
        who = f"only {users} user{' has' if users == 1 else 's have'} a list to order"
        return (
            f"Whether {better} or {worse} orders users' lists better cannot be told: {who} (at least {LEAST_USERS} are "
            "needed)."
        )
    same = math.isnan(low)  # for every user
    if same and gap.value == 0:
        return f"{better} and {worse} order the lists of all {users:,} users equally well ({measure})."
    ends = "the same for each" if same else f"95 % {low:+.4f} to {high:+.4f}"
    found = f"{measure} {abs(gap.value):+.4f}, {ends}, over {users:,} users"
    few = f" {_BEWARE.format(users=users)}" if users < FEW_USERS else ""
    if same or low > 0:
        return f"{better} orders users' lists better than {worse} ({found}, compared user by user).{few}"
    return f"No difference between {better} and {worse} can be told ({found}).{few}"


def too_few(test: Test) -> str:
    """What there is too little of, and how much is needed, as a clause; of a test without a p."""
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
