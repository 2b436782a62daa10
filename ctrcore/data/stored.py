"""A table on disk that is read one column at a time, so that it never has to fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

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
    """

    path: Path
    rows: Index | None = None

    @cached_property
    def _schema(self) -> pa.Schema:
        return pq.read_schema(self.path)

    @property
    def columns(self) -> pd.Index[str]:
        """The column names in their order."""
        names: pd.Index[str] = pd.Index(self._schema.names)
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
        if name not in self._schema.names:
            raise KeyError(name)
        kind = self._schema.field(name).type
        is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        column = pq.read_table(self.path, columns=[name], read_dictionary=[name] if is_text else [])[name]
        if is_text:
            cells = as_categorical(column)
        elif pa.types.is_nested(kind):
            cells = pd.Series(column, dtype=pd.ArrowDtype(kind))
        else:
            cells = as_series(column)
        return cells if self.rows is None else cells.iloc[self.rows]

    def take(self, rows: Index) -> Stored:
        """The rows at these positions, which must increase."""
        return Stored(self.path, rows if self.rows is None else self.rows[rows])

    def frame(self, rows: Index | None = None) -> pd.DataFrame:
        """All columns of some rows (positions, increasing), or of all, in memory, as `read_table` gives them."""
        chosen = self if rows is None else self.take(np.asarray(rows, dtype=np.int64))
        cells = {str(name): chosen[str(name)] for name in self.columns}
        return pd.DataFrame(
            {name: column if column.dtype != "category" else column.astype("str") for name, column in cells.items()},
            index=chosen.index,
        )

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
