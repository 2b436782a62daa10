"""What a comparison of two models found, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ctrcore.comparing.best_lists import ListsTest
from ctrcore.comparing.intervals import LEVEL
from ctrcore.comparing.testing import BY_USERS, LEAST_OF_A_CLASS, LEAST_USERS, Test, told

FEW_USERS = 50  # with fewer, false alarms by users are 7 to 8 % and not the 5 % promised: benchmarks/README.md
FEW = 6  # comparisons that are put in words one by one
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
    after = _few_users(test.units) if by_users else ""
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


def best_lists_in_words(tests: Sequence[ListsTest], measure: str, titles: Mapping[str, str]) -> list[str]:
    """Whether the model with the best lists is better than each other one, a sentence each or, of many, in two.

    Args:
        tests: of `against_best`.
        measure: by which it was measured, as it is written.
        titles: the models' names by id; they stand in the sentences as they are.
    """
    if not tests:
        return []
    said = [lists_in_words(test, measure, titles) for test in tests]
    first = tests[0]
    if len(tests) > FEW and not math.isnan(first.p):
        said = []
        behind = [titles[test.other] for test in tests if test.told]
        level = [titles[test.other] for test in tests if not test.told]
        if behind:
            said = [f"{titles[first.best]} orders users' lists better than {', '.join(behind)}"]
            said[0] += f" ({measure}, over {first.users:,} users, compared user by user).{_few_users(first.users)}"
        if level:
            said.append(f"No difference between {titles[first.best]} and {', '.join(level)} can be told ({measure}).")
    if first.among > 1:
        said.append(
            f"Corrected for all {first.among:,} pairs of models (Holm), as the best one was chosen by these very users."
        )
    return said


def lists_in_words(test: ListsTest, measure: str, titles: Mapping[str, str]) -> str:
    """One sentence of `best_lists_in_words`."""
    gap, users, better, worse = test.gap, test.users, titles[test.best], titles[test.other]
    if users < LEAST_USERS:
        who = f"only {users} user{' has' if users == 1 else 's have'} a list to order"
        return (
            f"Whether {better} or {worse} orders users' lists better cannot be told: {who} (at least {LEAST_USERS} are "
            "needed)."
        )
    same = math.isnan(gap.low)  # for every user
    if same and gap.value == 0:
        return f"{better} and {worse} order the lists of all {users:,} users equally well ({measure})."
    ends = "the same for each" if same else f"95 % {gap.low:+z.4f} to {gap.high:+z.4f}"
    found = f"{measure} {gap.value:+z.4f}, {ends}, over {users:,} users"
    few = _few_users(users)
    if test.told:
        return f"{better} orders users' lists better than {worse} ({found}, compared user by user).{few}"
    if test.p < LEVEL:
        return (
            f"{better} is ahead of {worse} ({found}), but among {test.among:,} comparisons a lead like this may be "
            f"chance, so no difference can be told.{few}"
        )
    return f"No difference between {better} and {worse} can be told ({found}).{few}"


def _few_users(users: int) -> str:
    return f" {_BEWARE.format(users=users)}" if users < FEW_USERS else ""


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
