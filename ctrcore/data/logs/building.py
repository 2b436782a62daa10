"""From a behaviour log to impressions: rows with a label and a history of what came before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ctrcore.data.histories import Past, arrow_lists, history_name
from ctrcore.data.joining import join_tables
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.describing import describe
from ctrcore.data.logs.events import Events, Index, read_events
from ctrcore.data.logs.item_columns import first_places, item_columns
from ctrcore.data.logs.rows import Rows, drawn_rows, given_rows
from ctrcore.data.logs.wording import asked_action
from ctrcore.data.recipe import Recipe, Split
from ctrcore.data.stored import Table
from ctrcore.data.values import Words, as_words
from ctrcore.errors import DataError
from ctrcore.language import say

LABELS = ("click", "is_click")


@dataclass(frozen=True)
class Impressions:
    """Rows built from a log.

    Attributes:
        frame: label, user, item, time, the columns of users, items and situations, and the histories as Arrow's lists.
        recipe: the meaning of the columns with reasons, and the split to begin with.
        report: what happened, as plain JSON values.
    """

    frame: pd.DataFrame
    recipe: Recipe
    report: dict[str, Any]


@dataclass(frozen=True)
class _Table:
    """The events with the columns of their users and items.

    Attributes:
        cells: (n) rows, one an event.
        events: the same events as numbers.
        of_item: the columns that describe the item. Their value is looked up by item, in clicks and in negatives
            alike, so that nothing but the item tells the two apart.
    """

    cells: pd.DataFrame
    events: Events
    of_item: set[str]

    def places(self, name: str) -> Index:
        """For each item the event with its value of the column: the first with any."""
        return first_places(self.events.item, self.cells[name].notna().to_numpy(), self.events.items)

    def column(self, name: str, event: Index, item: Index) -> pd.Series[Any]:
        """The column's cells for rows of these events and items."""
        where = self.places(name)[item] if name in self.of_item else event
        return self.cells[name].take(where).reset_index(drop=True)

    def words(self, name: str, event: Index) -> Words:
        """The column's words at these events."""
        found = as_words(self.cells[name])
        where = self.places(name)[self.events.item[event]] if name in self.of_item else event
        return Words(found.codes[where], found.words)


def build_impressions(
    log: Table,
    choices: LogChoices,
    users: pd.DataFrame | None = None,
    items: pd.DataFrame | None = None,
    progress: Callable[[float], None] | None = None,
) -> Impressions:
    """Make rows to train on from what users did.

    Clicks are rows with label 1. Rows with label 0 are the log's other events, or items drawn for each click, which
    share its user, its time and its situation. Each row has a history: its user's events strictly before its time.
    What was done and how it was rated is known only after the click, so a row has no column of it.

    Args:
        log: one event a row, in memory or on disk.
        choices: what its columns mean, and how rows are made.
        users, items: one row a user or an item, with the same id column as the log.
        progress: called with the share done, 0 to 1.

    Raises:
        DataError: the log and the choices do not go together, or no row comes of them.
    """
    tell = progress or (lambda _share: None)
    events, dropped = read_events(log, choices)
    tell(0.15)
    table = _joined(log, events, choices, users, items)
    tell(0.3)
    rows = _rows(table, choices)
    tell(0.55)
    label = next((name for name in LABELS if name not in table.cells.columns), None)
    if label is None:
        raise DataError(
            say("The log has columns {LABELS} already.", LABELS=" and ".join(LABELS)), say("Rename one of them.")
        )
    parts: dict[str, Any] = {label: rows.label.astype(np.int8)}
    first = [choices.user, choices.item, choices.time]
    unknown_before = {choices.action, choices.rating}
    for name in [*first, *(str(name) for name in table.cells.columns if name not in first)]:
        if name not in unknown_before:
            parts[name] = table.column(name, rows.event, rows.item)
    tell(0.7)
    histories, lengths = _histories(table, rows, choices, parts)
    frame = pd.DataFrame(parts, copy=False)
    tell(0.9)
    schema = describe(frame, choices, label, histories)
    tell(1.0)
    report = {"events": len(log), "dropped": dropped | {"answered": rows.answered}} | _report(events, rows, lengths)
    return Impressions(frame, Recipe(data_schema=schema, split=Split(by="time")), report)


def _joined(
    log: Table,
    events: Events,
    choices: LogChoices,
    users: pd.DataFrame | None,
    items: pd.DataFrame | None,
) -> _Table:
    cells = pd.DataFrame({str(name): log[name].iloc[events.source].reset_index(drop=True) for name in log.columns})
    with_users = join_tables(cells, users, None, choices.user, choices.item)
    full = join_tables(with_users, None, items, choices.user, choices.item)
    for name in [*choices.history_columns, *([choices.category] if choices.negatives == "hard" else [])]:
        if name not in full.columns or name in (choices.user, choices.time, choices.action, choices.rating):
            raise DataError(
                say("There is no item column '{value}' to remember or to draw by.", value=str(name)[:60])
                if name is not None
                else say("Items of the same category are to be drawn, but no column says the category."),
                say("Choose a column that describes the item."),
            )
    of_item = {choices.item, *(set(full.columns) - set(with_users.columns)), *item_columns(cells, choices)}
    return _Table(full, events, of_item)


def _rows(table: _Table, choices: LogChoices) -> Rows:
    if choices.negatives == "given":
        session = as_words(table.cells[choices.session]) if choices.session is not None else None
        return given_rows(table.events, session, choices)
    if choices.negatives != "hard":
        return drawn_rows(table.events, None, choices)
    name = str(choices.category)
    found, places = as_words(table.cells[name]), table.places(name)
    return drawn_rows(table.events, Words(np.append(found.codes, -1)[places], found.words), choices)


def _histories(table: _Table, rows: Rows, choices: LogChoices, parts: dict[str, Any]) -> tuple[dict[str, str], Index]:
    """Add the history columns; returns of what each is a history, and the lengths of the histories."""
    remembered = dict.fromkeys([choices.item, *choices.history_columns])
    if choices.history_with_action and choices.action is not None:
        remembered[choices.action] = None
        constant = pd.Categorical.from_codes(
            np.zeros(len(rows.event), dtype=np.int64), pd.Index([asked_action(choices)])
        )
        parts[choices.action] = pd.Series(constant)
    events = table.events
    past = Past.of(events.user, events.time, events.remembered)
    start, stop = past.windows(events.user, events.time, choices.history_length)
    start, stop = start[rows.event], stop[rows.event]
    for name in remembered:
        if history_name(name) in parts:
            raise DataError(
                say("The log already has a column '{name}'.", name=history_name(name)),
                say("Rename that column, or do not build a history of the same name."),
            )
        parts[history_name(name)] = arrow_lists(table.words(name, past.events), start, stop)
    return {history_name(name): name for name in remembered}, stop - start


def _report(events: Events, rows: Rows, lengths: Index) -> dict[str, Any]:
    return {
        "users": len(np.unique(events.user)),
        "items": len(np.unique(events.item)),
        "clicks": int(events.clicked.sum()),
        "rows": len(rows.label),
        "rows_with_click": int(rows.label.sum()),
        "negatives": rows.negatives,
        "users_with_too_few_candidates": rows.few,
        "mean_history_length": float(lengths.mean()),
        "rows_with_empty_history": int((lengths == 0).sum()),
    }
