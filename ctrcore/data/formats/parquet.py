"""Parquet. A file of some hundred kilobytes may claim 10^8 rows, so its metadata is judged before anything is read."""

from __future__ import annotations

import io
import re
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ctrcore.data.formats.columns_of_text import LARGEST_EXACT
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.streams import Progress, Source
from ctrcore.errors import DataError

BROKEN = DataError("The Parquet file is damaged or cut off.", "Write it again and upload it.")


def read_parquet(source: Source, limits: Limits, progress: Progress | None) -> pd.DataFrame:
    """Read a Parquet file; see `ctrcore.data.reading.read_table`."""
    try:
        if source.gzipped:
            with source.open(limits) as stream:
                return _read(pa.BufferReader(stream.read()), limits, progress)
        with source.path.open("rb") as file:
            return _read(file, limits, progress)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BROKEN from error


def _read(file: io.BufferedReader | pa.BufferReader, limits: Limits, progress: Progress | None) -> pd.DataFrame:
    metadata = pq.read_metadata(file)
    _check(metadata, limits)
    names = [name for name in metadata.schema.to_arrow_schema().names if not re.fullmatch(r"__index_level_\d+__", name)]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise DataError(f"The column name '{double[:60]}' appears twice.", "Give every column its own name.")
    if not names or not metadata.num_rows:
        raise DataError("The Parquet file has no rows.", "Upload a table with at least one row.")
    # Texts stay in their dictionary: one long text, a million times, is stored once.
    texts = [name for name in names if _is_text(metadata.schema.to_arrow_schema().field(name).type)]
    parquet = pq.ParquetFile(file, read_dictionary=texts)
    parts, size = [], 0
    for group in range(metadata.num_row_groups):
        part = parquet.read_row_group(group, columns=names, use_threads=False)
        size += sum(_unpacked_bytes(column) for column in part.columns)
        limits.check(0, 0, 0, size)
        parts.append(part)
        if progress is not None:
            progress((group + 1) / metadata.num_row_groups)
    table = _flat(pa.concat_tables(parts, promote_options="none"))
    limits.check(table.num_rows, table.num_columns)
    return pd.DataFrame({name: _series(name, table[name]) for name in table.column_names}, copy=False)


def _check(metadata: pq.FileMetaData, limits: Limits) -> None:
    """Refuse by the metadata alone. Members of lists are values of a column chunk that rows do not count."""
    values = size = 0
    for group in range(metadata.num_row_groups):
        chunks = metadata.row_group(group)
        size += chunks.total_byte_size
        values += sum(chunks.column(column).num_values for column in range(chunks.num_columns))
    limits.check(metadata.num_rows, metadata.num_columns, max(values, metadata.num_rows * metadata.num_columns), size)


def _is_text(kind: pa.DataType) -> bool:
    return kind in (pa.string(), pa.large_string(), pa.binary())


def _unpacked_bytes(column: pa.ChunkedArray) -> int:
    """Bytes of the column once each row has its own text."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    total = 0
    for chunk in column.chunks:
        lengths = pc.binary_length(chunk.dictionary)
        total += int(pc.sum(pc.cast(lengths.take(chunk.indices), pa.int64())).as_py() or 0) + 8 * len(chunk)
    return total


def _flat(table: pa.Table) -> pa.Table:
    """Structs become columns named outer.inner."""
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _series(name: str, column: pa.ChunkedArray) -> pd.Series[Any]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = pc.cast(column, kind.value_type), kind.value_type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        column = _as_text(name, column)
    elif pa.types.is_decimal(kind) or pa.types.is_float16(kind):
        column = pc.cast(column, pa.float64())
    elif pa.types.is_date(kind):
        column = pc.cast(column, pa.timestamp("ms"))
    elif pa.types.is_integer(kind) and column.null_count:
        column = _with_gaps(column)
    series: pd.Series[Any] = column.to_pandas()
    return series.reset_index(drop=True)


def _with_gaps(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers with gaps become float64 in pandas; those that it cannot hold exactly become text."""
    span = pc.min_max(column)
    low, high = span["min"].as_py() or 0, span["max"].as_py() or 0
    return pc.cast(column, pa.string() if max(abs(low), abs(high)) > LARGEST_EXACT else pa.float64())


def _as_text(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return pc.cast(column, pa.string())
    except pa.ArrowInvalid as error:
        raise DataError(
            f"The column '{name[:60]}' holds binary data.", "Leave it out, or write it as text or numbers."
        ) from error
