"""From a table to arrays and back. Fitted on training rows only; its state is one JSON text."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from ctrcore.data.columns import (
    ColumnState,
    check_names,
    check_trainable,
    encode,
    parse,
)
from ctrcore.data.encoded import Encoded
from ctrcore.data.fields import in_field_order, place
from ctrcore.data.passes import EncodedParts, EncodingPass
from ctrcore.data.scaling import NumberScale
from ctrcore.data.stored import Index, Table
from ctrcore.data.values import as_words
from ctrcore.data.vocabulary import Vocabulary
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.schema import EncodedField, Schema


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
        states: dict[str, ColumnState] = {}
        found = EncodingPass(schema, states, table, parts, folder).run(learning=True, progress=progress)
        self._set(schema, states)
        self.counts = found.counts
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
        once = EncodingPass(self.schema, self._states, table, {"all": None}, None)
        return once.run(learning=False, progress=None).parts["all"]

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
            say("There is no field '{name}'.", name=name),
            say("Use one of: {names}.", names=", ".join(field.name for field in self.fields)),
        )

    def label_of(self, field_name: str, id: int) -> str:  # noqa: A002
        """The value behind an id of the shared table, as the user knows it; the name of a numeric field."""
        field = self.field(field_name)
        if not field.start <= id < field.start + field.size:
            raise DataError(
                say("The id {id} does not belong to the field '{field_name}'.", id=id, field_name=field_name),
                say("Its ids are {start} to {start_2}.", start=field.start, start_2=field.start + field.size - 1),
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

    def number_range(self, name: str) -> tuple[float, float]:
        """The smallest and the largest training number of a numeric column; one outside counts as the nearest end.

        Raises:
            DataError: the column is no numeric field.
        """
        state = self._states.get(name)
        if not isinstance(state, NumberScale):
            raise DataError(
                say("The column '{name}' is no numeric field.", name=name), say("Ask for the range of one that is.")
            )
        return state.low, state.high

    @property
    def vocabulary_size(self) -> int:
        """Rows of the shared table of embeddings."""
        return sum(field.size for field in self.fields if field.kind != "history")

    @property
    def bag_names(self) -> list[str]:
        """The bag fields in field order, as `Encoded.load` wants them."""
        return [field.name for field in self.fields if field.is_bag]

    def to_json(self) -> str:
        """The whole state; `from_json` gives an equal encoder. What items are called is no part of it."""
        return _State(
            data_schema=self.schema,
            numbers={name: state for name, state in self._states.items() if isinstance(state, NumberScale)},
            vocabularies={name: state for name, state in self._states.items() if isinstance(state, Vocabulary)},
            counts=self.counts.tolist(),
        ).model_dump_json(exclude={"data_schema": {"item_name"}})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises DataError if it is anything else."""
        broken = DataError(
            say("The encoder of this run cannot be read."),
            say("Train the run again, or import it from a fresh export."),
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
            places[column.name] = place(column, states, places)
        self.fields = list(places.values())

    def _names(self, field: EncodedField) -> npt.NDArray[np.object_]:
        state = self._states[field.of or field.name]
        if isinstance(state, Vocabulary):
            return state.names
        return np.array(["unknown", *state.bucket_names], dtype=object)
