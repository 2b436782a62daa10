"""One user's events beside the rows made of them, so that a person can check by eye how rows are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.cells import cells_of
from ctrcore.data.dates import epoch_unit
from ctrcore.data.labels import read_labels
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.events import Index, check_columns, is_click, is_remembered
from ctrcore.data.members import as_members
from ctrcore.data.stored import Table
from ctrcore.data.timescales import as_times_together
from ctrcore.data.values import as_numbers, as_times, as_words, word
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.schema import Column, Schema

HANDFUL = 6
Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class UserEvent:
    """One event of the log: when (an ISO date, or the number that the log has), with which item, and what."""

    time: str | float
    item: str | None
    action: str | None
    rating: str | None
    click: bool


@dataclass(frozen=True)
class UserRow:
    """One row made of the log.

    Attributes:
        position: in the table of impressions.
        time: an ISO date, or the number that the table has.
        item: of the row.
        label: 1 for a click.
        drawn: True if the log knows no such event.
        history: items remembered, oldest first.
        behaviours: the event behind each of them, as a position in `Timeline.events`; -1 if it is not found.
        part: train, valid or test, if known.
    """

    position: int
    time: str | float
    item: str | None
    label: int
    drawn: bool
    history: tuple[str, ...]
    behaviours: tuple[int, ...]
    part: str | None


@dataclass(frozen=True)
class Timeline:
    """The events of one user and the rows made of them, both in the order of time."""

    user: str
    events: tuple[UserEvent, ...]
    rows: tuple[UserRow, ...]


@dataclass(frozen=True)
class UserActivity:
    """A user to choose: how many events, and how many of them are clicks."""

    user: str
    events: int
    clicks: int


def user_timeline(
    log: Table,
    impressions_frame: Table,
    choices: LogChoices,
    schema: Schema,
    user: str,
    *,
    parts: Mapping[str, Index] | None = None,
) -> Timeline:
    """The events and the rows of one user.

    Args:
        log: one event a row.
        impressions_frame: what `build_impressions` made of it, with a history of the items.
        choices: how it was made.
        schema: the meaning of its columns.
        user: the user's id as a word.
        parts: the positions of the rows that train, validate and test.

    Raises:
        DataError: a column is missing, or the log does not know the user.
    """
    check_columns(log, choices)
    cells = _rows_of(log, choices.user, user, [choices.item, choices.time, choices.action, choices.rating])
    if not len(cells):
        raise DataError(say("The log has no user '{value}'.", value=user[:60]), say("Choose another user."))
    history = next((column for column in schema.histories if column.of == choices.item), None)
    if history is None or history.name not in impressions_frame.columns:
        raise DataError(say("The rows have no history of their items."), say("Build the rows from the log again."))
    needed = [choices.item, choices.time, schema.label, history.name]
    frame = _rows_of(impressions_frame, choices.user, user, needed)
    points, row_points = _times((log, cells), (impressions_frame, frame), choices.time)
    order = np.argsort(points, kind="stable")
    order = order[~np.isnan(points[order])]
    cells, points = cells.iloc[order], points[order]
    items = as_words(cells[choices.item]).texts().tolist()
    times, clicks = _shown(cells[choices.time], points), is_click(cells, choices)
    actions, ratings = _texts(cells, choices.action), _texts(cells, choices.rating)
    events = tuple(
        UserEvent(times[place], items[place], actions[place], ratings[place], bool(clicks[place]))
        for place in range(len(cells))
    )
    remembered = np.flatnonzero(is_remembered(cells, choices))
    past = [(float(points[place]), items[place], int(place)) for place in remembered]
    return Timeline(
        user, events, _user_rows(frame, row_points, past, choices, schema, history=history, parts=parts or {})
    )


def _user_rows(
    frame: pd.DataFrame,
    points: Points,
    past: list[tuple[float, str, int]],
    choices: LogChoices,
    schema: Schema,
    *,
    history: Column,
    parts: Mapping[str, Index],
) -> tuple[UserRow, ...]:
    members = as_members(frame[history.name], history.delimiter)
    part_of = {int(row): name for name, chosen in parts.items() for row in chosen[np.isin(chosen, frame.index)]}
    times = _shown(frame[choices.time], points)
    items = as_words(frame[choices.item]).texts().tolist()
    labels = read_labels(frame, schema).astype(int).tolist()
    remembered = [(item, event) for _, item, event in past]
    before = np.searchsorted([time for time, _, _ in past], points, side="left")
    rows = []
    for place, position in enumerate(frame.index.tolist()):
        codes = members.codes[members.offsets[place] : members.offsets[place + 1]]
        known = tuple(str(members.words[code]) for code in codes if code >= 0)
        rows.append(
            UserRow(
                position=position,
                time=times[place],
                item=items[place],
                label=labels[place],
                drawn=choices.negatives != "given" and labels[place] == 0,
                history=known,
                behaviours=_found(known, remembered, int(before[place])),
                part=part_of.get(position),
            )
        )
    return tuple(rows)


def _found(history: tuple[str, ...], past: list[tuple[str, int]], end: int) -> tuple[int, ...]:
    """The event behind each behaviour among the first `end`, from the most recent one back; -1 where none fits."""
    found = []
    for item in reversed(history):
        place = next((place for place in range(end - 1, -1, -1) if past[place][0] == item), None)
        found.append(-1 if place is None else past[place][1])
        end = end if place is None else place
    return tuple(reversed(found))


def _rows_of(table: Table, column: str, user: str, others: Iterable[str | None]) -> pd.DataFrame:
    """The user's rows with that column and some others, indexed by position. No other cell stays in memory."""
    names = [column, *(name for name in others if name is not None)]
    for name in names:
        if name not in table.columns:
            raise DataError(
                say("The table has no column '{value}'.", value=name[:60]), say("Build the rows from the log again.")
            )
    found = as_words(table[column])
    code = np.flatnonzero(found.words == word(user))
    rows = np.flatnonzero(found.codes == code[0]) if len(code) else np.empty(0, dtype=np.int64)
    cells = {name: cells_of(table, name, rows).reset_index(drop=True) for name in dict.fromkeys(names)}
    return pd.DataFrame(cells).set_axis(rows)


def _times(log: tuple[Table, pd.DataFrame], rows: tuple[Table, pd.DataFrame], name: str) -> tuple[Points, Points]:
    """Times of the user's events and of the user's rows, each picked from a whole table."""
    cells = log[1][name]
    if not (cells.dtype == object or isinstance(cells.dtype, (pd.StringDtype, pd.CategoricalDtype))):
        return as_times(cells, name), as_times(rows[1][name], name)
    # Which number of a date is the day may show in the texts of other users alone.
    events, made = as_times_together([log[0][name], rows[0][name]], name)
    return events[log[1].index], made[rows[1].index]


def _texts(cells: pd.DataFrame, name: str | None) -> list[str | None]:
    return [None] * len(cells) if name is None else as_words(cells[name]).texts().tolist()


def _shown(cells: pd.Series[Any], points: Points) -> list[str | float]:
    """Times as ISO dates in UTC if they are dates or count from 1970, else as the numbers that they are."""
    per_second, known = 1.0, ~np.isnan(points)
    if not pd.api.types.is_datetime64_any_dtype(cells.dtype) and not (np.isnan(as_numbers(cells)) & known).any():
        unit = epoch_unit(points)
        if unit is None:
            return list(points.tolist())
        per_second = unit[1]
    ticks = np.round(points / per_second * 1e3).astype("datetime64[ms]")
    return [str(text).removesuffix(".000") for text in np.datetime_as_string(ticks)]


def busiest_users(log: Table, rows: Table, choices: LogChoices, schema: Schema, n: int = 30) -> list[UserActivity]:
    """Users to look at: first those with a handful of clicked rows, which are checked quickly, then the busiest.

    Two thirds of the places go to users whose clicked rows are closest to 6 in number, the rest to those with most.
    Nobody is there whose clicks make no rows.

    Args:
        log: one event a row.
        rows: what `build_impressions` made of it.
        choices: how it was made.
        schema: the meaning of the rows' columns.
        n: users wanted.

    Raises:
        DataError: the log lacks a column that the choices name, or the rows lack the user or the label.
    """
    check_columns(log, choices)
    if choices.user not in rows.columns:
        raise DataError(
            say("The table has no column '{value}'.", value=choices.user[:60]),
            say("Build the rows from the log again."),
        )
    found = as_words(log[choices.user])
    clicks = np.bincount(found.codes[is_click(log, choices) & found.known], minlength=len(found.words))
    made = _clicked_rows(rows, found.words, choices, schema)
    able = np.flatnonzero(made > 0)
    # Of users alike the first in the log comes first.
    easy = able[np.lexsort((able, found.counts[able], np.abs(made[able] - HANDFUL)))][: n - n // 3]
    busy = np.setdiff1d(able, easy)
    busy = busy[np.lexsort((busy, -made[busy]))][: n - len(easy)]
    return [
        UserActivity(str(found.words[user]), int(found.counts[user]), int(clicks[user]))
        for user in np.concatenate([easy, busy])
    ]


def _clicked_rows(rows: Table, users: npt.NDArray[np.object_], choices: LogChoices, schema: Schema) -> Index:
    """How many clicked rows each of these users has."""
    clicked = read_labels(rows, schema) == 1
    found = as_words(rows[choices.user])
    counts = np.bincount(found.codes[clicked & found.known], minlength=len(found.words))
    place = pd.Index(users, dtype=object).get_indexer(pd.Index(found.words, dtype=object))
    made = np.zeros(len(users), dtype=np.int64)
    made[place[place >= 0]] = counts[place >= 0]
    return made
