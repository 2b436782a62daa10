"""Tables from files that strangers wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ctrcore.data.formats.columns_of_text import LARGEST_EXACT
from ctrcore.data.formats.delimited import read_delimited
from ctrcore.data.formats.json_lines import read_json_lines
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.parquet import read_parquet
from ctrcore.data.formats.sinks import MemorySink, ParquetSink, Sink, TidySink
from ctrcore.data.formats.streams import Source
from ctrcore.data.layouts.plan import Part
from ctrcore.data.members import is_list
from ctrcore.data.values import as_words, is_missing, word
from ctrcore.errors import DataError
from ctrcore.language import say

SPLIT = "split"
# What pandas infers of an object column that any file format and any comparison can deal with.
UNIFORM = {"string", "boolean", "datetime", "date", "time", "empty"}
NUMBERS = {"integer", "floating", "mixed-integer-float", "decimal"}

__all__ = ["SPLIT", "Limits", "join_stored", "read_part", "read_table", "store_part", "uniform"]


def read_table(
    path: Path, limits: Limits | None = None, progress: Callable[[float], None] | None = None
) -> pd.DataFrame:
    """Read CSV, TSV (or with ; or |), Parquet or JSON Lines, each also gzipped; the content decides, not the name.

    Texts are read as UTF-8, as UTF-16 or UTF-32 with a byte order mark, else as Windows-1252. Columns of text become
    numbers where no more is lost than zeros that end a decimal: ids with leading zeros stay text. Empty cells, NA,
    NaN, null and None are missing. A header that gives every name a type (`user_id:token`) loses the types. Lists stay
    lists. Every column of the result holds one kind of value.

    Args:
        path: the file.
        limits: how much is read at most; by default as the environment says.
        progress: called with the share done, 0 to 1.

    Raises:
        DataError: the file is empty, damaged, too large or no table.
    """
    return read_part(Part(path), limits, progress)


def read_part(
    part: Part, limits: Limits | None = None, progress: Callable[[float], None] | None = None
) -> pd.DataFrame:
    """`read_table` of a file whose layout is known."""
    limits = limits or _limits(part.path)
    sink = MemorySink(limits)
    with _enough_memory():
        frame = _read(part, limits, progress, sink)
        if frame is None:
            frame = sink.frame()
    if progress is not None:
        progress(1.0)
    return frame


def store_part(
    part: Part,
    target: Path,
    limits: Limits | None = None,
    progress: Callable[[float], None] | None = None,
) -> None:
    """`read_table` into a Parquet file, text and Parquet slice by slice: the table need not fit into memory.

    Args:
        part: the file.
        target: the Parquet file to write.
        limits: how much is read at most; by default as the environment says.
        progress: called with the share done, 0 to 1.

    Raises:
        DataError: the file is empty, damaged, too large or no table.
    """
    with _enough_memory(), ParquetSink(target) as sink:
        frame = _read(part, limits or _limits(part.path), progress, sink)
        if frame is not None:
            sink.write(pa.Table.from_pandas(frame, preserve_index=False))
    if progress is not None:
        progress(1.0)


def join_stored(tables: Sequence[Path], target: Path, names: Sequence[str], marks: Sequence[str] = ()) -> None:
    """Put stored tables of the same columns below each other, as one Parquet file.

    Args:
        tables: what `store_part` wrote.
        target: the Parquet file to write.
        names: what each table is called, for the error.
        marks: what the column `split` says in the rows of each table; none: there is no such column.

    Raises:
        DataError: the tables differ in their columns, or have one called `split` already.
    """
    schemas = [pq.read_schema(path).remove_metadata() for path in tables]
    for name, schema in zip(names, schemas, strict=True):
        odd = sorted(set(schema.names) ^ set(schemas[0].names))
        if odd:
            raise DataError(
                say(
                    "The column '{value}' is in only one of the {value_2} and {value_3} files.",
                    value=odd[0][:60],
                    value_2=names[0][:60],
                    value_3=name[:60],
                ),
                say("Give all files the same columns."),
            )
        if marks and SPLIT in schema.names:
            raise DataError(
                say("The {value} file already has a column '{SPLIT}'.", value=name[:60], SPLIT=SPLIT),
                say("Rename it, or upload all rows as one file."),
            )
    whole = pa.schema([(name, _joint(name, tables)) for name in schemas[0].names])
    with ParquetSink(target) as sink:
        for place, path in enumerate(tables):
            with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
                for group in range(file.num_row_groups):
                    part = file.read_row_group(group).select(whole.names).cast(whole)
                    if marks:
                        part = part.append_column(SPLIT, pa.array([marks[place]] * part.num_rows))
                    sink.write(part)


def _joint(name: str, tables: Sequence[Path]) -> pa.DataType:
    """The type that holds a column's cells of all tables: numbers stay numbers, anything else that differs is text.

    A table in which the column is empty says nothing of its type. Whole numbers that are ids, too long for a decimal
    number, become text beside decimal ones.
    """
    spans = [_span(path, name) for path in tables]
    kinds = [kind for kind, rows, _ in spans if rows] or [spans[0][0]]
    different = list(dict.fromkeys(kinds))
    if len(different) == 1:
        return different[0]
    if any(pa.types.is_nested(kind) for kind in different):
        raise DataError(
            say("The column '{value}' holds lists in one file and something else in another.", value=name[:60]),
            say("Write it in the same way in all files."),
        )
    numbers = all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in different)
    return pa.float64() if numbers and max(farthest for _, _, farthest in spans) <= LARGEST_EXACT else pa.string()


def _span(path: Path, name: str) -> tuple[pa.DataType, int, int]:
    """The type of a stored column, its known cells, and its farthest whole number from 0, as the file's own notes say.

    Of lists the notes do not tell how many cells are known: they count as known.
    """
    with pq.ParquetFile(path) as file:
        kind = file.schema_arrow.field(name).type
        groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
        place = [group.column(number).path_in_schema for group in groups[:1] for number in range(group.num_columns)]
        if pa.types.is_nested(kind) or name not in place:
            return kind, file.metadata.num_rows, 0
        notes = [group.column(place.index(name)).statistics for group in groups]
    known = sum(note.num_values if note is not None else 1 for note in notes)
    if not pa.types.is_integer(kind):
        return kind, known, 0
    ends = [abs(end) for note in notes if note is not None and note.has_min_max for end in (note.min, note.max)]
    return kind, known, max(ends, default=0)


def _read(part: Part, limits: Limits, progress: Callable[[float], None] | None, sink: Sink) -> pd.DataFrame | None:
    """Read into the sink, or return the frame where the file has to be read as a whole."""
    if part.read is not None:
        frame = part.read(part.path, limits, progress)
    else:
        source = Source.of(part.path, limits)
        into = TidySink(sink, part.tidy) if part.tidy is not None else sink
        if source.shape == "delimited":
            read_delimited(source, limits, progress, into, part.text)
            return None
        if source.shape == "parquet":
            read_parquet(source, limits, progress, into)
            return None
        frame = read_json_lines(source, limits, progress)
    return uniform(frame if part.tidy is None else part.tidy(frame))


def _limits(path: Path) -> Limits:
    return Limits.from_env(path.stat().st_size if path.exists() else 0)


@contextmanager
def _enough_memory() -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        raise DataError(
            say("The file needs more memory than there is."), say("Upload a part of it, or leave columns out.")
        ) from error


def uniform(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with one kind of value in each column, so that it can be stored: of mixed values their texts.

    A column in which some cells are lists becomes one of lists.
    """
    changed = {}
    for name in frame.columns:
        cells = frame[name]
        mixed = cells.dtype == object and pd.api.types.infer_dtype(cells, skipna=True) not in UNIFORM
        if mixed and not _alike(cells):
            changed[name] = _uniform(cells)
    return frame.assign(**changed) if changed else frame


def _alike(cells: pd.Series[Any]) -> bool:
    """True if all cells are arrays of one type, as Parquet gives them."""
    kinds = {cell.dtype if isinstance(cell, np.ndarray) else type(cell) for cell in cells if cell is not None}
    return len(kinds) == 1 and isinstance(kinds.pop(), np.dtype)


def _uniform(cells: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.infer_dtype(cells, skipna=True) in NUMBERS:
        numbers = pd.to_numeric(cells.map(lambda cell: None if is_missing(cell) else cell))
        if numbers.dtype != object:
            return numbers
    if not any(is_list(cell) for cell in cells):
        return pd.Series(as_words(cells).texts(), index=cells.index, dtype="str")
    lists = [_members(cell) for cell in cells]
    kinds = {type(member) for members in lists if members is not None for member in members if member is not None}
    if not (kinds <= {str} or kinds <= {int, float} or kinds <= {bool}):
        lists = [None if members is None else [word(member) for member in members] for members in lists]
    found = np.empty(len(lists), dtype=object)
    found[:] = lists
    return pd.Series(found, index=cells.index)


def _members(cell: Any) -> list[Any] | None:
    if is_list(cell):
        return list(cell.tolist() if isinstance(cell, np.ndarray) else cell)
    return None if is_missing(cell) else [cell]
