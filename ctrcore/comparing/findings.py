"""What a comparison of two models found, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ctrcore.comparing.best_lists import ListsTest
from ctrcore.comparing.intervals import LEVEL
from ctrcore.comparing.testing import BY_USERS, LEAST_OF_A_CLASS, LEAST_USERS, Test, told
from ctrcore.language import mark, say, say_count

FEW_USERS = 50  # with fewer, false alarms by users are 7 to 8 % and not the 5 % promised: benchmarks/README.md
FEW = 6  # comparisons that are put in words one by one


def in_words(test: Test, titles: Mapping[str, str]) -> str:
    """The finding for somebody who has not studied statistics.

    Args:
        test: what was found.
        titles: the models' names by id; they stand in the sentence as they are.
    """
    ahead, behind = (test.a, test.b) if test.difference >= 0 else (test.b, test.a)
    named = {"better": titles[ahead], "worse": titles[behind]}
    if math.isnan(test.p):
        return say("Whether {better} or {worse} ranks better cannot be told: {why}.", **named, why=too_few(test))
    by_users = test.method in BY_USERS
    rows = (
        say("these {rows:,} rows of {users:,} users", rows=test.rows, users=test.users)
        if by_users
        else say("these {rows:,} rows", rows=test.rows)
    )
    if math.isnan(test.low) and test.difference == 0:
        return say(
            "{better} and {worse} rank {rows} equally well, and the rows cannot tell more than that.",
            **named,
            rows=rows,
        )
    found = _figures(test)
    after = _few_users(test.units) if by_users else ""
    if told(test):
        return say("{better} ranks better than {worse} on {rows} ({found}).", **named, rows=rows, found=found) + after
    if test.p < LEVEL:
        lead = say(
            "{better} is ahead of {worse} on {rows} ({found}), but among {among:,} comparisons a lead like this may be "
            "chance, so no difference can be told.",
            **named,
            rows=rows,
            found=found,
            among=test.among,
        )
        return lead + after
    same = say(
        "No difference between {better} and {worse} can be told on {rows} ({found} for {better}).",
        **named,
        rows=rows,
        found=found,
    )
    return same + after


def alike(test: Test) -> str:
    """That rows of a user were taken as independent, which makes differences look surer than they are; '' if not so."""
    if test.method in BY_USERS or not 0 < test.users < test.rows:
        return ""
    return say(
        "Rows of a user are alike, and this test takes them as independent: test by users before you believe it."
    )


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
        said = _of_many(tests, measure, titles)
    if first.among > 1:
        said.append(
            say(
                "Corrected for all {pairs:,} pairs of models (Holm), as the best one was chosen by these very users.",
                pairs=first.among,
            )
        )
    return said


def _of_many(tests: Sequence[ListsTest], measure: str, titles: Mapping[str, str]) -> list[str]:
    """The models behind the best one in a sentence, those that cannot be told apart from it in another."""
    first, said = tests[0], []
    behind = [titles[test.other] for test in tests if test.told]
    level = [titles[test.other] for test in tests if not test.told]
    if behind:
        ahead = say(
            "{better} orders users' lists better than {worse} ({measure}, over {users:,} users, compared user by "
            "user).",
            better=titles[first.best],
            worse=say(", ").join(behind),
            measure=measure,
            users=first.users,
        )
        said.append(ahead + _few_users(first.users))
    if level:
        said.append(
            say(
                "No difference between {better} and {worse} can be told ({measure}).",
                better=titles[first.best],
                worse=say(", ").join(level),
                measure=measure,
            )
        )
    return said


def lists_in_words(test: ListsTest, measure: str, titles: Mapping[str, str]) -> str:
    """One sentence of `best_lists_in_words`."""
    gap, users, named = test.gap, test.users, {"better": titles[test.best], "worse": titles[test.other]}
    if users < LEAST_USERS:
        return say_count(
            "Whether {better} or {worse} orders users' lists better cannot be told: only {count} user has a list to "
            "order (at least {least} are needed).",
            "Whether {better} or {worse} orders users' lists better cannot be told: only {count} users have a list to "
            "order (at least {least} are needed).",
            users,
            **named,
            least=LEAST_USERS,
        )
    same = math.isnan(gap.low)  # for every user
    if same and gap.value == 0:
        return say(
            "{better} and {worse} order the lists of all {users:,} users equally well ({measure}).",
            **named,
            users=users,
            measure=measure,
        )
    found = say(
        mark("{measure} {gap:+z.4f}, the same for each, over {users:,} users")
        if same
        else mark("{measure} {gap:+z.4f}, 95 % {low:+z.4f} to {high:+z.4f}, over {users:,} users"),
        measure=measure,
        gap=gap.value,
        low=gap.low,
        high=gap.high,
        users=users,
    )
    return say(_lists_finding(test), **named, found=found, among=test.among) + _few_users(users)


def _lists_finding(test: ListsTest) -> str:
    """The sentence, still to be said."""
    if test.told:
        return mark("{better} orders users' lists better than {worse} ({found}, compared user by user).")
    if test.p < LEVEL:
        return mark(
            "{better} is ahead of {worse} ({found}), but among {among:,} comparisons a lead like this may be chance, "
            "so no difference can be told."
        )
    return mark("No difference between {better} and {worse} can be told ({found}).")


def _few_users(users: int) -> str:
    """A sentence to be added, with the space before it; empty if there are enough."""
    if users >= FEW_USERS:
        return ""
    return " " + say("Beware: only {users} users, so chance looks smaller than it is.", users=users)


def too_few(test: Test) -> str:
    """What there is too little of, and how much is needed, as a clause; of a test without a p."""
    others = test.rows - test.clicks
    if min(test.clicks, others) < LEAST_OF_A_CLASS:
        return say(
            "these {rows:,} rows are too few, they hold {held} (at least {least} are needed)",
            rows=test.rows,
            held=_only_clicks(test.clicks) if test.clicks <= others else _only_others(others),
            least=LEAST_OF_A_CLASS,
        )
    if test.units < LEAST_USERS:
        return say(
            "these {rows:,} rows belong to {users} (at least {least} are needed)",
            rows=test.rows,
            users=_only_users(test.units),
            least=LEAST_USERS,
        )
    return say(
        "the users are too few, {users} with rows of one kind, clicked or not (at least {least} are needed)",
        users=_only_users(test.fewest),
        least=LEAST_OF_A_CLASS,
    )


def _only_clicks(count: int) -> str:
    return say_count("only {count} click", "only {count} clicks", count) if count else say("no click")


def _only_others(count: int) -> str:
    if not count:
        return say("no row without a click")
    return say_count("only {count} row without a click", "only {count} rows without a click", count)


def _only_users(count: int) -> str:
    return say_count("only {count} user", "only {count} users", count) if count else say("no user")


def _figures(test: Test) -> str:
    """The lead and its interval, seen from the model that is ahead, with as many decimals as its error allows."""
    lead = abs(test.difference)
    if math.isnan(test.low):
        return say("+{lead:.3f} AUC, and no interval, because no such rows drawn again would change it", lead=lead)
    ends = (test.low, test.high) if test.difference >= 0 else (-test.high, -test.low)
    places = min(max(math.ceil(-math.log10(test.standard_error)), 3), 6)
    while places < 6 and any(end and round(end, places) == 0 for end in ends):
        places += 1  # an end that reads as zero would leave open on which side of it the end is
    low, high = (f"{end:.{places}f}".replace("-", "−") for end in ends)
    return say("+{lead} AUC, 95 % {low} to {high}", lead=f"{lead:.{places}f}", low=low, high=high)
