"""Which column says whether a row was a click, and which of its values does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctrcore.data.guesses.facts import Facts
from ctrcore.data.guesses.names import CLICKS, EVENTS, LABELS, RATINGS, suggests, words_of
from ctrcore.data.labels import CLICK_WORDS, NO_CLICK_WORDS, plain_word
from ctrcore.language import say

MOST_GRADES = 25


@dataclass(frozen=True)
class LabelGuess:
    """The label column, how to read it, and why."""

    name: str
    reason: str
    positive: str | None = None
    threshold: float | None = None


def guess_label(facts: dict[str, Facts]) -> LabelGuess:
    """By name and values, else the only column of 0 and 1, else the column with the fewest values."""
    plain = [fact for fact in facts.values() if not fact.is_list]
    named = sorted((fact for fact in plain if _rank(fact) < len(LABELS)), key=_rank)
    speaking = [fact for fact in plain if _speaks(fact) and fact.distinct == 2]
    answers = (_by_name(named), _by_event(plain), _by_rating(plain), _by_values(speaking), _by_grade(named))
    return next((answer for answer in answers if answer is not None), None) or _fallback(facts)


def _by_name(named: list[Facts]) -> LabelGuess | None:
    for fact in named:
        if _speaks(fact):
            return LabelGuess(fact.name, say("It is called '{name}' and says yes or no in every row.", name=fact.name))
    for fact in named:
        if fact.distinct == 2:
            return _two_values(fact, say("It is called '{name}' and has two values", name=fact.name))
    return None


def _by_event(plain: list[Facts]) -> LabelGuess | None:
    for fact in plain:
        clicks = [value for value in CLICKS if value in {str(text).lower() for text in fact.values}]
        if "_".join(words_of(fact.name)) in EVENTS and clicks:
            positive = next(str(text) for text in fact.values if str(text).lower() == clicks[0])
            return LabelGuess(
                fact.name,
                say("It says what happened, and '{positive}' is a click.", positive=positive),
                positive=positive,
            )
    return None


def _by_rating(plain: list[Facts]) -> LabelGuess | None:
    for fact in plain:
        if suggests(fact.name, RATINGS) and _is_grade(fact):
            return _grade(fact, say("It is called '{name}' and holds grades", name=fact.name))
    return None


def _by_values(speaking: list[Facts]) -> LabelGuess | None:
    if len(speaking) == 1:
        return LabelGuess(speaking[0].name, say("It is the only column with two values such as 0 and 1."))
    if speaking:
        return LabelGuess(speaking[-1].name, say("It is the last of several columns of 0 and 1; please check it."))
    return None


def _by_grade(named: list[Facts]) -> LabelGuess | None:
    for fact in named:
        if _is_grade(fact):
            return _grade(fact, say("It is called '{name}' and holds numbers", name=fact.name))
    return None


def _rank(fact: Facts) -> int:
    plain = "_".join(words_of(fact.name))
    return LABELS.index(plain) if plain in LABELS else len(LABELS)


def _speaks(fact: Facts) -> bool:
    """True if the values are known as click and no click, one of them at least."""
    lower = {plain_word(value) for value in fact.values}
    return 0 < len(lower) <= 2 and lower <= CLICK_WORDS | NO_CLICK_WORDS


def _is_grade(fact: Facts) -> bool:
    return fact.numbers is not None and 2 < fact.distinct <= MOST_GRADES


def _grade(fact: Facts, start: str) -> LabelGuess:
    """From three quarters of the way up: 4 of 1 to 5, 8 of 1 to 10."""
    assert fact.numbers is not None
    grades = np.unique(fact.numbers)
    wanted = grades[0] + 0.75 * (grades[-1] - grades[0])
    threshold = float(grades[grades >= wanted - 1e-9][0])
    reason = say(
        "{start} from {value:g} to {value_2:g}: from {threshold:g} on a row counts as a click.",
        start=start,
        value=grades[0],
        value_2=grades[-1],
        threshold=threshold,
    )
    return LabelGuess(fact.name, reason, threshold=threshold)


def _two_values(fact: Facts, start: str) -> LabelGuess:
    """Of two numbers the larger is the click, of two words one that says so, else the rarer."""
    if not np.isnan(pd.to_numeric(pd.Series(fact.values, dtype=object), errors="coerce").to_numpy(np.float64)).any():
        positive = str(max(fact.values, key=float))
        why = say("'{value}', the larger number,", value=positive[:40])
    else:
        counts = {str(word): count for word, count in zip(fact.words.words, fact.words.counts, strict=True) if count}
        positive = min(sorted(counts), key=lambda value: (plain_word(value) not in CLICK_WORDS, counts[value]))
        says_so = plain_word(positive) in CLICK_WORDS
        why = f"'{positive[:40]}'" if says_so else say("'{value}', the rarer one,", value=positive[:40])
    return LabelGuess(
        fact.name, say("{start}: {why} is taken for a click, please check it.", start=start, why=why), positive=positive
    )


def _fallback(facts: dict[str, Facts]) -> LabelGuess:
    start = say("No column looks like a label, and this one has the fewest values")
    plain = [fact for fact in facts.values() if fact.distinct > 1 and not fact.is_list] or list(facts.values())
    fact = min(reversed(plain), key=lambda one: one.distinct)
    if fact.distinct == 2:
        return _two_values(fact, start)
    if _is_grade(fact):
        return _grade(fact, f"{start}, numbers")
    return LabelGuess(fact.name, say("{start}; please choose the right one.", start=start))
