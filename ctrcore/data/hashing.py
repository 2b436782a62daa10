"""One number for a whole row, so that equal rows can be found without holding the table."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ctrcore.data.cells import parts_of
from ctrcore.data.members import Members, as_members
from ctrcore.data.values import as_words

if TYPE_CHECKING:
    from ctrcore.data.stored import Table

Hashes = npt.NDArray[np.uint64]
MISSING = np.uint64(0x9E3779B97F4A7C15)


def row_hashes(table: Table, without: Container[str] = ()) -> Hashes:
    """A 64-bit number for each row, read column by column: equal rows have equal numbers, lists included.

    Two missing cells are equal. Different rows of a table of n rows have the same number somewhere with a probability
    of about n^2 / 2^65: three in a million for ten million rows.

    Args:
        table: (n rows).
        without: columns that do not count.
    """
    hashes = np.zeros(len(table), dtype=np.uint64)
    for position, name in enumerate(table.columns):
        if name in without:
            continue
        # By position, as an unchecked frame may have a name twice.
        narrow = table.iloc[:, [position]] if isinstance(table, pd.DataFrame) else table
        own = [_hashed(cells) for cells in parts_of(narrow, name)]
        # Multiplying by an odd number first makes the order of the columns count.
        hashes = _mix(hashes * np.uint64(0xD1342543DE82EF95) + np.concatenate([*own, np.empty(0, np.uint64)]))
    return hashes


def _mix(numbers: Hashes) -> Hashes:
    """Every bit depends on every bit. The finalizer of SplitMix64 (Steele, Lea and Flood 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _hashed(cells: pd.Series[Any]) -> Hashes:
    kind = cells.dtype
    if isinstance(kind, pd.CategoricalDtype):
        words = _hashed(pd.Series(cells.cat.categories))
        return np.append(words, MISSING)[cells.cat.codes.to_numpy()]
    if isinstance(kind, np.dtype) and kind.kind in "biuf":
        numbers = cells.to_numpy()
        if kind.kind == "f":
            # Zero has two signs, and NaN many forms.
            return np.where(np.isnan(numbers), MISSING, pd.util.hash_array(numbers + kind.type(0)))
        return pd.util.hash_array(numbers)
    if isinstance(kind, np.dtype) and kind.kind in "mM":
        return pd.util.hash_array(cells.to_numpy().astype(np.int64))
    return _texts(cells)


def _texts(cells: pd.Series[Any]) -> Hashes:
    """Texts, lists and whatever else: each different cell once."""
    kind = cells.dtype
    if isinstance(kind, pd.ArrowDtype) and (
        pa.types.is_list(kind.pyarrow_dtype) or pa.types.is_large_list(kind.pyarrow_dtype)
    ):
        return _lists(as_members(cells, "|"), cells.isna().to_numpy(dtype=bool))
    if pd.api.types.is_object_dtype(kind) or isinstance(kind, pd.ArrowDtype):
        found = as_words(cells)
        return np.append(_words(found.words), MISSING)[found.codes]
    codes, distinct = pd.factorize(cells)
    return np.append(_words(np.asarray(distinct, dtype=object)), MISSING)[codes]


def _words(words: npt.NDArray[np.object_]) -> Hashes:
    return pd.util.hash_array(np.array([str(word) for word in words], dtype=object), categorize=False)


def _lists(members: Members, missing: npt.NDArray[np.bool_]) -> Hashes:
    """The order of the members counts; an empty list is no missing one."""
    own = np.append(_words(members.words), MISSING)[members.codes]
    place = np.arange(len(own), dtype=np.uint64) - np.repeat(members.offsets[:-1], members.lengths).astype(np.uint64)
    own = _mix(own + place * MISSING)
    before = np.concatenate([np.zeros(1, np.uint64), np.cumsum(own, dtype=np.uint64)])
    total = before[members.offsets[1:]] - before[members.offsets[:-1]] + members.lengths.astype(np.uint64)
    return np.where(missing, MISSING, _mix(total))
