"""Whether a file of scores can mean what it is taken for; each check raises DataError where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ctrcore.errors import DataError
from ctrcore.language import mark, say
from ctrcore.runs.outside_choices import Meaning, OutsideChoices
from ctrcore.runs.outside_keys import Index
from ctrcore.runs.outside_rows import Held, place_in_file

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.stored import Stored

NO_NUMBER = (  # what is wrong with scores, and what to do
    mark(
        "{count:,} of {all:,} scores in '{column}' are missing, infinite or no numbers; the first is '{cell}' in "
        "{place}."
    ),
    mark("Give each row a number."),
)
_NO_PROBABILITY = (
    mark(
        "{count:,} of {all:,} scores in '{column}' are no probabilities, which lie within 0 and 1; the first is "
        "'{cell}' in {place}."
    ),
    mark("Say that they are logits, or that only their order means something."),
)
_TOO_LARGE = (
    mark("{count:,} of {all:,} scores in '{column}' are too large for logits; the first is '{cell}' in {place}."),
    mark("Say that only their order means something."),
)
LARGEST = float(np.finfo(np.float32).max)


def counted_rows(held: Held, rows: int) -> npt.NDArray[np.bool_]:
    """(rows + 1,) whether a row of the table is one of those that count; the last place, that of -1, is never one."""
    counts = np.zeros(rows + 1, dtype=bool)
    counts[held.test] = counts[held.valid] = True
    return counts


def check_numbering(row: Index, name: str, held: Held, rows: int) -> None:
    """Raise DataError if the numbers are likely to mean something else: each score would sit on another's row."""
    counts, there = counted_rows(held, rows), row[row >= 0]
    if len(row) < rows and np.array_equal(row, np.arange(len(row))) and not counts[row].all():
        raise DataError(
            say(
                "The column '{column}' seems to count the file's own rows, from 0 to {last:,} in order.",
                column=name[:60],
                last=len(row) - 1,
            ),
            say(
                "Give each score the number of its row in the table, as the template has it, and leave training rows "
                "out."
            ),
        )
    if len(there) and counts[there - 1].all() and not counts[there].all():
        raise DataError(
            say(
                "The column '{column}' seems to count the table's rows from 1: the row before each number is one to "
                "score, but not each row of that number.",
                column=name[:60],
            ),
            say("Count from 0, so subtract 1 from each number, as the template has it."),
        )


def check_columns(file: Stored, table: Stored, choices: OutsideChoices) -> None:
    """Raise DataError if a column that was named is not there."""
    wanted = [*choices.id, *([choices.score] if choices.score is not None else [])]
    missing = next((name for name in wanted if name not in file.columns), None)
    if missing is not None:
        there = say(", ").join(str(name)[:60] for name in file.columns[:30])
        raise DataError(
            say("The file has no column '{column}'.", column=missing[:60]),
            say("Its columns are: {columns}.", columns=there),
        )
    strange = next((name for name in choices.id if len(choices.id) > 1 and name not in table.columns), None)
    if strange is not None:
        raise DataError(
            say("The table has no column '{column}' to find a row by.", column=strange[:60]),
            say("Name columns that file and table share."),
        )


def check_meaning(numbers: npt.NDArray[np.float64], name: str, meaning: Meaning) -> None:
    """Raise DataError if the numbers cannot mean that."""
    if meaning == "probability":
        check((numbers >= 0) & (numbers <= 1), numbers, name, _NO_PROBABILITY)
    elif meaning == "logit":
        check(np.abs(numbers) <= LARGEST, numbers, name, _TOO_LARGE)


def check(
    right: npt.NDArray[np.bool_],
    cells: pd.Series[Any] | npt.NDArray[np.float64],
    name: str,
    wrong: tuple[str, str],
) -> None:
    """Raise DataError with these texts if not all scores are right."""
    if not right.all():
        first = int(right.argmin())
        cell = cells[first] if isinstance(cells, np.ndarray) else cells.iloc[first]
        problem, remedy = wrong
        raise DataError(
            say(
                problem,
                count=int((~right).sum()),
                all=len(right),
                column=name[:60],
                cell=str(cell)[:50],
                place=place_in_file(first),
            ),
            say(remedy),
        )


def check_cover(row: Index, held: Held) -> None:
    """Raise DataError if these rows are too few to judge by."""
    there = np.isin(held.judged, row)
    label = held.judged_label[there]
    if len(label) < 2:
        text = (
            mark("Only one of the {count:,} {part} rows has a score in the file.")
            if len(label)
            else mark("None of the {count:,} {part} rows has a score in the file.")
        )
        raise DataError(
            say(text, count=len(held.judged), part=say(held.title)),
            say("Score the rows of the template; check that the file's ids are those of this dataset."),
        )
    if label.min() == label.max():
        text = (
            mark("All {count:,} {part} rows with a score are clicked.")
            if label[0]
            else mark("All {count:,} {part} rows with a score are without a click.")
        )
        raise DataError(say(text, count=len(label), part=say(held.title)), say("Score more of these rows."))
