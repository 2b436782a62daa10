"""The steps of the encoder that work on one column each: parse, learn, encode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.encoded import Bag
from ctrcore.data.imputing import Order, impute_members, impute_words, learn_fill
from ctrcore.data.members import Members, align_histories, as_members
from ctrcore.data.scaling import Numbers, NumberScale
from ctrcore.data.stored import Index, Table
from ctrcore.data.values import Words, as_numbers, as_times, as_words
from ctrcore.data.vocabulary import Vocabulary
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.schema import Column, Schema

ColumnState = NumberScale | Vocabulary
Cells = Numbers | Words | Members


def dense(column: Column) -> bool:
    """True if each row has exactly one value of the column."""
    return column.kind in ("numeric", "categorical")


def parse(table: Table, column: Column, to_learn: bool = False) -> Cells:
    """The cells of a column, all missing if the table lacks it: NaN, words that are missing, or no members.

    Args:
        table: the rows.
        column: what the schema says of it.
        to_learn: a numeric column must hold numbers, most of the time.

    Raises:
        DataError: it does not.
    """
    n, present = len(table), column.name in table.columns
    if column.kind == "numeric":
        if not present:
            return np.full(n, np.nan)
        cells = table[column.name]
        numbers = as_numbers(cells)
        if to_learn:
            check_numbers(column, cells, numbers)
        return numbers
    if column.kind == "categorical":
        if present:
            return as_words(table[column.name])
        return Words(np.full(n, -1, dtype=np.int64), np.empty(0, dtype=object))
    if present:
        return as_members(table[column.name], column.delimiter)
    return Members(np.empty(0, np.int64), np.zeros(n + 1, np.int64), np.empty(0, object))


def parse_histories(table: Table, schema: Schema) -> dict[str, Members]:
    """Aligned and cut histories. One whose column the table lacks gets a missing member for each behaviour.

    Raises:
        DataError: the histories of a row differ in length.
    """
    found: dict[str, Members] = {}
    for column in schema.histories:
        if column.name in table.columns:
            found[column.name] = as_members(table[column.name], column.delimiter)
    offsets = next(iter(found.values())).offsets if found else np.zeros(len(table) + 1, dtype=np.int64)
    for column in schema.histories:
        if column.name not in found:
            found[column.name] = Members(np.full(offsets[-1], -1), offsets, np.empty(0, dtype=object))
    return align_histories(found, [column.max_length for column in schema.histories])


def rows_of(cells: Cells, rows: Index | None) -> Cells:
    """The cells of the rows at these positions; None: of all."""
    if rows is None:
        return cells
    if isinstance(cells, Words):
        return Words(cells.codes[rows], cells.words)
    return cells.take(rows) if isinstance(cells, Members) else cells[rows]


def check_trainable(table: Table, schema: Schema) -> None:
    """What may be missing in rows to score must be there in rows to learn from.

    Raises:
        DataError: a column is missing or appears twice.
    """
    for column in schema.fields:
        if column.name not in table.columns:
            raise DataError(
                say("The table has no column '{name}', which the schema names.", name=column.name),
                say("Set its kind to 'ignore', or use a table that has it."),
            )
    check_names(table)


def check_numbers(column: Column, cells: pd.Series[Any], numbers: Numbers) -> None:
    """Raise DataError if most cells of a numeric column are no numbers."""
    if not (cells.dtype == object or isinstance(cells.dtype, (pd.StringDtype, pd.CategoricalDtype))):
        return
    found = as_words(cells)
    wrong = found.known & np.isnan(numbers)
    if wrong.sum() > found.known.sum() / 2:
        raise DataError(
            say(
                "The column '{name}' should be numeric, but most of its values are no numbers, for example '{value}'.",
                name=column.name,
                value=str(cells.iloc[int(wrong.argmax())])[:50],
            ),
            say("Set its kind to 'categorical' or 'ignore'."),
        )


def check_names(table: Table) -> None:
    """Raise DataError if a column name appears twice."""
    if not table.columns.is_unique:
        double = str(table.columns[table.columns.duplicated()][0])
        raise DataError(
            say("The column '{double}' appears twice in the table.", double=double),
            say("Give every column its own name."),
        )


def fill_order(table: Table, schema: Schema, rows: Index | None) -> Order:
    """Positions among the rows in the order of time (of the table where there is no time), for the forward fill.

    None of them if no column is filled forward.
    """
    if all(column.impute != "forward_fill" for column in schema.fields):
        return np.empty(0, dtype=np.int64)
    n = len(table) if rows is None else len(rows)
    if schema.time is None or schema.time not in table.columns:
        return np.arange(n)
    times = as_times(table[schema.time], schema.time)
    times = times if rows is None else times[rows]
    return np.argsort(np.where(np.isnan(times), -np.inf, times), kind="stable")


def learn(column: Column, cells: Cells, histories: list[Members], order: Order) -> ColumnState:
    """Fit one column on training rows.

    Args:
        column: what the schema says of it.
        cells: of the training rows.
        histories: the members of the histories that refer to the column, which are learned too.
        order: the training rows in the order of time.

    Raises:
        DataError: the cells do not suit the column's kind or its imputation.
    """
    if isinstance(cells, np.ndarray):
        return NumberScale.fit(column, cells, order)
    fill = learn_fill(column, cells, order)
    if isinstance(cells, Members):
        return Vocabulary.fit([_clean(column, cells, fill, order)], column.min_count, fill)
    return Vocabulary.fit([impute_words(cells, column, fill, order), *histories], column.min_count, fill)


@dataclass(frozen=True)
class Coded:
    """One column of n rows in ids of its own: 0 is 'unknown', or the only id of a numeric column.

    Attributes:
        ids: (n,) int32; of a bag (total,), its members one row after the other.
        numbers: (n,) the scaled numbers of a numeric column.
        offsets: (n + 1,) where the members of each row begin, of a bag.
    """

    ids: npt.NDArray[np.int32]
    numbers: npt.NDArray[np.float32] | None = None
    offsets: npt.NDArray[np.int64] | None = None

    def take(self, rows: Index | None) -> Coded:
        """The rows at these positions; None: all."""
        if rows is None:
            return self
        if self.offsets is not None:
            bag = Bag(self.ids, self.offsets).take(rows)
            return Coded(bag.ids, offsets=bag.offsets)
        return Coded(self.ids[rows], None if self.numbers is None else self.numbers[rows])


def encode(column: Column, state: ColumnState, cells: Cells, order: Order) -> Coded:
    """Encode one column by what was learned of it, or of the column that it is a history of."""
    if isinstance(state, NumberScale):
        assert isinstance(cells, np.ndarray)
        numbers = state.impute(cells, column, order)
        if column.scale == "quantile":
            return Coded((state.bucket(numbers) + 1).astype(np.int32))
        return Coded(np.zeros(len(numbers), dtype=np.int32), state.apply(numbers))
    if isinstance(cells, Members):
        members = _clean(column, cells, state.fill, order) if column.kind == "multi_value" else cells
        return Coded(state.ids(members).astype(np.int32), offsets=members.offsets.astype(np.int64))
    assert isinstance(cells, Words)
    return Coded(state.ids(impute_words(cells, column, state.fill, order)).astype(np.int32))


def _clean(column: Column, members: Members, fill: list[str], order: Order) -> Members:
    return impute_members(members, column, fill, order).first(column.max_length)
