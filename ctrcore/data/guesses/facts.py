"""What the guesses look at: each column of a sample of rows, measured once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ctrcore.data.cells import Index, cells_of, codes_of
from ctrcore.data.members import is_list
from ctrcore.data.values import Words, as_numbers, as_words

if TYPE_CHECKING:
    from ctrcore.data.stored import Table

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


def sample(table: Table) -> pd.DataFrame:
    """At most 50,000 rows in their order, the same ones for the same table."""
    rows = np.arange(len(table))
    if len(table) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(len(table), size=MOST_ROWS, replace=False))
    if isinstance(table, pd.DataFrame):
        return table.iloc[rows] if len(rows) < len(table) else table
    cells = {str(name): cells_of(table, str(name), rows).reset_index(drop=True) for name in table.columns}
    return pd.DataFrame(cells)


def whole_keys(codes: Index, most: int) -> tuple[Index, Index]:
    """All rows of some values of a key, at most so many rows unless one value has more.

    Args:
        codes: (n,) value of each row, -1 for none.
        most: rows wanted.

    Returns:
        Row positions in their order, and how many rows each value of the key has in the whole table.
    """
    rows_of = np.bincount(codes[codes >= 0], minlength=int(codes.max(initial=-1)) + 1)
    order = np.random.default_rng(0).permutation(len(rows_of))
    chosen = np.zeros(len(order) + 1, dtype=bool)
    chosen[order[np.cumsum(rows_of[order]) <= most]] = True
    if not chosen.any() and len(order):
        chosen[order[0]] = True
    return np.flatnonzero(chosen[codes]), rows_of.astype(np.int64)


def determined_by(table: Table, key: str, facts: dict[str, Facts]) -> set[str]:
    """The columns that have one value per value of `key`, as the price has per item.

    Looks at all rows of some values of the key; a column with only one value, or a key whose values hardly ever
    repeat, tells nothing. One in fifty may deviate.
    """
    ids = codes_of(table[key])
    rows, rows_of = whole_keys(ids, MOST_ROWS)
    ids = ids[rows]
    keys = len(np.unique(ids))
    if keys < 2 or len(rows) < 1.5 * keys:
        return set()
    found = set()
    for name, fact in facts.items():
        if name == key or fact.distinct < 2:
            continue
        codes = as_words(cells_of(table, name, rows)).codes
        pairs = pd.DataFrame({"key": ids, "value": codes})[codes >= 0].drop_duplicates()
        counted = pairs["key"].value_counts()
        # A key seen once cannot contradict: only those that repeat count.
        repeated = counted[counted.index.isin(np.flatnonzero(rows_of > 1))]
        if len(repeated) >= 2 and (repeated == 1).mean() >= 0.98:
            found.add(name)
    return found
