"""Learning and encoding the columns of a table, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.columns import (
    Cells,
    Coded,
    ColumnState,
    dense,
    encode,
    fill_order,
    learn,
    parse,
    parse_histories,
    rows_of,
)
from ctrcore.data.encoded import Bag, Encoded, EncodedWriter
from ctrcore.data.fields import in_field_order, place, size_and_kind
from ctrcore.data.labels import read_labels
from ctrcore.data.members import Members
from ctrcore.data.stored import Index, Table
from ctrcore.data.values import as_words
from ctrcore.schema import Column, EncodedField, Schema

AT_ONCE = 2  # columns worked on side by side: numpy and Arrow let other threads work
MANY_ROWS = 4_000_000  # from here on one after the other, for each takes some 60 bytes a row while it is worked on


@dataclass(frozen=True)
class EncodedParts:
    """What a pass made.

    Attributes:
        parts: the encoded rows of each part.
        unknown: for each part and field the share of its values that the encoder does not know.
        counts: (vocabulary_size,) how often training rows look up each id; zeros if nothing was learned.
    """

    parts: dict[str, Encoded]
    unknown: dict[str, dict[str, float]]
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Column:
    """One column, learned and encoded in ids of its own, by part."""

    state: ColumnState
    parts: dict[str, Coded]
    counts: npt.NDArray[np.int64]  # how often training rows look up each id


class EncodingPass:
    """One pass over the columns of a table: few of them are in memory at a time, besides histories.

    Args:
        schema: what the columns mean.
        states: what is learned of each column; a pass that learns fills it.
        table: all rows.
        parts: row positions by name, None for all; a pass that learns learns from 'train'.
        folder: where each part is written to a folder of its name; None: kept in memory.
    """

    def __init__(
        self,
        schema: Schema,
        states: dict[str, ColumnState],
        table: Table,
        parts: dict[str, Index | None],
        folder: Path | None,
    ) -> None:
        self.schema, self.states, self.table, self.parts = schema, states, table, parts
        self.columns = in_field_order(self.schema)
        self.histories = parse_histories(table, self.schema)
        self.orders = {name: fill_order(table, self.schema, rows) for name, rows in parts.items()}
        numeric = [place for place, column in enumerate(self.columns) if _is_number(column)]
        count = sum(dense(column) for column in self.columns)
        self.writers = {
            name: EncodedWriter(_count(table, rows), count, numeric, folder / name if folder else None)
            for name, rows in parts.items()
        }

    def run(self, learning: bool, progress: Callable[[float], None] | None) -> EncodedParts:
        """Learn each column, if wanted, and encode it. Files that are written do not stay open if that fails."""
        try:
            return self._run(learning, progress)
        finally:
            for writer in self.writers.values():
                writer.close()

    def _run(self, learning: bool, progress: Callable[[float], None] | None) -> EncodedParts:
        places: dict[str, EncodedField] = {}
        counts: dict[str, npt.NDArray[np.int64]] = {}
        unknown: dict[str, dict[str, float]] = {name: {} for name in self.parts}
        for number, (column, made) in enumerate(self._in_order(learning)):
            self.states.setdefault(column.of or column.name, made.state)
            field = places[column.name] = place(column, self.states, places)
            counts[field.of or field.name] = made.counts + counts.get(field.of or field.name, 0)
            for name, coded in made.parts.items():
                if field.kind != "numeric":
                    unknown[name][field.name] = float((coded.ids == 0).mean()) if len(coded.ids) else 0.0
                ids = coded.ids + np.int32(field.start)
                if coded.offsets is not None:
                    self.writers[name].add_bag(field.name, Bag(ids, coded.offsets))
                else:
                    self.writers[name].add_dense(ids, coded.numbers)
            if progress is not None:
                progress((number + 1) / len(self.columns))
        return EncodedParts(self._finish(), unknown, np.concatenate(list(counts.values())))

    def _in_order(self, learning: bool) -> Iterator[tuple[Column, _Column]]:
        """Each column, encoded. Dense ones are worked on side by side; a bag may need what a dense one has learned."""
        columns = [column for column in self.columns if dense(column)]
        many = 1 if len(self.table) > MANY_ROWS else AT_ONCE
        with ThreadPoolExecutor(many) as pool:
            waiting = deque(pool.submit(self._column, column, learning) for column in columns[:many])
            for number, column in enumerate(columns):
                made = waiting.popleft().result()
                if number + many < len(columns):
                    waiting.append(pool.submit(self._column, columns[number + many], learning))
                yield column, made
        for column in self.columns[len(columns) :]:
            yield column, self._column(column, learning)

    def _column(self, column: Column, learning: bool) -> _Column:
        if column.kind == "history":
            cells: Cells = self.histories[column.name]
        else:
            cells = parse(self.table, column, learning)
        if learning and column.kind != "history":
            state = self._learn(column, cells)
        else:
            state = self.states[column.of or column.name]
        coded = self._coded(column, state, cells)
        size = size_and_kind(state, column.kind)[0]
        counts = np.bincount(coded["train"].ids if learning else [], minlength=size).astype(np.int64)
        return _Column(state, coded, counts)

    def _coded(self, column: Column, state: ColumnState, cells: Cells) -> dict[str, Coded]:
        if column.impute == "forward_fill":  # each part is filled from its own rows
            return {
                name: encode(column, state, rows_of(cells, rows), self.orders[name])
                for name, rows in self.parts.items()
            }
        whole = encode(column, state, cells, np.empty(0, dtype=np.int64))
        return {name: whole.take(rows) for name, rows in self.parts.items()}

    def _learn(self, column: Column, cells: Cells) -> ColumnState:
        rows = self.parts["train"]
        members = [rows_of(self.histories[one.name], rows) for one in self.schema.histories if one.of == column.name]
        histories = [found for found in members if isinstance(found, Members)]
        return learn(column, rows_of(cells, rows), histories, self.orders["train"])

    def _finish(self) -> dict[str, Encoded]:
        table, schema = self.table, self.schema
        n = len(table)
        label = np.full(n, np.nan, dtype=np.float32)
        if schema.label in table.columns:
            label = read_labels(table, schema)
        group = np.full(n, -1, dtype=np.int32)
        if schema.user is not None and schema.user in table.columns:
            group = as_words(table[schema.user]).codes.astype(np.int32)
        whole = pd.api.types.is_integer_dtype(table.index.dtype)
        row = table.index.to_numpy(dtype=np.int64) if whole else np.arange(n, dtype=np.int64)
        return {
            name: self.writers[name].finish(_chosen(label, rows), _chosen(group, rows), _chosen(row, rows))
            for name, rows in self.parts.items()
        }


def _is_number(column: Column) -> bool:
    return column.kind == "numeric" and column.scale != "quantile"


def _count(table: Table, rows: Index | None) -> int:
    return len(table) if rows is None else len(rows)


def _chosen(values: npt.NDArray[Any], rows: Index | None) -> npt.NDArray[Any]:
    return values if rows is None else values[rows]
