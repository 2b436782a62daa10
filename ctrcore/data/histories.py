"""Histories built from the rows themselves: what a user clicked before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ctrcore.data.labels import read_labels
from ctrcore.data.recipe import Recipe
from ctrcore.data.stored import SameTable, Table
from ctrcore.data.timescales import as_times_together
from ctrcore.data.values import Words, as_words
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.schema import Column, Schema

Index = npt.NDArray[np.int64]
ROWS_AT_ONCE = 200_000  # so that positions of all members are never held at once


def history_name(column: str) -> str:
    """The name of the history that remembers `column`."""
    return f"history_{column}"


def full_schema(recipe: Recipe) -> Schema:
    """The recipe's schema with a history field for each history that the recipe builds.

    Raises:
        DataError: a remembered column is no categorical field, or the name of its history is taken.
    """
    schema = recipe.data_schema
    names = {column.name for column in schema.columns}
    added = []
    for name in recipe.history.columns:
        if history_name(name) in names:
            raise DataError(
                say("The table already has a column '{name}'.", name=history_name(name)),
                say("Rename that column, or do not build a history of the same name."),
            )
        if name not in names or schema.column(name).kind != "categorical":
            raise DataError(
                say("A history of '{name}' cannot be built, for it is no categorical column of the schema.", name=name),
                say("Set the kind of '{name}' to categorical, or remember another column.", name=name),
            )
        length = recipe.history.max_length
        added.append(Column(name=history_name(name), kind="history", role="user", of=name, max_length=length))
    return Schema.model_validate({**schema.model_dump(), "columns": [*schema.columns, *added]})


def build_histories(frame: SameTable, recipe: Recipe, past: Table | None = None, compact: bool = False) -> SameTable:
    """Add a list column `history_<column>` for each column that the recipe remembers.

    A row's history holds its user's clicked rows with an earlier time, oldest first and at most `max_length` of them,
    the most recent ones. Rows of the same time are not earlier, so that no row can be in its own history. Rows without
    a user have none; rows without a time count as the earliest and are never remembered by one another.

    Args:
        frame: rows to extend; without a label column none of them counts as clicked.
        recipe: names the columns, the user, the time and what a click is.
        past: further rows whose clicks count, such as the training rows when new rows are scored.
        compact: the lists are Arrow's instead of Python's: much quicker and smaller for millions of rows.

    Raises:
        DataError: the schema names no user or no time, a column is missing, or the times are not understood.
    """
    wanted = recipe.history.columns
    if not wanted:
        return frame
    schema = full_schema(recipe)
    tables: list[Table] = [frame] if past is None else [past, frame]
    for table in tables:
        _require(table, schema, wanted)
    user, time, clicked = _numbers(tables, schema)
    behaviours = Past.of(user, time, clicked)
    mine = slice(len(user) - len(frame), None)
    start, stop = behaviours.windows(user[mine], time[mine], recipe.history.max_length)
    added: dict[str, Any] = {}
    for name in wanted:
        found = as_words(pd.concat([table[name] for table in tables], ignore_index=True))
        remembered = Words(found.codes[behaviours.events], found.words)
        make = arrow_lists if compact else _lists
        added[history_name(name)] = make(remembered, start, stop).set_axis(frame.index)
    return cast(SameTable, frame.assign(**added))


def _lists(remembered: Words, start: Index, stop: Index) -> pd.Series[Any]:
    texts = remembered.texts().tolist()
    return pd.Series([texts[a:b] for a, b in zip(start.tolist(), stop.tolist(), strict=True)], dtype=object)


def arrow_lists(remembered: Words, start: Index, stop: Index) -> pd.Series[Any]:
    """Lists `remembered[start[r]:stop[r]]`, one a row, as Arrow's lists of dictionary codes: 2 or 4 bytes a member."""
    small = len(remembered.words) < np.iinfo(np.int16).max
    codes: npt.NDArray[np.signedinteger] = remembered.codes.astype(np.int16 if small else np.int32)
    lengths = stop - start
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    members = np.empty_like(codes, shape=int(offsets[-1]))
    for first in range(0, len(start), ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        low, high = offsets[first], offsets[min(first + ROWS_AT_ONCE, len(start))]
        members[low:high] = codes[np.arange(low, high) + np.repeat((start - offsets[:-1])[rows], lengths[rows])]
    gaps = members < 0 if (codes < 0).any() else None
    flat = pa.DictionaryArray.from_arrays(pa.array(members, mask=gaps), pa.array(remembered.words, pa.string()))
    lists = pa.LargeListArray.from_arrays(pa.array(offsets), flat)
    return pd.Series(lists, dtype=pd.ArrowDtype(lists.type))


def _require(table: Table, schema: Schema, wanted: list[str]) -> None:
    if schema.user is None or schema.time is None:
        raise DataError(
            say("Histories cannot be built without a {value} column.", value="user" if schema.user is None else "time"),
            say("Name it in the schema, or build no histories."),
        )
    for name in (schema.user, schema.time, *wanted):
        if name not in table.columns:
            raise DataError(
                say("The table has no column '{name}', which the histories need.", name=name),
                say("Use a table that has it, or build no histories."),
            )


def _numbers(tables: list[Table], schema: Schema) -> tuple[Index, Index, npt.NDArray[np.bool_]]:
    """Of all rows the user (-1: none), the time as a rank (equal times are equal) and whether it is a click."""
    user = as_words(pd.concat([table[str(schema.user)] for table in tables], ignore_index=True)).codes
    name = str(schema.time)
    points = np.concatenate(as_times_together([table[name] for table in tables], name))
    points = np.where(np.isnan(points), -np.inf, points)
    time = np.unique(points, return_inverse=True)[1].astype(np.int64)
    labels = [read_labels(table, schema) if schema.label in table.columns else np.zeros(len(table)) for table in tables]
    return user, time, np.concatenate(labels) == 1


@dataclass(frozen=True)
class Past:
    """The events that histories remember, ordered by user and time.

    Attributes:
        events: (m,) positions of the remembered events.
        keys: (m,) user and time of each as one increasing number.
        span: above every time.
    """

    events: Index
    keys: Index
    span: int

    @classmethod
    def of(cls, user: Index, time: Index, remembered: npt.NDArray[np.bool_]) -> Past:
        """The past of n events: `user` is -1 where there is none, `time` a rank; equal times keep their order."""
        span = int(time.max(initial=0)) + 1
        chosen = np.flatnonzero(remembered & (user >= 0))
        keys = user[chosen] * span + time[chosen]
        order = np.argsort(keys, kind="stable")
        return cls(chosen[order], keys[order], span)

    def windows(self, user: Index, time: Index, length: int) -> tuple[Index, Index]:
        """For each row the range in `events` of its user's last `length` events before its time."""
        key = user * self.span
        first = np.searchsorted(self.keys, key, side="left")
        stop = np.searchsorted(self.keys, key + time, side="left")
        stop = np.where(user < 0, first, stop)
        return np.maximum(first, stop - length), stop
