"""Texts with two colons between cells, whose titles may hold single ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from ctrcore.data.formats.arrow import as_series
from ctrcore.data.formats.columns_of_text import kind_of, typed
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.streams import Source
from ctrcore.data.layouts.plan import Progress
from ctrcore.errors import DataError


@dataclass(frozen=True)
class DoubleColons:
    """Reads a text without a line of names whole; meant for tables of users and items.

    Attributes:
        names: the columns. The second one takes what is too many, for it is the one that may hold '::' itself.
    """

    names: tuple[str, ...]

    def __call__(self, path: Path, limits: Limits, progress: Progress | None) -> pd.DataFrame:
        """Read the file. Raises DataError if it is too large, damaged or has a line with too few cells."""
        source = Source.of(path, limits)
        with source.open(limits, progress, text=True) as stream:
            content = stream.read()
        lines = _decode(content, source.encodings).splitlines()
        columns: list[list[str]] = [[] for _ in self.names]
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            for column, cell in zip(columns, self._cells(line, number), strict=True):
                column.append(cell.strip())
            limits.check(len(columns[0]), len(columns))
        return pd.DataFrame({name: _series(column) for name, column in zip(self.names, columns, strict=True)})

    def _cells(self, line: str, number: int) -> list[str]:
        cells = line.split("::")
        more = len(cells) - len(self.names)
        if more < 0:
            raise DataError(
                f"Line {number} has {len(cells)} values with '::' between them instead of {len(self.names)}.",
                f"Give every line the values {', '.join(self.names)}.",
            )
        return [cells[0], "::".join(cells[1 : 2 + more]), *cells[2 + more :]]


def _series(cells: list[str]) -> pd.Series[Any]:
    """Numbers where nothing is lost by it, else texts; empty cells are missing."""
    texts = pa.chunked_array([pa.array([cell or None for cell in cells], type=pa.string())])
    found = typed(texts, kind_of(texts))
    return as_series(texts if found is None else found)


def _decode(content: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings[:-1]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode(encodings[-1], errors="replace")
