"""New rows of which only user, item and time are known, completed by what the log tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.histories import Past, arrow_lists, history_name
from ctrcore.data.joining import joined_names
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.events import Index, Mask, is_remembered, kept_events
from ctrcore.data.logs.item_columns import first_places, item_columns
from ctrcore.data.logs.wording import asked_action
from ctrcore.data.places import at_places, places_of
from ctrcore.data.stored import Table
from ctrcore.data.timescales import as_times_together
from ctrcore.data.values import Words, as_times, as_words
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.schema import Column, Schema


def complete_rows(
    rows: Table, schema: Schema, log: Table, choices: LogChoices, *, users: Table | None, items: Table | None
) -> dict[str, pd.Series[Any]]:
    """The columns that a model trained on rows built from a log needs, and the new rows lack.

    Histories hold the events of the row's user strictly before its time, of those that stayed when rows were built;
    all of these, if the rows have no time. Columns of the side tables are joined as in training. Of the log's own
    columns those that training looked up by item are looked up likewise; of the others counts what the log last told.

    Args:
        rows: with the columns of the user and the item.
        schema: of the rows that were built.
        log: the behaviours that they were built from.
        choices: how they were built.
        users, items: the side tables, if there were any.

    Returns:
        Each column (n,), indexed as the rows.

    Raises:
        DataError: the user or the item column is missing, or the times are not understood.
    """
    lacking = [column for column in schema.fields if column.name not in rows.columns]
    if not lacking:
        return {}
    for name in (choices.user, choices.item):
        if name not in rows.columns:
            raise DataError(
                say(
                    "The file has no column '{name}', by which the rest of a row is looked up in the behaviours.",
                    name=name,
                ),
                say(
                    "Add it, or give all of the columns: {value}.",
                    value=", ".join(column.name for column in schema.fields),
                ),
            )
    names = {str(column.of) if column.kind == "history" else column.name for column in lacking}
    told = _Told(rows, log, choices, users, items, names)
    histories = [str(column.of) for column in lacking if column.kind == "history"]
    found = _histories(told, histories) if histories else {}
    for column in lacking:
        cells = None if column.kind == "history" else told.column(column)
        if cells is not None:
            found[column.name] = cells.set_axis(rows.index)
    return found


def _histories(told: _Told, remembered: list[str]) -> dict[str, pd.Series[Any]]:
    log, rows, choices = told.log, told.rows, told.choices
    user = as_words(pd.concat([_texts(told.user), _texts(as_words(rows[choices.user]))], ignore_index=True)).codes
    before, now = told.points, np.full(len(rows), np.nan)
    if choices.time in rows.columns:
        before, now = as_times_together([log[choices.time], rows[choices.time]], choices.time)
    before, now = np.where(np.isnan(before), -np.inf, before), np.where(np.isnan(now), np.inf, now)
    ranks = np.unique(np.concatenate([before, now]), return_inverse=True)[1].astype(np.int64)
    mine: Index = np.arange(len(log), len(log) + len(rows))
    events = np.zeros(len(user), dtype=bool)
    events[told.kept] = is_remembered(log, choices)[told.kept]
    past = Past.of(user, ranks, events)
    start, stop = past.windows(user[mine], ranks[mine], choices.history_length)
    return {
        history_name(name): arrow_lists(told.words(name, past.events), start, stop).set_axis(rows.index)
        for name in remembered
    }


def _texts(found: Words) -> pd.Series[Any]:
    return pd.Series(found.texts(), dtype="str")


@dataclass(frozen=True)
class _Told:
    """What log and side tables tell of the rows.

    Attributes:
        rows, log, choices, users, items: as in `complete_rows`.
        names: columns that are asked for.
    """

    rows: Table
    log: Table
    choices: LogChoices
    users: Table | None
    items: Table | None
    names: set[str]

    @cached_property
    def user(self) -> Words:
        """The user of each event."""
        return as_words(self.log[self.choices.user])

    @cached_property
    def item(self) -> Words:
        """The item of each event."""
        return as_words(self.log[self.choices.item])

    @cached_property
    def points(self) -> npt.NDArray[np.float64]:
        """The time of each event, NaN where there is none."""
        return as_times(self.log[self.choices.time], self.choices.time)

    @cached_property
    def kept(self) -> Index:
        """The events that rows were built from, in the order of time."""
        return kept_events(self.user, self.item, self.points, self.choices)

    @cached_property
    def of_item(self) -> set[str]:
        """Those of the log's own columns asked for that training looked up by item."""
        choices = self.choices
        keys = {choices.user, choices.item, choices.time, choices.action, choices.rating, choices.session}
        asked = [str(name) for name in self.log.columns if name in self.names - keys]
        if not asked:
            return set()
        cells = {name: self.log[name].iloc[self.kept] for name in (choices.user, choices.item, *asked)}
        return item_columns(pd.DataFrame({name: c.reset_index(drop=True) for name, c in cells.items()}), choices)

    @cached_property
    def joined(self) -> dict[str, tuple[Table, str, str]]:
        """The columns of the side tables as training called them: the table, the key and the name there."""
        found: dict[str, tuple[Table, str, str]] = {}
        sides = ((self.users, self.choices.user, "user"), (self.items, self.choices.item, "item"))
        for side, key, what in sides:
            if side is not None and key in side.columns:
                names = joined_names([*self.log.columns, *found], side.columns, key, what)
                found |= {name: (side, key, own) for name, own in names.items()}
        return found

    def column(self, column: Column) -> pd.Series[Any] | None:
        """The column's cells for the rows, indexed from 0; None if nothing tells them."""
        name, choices = column.name, self.choices
        if name == choices.action:
            return pd.Series([asked_action(choices)] * len(self.rows), dtype="str")
        if name in self.joined:
            side, key, own = self.joined[name]
            return at_places(side[own], self.in_side(side, key, as_words(self.rows[key])))
        if name not in self.log.columns or (name not in self.of_item and column.role == "context"):
            return None
        cells = self.log[name].reset_index(drop=True)
        known = cells.notna().to_numpy()
        if name in self.of_item:
            return at_places(cells, places_of(self.item, self.by_item(known), as_words(self.rows[choices.item])))
        key, ids = (choices.user, self.user) if column.role == "user" else (choices.item, self.item)
        latest = np.argsort(np.where(np.isnan(self.points), -np.inf, self.points), kind="stable")[::-1]
        return at_places(cells, places_of(ids, _first(ids, latest, known), as_words(self.rows[key])))

    def words(self, name: str, events: Index) -> Words:
        """The words of a column that histories remember, at these events."""
        if name in self.joined:
            side, key, own = self.joined[name]
            found, ids = as_words(side[own]), self.user if key == self.choices.user else self.item
            where = self.in_side(side, key, Words(ids.codes[events], ids.words))
            return Words(np.append(found.codes, -1)[where], found.words)
        if name not in self.log.columns:  # the side table that had it is gone
            return Words(np.full(len(events), -1), np.empty(0, dtype=object))
        cells = self.log[name]
        found = as_words(cells)
        where = self.by_item(cells.notna().to_numpy())[self.item.codes[events]] if name in self.of_item else events
        return Words(found.codes[where], found.words)

    def in_side(self, side: Table, key: str, wanted: Words) -> Index:
        """The rows of a side table with the wanted ids, -1 where there is none."""
        ids = as_words(side[key])
        return places_of(ids, _first(ids, np.arange(len(ids)), ids.known), wanted)

    def by_item(self, known: Mask) -> Index:
        """For each item the event whose cell stands for it: as in training; of items that had gone, the first told."""
        anywhere = _first(self.item, np.argsort(self.points, kind="stable"), known)
        kept = _first(self.item, self.kept, known)
        return np.where(kept >= 0, kept, anywhere)


def _first(ids: Words, events: Index, known: Mask) -> Index:
    """For each id the first of these events, in their order, with a known cell, else its first; -1 without any."""
    events = events[ids.known[events]]
    places = first_places(ids.codes[events], known[events], len(ids.words))
    return np.append(events, -1)[places]
