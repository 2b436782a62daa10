"""Which rows a log gives: its clicks, and beside them rows without a click, given or drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.events import Events, Index, Mask
from ctrcore.data.logs.sampling import Clicked, Moments, Pool, draw_items
from ctrcore.data.values import Words
from ctrcore.errors import DataError
from ctrcore.language import say


@dataclass(frozen=True)
class Rows:
    """n rows in the order of time; a click is followed by the negatives drawn for it.

    Attributes:
        event: (n,) the event that says who and when: the row's own, or the click that it was drawn for.
        item: (n,) item numbers.
        label: (n,) 1 for a click, else 0.
        negatives: rows without a click by their kind.
        answered: events that make no row because a click on the same item follows.
        few: users with a click that got fewer negatives than asked for.
    """

    event: Index
    item: Index
    label: Index
    negatives: dict[str, int]
    answered: int
    few: int


def given_rows(events: Events, session: Words | None, choices: LogChoices) -> Rows:
    """Every event as a row. One that its user answered with a click stands for nothing of its own and is left out.

    Args:
        session: the session of each event, if the log knows any.

    Raises:
        DataError: no row is left without a click.
    """
    # A second rating answers no first one: only actions lead to one another.
    answered = _answered(events, session) if choices.positive_actions else np.zeros(len(events), dtype=bool)
    event = np.flatnonzero(~answered & (events.clicks_before() >= choices.first_clicks))
    label = events.clicked[event].astype(np.int64)
    _require_clicks(bool(label.any()), choices)
    negatives = int((label == 0).sum())
    if not negatives:
        raise DataError(
            say("Every event of the log counts as a click, so there are no rows without one."),
            say("Say which actions or ratings are a click, or let items be drawn as rows without a click."),
        )
    return Rows(event, events.item[event], label, {"given": negatives}, int(answered.sum()), few=0)


def _answered(events: Events, session: Words | None) -> Mask:
    """True for an event without a click that leads to one.

    That is: the same user clicks the same item at that time or later in the same session. Where there are no sessions,
    the click must be at that time or at the next time at which this user and this item meet.
    """
    pair = events.user * events.items + events.item
    if session is not None:
        visits = np.unique(pair, return_inverse=True)[1] * (len(session.words) + 1) + session.codes + 1
        visit = np.unique(visits, return_inverse=True)[1]
        last_click = np.full(int(visit.max(initial=0)) + 1, -1)
        np.maximum.at(last_click, visit[events.clicked], events.time[events.clicked])
        return ~events.clicked & session.known & (last_click[visit] >= events.time)
    span = int(events.time.max(initial=0)) + 1
    meetings, meeting = np.unique(np.unique(pair, return_inverse=True)[1] * span + events.time, return_inverse=True)
    clicked = np.bincount(meeting, weights=events.clicked) > 0
    leads = clicked.copy()
    leads[:-1] |= clicked[1:] & (meetings[1:] // span == meetings[:-1] // span)
    return ~events.clicked & leads[meeting]


def drawn_rows(events: Events, category: Words | None, choices: LogChoices) -> Rows:
    """The clicks, each followed by the items drawn for it.

    Items are drawn from those of the log: one that occurs in no event could never be clicked, and a model would learn
    nothing but that.

    Args:
        category: the category of each item, needed for 'hard' alone.
    """
    clicks = np.flatnonzero(events.clicked & (events.clicks_before() >= choices.first_clicks))
    _require_clicks(len(clicks) > 0, choices)
    user, item = events.user[clicks], events.item[clicks]
    every = events.clicked
    clicked = Clicked.of(
        events.user[every], events.item[every], events.time[every], events.items, ever=choices.avoid_later
    )
    random = np.random.default_rng(choices.seed)
    present = (np.bincount(events.item, minlength=events.items) > 0).astype(np.float64)
    together = Pool.of(np.zeros(events.items, dtype=np.int64), present)
    everywhere = Moments(user, np.zeros(len(clicks), dtype=np.int64), events.time[clicks])
    count = choices.per_positive
    if choices.negatives == "hard":
        assert category is not None
        pool = Pool.of(category.codes, present)
        drawn = draw_items(pool, clicked, replace(everywhere, group=pool.group_of[item]), count, random)
        kinds = {"hard": int((drawn >= 0).sum())}
        alone = np.flatnonzero((drawn < 0).all(axis=1))
        drawn[alone] = draw_items(together, clicked, everywhere.take(alone), count, random)
        kinds["uniform"] = int((drawn >= 0).sum()) - kinds["hard"]
    else:
        if choices.negatives == "popularity":
            popularity = np.bincount(events.item[every], minlength=events.items).astype(np.float64)
            together = Pool.of(np.zeros(events.items, dtype=np.int64), popularity)
        drawn = draw_items(together, clicked, everywhere, count, random)
        kinds = {choices.negatives: int((drawn >= 0).sum())}
    every_item = np.column_stack([item, drawn])
    row, column = np.nonzero(every_item >= 0)
    few = len(np.unique(user[(drawn < 0).any(axis=1)]))
    return Rows(clicks[row], every_item[row, column], (column == 0).astype(np.int64), kinds, answered=0, few=few)


def _require_clicks(some: bool, choices: LogChoices) -> None:
    if not some:
        raise DataError(
            say(
                "No user has a click after the first {first_clicks}, so there are no rows.",
                first_clicks=choices.first_clicks,
            ),
            say("Let fewer clicks of each user only fill the history."),
        )
