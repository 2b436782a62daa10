"""What the guesses look at: each column of a sample of rows, measured once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ctrcore.data.members import is_list
from ctrcore.data.values import Words, as_numbers, as_words

MOST_ROWS = 50_000


@dataclass(frozen=True)
class Facts:
    """One column of the sample.

    Attributes:
        name: of the column.
        cells: of the sampled rows.
    """

    name: str
    cells: pd.Series[Any]

    @cached_property
    def is_list(self) -> bool:
        """True if cells are lists of members."""
        dtype = self.cells.dtype
        if isinstance(dtype, pd.ArrowDtype):
            return bool(pa.types.is_nested(dtype.pyarrow_dtype))
        return pd.api.types.is_object_dtype(dtype) and any(is_list(cell) for cell in self.cells)

    @cached_property
    def words(self) -> Words:
        """The cells as words."""
        return as_words(self.cells)

    @cached_property
    def known(self) -> int:
        """Cells that are not missing."""
        return int(self.words.known.sum())

    @cached_property
    def distinct(self) -> int:
        """Distinct values of the sample."""
        return int((self.words.counts > 0).sum())

    @cached_property
    def values(self) -> npt.NDArray[np.object_]:
        """The distinct values as words."""
        return np.asarray(self.words.words[self.words.counts > 0], dtype=object)

    @cached_property
    def is_text(self) -> bool:
        """True if cells are texts, be it that some hold numbers."""
        dtype = self.cells.dtype
        return pd.api.types.is_object_dtype(dtype) or isinstance(dtype, (pd.StringDtype, pd.CategoricalDtype))

    @cached_property
    def is_date(self) -> bool:
        """True if the type of the column says date."""
        return bool(pd.api.types.is_datetime64_any_dtype(self.cells.dtype))

    @cached_property
    def numbers(self) -> npt.NDArray[np.float64] | None:
        """The known cells as numbers if the column is one of numbers, else None."""
        if self.is_text or self.is_date or pd.api.types.is_bool_dtype(self.cells.dtype):
            return None
        numbers = as_numbers(self.cells)
        return numbers[~np.isnan(numbers)]

    @cached_property
    def is_whole(self) -> bool:
        """True for a column of whole numbers."""
        return self.numbers is not None and bool((self.numbers == np.floor(self.numbers)).all())


def sample(frame: pd.DataFrame) -> pd.DataFrame:
    """At most 50,000 rows in their order, the same ones for the same table."""
    if len(frame) <= MOST_ROWS:
        return frame
    rows = np.random.default_rng(0).choice(len(frame), size=MOST_ROWS, replace=False)
    return frame.iloc[np.sort(rows)]


def determined_by(frame: pd.DataFrame, key: str, facts: dict[str, Facts]) -> set[str]:
    """The columns that have one value per value of `key`, as the price has per item.

    Looks at all rows of some values of the key; a column with only one value, or a key whose values hardly ever
    repeat, tells nothing. One in fifty may deviate.
    """
    ids = as_words(frame[key]).codes
    order = np.random.default_rng(0).permutation(int(ids.max(initial=-1)) + 1)
    rows_of = np.bincount(ids[ids >= 0], minlength=len(order))
    chosen = np.zeros(len(order) + 1, dtype=bool)
    chosen[order[np.cumsum(rows_of[order]) <= MOST_ROWS]] = True
    if not chosen.any() and len(order):
        chosen[order[0]] = True
    rows = np.flatnonzero(chosen[ids])
    keys = int(chosen.sum())
    if keys < 2 or len(rows) < 1.5 * keys:
        return set()
    found = set()
    for name, fact in facts.items():
        if name == key or fact.distinct < 2:
            continue
        codes = as_words(frame[name].iloc[rows]).codes
        pairs = pd.DataFrame({"key": ids[rows], "value": codes})[codes >= 0].drop_duplicates()
        counted = pairs["key"].value_counts()
        # A key seen once cannot contradict: only those that repeat count.
        repeated = counted[counted.index.isin(np.flatnonzero(rows_of > 1))]
        if len(repeated) >= 2 and (repeated == 1).mean() >= 0.98:
            found.add(name)
    return found
