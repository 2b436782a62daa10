"""Numbers that count, and values that name: the kind of a column with one value in a cell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ctrcore.data.guesses.facts import Facts
from ctrcore.data.guesses.names import AMOUNTS, is_code, suggests
from ctrcore.language import say
from ctrcore.schema import Kind

FEW = 20
LONG = 6  # digits from which on numbers of equal length look like ids
ENOUGH = 50  # rows below which 'nearly every row differs' says nothing


def guess_kind(fact: Facts) -> tuple[Kind, str]:
    """The kind of a column that is no label, id, time or bag, with its reason."""
    useless = _useless(fact)
    if useless is not None:
        return "ignore", useless
    if fact.numbers is None:
        return "categorical", say("It names one of {distinct:,} values.", distinct=fact.distinct)
    if not fact.is_whole:
        return "numeric", say("It holds numbers with decimals.")
    return _of_whole_numbers(fact, fact.numbers)


def _useless(fact: Facts) -> str | None:
    """Why nothing can be learned from the column, if so."""
    reason = None
    own_values = fact.known >= ENOUGH and fact.distinct > 0.9 * fact.known
    if fact.known == 0:
        reason = say("It has no values.")
    elif fact.distinct == 1:
        reason = say("It has the same value, '{value}', in every row.", value=str(fact.values[0])[:40])
    elif fact.is_date:
        reason = say("It holds dates, and another column already orders the rows.")
    elif fact.numbers is None and _is_free_text(fact):
        reason = say("It holds free text, which is hardly ever the same in two rows.")
    elif own_values and (fact.numbers is None or (fact.is_whole and is_code(fact.name))):
        reason = say("Nearly every row has its own value, so there is nothing to learn from it.")
    elif own_values and fact.is_whole and fact.numbers is not None and (np.diff(fact.numbers) > 0).all():
        reason = say("It numbers the rows.")
    return reason


def _of_whole_numbers(fact: Facts, numbers: npt.NDArray[np.float64]) -> tuple[Kind, str]:
    low, high = numbers.min(), numbers.max()
    amount = suggests(fact.name, AMOUNTS) and not is_code(fact.name)
    if is_code(fact.name):
        return "categorical", say("Its numbers are names by the look of its own name: 7 is not more than 3.")
    if fact.distinct == 2 or (fact.distinct <= FEW and (not amount or low >= 5000)):
        return "categorical", say(
            "It has only {distinct} different whole numbers, so each is taken for a name.", distinct=fact.distinct
        )
    if low >= 1000 and fact.distinct > 0.5 * (high - low + 1) and not amount:
        return "categorical", say(
            "Its whole numbers run from {low:.0f} to {high:.0f} without gaps, as codes do.", low=low, high=high
        )
    digits = len(str(int(low)))
    if not amount and low > 0 and digits >= LONG and digits == len(str(int(high))) and fact.distinct > ENOUGH:
        return "categorical", say(
            "All its {distinct:,} different whole numbers have {digits} digits, as ids have.",
            distinct=fact.distinct,
            digits=digits,
        )
    return (
        "numeric",
        say("Its name speaks of an amount.")
        if amount
        else say("It has {distinct:,} different whole numbers.", distinct=fact.distinct),
    )


def _is_free_text(fact: Facts) -> bool:
    """True for sentences: long cells of several words, most of them different."""
    texts = [str(value) for value in fact.values[:1000]]
    words = np.mean([text.count(" ") + 1 for text in texts])
    length = np.mean([len(text) for text in texts])
    return bool((words > 4 or length > 40) and words > 1.5 and fact.distinct > max(0.3 * fact.known, 10))


def guess_scale(fact: Facts) -> str:
    """'log_standard' for numbers that are never negative and have a long tail, else 'standard'."""
    numbers = fact.numbers
    if numbers is None or not len(numbers) or numbers.min() < 0:
        return "standard"
    middle, high = np.quantile(numbers, [0.5, 0.99])
    return "log_standard" if high > 8 * max(middle, 0.5) else "standard"
