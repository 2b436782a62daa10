"""Parsed columns: the steps of the encoder that work on one column each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.encoded import Bag
from ctrcore.data.imputing import Order, impute_members, impute_words, learn_fill
from ctrcore.data.members import Members, align_histories, as_members
from ctrcore.data.scaling import Numbers, NumberScale
from ctrcore.data.values import Words, as_numbers, as_times, as_words
from ctrcore.data.vocabulary import Vocabulary
from ctrcore.errors import DataError
from ctrcore.schema import Column, EncodedField, Schema

ColumnState = NumberScale | Vocabulary


@dataclass(frozen=True)
class Columns:
    """The columns of a table, parsed once for learning and encoding.

    Attributes:
        rows: number of rows.
        order: (rows,) positions in the order of time (of the table where there is no time), for the forward fill.
        numbers: numeric columns, NaN where missing.
        words: categorical columns.
        members: multi-value and history columns; histories are aligned and cut.
    """

    rows: int
    order: Order
    numbers: dict[str, Numbers]
    words: dict[str, Words]
    members: dict[str, Members]


def dense(column: Column) -> bool:
    """True if each row has exactly one value of the column."""
    return column.kind in ("numeric", "categorical")


def parse(frame: pd.DataFrame, schema: Schema) -> Columns:
    """Read the cells of every field; a column that the table lacks is missing in every row.

    Raises:
        DataError: a column name appears twice, or the histories of a row differ in length.
    """
    if not frame.columns.is_unique:
        double = str(frame.columns[frame.columns.duplicated()][0])
        raise DataError(f"The column '{double}' appears twice in the table.", "Give every column its own name.")
    n = len(frame)
    numbers: dict[str, Numbers] = {}
    words: dict[str, Words] = {}
    members: dict[str, Members] = {}
    for column in schema.fields:
        present = column.name in frame.columns
        if column.kind == "numeric":
            numbers[column.name] = as_numbers(frame[column.name]) if present else np.full(n, np.nan)
        elif column.kind == "categorical":
            words[column.name] = as_words(frame[column.name]) if present else _no_words(n)
        elif present:
            members[column.name] = as_members(frame[column.name], column.delimiter)
        elif column.kind == "multi_value":
            members[column.name] = Members(np.empty(0, np.int64), np.zeros(n + 1, np.int64), np.empty(0, object))
    members |= _histories(members, schema, n)
    return Columns(n, _fill_order(frame, schema), numbers, words, members)


def check_trainable(frame: pd.DataFrame, schema: Schema) -> None:
    """What may be missing in rows to score must be there in rows to learn from.

    Raises:
        DataError: a column is missing, or most cells of a numeric one are no numbers.
    """
    for column in schema.fields:
        if column.name not in frame.columns:
            raise DataError(
                f"The table has no column '{column.name}', which the schema names.",
                "Set its kind to 'ignore', or use a table that has it.",
            )
        if column.kind != "numeric" or not frame.columns.is_unique:
            continue
        cells = frame[column.name]
        if not (cells.dtype == object or isinstance(cells.dtype, (pd.StringDtype, pd.CategoricalDtype))):
            continue
        found = as_words(cells)
        wrong = found.known & np.isnan(as_numbers(cells))
        if wrong.sum() > found.known.sum() / 2:
            raise DataError(
                f"The column '{column.name}' should be numeric, but most of its values are no numbers, "
                f"for example '{str(cells.iloc[int(wrong.argmax())])[:50]}'.",
                "Set its kind to 'categorical' or 'ignore'.",
            )


def _no_words(rows: int) -> Words:
    return Words(np.full(rows, -1, dtype=np.int64), np.empty(0, dtype=object))


def _histories(members: dict[str, Members], schema: Schema, rows: int) -> dict[str, Members]:
    """Aligned histories. One whose column the table lacks gets a missing member for each behaviour of the others."""
    found = {column.name: members[column.name] for column in schema.histories if column.name in members}
    offsets = next(iter(found.values())).offsets if found else np.zeros(rows + 1, dtype=np.int64)
    for column in schema.histories:
        if column.name not in found:
            found[column.name] = Members(np.full(offsets[-1], -1), offsets, np.empty(0, dtype=object))
    return align_histories(found, [column.max_length for column in schema.histories])


def _fill_order(frame: pd.DataFrame, schema: Schema) -> Order:
    if schema.time not in frame.columns or all(column.impute != "forward_fill" for column in schema.fields):
        return np.arange(len(frame))
    times = as_times(frame[schema.time], str(schema.time))
    return np.argsort(np.where(np.isnan(times), -np.inf, times), kind="stable")


def learn_column(column: Column, columns: Columns, schema: Schema) -> ColumnState:
    """Fit one column on training rows; one that histories refer to learns their members too.

    Raises:
        DataError: the column's cells do not suit its kind or its imputation.
    """
    if column.kind == "numeric":
        return NumberScale.fit(column, columns.numbers[column.name], columns.order)
    if column.kind == "multi_value":
        members = columns.members[column.name]
        fill = learn_fill(column, members, columns.order)
        return Vocabulary.fit([_clean(column, members, fill, columns.order)], column.min_count, fill)
    words = columns.words[column.name]
    fill = learn_fill(column, words, columns.order)
    found: list[Words | Members] = [impute_words(words, column, fill, columns.order)]
    found += [columns.members[history.name] for history in schema.histories if history.of == column.name]
    return Vocabulary.fit(found, column.min_count, fill)


def _clean(column: Column, members: Members, fill: list[str], order: Order) -> Members:
    return impute_members(members, column, fill, order).first(column.max_length)


def encode_dense(
    columns: Columns, fields: list[EncodedField], states: dict[str, ColumnState], schema: Schema
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Ids and values of the dense fields, each (n, len(fields))."""
    ids = np.empty((columns.rows, len(fields)), dtype=np.int32)
    values = np.ones((columns.rows, len(fields)), dtype=np.float32)
    for position, field in enumerate(fields):
        state, column = states[field.name], schema.column(field.name)
        if isinstance(state, Vocabulary):
            filled = impute_words(columns.words[field.name], column, state.fill, columns.order)
            ids[:, position] = field.start + state.ids(filled)
            continue
        numbers = state.impute(columns.numbers[field.name], column, columns.order)
        if field.kind == "categorical":
            ids[:, position] = field.start + 1 + state.bucket(numbers)
        else:
            ids[:, position] = field.start
            values[:, position] = state.apply(numbers)
    return ids, values


def encode_bags(
    columns: Columns, fields: list[EncodedField], states: dict[str, ColumnState], schema: Schema
) -> dict[str, Bag]:
    """The bags by field name, in field order."""
    bags: dict[str, Bag] = {}
    for field in fields:
        state = states[field.of or field.name]
        assert isinstance(state, Vocabulary)
        members = columns.members[field.name]
        if field.kind == "multi_value":
            members = _clean(schema.column(field.name), members, state.fill, columns.order)
        ids = (field.start + state.ids(members)).astype(np.int32)
        bags[field.name] = Bag(ids, members.offsets.astype(np.int64))
    return bags
