"""Reads sparse lines into the columns that suit all of the training file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ctrcore.data.formats.limits import Limits
from ctrcore.data.layouts.plan import Progress
from ctrcore.data.layouts.sparse_blocks import Block, blocks_of
from ctrcore.data.layouts.sparse_columns import Facts, SparseColumn, columns_of
from ctrcore.errors import DataError

LABEL = "label"


@dataclass(frozen=True)
class SparseReader:
    """Reads one file; several with the same `like` get the same columns.

    Attributes:
        like: the file that decides on the columns: the training rows.
        has_fields: the entries name their fields (libffm).
        names: of the columns, where every line has one index out of each of so many ranges.
    """

    like: Path
    has_fields: bool
    names: tuple[str, ...] = ()

    def __call__(self, path: Path, limits: Limits, progress: Progress | None) -> pd.DataFrame:
        """Read the file. Raises DataError if a line is not written so, or the file is too large or damaged."""
        columns = self._columns()
        labels: list[npt.NDArray[np.float64]] = []
        parts: dict[str, list[Any]] = {column.name: [] for column in columns}
        rows = 0
        for block in blocks_of(path, limits, progress):
            self._check_width(block, columns, rows)
            labels.append(block.label)
            for column in columns:
                parts[column.name].append(_cells(block, column, columns))
            rows += len(block.label)
            limits.check(rows, len(columns) + 1)
            limits.check_memory(rows * (len(columns) + 1))
        if not rows:
            raise DataError("The file holds no lines.", "Upload a file with at least one line.")
        label = np.concatenate(labels)
        whole = np.isfinite(label).all() and (label == np.floor(label)).all()
        cells = {column.name: _series(parts.pop(column.name), column) for column in columns}
        return pd.DataFrame({LABEL: label.astype(np.int64) if whole else label} | cells)

    def _columns(self) -> tuple[SparseColumn, ...]:
        """What `like` decides, within its own limits: it may be far larger than the file that is being read."""
        found = self.like.stat()
        version = (found.st_size, found.st_mtime_ns)
        return _learn(self.like, Limits.from_env(found.st_size), self.has_fields, self.names, version)

    def _check_width(self, block: Block, columns: tuple[SparseColumn, ...], before: int) -> None:
        """A position means the same in all files only if every line has as many entries."""
        if columns[0].source != "position":
            return
        wrong = np.diff(block.offsets) != len(columns)
        if wrong.any():
            row = int(wrong.argmax())
            raise DataError(
                f"Line {before + row + 1} has {int(np.diff(block.offsets)[row])} entries, but each line of the "
                f"training file has {len(columns)}.",
                "Write all files in the same way.",
            )


@lru_cache(maxsize=4)
def _learn(
    path: Path, limits: Limits, has_fields: bool, names: tuple[str, ...], _version: tuple[int, int]
) -> tuple[SparseColumn, ...]:
    """The columns of a file, by reading all of it once."""
    facts = Facts()
    for block in blocks_of(path, limits):
        facts.add(block)
    columns = columns_of(facts, has_fields, names)
    if not columns:
        raise DataError("The lines have labels but no entries.", "Write 'label index:value ...' on each line.")
    limits.check(0, len(columns) + 1)
    return columns


def _cells(block: Block, column: SparseColumn, columns: tuple[SparseColumn, ...]) -> Any:
    """A block's cells of one column; an index that a line does not have is -1, and a value 0."""
    rows = len(block.label)
    if column.source == "position":
        return block.index.reshape(rows, -1)[:, column.place]
    chosen = block.field == column.field
    if column.source == "members":
        own = [other.place for other in columns if other.source == "value" and other.field == column.field]
        return _members(block, chosen & (block.value != 0) & ~np.isin(block.index, own))
    if column.source == "index":
        found = np.full(rows, -1, dtype=np.int64)
        found[block.rows[chosen]] = block.index[chosen]
        return found
    chosen = chosen & (block.index == column.place)
    values = np.zeros(rows)
    values[block.rows[chosen]] = block.value[chosen]
    return values


def _members(block: Block, chosen: npt.NDArray[np.bool_]) -> pa.Array:
    """The chosen indices of each line as one text with blanks between them; None if there are none."""
    counts = np.bincount(block.rows[chosen], minlength=len(block.label))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    members = pa.ListArray.from_arrays(offsets.astype(np.int32), pc.cast(pa.array(block.index[chosen]), pa.string()))
    texts = pc.binary_join(members, " ")
    return pc.if_else(pa.array(counts > 0), texts, None)


def _series(parts: list[Any], column: SparseColumn) -> pd.Series[Any]:
    if column.source == "members":
        series: pd.Series[Any] = pa.chunked_array(parts).cast(pa.large_string()).to_pandas()
        return series
    cells = np.concatenate(parts)
    if column.source == "index" and (cells < 0).any():
        return pd.Series(np.where(cells < 0, np.nan, cells))
    return pd.Series(cells)
