"""Parquet. A file of some hundred kilobytes may claim 10^8 rows, so its metadata is judged before anything is read."""

from __future__ import annotations

import io
import re
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ctrcore.data.formats.arrow import plain
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.sinks import Sink
from ctrcore.data.formats.streams import Progress, Source
from ctrcore.errors import DataError
from ctrcore.language import mark, say

BROKEN = DataError(mark("The Parquet file is damaged or cut off."), mark("Write it again and upload it."))
SLICE = 262_144  # rows


def read_parquet(source: Source, limits: Limits, progress: Progress | None, sink: Sink) -> None:
    """Read a Parquet file slice by slice; see `ctrcore.data.reading.read_table`."""
    try:
        if source.gzipped:
            with source.open(limits) as stream:
                _read(pa.BufferReader(stream.read()), limits, progress, sink)
        else:
            with source.path.open("rb") as file:
                _read(file, limits, progress, sink)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BROKEN from error


def _read(file: io.BufferedReader | pa.BufferReader, limits: Limits, progress: Progress | None, sink: Sink) -> None:
    metadata = pq.read_metadata(file)
    _check(metadata, limits)
    schema = metadata.schema.to_arrow_schema()
    names = [name for name in schema.names if not re.fullmatch(r"__index_level_\d+__", name)]
    shown = [inner for name in names for inner in _flat_names(name, schema.field(name).type)]
    double = next((name for given in (names, shown) for name, count in Counter(given).items() if count > 1), None)
    if double is not None:
        raise DataError(
            say("The column name '{value}' appears twice.", value=double[:60]), say("Give every column its own name.")
        )
    if not names or not metadata.num_rows:
        raise DataError(say("The Parquet file has no rows."), say("Upload a table with at least one row."))
    # Texts stay in their dictionary: one long text, a million times, is stored once.
    texts = [name for name in names if _is_text(schema.field(name).type)]
    parquet = pq.ParquetFile(file, read_dictionary=texts, pre_buffer=False, buffer_size=1 << 20)
    rows = size = 0
    for batch in parquet.iter_batches(batch_size=min(SLICE, metadata.num_rows), columns=names, use_threads=False):
        part = pa.Table.from_batches([batch])
        size += sum(_unpacked_bytes(column) for column in part.columns)
        limits.check(0, 0, 0, size)
        part = _flat(part)
        limits.check(rows := rows + part.num_rows, part.num_columns)
        sink.write(pa.table({name: plain(name, part[name]) for name in part.column_names}))
        if progress is not None:
            progress(rows / metadata.num_rows)


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


def _flat_names(name: str, kind: pa.DataType) -> list[str]:
    """The columns that `_flat` makes of one."""
    if not pa.types.is_struct(kind):
        return [name]
    return [inner for field in kind for inner in _flat_names(f"{name}.{field.name}", field.type)]


def _flat(table: pa.Table) -> pa.Table:
    """Dictionaries of binary become texts, structs become columns named outer.inner."""
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table
