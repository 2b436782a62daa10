"""Where the slices of a table go while a file is read: into memory, or into a Parquet file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ctrcore.data.formats.arrow import as_series
from ctrcore.data.formats.limits import Limits
from ctrcore.errors import DataError
from ctrcore.language import say

# A text column keeps its dictionary up to this size in each row group: it is read back several times faster.
DICTIONARY_BYTES = 32 << 20


class Sink(Protocol):
    """Takes the slices of one table in their order, all with the same columns and types."""

    def write(self, part: pa.Table) -> None:
        """Add rows."""

    def restart(self) -> None:
        """Forget what was written: the slices come again, with other types."""


class MemorySink:
    """Keeps the table in memory, as far as the limits allow."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._parts, self._rows = limits, list[pa.Table](), 0

    def write(self, part: pa.Table) -> None:
        """Add rows. Raises DataError when they become too many to be held in memory."""
        self._rows += part.num_rows
        self._limits.check_memory(self._rows * part.num_columns)
        self._parts.append(part)

    def restart(self) -> None:
        """Forget what was written."""
        self._parts, self._rows = [], 0

    def frame(self) -> pd.DataFrame:
        """The whole table."""
        table = pa.concat_tables(self._parts)
        return pd.DataFrame({name: as_series(table[name]) for name in table.column_names}, copy=False)


class ParquetSink:
    """Writes the table to a Parquet file, which ends with the `with` block, whether it ends well or not."""

    _writer: pq.ParquetWriter | None = None

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
            return
        with suppress(OSError, pa.ArrowException):  # what went wrong before says more
            self.close()

    def write(self, part: pa.Table) -> None:
        """Add rows as a row group."""
        part = part.cast(pa.schema([(field.name, _undictionaried(field.type)) for field in part.schema]))
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path,
                part.schema,
                compression="zstd",
                compression_level=1,
                dictionary_pagesize_limit=DICTIONARY_BYTES,
            )
        try:
            self._writer.write_table(part.cast(self._writer.schema), row_group_size=max(1, part.num_rows))
        except pa.ArrowInvalid as error:
            raise DataError(
                say("A column holds values of one kind in one part of the file and of another kind in another."),
                say("Save the table as CSV, or correct the column."),
            ) from error
        except OSError as error:
            raise DataError(
                say("The table cannot be written: the disk is full, or may not be written to."),
                say("Make room and try again."),
            ) from error

    def restart(self) -> None:
        """Begin the file anew."""
        self.close()
        self._writer = None

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()


def _undictionaried(kind: pa.DataType) -> pa.DataType:
    """Parquet makes its own dictionaries; lists of them could not be read across the borders of row groups."""
    if pa.types.is_large_list(kind):
        return pa.large_list(_undictionaried(kind.value_type))
    return kind.value_type if pa.types.is_dictionary(kind) else kind


class TidySink:
    """Rewrites each slice before it goes on to another sink.

    Args:
        sink: the other one.
        tidy: row by row: any slice of consecutive rows gives the same rows.
    """

    def __init__(self, sink: Sink, tidy: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        self._sink, self._tidy = sink, tidy

    def write(self, part: pa.Table) -> None:
        """Rewrite rows and pass them on."""
        frame = pd.DataFrame({name: as_series(part[name]) for name in part.column_names}, copy=False)
        self._sink.write(pa.Table.from_pandas(self._tidy(frame), preserve_index=False))

    def restart(self) -> None:
        """The other sink forgets."""
        self._sink.restart()
