"""The tests of all pairs of models: what they say together in two or three sentences, and their orders."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from ctrcore.comparing.findings import too_few
from ctrcore.comparing.testing import Test, told
from ctrcore.language import mark, say

GROUPS = 4  # of models that cannot be told apart; more would not be an answer, and the table has them


def answer(tests: Sequence[Test], order: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """Which models rank better than which by more than chance, and which cannot be told apart.

    That A and B cannot be told apart, nor B and C, does not say so of A and C: a group is named only if it is true of
    all of its pairs, and every pair stands in one of the sentences.

    Args:
        tests: of all pairs of the models.
        order: ids of the models, the best AUC first.
        titles: the models' names by id; they stand in the sentences as they are.

    Returns:
        At most three sentences; none of fewer than two models.
    """
    if len(order) < 2:
        return []
    if all(math.isnan(test.p) for test in tests):
        return [say("Which of the models ranks better cannot be told: {why}.", why=too_few(tests[0]))]
    unclear = {frozenset((test.a, test.b)) for test in tests if not told(test)}
    if len(order) > 2 and len(unclear) == len(tests):
        return [say("None of these {count} models can be told apart from another.", count=len(order))]
    return [_of_the_best(order, unclear, titles), *_of_the_others(order[1:], unclear, titles)]


def largest_first(tests: Iterable[Test]) -> list[Test]:
    """Each test as seen from the model that is ahead, so that no difference is negative; the largest first.

    Tests of rows of one class, which have no difference, come last.
    """
    return sorted(
        map(_from_ahead, tests), key=lambda test: math.inf if math.isnan(test.difference) else -test.difference
    )


def winner_first(tests: Sequence[Test], order: Sequence[str]) -> list[Test]:
    """The pairs of the best model first, its runner-up before all, then those of the next one, and so on."""
    place = {name: number for number, name in enumerate(order)}
    return sorted(tests, key=lambda test: sorted((place[test.a], place[test.b])))


Pairs = set[frozenset[str]]


def _of_the_best(order: Sequence[str], unclear: Pairs, titles: Mapping[str, str]) -> str:
    """The best AUC against all others."""
    best, *others = order
    name, alike = titles[best], [other for other in others if frozenset((best, other)) in unclear]
    worse = [other for other in others if other not in alike]
    if len(others) == 1:
        a, b = name, titles[others[0]]
        return (
            say("{a} and {b} cannot be told apart.", a=a, b=b) if alike else say("{a} ranks better than {b}.", a=a, b=b)
        )
    if not alike:
        return say("{best} ranks better than each of the others.", best=name)
    if not worse:
        return say("{best} has the highest AUC, but cannot be told apart from any of the others.", best=name)
    if len(alike) <= len(worse):
        return say(
            "{best} ranks better than all others except {alike}, from which it cannot be told apart.",
            best=name,
            alike=_and(alike, titles),
        )
    left = _or(alike, titles) if len(alike) <= GROUPS else say("the other {count}", count=len(alike))
    return say(
        "{best} ranks better than {worse}; it cannot be told apart from {alike}.",
        best=name,
        worse=_and(worse, titles),
        alike=left,
    )


def _of_the_others(order: Sequence[str], unclear: Pairs, titles: Mapping[str, str]) -> list[str]:
    """All pairs without the best model."""
    pairs = [frozenset(pair) for pair in combinations(order, 2)]
    count = sum(pair in unclear for pair in pairs)
    groups = _groups(order, unclear)
    said = []
    if len(groups) > GROUPS:
        text = mark("Of the other {pairs} pairs {count} cannot be told apart; the table says which.")
        said.append(say(text, pairs=len(pairs), count=count))
    elif groups:
        first, *more = (_and(group, titles) for group in groups)
        sentence = say("{group} cannot be told apart", group=first)
        sentence = say(", ").join([sentence, *(say("nor can {group}", group=group) for group in more)])
        said.append(say("{sentence}.", sentence=sentence))
    if count < len(pairs):
        names = say(", ").join(titles[name] for name in order)
        said.append(
            say("In every other pair the model that comes first here ranks better: {names}.", names=names)
            if len(order) > 2
            else say("{a} ranks better than {b}.", a=titles[order[0]], b=titles[order[1]])
        )
    return said


def _groups(order: Sequence[str], unclear: Pairs) -> list[list[str]]:
    """Groups that hold all unclear pairs and no clear one, in the order of the models.

    The first pair that is in no group yet grows by every model that is unclear against all in it.
    """
    found: list[list[str]] = []
    for a, b in combinations(order, 2):
        if frozenset((a, b)) not in unclear or any(a in group and b in group for group in found):
            continue
        group = [a, b]
        for other in order:
            if other not in group and all(frozenset((other, one)) in unclear for one in group):
                group.append(other)
        found.append(sorted(group, key=order.index))
    return found


def _and(names: Sequence[str], titles: Mapping[str, str]) -> str:
    *first, last = (titles[name] for name in names)
    return say("{some} and {last}", some=say(", ").join(first), last=last) if first else last


def _or(names: Sequence[str], titles: Mapping[str, str]) -> str:
    *first, last = (titles[name] for name in names)
    return say("{some} or {last}", some=say(", ").join(first), last=last) if first else last


def _from_ahead(test: Test) -> Test:
    if not test.difference < 0:
        return test
    return replace(test, a=test.b, b=test.a, difference=-test.difference, low=-test.high, high=-test.low)
