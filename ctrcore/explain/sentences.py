"""An `Explanation` in plain words. Every number in the words is a number of the chart, written by `signed`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ctrcore.explain.explanation import Explanation
from ctrcore.explain.naming import BEHAVIOURS, named
from ctrcore.language import Spoken, mark, say, say_count, say_in

if TYPE_CHECKING:
    from ctrcore.explain.names import Names

WORTH_NAMING = 0.05  # of the largest contribution: smaller ones would only fill the sentence
CHARTED = 12  # parts that a chart shows one by one; words name no others
LONGEST = 60
LEAST = 5e-5  # what is written as 0
CONSTANT = "other"  # the kind of a part that no value of the row stands for
REWEIGHTED = mark("re-weighted")
HIDDEN, HELD_PART = mark("hidden layers"), mark("constant part")  # name and value of what hidden layers add anyway
ANYWAY = mark("what the model adds in any case")
OWN_NAMES = Spoken({name: name for name in (HIDDEN, HELD_PART, ANYWAY)})
"""Names and values of parts that are the app's own words and not the user's."""


def signed(value: float) -> str:
    """A contribution or a logit as charts, tables and sentences write it: '+0.90', '-1.20', '+0.0031', '0.00'."""
    if abs(value) < LEAST:
        return "0.00"
    return f"{value:+z.2f}" if abs(value) >= 0.00995 else f"{value:+z.4f}"


def percent_of(logit: float) -> str:
    """The probability that a logit stands for: '22.6 %'; 'under 0.1 %' and 'over 99.9 %' where decimals say nothing."""
    if abs(logit) > math.log(999):
        return say("over 99.9 %") if logit > 0 else say("under 0.1 %")
    return f"{100 / (1 + math.exp(-logit)):.1f} %"


def sentences(explanation: Explanation, *, names: Names | None = None, count: int = 3) -> list[str]:
    """Two to four sentences on what raised and what lowered the score. They tell of the model, not of causes.

    Args:
        explanation: any.
        names: what items are called.
        count: parts named at most for each direction; those whose sign a sample leaves open are not named. What no
            value stands for, the constant of hidden layers, is no reason: it is told apart from them.

    Returns:
        Plain text: escape it before it is shown as Markdown.
    """
    if names is not None:
        explanation = named(explanation, names)
    parts, anyway = _sure(explanation.parts), _anyway(explanation.parts)
    told = [
        say(
            "The score starts at {base} and ends at a logit of {logit}, a probability of {percent}.",
            base=signed(explanation.base),
            logit=signed(explanation.logit),
            percent=percent_of(explanation.logit),
        )
    ]
    up, down = (_largest(parts[sign * parts["contribution"] > 0], parts, count) for sign in (1, -1))
    sides = [_side(RAISED, up), _side(LOWERED, down)]
    if explanation.logit < explanation.base:
        sides.reverse()
    told += sides if len(parts) else [say("No part moves it.")]
    if len(anyway):
        told.append(say("Apart from the values: {parts}.", parts=joined(anyway)))
    if abs(explanation.residual) > 1e-4 * max(1.0, abs(explanation.logit)):
        told.append(say("The parts leave {residual} of it unexplained.", residual=signed(explanation.residual)))
    return told


def joined(phrases: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(phrases) < 2:
        return "".join(phrases)
    return say("{all} and {last}", all=listed(phrases[:-1]), last=phrases[-1])


def either(phrases: Sequence[str]) -> str:
    """'a', 'a or b', 'a or b or c'."""
    return say_in("between alternatives", " or ").join(phrases)


def semicolons(sentences: Sequence[str]) -> str:
    """Short sentences in a row."""
    return say_in("between short sentences", "; ").join(sentences)


def listed(phrases: Sequence[str]) -> str:
    """'a, b, c', with the comma of the reader's language."""
    return say_in("between the parts of a list", ", ").join(phrases)


def with_number(phrase: str, number: float) -> str:
    """'genre = comedy (+0.90)'."""
    return say("{part} ({number})", part=phrase, number=signed(number))


def part_phrase(kind: str, name: str, value: str) -> str:
    """A part as people say it: 'genre = comedy', 'hour = 8 with genre = comedy', 'the click on Fargo (2 back)'."""
    if kind == "pair":
        pure, _, branch = name.partition(" (")
        fields, values = pure.split(" × "), value.split(" × ")
        if len(fields) == len(values) == 2:
            pairs = (part_phrase("field", field, own) for field, own in zip(fields, values, strict=True))
            one, other = pairs
            told = say("{one} with {other}", one=one, other=other)
            return f"{told} ({branch_words(branch.removesuffix(')'))})" if branch else told
    if kind == "behaviour":
        return say("the click on {item} ({when})", item=_short(value), when=steps_back(name))
    if kind in ("field", "group") and (several := BEHAVIOURS.fullmatch(value)):
        _, colon, on = name.partition(": ")
        return _clicks(int(several[1]), _short(on) if colon else None)
    if kind == "other":
        return listed([OWN_NAMES.get(text, text) for text in (name, value) if text])
    columns = name.split(" + ")
    if kind == "group" and len(columns) > 1:
        return say(
            "{column} = {value} with its {others}",
            column=_short(columns[0]),
            value=_short(value),
            others=joined([_short(column) for column in columns[1:]]),
        )
    return f"{_short(name)} = {_short(few(value))}" if value else _short(name)


def few(value: str, most: int = 3) -> str:
    """The first of several values, and how many more there are.

    ', ' divides them: a single value with commas of its own comes as `explanation.undivided`, and stays whole.
    """
    values = value.split(", ")
    more = len(values) - most
    return say("{values} and {more} more", values=listed(values[:most]), more=more) if more > 1 else value


def steps_back(name: str) -> str:
    """The name of a behaviour's part, 'behaviour 3 back', as words in a sentence: '3 back'."""
    steps = name.removeprefix("behaviour ").removesuffix(" back")
    return say("{steps} back", steps=steps) if steps.isdigit() else steps


def part_name(name: str) -> str:
    """The name of a part as a chart or a table shows it: what the app named itself is said in the reader's language."""
    if name.startswith("behaviour ") and name.endswith(" back"):
        return say("behaviour {steps} back", steps=name.removeprefix("behaviour ").removesuffix(" back"))
    pure, bracket, branch = name.partition(" (")
    if bracket and branch == f"{REWEIGHTED})":
        return f"{pure} ({branch_words(REWEIGHTED)})"
    return OWN_NAMES.get(name, name)


def part_value(value: str) -> str:
    """The value of a part as a chart or a table shows it."""
    if several := BEHAVIOURS.fullmatch(value):
        return say_count("{count} behaviour", "{count} behaviours", int(several[1]))
    return OWN_NAMES.get(value, value)


def _clicks(count: int, on: str | None) -> str:
    if on is None:
        return say_count("the {count} past click", "the {count} past clicks", count)
    return say_count("the {count} click on {item}", "the {count} clicks on {item}", count, item=on)


def branch_words(branch: str) -> str:
    """The part of a model that a pair is of, as words."""
    return say(REWEIGHTED) if branch == REWEIGHTED else branch


def _sure(parts: pd.DataFrame) -> pd.DataFrame:
    """The values' parts on the chart that are not zero, nor so close to it that the sample leaves their sign open."""
    size = parts["contribution"].abs()
    largest = size.sort_values(ascending=False, kind="stable").index[:CHARTED]
    known = (size >= LEAST) & parts.index.isin(largest) & (parts["kind"] != CONSTANT)
    if "standard_error" in parts:
        known &= ~(size < 2 * parts["standard_error"].fillna(0.0))
    return parts[known]


def _anyway(parts: pd.DataFrame) -> list[str]:
    """What is on the chart and no value's part, unless it is nothing beside the largest part of all."""
    size = parts["contribution"].abs()
    worth = parts[(parts["kind"] == CONSTANT) & (size >= max(LEAST, WORTH_NAMING * size.max()))]
    rows = zip(worth["name"], worth["value"], worth["contribution"], strict=True)
    return [
        say("{part}, {number}", part=part_phrase(CONSTANT, str(name), str(value)), number=signed(float(number)))
        for name, value, number in rows
    ]


def _largest(side: pd.DataFrame, parts: pd.DataFrame, count: int) -> pd.DataFrame:
    """The largest parts of one direction, without those that are nothing beside the largest of all."""
    size = side["contribution"].abs().sort_values(ascending=False, kind="stable")
    kept: pd.DataFrame = side.loc[size[size >= WORTH_NAMING * parts["contribution"].abs().max()].index[:count]]
    return kept


class Direction(NamedTuple):
    """The sentences of one direction, by how many parts are named: none, one or several."""

    none: str
    one: str
    several: str


RAISED = Direction(
    mark("Nothing of note raises it."), mark("Mainly raised by {part}."), mark("What raised it most: {parts}.")
)
LOWERED = Direction(
    mark("Nothing of note lowers it."), mark("Mainly lowered by {part}."), mark("What lowered it most: {parts}.")
)


def _side(direction: Direction, parts: pd.DataFrame) -> str:
    if parts.empty:
        return say(direction.none)
    rows = zip(parts["kind"], parts["name"], parts["value"], parts["contribution"], strict=True)
    told = [
        with_number(part_phrase(str(kind), str(name), str(value)), float(contribution))
        for kind, name, value, contribution in rows
    ]
    return say(direction.several, parts=joined(told)) if len(told) > 1 else say(direction.one, part=told[0])


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
