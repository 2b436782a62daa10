"""An `Explanation` in plain words. Every number in the words is a number of the chart, written by `signed`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd

from ctrcore.explain.explanation import Explanation

Naming = Callable[[str, str], str]  # (field, value as shown) -> what people call it
WORTH_NAMING = 0.05  # of the largest contribution: smaller ones would only fill the sentence
LONGEST = 60


def signed(value: float) -> str:
    """A contribution or a logit as charts, tables and sentences write it: '+0.90', '-1.20', '+0.0031', '0.00'."""
    if abs(value) < 5e-5:
        return "0.00"
    return f"{value:+.2f}" if abs(value) >= 0.00995 else f"{value:+.2g}"


def percent_of(logit: float) -> str:
    """The probability that a logit stands for: '22.6 %'; 'under 0.1 %' and 'over 99.9 %' where decimals say nothing."""
    if abs(logit) > math.log(999):
        return "over 99.9 %" if logit > 0 else "under 0.1 %"
    return f"{100 / (1 + math.exp(-logit)):.1f} %"


def sentences(explanation: Explanation, *, names: Naming | None = None, count: int = 3) -> list[str]:
    """Two to four sentences on what raised and what lowered the score. They tell of the model, not of causes.

    Args:
        explanation: any.
        names: makes what people say out of a field's name and value; of a behaviour it gets the part's name.
        count: parts named at most for each direction; those whose sign a sample leaves open are not named.

    Returns:
        Plain text: escape it before it is shown as Markdown.
    """
    parts = _sure(explanation.parts)
    up, down = (_largest(parts[sign * parts["contribution"] > 0], parts, count) for sign in (1, -1))
    told = [
        f"The score starts at {signed(explanation.base)} and ends at a logit of {signed(explanation.logit)}, "
        f"a probability of {percent_of(explanation.logit)}."
    ]
    sides = [_side("raised", "raises", up, names), _side("lowered", "lowers", down, names)]
    if explanation.logit < explanation.base:
        sides.reverse()
    told += sides if len(parts) else ["No part moves it."]
    if abs(explanation.residual) > 1e-4 * max(1.0, abs(explanation.logit)):
        told.append(f"The parts leave {signed(explanation.residual)} of it unexplained.")
    return told


def joined(phrases: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)


def part_phrase(kind: str, name: str, value: str, names: Naming | None = None) -> str:
    """A part as people say it: 'genre = comedy', 'hour = 8 with genre = comedy', 'the click on Fargo (2 back)'."""
    if kind == "pair":
        pure, _, branch = name.partition(" (")
        fields, values = pure.split(" × "), value.split(" × ")
        if len(fields) == len(values) == 2:
            pairs = (part_phrase("field", field, own, names) for field, own in zip(fields, values, strict=True))
            return " with ".join(pairs) + (f" ({branch}" if branch else "")
    called = _short(names(name, value) if names is not None else value)
    if kind == "behaviour":
        return f"the click on {called} ({name.removeprefix('behaviour ')})"
    if kind == "other":
        return f"{name}, {called}" if called else name
    return f"{_short(name)} = {called}" if called else _short(name)


def _sure(parts: pd.DataFrame) -> pd.DataFrame:
    """The parts that are not zero, nor so close to it that the sample leaves their sign open."""
    size = parts["contribution"].abs()
    known = size >= 5e-5
    if "standard_error" in parts:
        known &= ~(size < 2 * parts["standard_error"].fillna(0.0))
    return parts[known]


def _largest(side: pd.DataFrame, parts: pd.DataFrame, count: int) -> pd.DataFrame:
    """The largest parts of one direction, without those that are nothing beside the largest of all."""
    size = side["contribution"].abs().sort_values(ascending=False, kind="stable")
    kept: pd.DataFrame = side.loc[size[size >= WORTH_NAMING * parts["contribution"].abs().max()].index[:count]]
    return kept


def _side(done: str, does: str, parts: pd.DataFrame, names: Naming | None) -> str:
    if parts.empty:
        return f"Nothing of note {does} it."
    rows = zip(parts["kind"], parts["name"], parts["value"], parts["contribution"], strict=True)
    named = [
        f"{part_phrase(str(kind), str(name), str(value), names)} ({signed(float(contribution))})"
        for kind, name, value, contribution in rows
    ]
    return f"What {done} it most: {joined(named)}." if len(named) > 1 else f"Mainly {done} by {named[0]}."


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
