"""Tables from files that strangers wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ctrcore.data.formats.delimited import read_delimited
from ctrcore.data.formats.json_lines import read_json_lines
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.parquet import read_parquet
from ctrcore.data.formats.streams import Source
from ctrcore.data.members import is_list
from ctrcore.data.values import as_words, is_missing, word
from ctrcore.errors import DataError

READERS = {"delimited": read_delimited, "json_lines": read_json_lines, "parquet": read_parquet}
SPLIT = "split"
# What pandas infers of an object column that any file format and any comparison can deal with.
UNIFORM = {"string", "boolean", "datetime", "date", "time", "empty"}
NUMBERS = {"integer", "floating", "mixed-integer-float", "decimal"}

__all__ = ["SPLIT", "Limits", "read_table", "read_tables", "uniform"]


def read_table(
    path: Path, limits: Limits | None = None, progress: Callable[[float], None] | None = None
) -> pd.DataFrame:
    """Read CSV, TSV (or with ; or |), Parquet or JSON Lines, each also gzipped; the content decides, not the name.

    Texts are read as UTF-8, as UTF-16 or UTF-32 with a byte order mark, else as Windows-1252. Columns of text become
    numbers where nothing is lost: ids with leading zeros stay text. Empty cells, NA, NaN, null and None are missing.
    A header that gives every name a type (`user_id:token`) loses the types. Lists stay lists. Every column of the
    result holds one kind of value.

    Args:
        path: the file.
        limits: how much is read at most; by default as the environment says.
        progress: called with the share done, 0 to 1.

    Raises:
        DataError: the file is empty, damaged, too large or no table.
    """
    limits = limits or Limits.from_env()
    source = Source.of(path, limits)
    try:
        frame = uniform(READERS[source.shape](source, limits, progress))
    except MemoryError as error:
        raise DataError(
            "The file needs more memory than there is.", "Upload a part of it, or leave columns out."
        ) from error
    if progress is not None:
        progress(1.0)
    return frame


def read_tables(
    train: Path,
    valid: Path | None = None,
    test: Path | None = None,
    limits: Limits | None = None,
    progress: Callable[[float], None] | None = None,
) -> pd.DataFrame:
    """Read given parts into one table with a column `split`: train, valid or test.

    Raises:
        DataError: a file cannot be read, the files differ in their columns, or a column is already called `split`.
    """
    limits = limits or Limits.from_env()
    files = {name: path for name, path in (("train", train), ("valid", valid), ("test", test)) if path is not None}
    parts: list[pd.DataFrame] = []
    for number, (name, path) in enumerate(files.items()):
        part = read_table(path, limits, _share(progress, number, len(files)))
        if SPLIT in part.columns:
            raise DataError(
                f"The {name} file already has a column '{SPLIT}'.", "Rename it, or upload all rows as one file."
            )
        if parts and set(part.columns) != set(parts[0].columns) - {SPLIT}:
            odd = sorted(set(part.columns) ^ (set(parts[0].columns) - {SPLIT}))[0]
            raise DataError(
                f"The column '{odd[:60]}' is in only one of the train and {name} files.",
                "Give all files the same columns.",
            )
        parts.append(part.assign(**{SPLIT: name}))
    limits.check(sum(len(part) for part in parts), parts[0].shape[1])
    return uniform(pd.concat(parts, ignore_index=True))


def _share(progress: Callable[[float], None] | None, number: int, files: int) -> Callable[[float], None] | None:
    return None if progress is None else lambda done: progress((number + done) / files)


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
