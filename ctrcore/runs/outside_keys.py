"""Rows of a file and of a table as numbers that are equal where their cells are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ctrcore.data.formats.columns_of_text import LARGEST_EXACT
from ctrcore.data.values import as_words
from ctrcore.errors import DataError
from ctrcore.figures.export import RISKY
from ctrcore.language import say
from ctrcore.runs.score_files import joined

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.stored import Stored

Index = npt.NDArray[np.int64]


def keys_of(table: Stored, ids: list[str], file: Stored) -> tuple[Index, Index]:
    """A number for each row of the table (n,) and of the file (m,): rows are equal in these columns where it is equal.

    Cells are compared as `as_words` reads them, so that 7, 7.0 and "7" are one id; missing is a value like any other.
    -1 stands for a row of the file that has no equal in the table.

    Raises:
        DataError: ids of one of them are too large for the decimals that they come as.
    """
    import pandas as pd

    n = len(table)
    key: Index = np.zeros(n + len(file), dtype=np.int64)
    for name in ids:
        ours, theirs = table[name], file[name]
        if rounded(ours, theirs):
            raise DataError(
                say(
                    "'{column}' holds whole numbers above 2^53 as decimals, which cannot hold them exactly: two ids "
                    "may have become one.",
                    column=name[:60],
                ),
                say("Write the column as whole numbers or as text, or use a column 'row' with the row's number."),
            )
        codes = np.concatenate(same_codes(ours, theirs)) + 1
        # without gaps, so that the products stay small
        key = pd.factorize(key * (int(codes.max(initial=0)) + 1) + codes)[0].astype(np.int64)
    there = np.bincount(key[:n], minlength=int(key.max(initial=-1)) + 1) > 0
    return key[:n], np.where(there[key[n:]], key[n:], -1)


def same_codes(ours: pd.Series[Any], theirs: pd.Series[Any]) -> tuple[Index, Index]:
    """The cells of two columns as numbers that are equal where the cells are; -1 where one is missing."""
    import pandas as pd

    if ours.dtype.kind == theirs.dtype.kind and ours.dtype.kind in "iu":  # a time may have a value a row
        codes = pd.factorize(np.concatenate([ours.to_numpy(), theirs.to_numpy()]))[0].astype(np.int64)
        return codes[: len(ours)], codes[len(ours) :]
    mine, others = as_words(_joined(ours)), as_words(_joined(theirs))
    unlocked = _without_apostrophes(others.words, set(mine.words))
    words = np.append(pd.factorize(np.concatenate([mine.words, unlocked]))[0].astype(np.int64), -1)
    return words[np.where(mine.known, mine.codes, -1)], words[
        np.where(others.known, others.codes + len(mine.words), -1)
    ]


def _joined(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Lists as the template writes them; other cells as they are."""
    import pandas as pd

    if not isinstance(cells.dtype, pd.ArrowDtype):
        return cells
    return pd.Series([joined(cell) for cell in cells.astype(object)], dtype=object)


def _without_apostrophes(words: npt.NDArray[np.object_], known: set[str]) -> npt.NDArray[np.object_]:
    """Words as they were before the template made them safe for spreadsheets (`figures.export.safe_cell`)."""
    return np.array(
        [word[1:] if word[0] == "'" and word[1:].startswith(RISKY) and word not in known else word for word in words],
        dtype=object,
    )


def rounded(ours: pd.Series[Any], theirs: pd.Series[Any]) -> bool:
    """True if one column holds decimals so large that some whole number of the other has no decimal of its own."""
    decimals = [cells for cells in (ours, theirs) if cells.dtype.kind == "f"]
    return len(decimals) == 1 and bool((np.abs(decimals[0].to_numpy()) >= LARGEST_EXACT).any())
