"""From a table to arrays and back. Fitted on training rows only; its state is one JSON text."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from ctrcore.data.columns import (
    Cells,
    Coded,
    ColumnState,
    check_names,
    check_trainable,
    dense,
    encode,
    fill_order,
    learn,
    parse,
    parse_histories,
    rows_of,
)
from ctrcore.data.encoded import Bag, Encoded, EncodedWriter
from ctrcore.data.labels import read_labels
from ctrcore.data.members import Members
from ctrcore.data.scaling import NumberScale
from ctrcore.data.stored import Index, Table
from ctrcore.data.values import as_words
from ctrcore.data.vocabulary import Vocabulary
from ctrcore.errors import DataError
from ctrcore.schema import Column, EncodedField, Schema

AT_ONCE = 2  # columns worked on side by side: numpy and Arrow let other threads work


class _State(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    data_schema: Schema
    numbers: dict[str, NumberScale]
    vocabularies: dict[str, Vocabulary]
    counts: list[int]


class Encoder:
    """Gives every value of every column its row in one shared table of embeddings.

    Attributes:
        schema: the meaning of the columns.
        fields: the fields as models see them: dense ones (categorical, numeric) in schema order, then the bags.
        counts: (vocabulary_size,) int64, how often training rows look up each id.
    """

    schema: Schema
    fields: list[EncodedField]
    counts: npt.NDArray[np.int64]
    _states: dict[str, ColumnState]

    def fit(self, table: Table, schema: Schema) -> Self:
        """Learn values, scales and stand-ins from training rows. Raises DataError if a column is missing or unfit."""
        self.fit_transform(table, schema)
        return self

    def fit_transform(self, table: Table, schema: Schema) -> Encoded:
        """`fit` and `transform` of the same rows, parsing them once."""
        return self.fit_parts(table, schema, {"train": None}).parts["train"]

    def fit_parts(
        self,
        table: Table,
        schema: Schema,
        parts: dict[str, Index | None],
        folder: Path | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> EncodedParts:
        """Learn from the training rows, and encode them and others, one column after the other.

        Args:
            table: all rows.
            schema: what the columns mean.
            parts: row positions by name, None for all; 'train' is learned from.
            folder: where each part is written to a folder of its name, to be memory-mapped; None: kept in memory.
            progress: called with the share done, 0 to 1.

        Raises:
            DataError: a column is missing or unfit.
        """
        check_trainable(table, schema)
        self.schema, self._states = schema, {}
        found = _Encoding(self, table, parts, folder).run(learning=True, progress=progress)
        self._set(schema, self._states)
        return found

    def transform(self, table: Table) -> Encoded:
        """Encode rows.

        Columns may come in any order; a missing one counts as missing in every row. Without a label column the label
        is NaN. Source rows are the index where it holds whole numbers, else positions. Users are numbered within this
        call. Apart from the forward fill no row depends on another.

        Raises:
            DataError: histories of a row differ in length, or labels are not understood.
        """
        check_names(table)
        return _Encoding(self, table, {"all": None}, None).run(learning=False, progress=None).parts["all"]

    def inverse(self, encoded: Encoded) -> pd.DataFrame:
        """One column per field with the values as the user knows them, indexed by source row.

        Values that were not learned read 'unknown', bags are lists, and numbers that were missing or out of range show
        what the models saw instead.
        """
        shown: dict[str, Any] = {}
        for position, field in enumerate(field for field in self.fields if not field.is_bag):
            state = self._states[field.name]
            if field.kind == "numeric" and isinstance(state, NumberScale):
                shown[field.name] = state.invert(encoded.values[:, position])
            else:
                shown[field.name] = self._names(field)[encoded.ids[:, position] - field.start]
        for field in self.fields:
            if field.is_bag:
                bag = encoded.bags[field.name]
                texts, offsets = self._names(field)[bag.ids - field.start].tolist(), bag.offsets.tolist()
                lists = [texts[a:b] for a, b in pairwise(offsets)]
                shown[field.name] = pd.Series(lists, dtype=object, index=encoded.row)
        return pd.DataFrame(shown, index=pd.Index(encoded.row))

    def field(self, name: str) -> EncodedField:
        """The field of that name. Raises DataError if there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise DataError(
            f"There is no field '{name}'.", "Use one of: " + ", ".join(field.name for field in self.fields) + "."
        )

    def label_of(self, field_name: str, id: int) -> str:  # noqa: A002
        """The value behind an id of the shared table, as the user knows it; the name of a numeric field."""
        field = self.field(field_name)
        if not field.start <= id < field.start + field.size:
            raise DataError(
                f"The id {id} does not belong to the field '{field_name}'.",
                f"Its ids are {field.start} to {field.start + field.size - 1}.",
            )
        return field_name if field.kind == "numeric" else str(self._names(field)[id - field.start])

    def words(self, field_name: str) -> list[str]:
        """The known values of a field, the most frequent first (buckets: in order); empty for a numeric one."""
        field = self.field(field_name)
        return [] if field.kind == "numeric" else [str(name) for name in self._names(field)[1:]]

    def id_of(self, field_name: str, value: Any) -> int:
        """The id of a value in the shared table; that of 'unknown' if it was not learned.

        For a numeric field this is its only row, whatever the number.
        """
        field = self.field(field_name)
        state = self._states[field.of or field.name]
        if isinstance(state, Vocabulary):
            return field.start + int(state.ids(as_words(pd.Series([value], dtype=object)))[0])
        column = self.schema.column(field_name)
        cells = parse(pd.DataFrame({field_name: pd.Series([value], dtype=object)}), column)
        return field.start + int(encode(column, state, cells, np.arange(1)).ids[0])

    @property
    def vocabulary_size(self) -> int:
        """Rows of the shared table of embeddings."""
        return sum(field.size for field in self.fields if field.kind != "history")

    @property
    def bag_names(self) -> list[str]:
        """The bag fields in field order, as `Encoded.load` wants them."""
        return [field.name for field in self.fields if field.is_bag]

    def to_json(self) -> str:
        """The whole state; `from_json` gives an equal encoder."""
        return _State(
            data_schema=self.schema,
            numbers={name: state for name, state in self._states.items() if isinstance(state, NumberScale)},
            vocabularies={name: state for name, state in self._states.items() if isinstance(state, Vocabulary)},
            counts=self.counts.tolist(),
        ).model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises DataError if it is anything else."""
        broken = DataError(
            "The encoder of this run cannot be read.", "Train the run again, or import it from a fresh export."
        )
        try:
            state = _State.model_validate_json(text)
        except ValidationError as error:
            raise broken from error
        expected = {c.name: c.kind == "numeric" for c in state.data_schema.fields if c.kind != "history"}
        found = dict.fromkeys(state.numbers, True) | dict.fromkeys(state.vocabularies, False)
        if found != expected:
            raise broken
        encoder = cls()
        encoder._set(state.data_schema, {**state.numbers, **state.vocabularies})
        encoder.counts = np.asarray(state.counts, dtype=np.int64)
        if len(encoder.counts) != encoder.vocabulary_size:
            raise broken
        return encoder

    def _set(self, schema: Schema, states: dict[str, ColumnState]) -> None:
        self.schema, self._states = schema, states
        places: dict[str, EncodedField] = {}
        for column in in_field_order(schema):
            places[column.name] = _place(column, states, places)
        self.fields = list(places.values())

    def _names(self, field: EncodedField) -> npt.NDArray[np.object_]:
        state = self._states[field.of or field.name]
        if isinstance(state, Vocabulary):
            return state.names
        return np.array(["unknown", *state.bucket_names], dtype=object)


@dataclass(frozen=True)
class EncodedParts:
    """Encoded rows by part, and for each part and field the share of its values that the encoder does not know."""

    parts: dict[str, Encoded]
    unknown: dict[str, dict[str, float]]


@dataclass(frozen=True)
class _Column:
    """One column, learned and encoded in ids of its own, by part."""

    state: ColumnState
    parts: dict[str, Coded]
    counts: npt.NDArray[np.int64]  # how often training rows look up each id


class _Encoding:
    """One pass over the columns of a table: few of them are in memory at a time, besides histories."""

    def __init__(self, encoder: Encoder, table: Table, parts: dict[str, Index | None], folder: Path | None) -> None:
        self.encoder, self.table, self.parts, self.schema = encoder, table, parts, encoder.schema
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
        """Learn each column, if wanted, and encode it."""
        places: dict[str, EncodedField] = {}
        counts: dict[str, npt.NDArray[np.int64]] = {}
        unknown: dict[str, dict[str, float]] = {name: {} for name in self.parts}
        for number, (column, made) in enumerate(self._in_order(learning)):
            self.encoder._states.setdefault(column.of or column.name, made.state)
            field = places[column.name] = _place(column, self.encoder._states, places)
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
        if learning:
            self.encoder.counts = np.concatenate(list(counts.values()))
        return EncodedParts(self._finish(), unknown)

    def _in_order(self, learning: bool) -> Iterator[tuple[Column, _Column]]:
        """Each column, encoded. Dense ones are worked on side by side; a bag may need what a dense one has learned."""
        columns = [column for column in self.columns if dense(column)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            waiting = deque(pool.submit(self._column, column, learning) for column in columns[:AT_ONCE])
            for number, column in enumerate(columns):
                made = waiting.popleft().result()
                if number + AT_ONCE < len(columns):
                    waiting.append(pool.submit(self._column, columns[number + AT_ONCE], learning))
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
            state = self.encoder._states[column.of or column.name]
        coded = self._coded(column, state, cells)
        size = _size_and_kind(state, column.kind)[0]
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


def in_field_order(schema: Schema) -> list[Column]:
    """The fields' columns as models see them: dense ones, then the bags."""
    return sorted(schema.fields, key=lambda column: not dense(column))


def _is_number(column: Column) -> bool:
    return column.kind == "numeric" and column.scale != "quantile"


def _count(table: Table, rows: Index | None) -> int:
    return len(table) if rows is None else len(rows)


def _chosen(values: npt.NDArray[Any], rows: Index | None) -> npt.NDArray[Any]:
    return values if rows is None else values[rows]


def _place(column: Column, states: dict[str, ColumnState], places: dict[str, EncodedField]) -> EncodedField:
    """The field of a column, behind those placed already."""
    if column.kind == "history":
        target = places[column.of or ""]
        update = {"name": column.name, "kind": "history", "role": column.role, "of": column.of}
        return target.model_copy(update=update)
    start = sum(field.size for field in places.values() if field.kind != "history")
    size, kind = _size_and_kind(states[column.name], column.kind)
    return EncodedField(name=column.name, kind=kind, role=column.role, start=start, size=size)


def _size_and_kind(state: ColumnState, kind: str) -> tuple[int, Literal["numeric", "categorical", "multi_value"]]:
    if isinstance(state, Vocabulary):
        return state.size, "multi_value" if kind == "multi_value" else "categorical"
    if state.scale == "quantile":
        return len(state.bucket_names) + 1, "categorical"
    return 1, "numeric"
