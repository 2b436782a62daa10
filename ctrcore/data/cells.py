"""One column of a table, whole, at some rows, or part by part: a column of long texts need not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ctrcore.data.values import as_words

if TYPE_CHECKING:
    from ctrcore.data.stored import Stored, Table

Index = npt.NDArray[np.int64]
AT_ONCE = 250_000


def parts_of(table: Table, name: str, rows: Index | None = None) -> Iterator[pd.Series[Any]]:
    """One column in parts of at most 250,000 rows that follow each other.

    Args:
        table: in memory or on disk.
        name: of the column.
        rows: increasing positions; None for all.
    """
    if not isinstance(table, pd.DataFrame) and _is_long(table, name):
        yield from _read(table, name, rows)
        return
    cells = table[name] if rows is None else table[name].iloc[rows]
    for start in range(0, len(cells), AT_ONCE):
        yield cells.iloc[start : start + AT_ONCE]


def cells_of(table: Table, name: str, rows: Index | None = None) -> pd.Series[Any]:
    """One column, of all rows or of those at increasing positions."""
    if rows is None:
        return table[name]
    if isinstance(table, pd.DataFrame):
        cells = table[name].iloc[rows]
        # Else the texts of all other rows would be parsed as well.
        return cells.cat.remove_unused_categories() if isinstance(cells.dtype, pd.CategoricalDtype) else cells
    if not len(rows) or not _is_long(table, name):
        return table.take(rows)[name]
    return pd.concat(list(parts_of(table, name, rows)), ignore_index=True)


def codes_of(cells: pd.Series[Any]) -> Index:
    """Equal numbers for equal cells, -1 for missing ones, without a text for each number."""
    kind = cells.dtype
    if pd.api.types.is_object_dtype(kind) or isinstance(kind, (pd.ArrowDtype, pd.CategoricalDtype)):
        return as_words(cells).codes
    return pd.factorize(cells)[0].astype(np.int64)


def _is_long(table: Stored, name: str) -> bool:
    """True for stored texts and lists, whose cells may be of any size."""
    if name in table.more:
        return False
    kind = pq.read_schema(table.path).field(name).type
    return bool(pa.types.is_nested(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _read(table: Stored, name: str, rows: Index | None) -> Iterator[pd.Series[Any]]:
    if table.rows is not None:
        rows = table.rows if rows is None else table.rows[rows]
    start = 0
    with pq.ParquetFile(table.path, pre_buffer=False) as file:
        for batch in file.iter_batches(batch_size=AT_ONCE, columns=[name]):
            column = batch.column(0)
            stop = start + len(column)
            if rows is not None:
                first, last = np.searchsorted(rows, [start, stop])
                column = column.take(pa.array(rows[first:last] - start))
            start = stop
            if len(column):
                yield _series(column)


def _series(column: pa.Array) -> pd.Series[Any]:
    if pa.types.is_nested(column.type):
        return pd.Series(column, dtype=pd.ArrowDtype(column.type))
    return pd.Series(column, dtype="str")
