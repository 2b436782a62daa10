"""New rows of which only user, item and time are known, completed by what the log tells of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ctrcore.data.histories import Past, arrow_lists, history_name
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.events import Index, is_remembered
from ctrcore.data.places import at_places
from ctrcore.data.stored import Table
from ctrcore.data.values import Words, as_times, as_words
from ctrcore.errors import DataError
from ctrcore.schema import Schema


def complete_rows(
    rows: Table, schema: Schema, log: Table, choices: LogChoices, *, users: Table | None, items: Table | None
) -> dict[str, pd.Series[Any]]:
    """The columns that a model trained on rows built from a log needs, and the new rows lack.

    Histories hold the events of the row's user strictly before its time, as in training; all of the log, if the rows
    have no time. The columns of users and items are those of the side tables, else as the log last told them.

    Args:
        rows: with the columns of the user and the item.
        schema: of the rows that were built.
        log: the behaviours that they were built from.
        choices: how they were built.
        users, items: the side tables, if there were any.

    Returns:
        Each column (n,), indexed as the rows.

    Raises:
        DataError: the user or the item column is missing.
    """
    lacking = [column for column in schema.fields if column.name not in rows.columns]
    if not lacking:
        return {}
    for name in (choices.user, choices.item):
        if name not in rows.columns:
            raise DataError(
                f"The file has no column '{name}', by which the rest of a row is looked up in the behaviours.",
                f"Add it, or give all of the columns: {', '.join(column.name for column in schema.fields)}.",
            )
    found: dict[str, pd.Series[Any]] = {}
    histories = [column for column in lacking if column.kind == "history"]
    if histories:
        found |= _histories(rows, [str(column.of) for column in histories], log, choices, items)
    for column in lacking:
        if column.kind != "history" and column.name == choices.action:
            asked = choices.positive_actions[0] if choices.positive_actions else "click"
            found[column.name] = pd.Series([asked] * len(rows), index=rows.index, dtype="str")
        elif column.kind != "history" and column.role != "context":
            key = choices.user if column.role == "user" else choices.item
            cells = _looked_up(rows, column.name, key, [users if column.role == "user" else items, log])
            if cells is not None:
                found[column.name] = cells
    return found


def _histories(
    rows: Table, remembered: list[str], log: Table, choices: LogChoices, items: Table | None
) -> dict[str, pd.Series[Any]]:
    user = as_words(pd.concat([_texts(log, choices.user), _texts(rows, choices.user)], ignore_index=True)).codes
    before = as_times(log[choices.time], choices.time)
    now = np.full(len(rows), np.inf)
    if choices.time in rows.columns:
        now = as_times(rows[choices.time], choices.time)
        now = np.where(np.isnan(now), np.inf, now)
    known = ~np.isnan(before)
    ranks = np.unique(np.concatenate([np.where(known, before, -np.inf), now]), return_inverse=True)[1].astype(np.int64)
    mine: Index = np.arange(len(log), len(log) + len(rows))
    events = np.zeros(len(user), dtype=bool)
    events[: len(log)] = is_remembered(log, choices) & as_words(log[choices.item]).known & known
    past = Past.of(user, ranks, events)
    start, stop = past.windows(user[mine], ranks[mine], choices.history_length)
    found = {}
    for name in remembered:
        cells = log[name] if name in log.columns else _looked_up(log, name, choices.item, [items])
        words = as_words(cells) if cells is not None else Words(np.full(len(log), -1), np.empty(0, dtype=object))
        behaviours = Words(words.codes[past.events], words.words)
        found[history_name(name)] = arrow_lists(behaviours, start, stop).set_axis(rows.index)
    return found


def _texts(table: Table, name: str) -> pd.Series[Any]:
    return pd.Series(as_words(table[name]).texts(), dtype="str")


def _looked_up(rows: Table, name: str, key: str, tables: list[Table | None]) -> pd.Series[Any] | None:
    """A column of the first table that has it, by the key: of each key the last cell that is known."""
    source = next((table for table in tables if table is not None and {name, key} <= set(table.columns)), None)
    if source is None:
        return None
    ids, cells = as_words(source[key]), source[name]
    told = np.flatnonzero(ids.known & cells.notna().to_numpy())
    last = np.full(len(ids.words) + 1, -1)
    last[ids.codes[told]] = told
    wanted = as_words(rows[key])
    place = pd.Index(ids.words, dtype=object).get_indexer(pd.Index(wanted.words, dtype=object))
    where = last[np.append(place, -1)[wanted.codes]]
    return at_places(cells, where).set_axis(rows.index)
