"""A table on disk that is read one column at a time, so that it never has to fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ctrcore.data.formats.arrow import as_categorical, as_series

Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Stored:
    """A Parquet file that behaves like a data frame as far as columns go.

    Attributes:
        path: the file, in one of the forms that `read_table` gives.
        rows: the chosen rows, increasing; None for all.
        more: further columns, in memory, of the chosen rows.
    """

    path: Path
    rows: Index | None = None
    more: dict[str, pd.Series[Any]] = field(default_factory=dict)

    @cached_property
    def _schema(self) -> pa.Schema:
        return pq.read_schema(self.path)

    @property
    def columns(self) -> pd.Index[str]:
        """The column names in their order."""
        names: pd.Index[str] = pd.Index([*self._schema.names, *self.more])
        return names

    @cached_property
    def _total(self) -> int:
        return int(pq.read_metadata(self.path).num_rows)

    def __len__(self) -> int:
        return self._total if self.rows is None else len(self.rows)

    @property
    def index(self) -> pd.Index[int]:
        """The source row of each row."""
        return pd.RangeIndex(self._total) if self.rows is None else pd.Index(self.rows)

    def __getitem__(self, name: str) -> pd.Series[Any]:
        """One column. Of texts each different one is held once; lists stay Arrow's."""
        if name in self.more:
            return self.more[name]
        if name not in self._schema.names:
            raise KeyError(name)
        kind = self._schema.field(name).type
        is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        with pq.ParquetFile(self.path, read_dictionary=[name] if is_text else []) as file:
            column = file.read([name])[name]
        if is_text:
            cells = as_categorical(column)
        elif pa.types.is_nested(kind):
            cells = pd.Series(column, dtype=pd.ArrowDtype(kind))
        else:
            cells = as_series(column)
        return cells if self.rows is None else cells.iloc[self.rows]

    def take(self, rows: Index) -> Stored:
        """The rows at these positions, which must increase."""
        more = {name: cells.iloc[rows] for name, cells in self.more.items()}
        return Stored(self.path, rows if self.rows is None else self.rows[rows], more)

    def assign(self, **more: pd.Series[Any]) -> Stored:
        """The table with further columns."""
        return Stored(self.path, self.rows, self.more | more)

    def frame(self, rows: Index | None = None, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Some columns or all of some rows (positions, increasing) or all, in memory, as `read_table` gives them."""
        chosen = self if rows is None else self.take(np.asarray(rows, dtype=np.int64))
        names = [str(name) for name in (self.columns if columns is None else columns)]
        table = self._read(chosen.rows, [name for name in names if name not in self.more])
        cells = {name: as_series(table[name]).set_axis(chosen.index) for name in table.column_names}
        return pd.DataFrame({name: (cells | chosen.more)[name] for name in names}, index=chosen.index)

    def _read(self, rows: Index | None, columns: list[str]) -> pa.Table:
        """Stored columns of some source rows; only the row groups that hold one of them are read."""
        with pq.ParquetFile(self.path) as file:
            if rows is None:
                return file.read(columns)
            sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
            ends = np.cumsum(sizes)
            parts = []
            for group in np.unique(np.searchsorted(ends, rows, side="right")):
                start = ends[group] - sizes[group]
                inside = rows[(rows >= start) & (rows < ends[group])] - start
                parts.append(file.read_row_group(int(group), columns).take(pa.array(inside)))
            return pa.concat_tables(parts) if parts else file.schema_arrow.empty_table().select(columns)

    def at(self, source_rows: Sequence[int]) -> pd.DataFrame:
        """All columns of the rows with these source row numbers, in increasing order. Raises KeyError for another."""
        wanted = np.unique(np.asarray(source_rows, dtype=np.int64))
        places = wanted if self.rows is None else np.searchsorted(self.rows, wanted)
        if (
            (wanted < 0).any()
            or (places >= len(self)).any()
            or (self.rows is not None and (self.rows[places] != wanted).any())
        ):
            raise KeyError(source_rows)
        return self.frame(places)

    def slices(self, size: int) -> Iterator[pd.DataFrame]:
        """Consecutive rows, at most `size` at a time, all columns."""
        with pq.ParquetFile(self.path, pre_buffer=False, buffer_size=1 << 20) as file:
            start = 0
            for batch in file.iter_batches(batch_size=size):
                part = pa.Table.from_batches([batch])
                frame = pd.DataFrame({name: as_series(part[name]) for name in part.column_names})
                yield frame.set_axis(pd.RangeIndex(start, start + len(frame)))
                start += len(frame)


Table = pd.DataFrame | Stored
SameTable = TypeVar("SameTable", bound=Table)


def take_rows(table: SameTable, rows: Index) -> SameTable:
    """The rows at these positions, which must increase."""
    return cast(SameTable, table.take(rows) if isinstance(table, Stored) else table.iloc[rows])


def frame_of(table: Table, rows: Index, columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of the rows at these positions, which must increase, in memory."""
    return table.frame(rows, columns) if isinstance(table, Stored) else table.iloc[rows][list(columns)]
