"""How the finding on users' lists and that on all rows go together, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ctrcore.comparing.best_lists import ListsTest
from ctrcore.comparing.testing import Test, told
from ctrcore.language import say


def beside_all_rows(lists: Sequence[ListsTest], rows: Sequence[Test], titles: Mapping[str, str]) -> str:
    """That a model is ahead over all rows though its lists are not told to be better; '' where none is.

    Both may be true: over all rows a model also earns by telling users apart who click much from those who do not,
    which moves no row within a list.

    Args:
        lists: of `against_best`.
        rows: the paired tests over all rows.
        titles: the models' names by id; they stand in the sentence as they are.
    """
    found = {frozenset((test.a, test.b)): test for test in rows if told(test)}
    behind: dict[str, list[str]] = {}
    for one in lists:
        test = found.get(frozenset((one.best, one.other)))
        if test is None:
            continue
        ahead, other = (test.a, test.b) if test.difference > 0 else (test.b, test.a)
        if not (one.told and one.best == ahead):
            behind.setdefault(ahead, []).append(titles[other])
    if not behind:
        return ""
    first = max(behind, key=lambda one: len(behind[one]))
    return say(
        "Over all rows {better} ranks better than {worse}; within one user's short list this is not seen. Go by the "
        "lists if rows are sorted for each user, by all rows if those of all users are sorted together.",
        better=titles[first],
        worse=say(", ").join(behind[first]),
    )
