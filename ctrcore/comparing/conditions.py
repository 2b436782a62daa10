"""Yes-or-no questions about rows that a tree can ask, and what several answers say together, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.groupings import MISSING, OTHER, Grouping
from ctrcore.comparing.ranges import as_range, date_edges, date_in_words, equally_full, number
from ctrcore.language import say

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
CUTS = 32  # ranges into which a number can be cut


@dataclass(frozen=True)
class Question:
    """Something by which rows can be told apart.

    Attributes:
        grouping: what is asked for.
        label: of a category: the slice that it may be; None for numbers.
        edges: of numbers: where they can be cut, increasing.
    """

    grouping: Grouping
    label: int | None
    edges: Array

    def answers(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """(m,) 1 where a category is the slice, else 0; the range of a number from 0, -1 where it is missing."""
        if self.label is not None:
            return np.asarray(self.grouping.codes[rows] == self.label, dtype=np.float32)
        numbers = np.asarray(self.grouping.numbers)[rows]
        places = np.searchsorted(self.edges, numbers, side="right")
        return np.where(np.isnan(numbers), -1, places).astype(np.float32)


@dataclass(frozen=True)
class Answer:
    """A question with the answers that are meant: above the cut, or up to it."""

    question: Question
    cut: float
    above: bool

    def holds(self) -> Mask:
        """(n,) the rows of which it is true."""
        answers = self.question.answers(np.arange(len(self.question.grouping.codes)))
        return np.asarray((answers > self.cut) == self.above)


def questions(groupings: Sequence[Grouping], rows: npt.NDArray[np.int64], least: int) -> list[Question]:
    """What can be asked of these rows so that either answer is true of `least` of them."""
    found, other = [], say(OTHER)
    for grouping in groupings:
        if grouping.numbers is not None:
            known = np.sort(grouping.numbers[rows])
            known = known[~np.isnan(known)]
            edges = _cuts(known, grouping.dates)
            if len(edges) or 0 < len(known) < len(rows):
                found.append(Question(grouping, None, edges))
            continue
        counts = np.bincount(grouping.codes[rows] + 1, minlength=len(grouping) + 1)[1:]
        for label, count in enumerate(counts.tolist()):
            if least <= count <= len(rows) - least and grouping.labels[label] != other:
                found.append(Question(grouping, label, np.empty(0)))
    return found


def _cuts(known: Array, dates: bool) -> Array:
    """Where sorted numbers can be cut: between any two of a few, else into ranges of about equally many rows."""
    distinct = np.unique(known)
    if len(distinct) <= CUTS:
        return distinct[1:]
    return date_edges(known, CUTS)[0] if dates else equally_full(known, CUTS)


def in_words(answers: Sequence[Answer]) -> list[str]:
    """The answers as conditions, one for each thing that is asked for, in the order asked."""
    together: dict[int, list[Answer]] = {}
    for answer in answers:
        together.setdefault(id(answer.question.grouping), []).append(answer)
    return [_numbers(same) if same[0].question.label is None else _category(same) for same in together.values()]


def condition(name: str, kind: str, what: str) -> str:
    """As a clause that something is so: 'channel is web', 'training rows of the user are 3 to 9'."""
    if kind in ("activity", "popularity"):
        return say("{name} are {what}", name=name, what=what)
    return say("{name} is {what}", name=name, what=what)


def _category(answers: list[Answer]) -> str:
    grouping = answers[0].question.grouping
    left = set(range(len(grouping)))
    for answer in answers:
        label = {answer.question.label or 0}
        left = left & label if answer.above else left - label
    if len(left) == 1:
        what = grouping.labels[left.pop()]
    else:
        names = [grouping.labels[label] for label in range(len(grouping)) if label not in left]
        what = (
            say("not {value}", value=names[0])
            if len(names) == 1
            else say("neither {values}", values=say(" nor ").join(names))
        )
    return condition(grouping.name, grouping.kind, what)


def _numbers(answers: list[Answer]) -> str:
    """Numbers from one cut on and below another; missing ones count as the lowest."""
    question = answers[0].question
    grouping, numbers = question.grouping, np.asarray(question.grouping.numbers)
    first = max((int(np.ceil(answer.cut)) for answer in answers if answer.above), default=-1)
    last = min((int(np.floor(answer.cut)) for answer in answers if not answer.above), default=len(question.edges))
    low = question.edges[first - 1] if first > 0 else None
    high = question.edges[last] if 0 <= last < len(question.edges) else None
    if last < 0:
        what = say(MISSING)
    elif low is None and high is None:
        what = say("known")
    else:
        what = _dates(low, high) if grouping.dates else _between(low, high, numbers[~np.isnan(numbers)])
        if first < 0 and np.isnan(numbers).any():
            what = say("{range} or missing", range=what)
    return condition(grouping.name, grouping.kind, what)


def _dates(low: float | None, high: float | None) -> str:
    since = date_in_words(low) if low is not None else ""
    until = date_in_words(high) if high is not None else ""
    if not until:
        return say("from {since} on", since=since)
    return (
        say("from {since} on and before {until}", since=since, until=until)
        if since
        else say("before {until}", until=until)
    )


def _between(low: float | None, high: float | None, known: Array) -> str:
    if not (known == np.floor(known)).all():  # whole numbers are said as they occur
        if high is None:
            return say("at least {low}", low=number(float(low or 0)))
        if low is None:
            return say("below {high}", high=number(high))
        return say("at least {low} and below {high}", low=number(low), high=number(high))
    inside = known[(known >= (-np.inf if low is None else low)) & (known < (np.inf if high is None else high))]
    least, most = float(inside.min()), float(inside.max())
    if least == most:
        return number(least)
    if low is None:
        return say("at most {high}", high=number(most))
    return say("at least {low}", low=number(least)) if high is None else as_range(number(least), number(most))
