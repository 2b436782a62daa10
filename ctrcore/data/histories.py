"""Histories built from the rows themselves: what a user clicked before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ctrcore.data.labels import read_labels
from ctrcore.data.recipe import Recipe
from ctrcore.data.values import Words, as_times, as_words
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema

Index = npt.NDArray[np.int64]


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
                f"The table already has a column '{history_name(name)}'.",
                "Rename that column, or do not build a history of the same name.",
            )
        if name not in names or schema.column(name).kind != "categorical":
            raise DataError(
                f"A history of '{name}' cannot be built, for it is no categorical column of the schema.",
                f"Set the kind of '{name}' to categorical, or remember another column.",
            )
        length = recipe.history.max_length
        added.append(Column(name=history_name(name), kind="history", role="user", of=name, max_length=length))
    return Schema.model_validate({**schema.model_dump(), "columns": [*schema.columns, *added]})


def build_histories(
    frame: pd.DataFrame, recipe: Recipe, past: pd.DataFrame | None = None, compact: bool = False
) -> pd.DataFrame:
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
        DataError: the schema names no user or no time, or a column is missing.
    """
    wanted = recipe.history.columns
    if not wanted:
        return frame
    schema = full_schema(recipe)
    tables = [frame] if past is None else [past, frame]
    for table in tables:
        _require(table, schema, wanted)
    log = _Log.of(tables, schema)
    mine = slice(len(log.user) - len(frame), None)
    start, stop = log.windows(log.user[mine], log.time[mine], recipe.history.max_length)
    added: dict[str, Any] = {}
    for name in wanted:
        found = as_words(pd.concat([table[name] for table in tables], ignore_index=True))
        clicked = Words(found.codes[log.clicks], found.words)
        make = _arrow_lists if compact else _lists
        added[history_name(name)] = make(clicked, start, stop).set_axis(frame.index)
    return frame.assign(**added)


def _lists(clicked: Words, start: Index, stop: Index) -> pd.Series[Any]:
    texts = clicked.texts().tolist()
    return pd.Series([texts[a:b] for a, b in zip(start.tolist(), stop.tolist(), strict=True)], dtype=object)


def _arrow_lists(clicked: Words, start: Index, stop: Index) -> pd.Series[Any]:
    lengths = stop - start
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    codes = clicked.codes[np.arange(offsets[-1]) + np.repeat(start - offsets[:-1], lengths)].astype(np.int32)
    members = pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(clicked.words, pa.string()))
    lists = pa.LargeListArray.from_arrays(pa.array(offsets), members)
    return pd.Series(lists, dtype=pd.ArrowDtype(lists.type))


def _require(table: pd.DataFrame, schema: Schema, wanted: list[str]) -> None:
    if schema.user is None or schema.time is None:
        raise DataError(
            f"Histories cannot be built without a {'user' if schema.user is None else 'time'} column.",
            "Name it in the schema, or build no histories.",
        )
    for name in (schema.user, schema.time, *wanted):
        if name not in table.columns:
            raise DataError(
                f"The table has no column '{name}', which the histories need.",
                "Use a table that has it, or build no histories.",
            )


@dataclass(frozen=True)
class _Log:
    """Users and times of all rows as numbers, and the clicked rows ordered by user and time.

    Attributes:
        user: (n,) -1 where there is none.
        time: (n,) ranks: equal times have equal ranks.
        clicks: (m,) rows.
        keys: (m,) user and time of each click as one increasing number.
    """

    user: Index
    time: Index
    clicks: Index
    keys: Index

    @classmethod
    def of(cls, tables: list[pd.DataFrame], schema: Schema) -> _Log:
        user = as_words(pd.concat([table[schema.user] for table in tables], ignore_index=True)).codes
        points = np.concatenate([as_times(table[schema.time], str(schema.time)) for table in tables])
        points = np.where(np.isnan(points), -np.inf, points)
        time = np.unique(points, return_inverse=True)[1].astype(np.int64)
        labels = [
            read_labels(table, schema) if schema.label in table.columns else np.zeros(len(table)) for table in tables
        ]
        clicked = np.flatnonzero((np.concatenate(labels) == 1) & (user >= 0))
        keys = user[clicked] * _span(time) + time[clicked]
        order = np.argsort(keys, kind="stable")
        return cls(user, time, clicked[order], keys[order])

    def windows(self, user: Index, time: Index, length: int) -> tuple[Index, Index]:
        """For each row the range in `clicks` of its user's last `length` clicks before its time."""
        key = user * _span(self.time)
        first = np.searchsorted(self.keys, key, side="left")
        stop = np.searchsorted(self.keys, key + time, side="left")
        stop = np.where(user < 0, first, stop)
        return np.maximum(first, stop - length), stop


def _span(time: Index) -> int:
    return int(time.max(initial=0)) + 1
