"""When two cells hold the same value: cells as words, as numbers, as points in time.

The id 12 may come as an integer, as 12.0 (a column with gaps), as the text "12", or as a member of "7|12". Everything
that compares values goes through `as_words`, so that all of these are the same value.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ctrcore.data.dates import epoch_seconds, read_dates
from ctrcore.errors import DataError
from ctrcore.language import say

UNKNOWN = "unknown"
# The inferred types of an object column whose distinct cells cannot hide one another (1, 1.0 and True are equal keys).
_PLAIN_OBJECTS = {"string", "integer", "floating", "mixed-integer-float", "boolean", "decimal", "datetime", "date"}


@dataclass(frozen=True)
class Words:
    """n cells as positions in a list of distinct words.

    Attributes:
        codes: (n,) int64, -1 where the cell is missing (None, NaN, NaT or an empty text).
        words: (m,) object array of distinct non-empty texts. Not every word needs to occur.
    """

    codes: npt.NDArray[np.int64]
    words: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """True where the cell is not missing, shape (n,)."""
        return self.codes >= 0

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Occurrences of each word, shape (m,)."""
        return np.bincount(self.codes[self.known], minlength=len(self.words)).astype(np.int64)

    def texts(self) -> npt.NDArray[np.object_]:
        """The word of each cell, None where missing, shape (n,)."""
        padded = np.array([*self.words, None], dtype=object)
        return padded[self.codes]


def word(cell: Any) -> str | None:
    """One cell as a word; None if it is missing. Integral numbers have no decimals."""
    if is_missing(cell):
        return None
    if isinstance(cell, (float, np.floating)) and np.isfinite(cell) and cell == np.floor(cell):
        return str(int(cell))
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if isinstance(cell, (list, tuple, dict)):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return str(cell) or None


def is_missing(cell: Any) -> bool:
    """True for None, NaN, NaT, NA and an empty text."""
    if isinstance(cell, (float, np.floating)):
        return bool(np.isnan(cell))
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, str) and not cell)


def as_words(cells: pd.Series[Any]) -> Words:
    """Every cell as a word, by distinct cells wherever that is safe."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        categories = as_words(pd.Series(cells.cat.categories))
        codes = cells.cat.codes.to_numpy()
        return Words(np.append(categories.codes, -1)[codes], categories.words)
    if isinstance(cells.dtype, pd.ArrowDtype) and pa.types.is_nested(cells.dtype.pyarrow_dtype):
        cells = cells.astype(object)
    if cells.dtype == object and pd.api.types.infer_dtype(cells, skipna=True) not in _PLAIN_OBJECTS:
        cells = pd.Series([word(cell) for cell in cells], dtype=object)
    codes, distinct = pd.factorize(cells)
    texts = np.empty(len(distinct), dtype=object)
    texts[:] = _texts(distinct)
    return _merge(codes.astype(np.int64), texts)


def _texts(distinct: Any) -> list[str | None]:
    """`word` of each distinct cell; numbers and texts by the column, as there may be millions."""
    if isinstance(distinct.dtype, pd.StringDtype):
        return [text or None for text in distinct.tolist()]
    if distinct.dtype == np.float64 and (np.abs(distinct[np.isfinite(distinct)]) < 2**62).all():
        whole = distinct == np.floor(distinct)
        whole &= np.isfinite(distinct)
        numbers = np.where(whole, distinct, 0).astype(np.int64).tolist()
        return [str(a) if w else repr(b) for a, b, w in zip(numbers, distinct.tolist(), whole.tolist(), strict=True)]
    if isinstance(distinct.dtype, np.dtype) and distinct.dtype.kind in "iu":
        return list(map(str, distinct.tolist()))
    return [word(cell) for cell in distinct]


def _merge(codes: npt.NDArray[np.int64], texts: npt.NDArray[np.object_]) -> Words:
    """Make the words distinct (12 and "12" are one) and the empty ones missing."""
    again, words = pd.factorize(texts)
    if len(words) < len(texts):
        codes = np.append(again.astype(np.int64), -1)[codes]
    return Words(codes, np.asarray(words, dtype=object))


def as_numbers(cells: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """Every cell as a float64; NaN where it is missing, infinite or no number. Times count in epoch seconds."""
    dtype = cells.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        padded = np.append(as_numbers(pd.Series(cells.cat.categories)), np.nan)
        return np.asarray(padded[cells.cat.codes.to_numpy()], dtype=np.float64)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return epoch_seconds(cells)
    if pd.api.types.is_timedelta64_dtype(dtype):
        return np.asarray(cells.dt.total_seconds(), dtype=np.float64)
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        found = as_words(cells)
        texts = pd.Series(found.words, dtype=object).replace({"True": "1", "False": "0"})
        numbers = np.append(pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64), np.nan)[found.codes]
    return np.where(np.isfinite(numbers), numbers, np.nan)


def as_times(cells: pd.Series[Any], name: str) -> npt.NDArray[np.float64]:
    """Every cell as a point in time that can be ordered; NaN where it is missing.

    Numbers stay as they are (epoch seconds, milliseconds or any counter) if all cells are numbers. Dates and texts
    become epoch seconds; one column may hold dates of several layouts (see `ctrcore.data.dates.read_dates`).

    Raises:
        DataError: a cell is neither a number nor a date.
    """
    return times_and_doubt(cells, name)[0]


def times_and_doubt(cells: pd.Series[Any], name: str) -> tuple[npt.NDArray[np.float64], str]:
    """`as_times`, and a sentence if the order of day and month had to be guessed, else an empty text."""
    if not (cells.dtype == object or isinstance(cells.dtype, (pd.StringDtype, pd.CategoricalDtype))):
        return as_numbers(cells), ""
    found = as_words(cells)
    used = found.counts > 0
    texts = pd.Series(found.words[used], dtype=object)
    numbers, doubt = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64), ""
    if not np.isfinite(numbers).all():
        numbers, doubt = read_dates(texts)
    wrong = np.isnan(numbers)
    if wrong.any():
        # The first such cell of the table: a list of distinct texts may come in any order.
        place = np.append(np.cumsum(used) - 1, -1)[found.codes]
        first = place[int(np.append(wrong, False)[place].argmax())]
        raise DataError(
            say(
                "The time column '{name}' holds '{value}', which is neither a number nor a date.",
                name=name,
                value=str(texts[first])[:50],
            ),
            say("Use epoch seconds or dates such as 2024-05-31 18:00, or choose another time column."),
        )
    points = np.full(len(used) + 1, np.nan)
    points[np.flatnonzero(used)] = numbers
    return points[found.codes], doubt
