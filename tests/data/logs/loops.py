"""What building rows from a log means, event by event in plain Python, to compare with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ctrcore.data.logs.choices import LogChoices


@dataclass(frozen=True)
class Event:
    """One event that stays; `before` is how many clicks of its user come before it."""

    user: str
    item: str
    time: float
    action: str | None
    rating: float | None
    session: str | None
    click: bool
    remembered: bool
    before: int


def known(cell: Any) -> bool:
    return not pd.isna(cell)


def events_by_loops(log: pd.DataFrame, choices: LogChoices) -> list[Event]:
    """The events that stay, in the order of time."""
    records = [
        record
        for record in log.astype(object).to_dict("records")
        if all(known(record[name]) for name in (choices.user, choices.item, choices.time))
    ]
    while True:
        users = Counter(str(record[choices.user]) for record in records)
        items = Counter(f"{record[choices.item]:g}" for record in records)
        stay = [
            record
            for record in records
            if users[str(record[choices.user])] >= choices.min_user_events
            and items[f"{record[choices.item]:g}"] >= choices.min_item_events
        ]
        if len(stay) == len(records):
            break
        records = stay
    found: list[Event] = []
    for record in sorted(records, key=lambda record: record[choices.time]):
        action = record.get(choices.action)
        rating = record.get(choices.rating)
        click = not choices.positive_actions or action in choices.positive_actions
        if choices.rating_threshold is not None:
            click = click and known(rating) and rating >= choices.rating_threshold
        remembered = action in choices.history_actions if choices.history_actions else click
        user = str(record[choices.user])
        before = sum(1 for other in found if other.user == user and other.click)
        session = record.get(choices.session)
        found.append(
            Event(
                user, f"{record[choices.item]:g}", float(record[choices.time]), action, rating,
                session if known(session) else None, click, remembered, before,
            )
        )  # fmt: skip
    return found


def history_by_loops(events: list[Event], user: str, time: float, length: int) -> list[Event]:
    """The user's remembered events strictly before a time, oldest first, the last ones."""
    past = [event for event in events if event.user == user and event.time < time and event.remembered]
    return past[-length:]


def answered_by_loops(events: list[Event], place: int, choices: LogChoices) -> bool:
    """True for an event without a click that leads to a click on its item."""
    event = events[place]
    if event.click or not choices.positive_actions:
        return False
    alike = [other for other in events if (other.user, other.item) == (event.user, event.item)]
    if event.session is not None:
        return any(o.click and o.time >= event.time and o.session == event.session for o in alike)
    following = [other.time for other in alike if other.time > event.time]
    return any(other.click and other.time in (event.time, min(following, default=None)) for other in alike)
