"""An `Explanation` in plain words. Every number in the words is a number of the chart, written by `signed`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ctrcore.explain.explanation import Explanation, undivided

if TYPE_CHECKING:
    from ctrcore.explain.names import Names

WORTH_NAMING = 0.05  # of the largest contribution: smaller ones would only fill the sentence
CHARTED = 12  # parts that a chart shows one by one; words name no others
LONGEST = 60
LEAST = 5e-5  # what is written as 0
CONSTANT = "other"  # the kind of a part that no value of the row stands for
BEHAVIOURS = re.compile(r"(\d+) behaviours?")


def signed(value: float) -> str:
    """A contribution or a logit as charts, tables and sentences write it: '+0.90', '-1.20', '+0.0031', '0.00'."""
    if abs(value) < LEAST:
        return "0.00"
    return f"{value:+z.2f}" if abs(value) >= 0.00995 else f"{value:+z.4f}"


def percent_of(logit: float) -> str:
    """The probability that a logit stands for: '22.6 %'; 'under 0.1 %' and 'over 99.9 %' where decimals say nothing."""
    if abs(logit) > math.log(999):
        return "over 99.9 %" if logit > 0 else "under 0.1 %"
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
        f"The score starts at {signed(explanation.base)} and ends at a logit of {signed(explanation.logit)}, "
        f"a probability of {percent_of(explanation.logit)}."
    ]
    up, down = (_largest(parts[sign * parts["contribution"] > 0], parts, count) for sign in (1, -1))
    sides = [_side("raised", "raises", up), _side("lowered", "lowers", down)]
    if explanation.logit < explanation.base:
        sides.reverse()
    told += sides if len(parts) else ["No part moves it."]
    if len(anyway):
        told.append(f"Apart from the values: {joined(anyway)}.")
    if abs(explanation.residual) > 1e-4 * max(1.0, abs(explanation.logit)):
        told.append(f"The parts leave {signed(explanation.residual)} of it unexplained.")
    return told


def joined(phrases: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)


def part_phrase(kind: str, name: str, value: str) -> str:
    """A part as people say it: 'genre = comedy', 'hour = 8 with genre = comedy', 'the click on Fargo (2 back)'."""
    if kind == "pair":
        pure, _, branch = name.partition(" (")
        fields, values = pure.split(" × "), value.split(" × ")
        if len(fields) == len(values) == 2:
            pairs = (part_phrase("field", field, own) for field, own in zip(fields, values, strict=True))
            return " with ".join(pairs) + (f" ({branch}" if branch else "")
    if kind == "behaviour":
        return f"the click on {_short(value)} ({name.removeprefix('behaviour ')})"
    if kind in ("field", "group") and (several := BEHAVIOURS.fullmatch(value)):
        clicks = "click" if several[1] == "1" else "clicks"
        _, colon, on = name.partition(": ")
        return f"the {several[1]} {clicks} on {_short(on)}" if colon else f"the {several[1]} past {clicks}"
    if kind == "other":
        return f"{name}, {value}" if value else name
    columns = name.split(" + ")
    if kind == "group" and len(columns) > 1:
        return f"{_short(columns[0])} = {_short(value)} with its {joined([_short(column) for column in columns[1:]])}"
    return f"{_short(name)} = {_short(few(value))}" if value else _short(name)


def few(value: str, most: int = 3) -> str:
    """The first of several values, and how many more there are.

    ', ' divides them: a single value with commas of its own comes as `explanation.undivided`, and stays whole.
    """
    values = value.split(", ")
    more = len(values) - most
    return f"{', '.join(values[:most])} and {more} more" if more > 1 else value


def named(explanation: Explanation, names: Names, histories: Sequence[str] = ()) -> Explanation:
    """The explanation with items by their names instead of their ids, for charts and for words.

    Tied columns are told by the first one's value, and a history as a whole by its number of behaviours: a list of all
    of them would fill the page. Call it once: it reads values as `players_of` joins them.

    Args:
        explanation: any.
        names: what items are called.
        histories: the history fields in the order of a behaviour's values; without them the first one holds items.
    """
    if not names.items and not histories:
        return explanation
    parts = explanation.parts
    texts = [
        (
            _group_name(str(name), names) if kind == "group" and BEHAVIOURS.fullmatch(str(value)) else str(name),
            _named_value(str(kind), str(name), str(value), names, histories),
        )
        for kind, name, value in zip(parts["kind"], parts["name"], parts["value"], strict=True)
    ]
    return replace(explanation, parts=parts.assign(name=[a for a, _ in texts], value=[b for _, b in texts]))


def _named_value(kind: str, name: str, value: str, names: Names, histories: Sequence[str]) -> str:
    """The value with what it consists of named, as far as it can be told apart."""
    values, columns = value.split(", "), name.split(" + ")
    if kind in ("field", "group") and histories and set(columns) <= set(histories):
        count = 0 if value == "none" else len(values) // len(columns)
        called = f"{count} behaviour{'' if count == 1 else 's'}"
    elif kind == "behaviour":
        called = ", ".join(_pieces(histories or [*names.fields][:1], values, names))
    elif kind == "pair":
        called = " × ".join(_pieces(name.partition(" (")[0].split(" × "), value.split(" × "), names))
    elif kind == "group":  # tied columns: the first says what the others are
        called = _called(names, columns[0], values[0]) if len(columns) > 1 else value
    else:
        called = _called(names, name, value)
    return called


def _pieces(fields: Sequence[str], values: Sequence[str], names: Names) -> Sequence[str]:
    if len(fields) != len(values):  # a value that contains what divides them: only the first is sure
        return [_called(names, fields[0], values[0]), *values[1:]] if fields else values
    return [_called(names, field, value) for field, value in zip(fields, values, strict=True)]


def _called(names: Names, field: str, value: str) -> str:
    return undivided(names.value(field, value)) if field in names.fields else value


def _group_name(name: str, names: Names) -> str:
    field, colon, value = name.partition(": ")
    return f"{field}{colon}{names.value(field, value)}"


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
    return [f"{part_phrase(CONSTANT, str(name), str(value))}, {signed(float(number))}" for name, value, number in rows]


def _largest(side: pd.DataFrame, parts: pd.DataFrame, count: int) -> pd.DataFrame:
    """The largest parts of one direction, without those that are nothing beside the largest of all."""
    size = side["contribution"].abs().sort_values(ascending=False, kind="stable")
    kept: pd.DataFrame = side.loc[size[size >= WORTH_NAMING * parts["contribution"].abs().max()].index[:count]]
    return kept


def _side(done: str, does: str, parts: pd.DataFrame) -> str:
    if parts.empty:
        return f"Nothing of note {does} it."
    rows = zip(parts["kind"], parts["name"], parts["value"], parts["contribution"], strict=True)
    told = [
        f"{part_phrase(str(kind), str(name), str(value))} ({signed(float(contribution))})"
        for kind, name, value, contribution in rows
    ]
    return f"What {done} it most: {joined(told)}." if len(told) > 1 else f"Mainly {done} by {told[0]}."


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
