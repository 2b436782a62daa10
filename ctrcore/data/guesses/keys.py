"""Which columns say who, what and when."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ctrcore.data.dates import epoch_unit
from ctrcore.data.guesses.facts import Facts
from ctrcore.data.guesses.names import ITEMS, NOT_TIMES, SPLITS, TIMES, USERS, is_id_of, suggests, words_of
from ctrcore.data.splitting import MEANING
from ctrcore.data.values import times_and_doubt
from ctrcore.errors import DataError
from ctrcore.language import say


def guess_id(facts: dict[str, Facts], bases: set[str]) -> str | None:
    """The column of user ids or item ids, by name; the one that has most values if several are named so."""
    named = [fact for fact in facts.values() if is_id_of(fact.name, bases) and not fact.is_list and fact.distinct > 1]
    return max(named, key=lambda fact: fact.distinct).name if named else None


def guess_user(facts: dict[str, Facts]) -> str | None:
    """The column of user ids."""
    return guess_id(facts, USERS)


def guess_item(facts: dict[str, Facts]) -> str | None:
    """The column of item ids."""
    return guess_id(facts, ITEMS)


def guess_time(facts: dict[str, Facts]) -> tuple[str, str] | None:
    """The column that orders rows, and why. A column called so comes before one that merely holds dates."""
    possible = [fact for fact in facts.values() if not suggests(fact.name, NOT_TIMES)]
    named = [fact for fact in possible if suggests(fact.name, TIMES)]
    others = [fact for fact in possible if fact not in named and fact.numbers is None]
    for fact in [*sorted(named, key=lambda fact: len(words_of(fact.name))), *others]:
        reason = _when(fact)
        if reason is not None:
            return fact.name, reason
    return None


def _when(fact: Facts) -> str | None:
    if fact.is_list or fact.distinct < 2:
        return None
    if fact.is_date:
        return say("It holds dates, so it orders the rows.")
    return _when_numbers(fact, fact.numbers) if fact.numbers is not None else _when_texts(fact)


def _when_numbers(fact: Facts, numbers: npt.NDArray[np.float64]) -> str | None:
    found = epoch_unit(numbers)
    if found is not None:
        return say("Its numbers are {value} since 1970, so it orders the rows.", value=found[0])
    return (
        say("It is called '{name}' and holds numbers that can order the rows.", name=fact.name)
        if fact.distinct > 24
        else None
    )


def _when_texts(fact: Facts) -> str | None:
    if not any("-" in text or "/" in text or "." in text or ":" in text for text in fact.values[:20]):
        return None
    try:
        times, doubt = times_and_doubt(fact.cells, fact.name)
    except DataError:
        return None
    return (
        say("Its texts are dates, so it orders the rows. {doubt}", doubt=doubt).strip()
        if not np.isnan(times).all()
        else None
    )


def guess_split(facts: dict[str, Facts]) -> str | None:
    """The column that says which rows train."""
    for fact in facts.values():
        meanings = {MEANING.get(str(value).strip().lower()) for value in fact.values[:10]}
        if suggests(fact.name, SPLITS) and "train" in meanings and None not in meanings:
            return fact.name
    return None
