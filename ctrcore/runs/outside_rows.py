"""Which row of the table each row of another system's file belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ctrcore.data.values import as_numbers
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.runs.outside_choices import ROW
from ctrcore.runs.outside_keys import Index, keys_of, rounded, same_codes

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.stored import Stored


def place_in_file(row: int) -> str:
    """Where a row of the file is, for its reader."""
    return say("row {row} of the file, counted from 1 without the header", row=row + 1)


@dataclass(frozen=True)
class Held:
    """Rows of the table that no model learns from, as one recipe splits them.

    Attributes:
        test: (t,) their numbers in the table.
        valid: (v,) likewise.
        test_label: (t,) 1 where the row was clicked, else 0.
        valid_label: (v,) likewise.
    """

    test: Index
    valid: Index
    test_label: npt.NDArray[np.float32]
    valid_label: npt.NDArray[np.float32]

    @property
    def judged(self) -> Index:
        """The rows that models are judged on."""
        return self.test if len(self.test) else self.valid

    @property
    def judged_label(self) -> npt.NDArray[np.float32]:
        """Whether they were clicked."""
        return self.test_label if len(self.test) else self.valid_label

    @property
    def title(self) -> str:
        """What the judged rows are called."""
        return "test" if len(self.test) else "validation"


def is_row_number(ids: list[str], table: Stored) -> bool:
    """True if the column holds the number of a row, False if it is one of the table's own."""
    return len(ids) == 1 and (ids[0].strip().lower() == ROW or ids[0] not in table.columns)


def rows_by_number(cells: pd.Series[Any], name: str, rows: int) -> Index:
    """The table's row (m,) of each of m cells that hold its number; -1 for one that is not in the table.

    Args:
        cells: numbers, counted from 0.
        name: what their column is called.
        rows: rows of the table.

    Raises:
        DataError: a cell is no whole number, a row comes twice, or the numbers seem to be counted from 1.
    """
    numbers = as_numbers(cells)
    wrong = np.isnan(numbers) | (numbers != np.floor(numbers))
    if wrong.any():
        first = int(wrong.argmax())
        raise DataError(
            say(
                "{count:,} cells of '{column}' are no row numbers; the first is '{cell}' in {place}.",
                count=int(wrong.sum()),
                column=name[:60],
                cell=str(cells.iloc[first])[:50],
                place=place_in_file(first),
            ),
            say("Give each score the number of its row in the table, counted from 0, or name other id columns."),
        )
    if (numbers == rows).any() and not (numbers == 0).any():
        raise DataError(
            say(
                "The column '{column}' seems to count the table's rows from 1: it holds {rows:,}, one more than the "
                "number of the last row, and no 0.",
                column=name[:60],
                rows=rows,
            ),
            say("Count from 0, so subtract 1 from each number, and leave out rows that the table does not have."),
        )
    found: Index = np.where((numbers >= 0) & (numbers < rows), numbers, -1).astype(np.int64)
    twice = np.flatnonzero(np.bincount(found[found >= 0], minlength=1) > 1)
    if len(twice):
        raise DataError(
            say(
                "{count:,} rows have more than one score in the file, the first of them row {row}.",
                count=len(twice),
                row=twice[0],
            ),
            say("Give each row one score."),
        )
    return found


def rows_by_keys(file: Stored, table: Stored, ids: list[str], held: Held) -> Index:
    """The table's row (m,) of each of the file's m rows, by columns that both have.

    A key that test and validation rows share means the test row; validation rows that share one get no score. Of
    training rows any one stands for all with its key; -1 is for rows of the file that are not in the table.

    Raises:
        DataError: judged rows, or the file's rows, share a key.
    """
    ours, theirs = keys_of(table, ids, file)
    size = int(max(ours.max(initial=-1), theirs.max(initial=-1))) + 1
    asked = np.bincount(theirs[theirs >= 0], minlength=size)
    shown = say(", ").join(f"'{name[:60]}'" for name in ids)
    unclear = (np.bincount(ours[held.judged], minlength=size) > 1) & (asked > 0)
    if unclear.any():
        raise DataError(
            say(
                "{count:,} values of {columns} stand for more than one {part} row each.",
                count=int(unclear.sum()),
                columns=shown,
                part=say(held.title),
            ),
            say("Name further columns that tell these rows apart, or use a column 'row' with the row's number."),
        )
    counts = np.bincount(ours[np.concatenate([held.test, held.valid])], minlength=size)
    twice = (asked > 1) & (counts > 0)
    if twice.any():
        first = int(np.flatnonzero(np.append(twice, False)[theirs])[0])
        raise DataError(
            say(
                "{count:,} values of {columns} have more than one score; the first is in {place}.",
                count=int(twice.sum()),
                columns=shown,
                place=place_in_file(first),
            ),
            say("Give each row one score, or name further columns that tell the rows apart."),
        )
    place = np.full(size + 1, -1, dtype=np.int64)  # the last one is that of keys which the table does not have
    others = np.ones(len(table), dtype=bool)
    others[held.test] = others[held.valid] = False
    place[ours[others]] = np.flatnonzero(others)
    alone = held.valid[counts[ours[held.valid]] == 1]
    place[ours[alone]] = alone
    place[ours[held.judged]] = held.judged
    return place[theirs]


def check_same(file: Stored, table: Stored, row: Index, names: Iterable[str]) -> None:
    """See that columns which the file shares with the table hold in each row what the table holds in that row.

    Args:
        file: what was read.
        table: the rows.
        row: the table's row of each of the file's rows, -1 for none.
        names: columns to look at, if both have them, and hold ids that can be compared.

    Raises:
        DataError: they do not, so that the row numbers are not those of this table.
    """
    for name in names:
        if name not in file.columns or name not in table.columns:
            continue
        if rounded(table[name], file[name]):
            continue
        ours, theirs = same_codes(table[name], file[name])
        differ = (row >= 0) & (theirs >= 0) & (theirs != ours[row])
        if differ.any():
            raise DataError(
                say(
                    "In {count:,} rows of the file '{column}' is not what the table holds in the row of that number; "
                    "the first is {place}.",
                    count=int(differ.sum()),
                    column=name[:60],
                    place=place_in_file(int(differ.argmax())),
                ),
                say("Count the table's rows from 0, in its own order, or name other id columns."),
            )
