"""A behaviour log as numbers: who, with which item, when, and whether it was a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.stored import Table
from ctrcore.data.values import Words, as_numbers, as_times, as_words
from ctrcore.errors import DataError
from ctrcore.language import say

Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Events:
    """n events in the order of time; events of one time are in the order of the log.

    Attributes:
        source: (n,) rows of the log.
        user: (n,) numbers of the users, below `users`.
        item: (n,) numbers of the items, below `items`.
        time: (n,) ranks: equal times have equal ranks.
        clicked: (n,) True for a click.
        remembered: (n,) True for what histories remember.
        users, items: above every user and item; not every number needs to occur.
    """

    source: Index
    user: Index
    item: Index
    time: Index
    clicked: Mask
    remembered: Mask
    users: int
    items: int

    def __len__(self) -> int:
        return len(self.source)

    def clicks_before(self) -> Index:
        """For each event how many clicks of its user come before it in the order of events."""
        order = np.argsort(self.user, kind="stable")
        clicked = self.clicked[order]
        before: Index = np.cumsum(clicked) - clicked
        starts = np.searchsorted(self.user[order], self.user[order], side="left")
        found = np.empty(len(self), dtype=np.int64)
        found[order] = before - before[starts]
        return found


def is_click(log: Table, choices: LogChoices) -> Mask:
    """True for each event that counts as a click: by its action, its rating, or both where both are named."""
    clicked = np.ones(len(log), dtype=bool)
    if choices.action is not None and choices.positive_actions:
        clicked &= has_action(log[choices.action], choices.positive_actions)
    if choices.rating is not None and choices.rating_threshold is not None:
        clicked &= as_numbers(log[choices.rating]) >= choices.rating_threshold  # never true of a missing rating
    return clicked


def is_remembered(log: Table, choices: LogChoices) -> Mask:
    """True for each event that histories remember: those of the actions chosen, or the clicks."""
    if choices.action is not None and choices.history_actions:
        return has_action(log[choices.action], choices.history_actions)
    return is_click(log, choices)


def has_action(cells: pd.Series[Any], actions: list[str]) -> Mask:
    """True where the cell is one of the actions, compared as words."""
    found = as_words(cells)
    wanted = set(as_words(pd.Series(actions, dtype=object)).words)
    return np.array([*(text in wanted for text in found.words), False], dtype=bool)[found.codes]


def read_events(log: Table, choices: LogChoices) -> tuple[Events, dict[str, int]]:
    """The events that stay, and how many were dropped for which reason.

    An event without user, item or time says nothing. Users and items with too few events are left out again and again
    until none is left that has too few (the k-core of the log), for each that goes takes events of others along.

    Raises:
        DataError: the log lacks a column that the choices name, nothing of the log stays, or nothing is a click.
    """
    check_columns(log, choices)
    user, item = as_words(log[choices.user]), as_words(log[choices.item])
    points = as_times(log[choices.time], choices.time)
    dropped = {
        "no_user": int((~user.known).sum()),
        "no_item": int((user.known & ~item.known).sum()),
        "no_time": int((user.known & item.known & np.isnan(points)).sum()),
    }
    source = kept_events(user, item, points, choices)
    dropped["little_activity"] = len(log) - sum(dropped.values()) - len(source)
    if not len(source):
        raise DataError(
            say(
                "None of the log's {count:,} events is left: {little_activity:,} were of users or items "
                "with too few events, and the rest had no user, no item or no time.",
                count=len(log),
                little_activity=dropped["little_activity"],
            ),
            say("Ask for fewer events of each user and item, or choose other columns."),
        )
    clicked, remembered = is_click(log, choices)[source], is_remembered(log, choices)[source]
    if not clicked.any():
        raise DataError(
            say("None of the log's {count:,} events counts as a click.", count=len(source)),
            say("Choose other actions that count as a click, or a lower rating from which on one does."),
        )
    time = np.unique(points[source], return_inverse=True)[1].astype(np.int64)
    events = Events(
        source,
        user.codes[source],
        item.codes[source],
        time,
        clicked,
        remembered,
        users=len(user.words),
        items=len(item.words),
    )
    return events, dropped


def check_columns(log: Table, choices: LogChoices) -> None:
    """Raise DataError unless the log has the columns that the choices name, each for one purpose."""
    named = {
        what: name
        for what in ("user", "item", "time", "action", "rating", "session")
        if (name := getattr(choices, what)) is not None
    }
    for what, name in named.items():
        if name not in log.columns:
            raise DataError(
                say("The log has no {what} column '{value}'.", what=what, value=name[:60]),
                say("Choose one of its columns."),
            )
        double = next((other for other, taken in named.items() if other != what and taken == name), None)
        if double is not None:
            raise DataError(
                say(
                    "The column '{value}' is chosen as {what} and as {double}.",
                    value=name[:60],
                    what=what,
                    double=double,
                ),
                say("Choose two columns."),
            )
    by_action = choices.positive_actions or choices.history_actions or choices.history_with_action
    if by_action and choices.action is None:
        raise DataError(
            say("Some actions are to be clicks or to be remembered, but no column says what was done."),
            say("Choose the action column, or no actions."),
        )
    if choices.rating_threshold is not None and choices.rating is None:
        raise DataError(
            say(
                "Ratings from {rating_threshold:g} on are to be clicks, but no column holds ratings.",
                rating_threshold=choices.rating_threshold,
            ),
            say("Choose the rating column, or no rating from which on an event is a click."),
        )


def kept_events(user: Words, item: Words, points: npt.NDArray[np.float64], choices: LogChoices) -> Index:
    """The log's events with user, item and time whose users and items all have enough events, in the order of time.

    Args:
        user, item: of each event of the log.
        points: times of the events, NaN where there is none.
        choices: how many events are enough.
    """
    alive = np.flatnonzero(user.known & item.known & ~np.isnan(points))
    while True:
        busy = np.bincount(user.codes[alive], minlength=len(user.words)) >= choices.min_user_events
        known = np.bincount(item.codes[alive], minlength=len(item.words)) >= choices.min_item_events
        stay = alive[busy[user.codes[alive]] & known[item.codes[alive]]]
        if len(stay) == len(alive):
            return stay[np.argsort(points[stay], kind="stable")]
        alive = stay
