"""Reading another system's scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ctrcore.data.values import as_numbers
from ctrcore.errors import DataError
from ctrcore.language import mark, say
from ctrcore.metrics import EPS
from ctrcore.runs.outside_choices import Meaning, OutsideChoices
from ctrcore.runs.outside_guesses import guess_ids, guess_meaning, guess_score
from ctrcore.runs.outside_rows import (
    Held,
    Index,
    check_same,
    is_row_number,
    place_in_file,
    rows_by_keys,
    rows_by_number,
)

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.stored import Stored
    from ctrcore.schema import Schema

_NO_NUMBER = (  # what is wrong with scores, and what to do
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


@dataclass(frozen=True)
class Read:
    """What a file of scores holds.

    Attributes:
        row: (n,) validation and test rows of the table, increasing.
        logit: (n,) their scores as logits (`as_logit`).
        id: the columns that name a row.
        score: the column of scores.
        meaning: what they mean.
        reason: why they are believed to mean that; empty if it was said.
        unknown: rows of the file that are not in the table.
        training: rows of the file that are training rows, or were dropped when the table was cleaned.
        clipped: probabilities of exactly 0 or 1.
        tied: different scores that became equal to another one: by being clipped, or as float32 logits.
        judged: rows with a score among those that models are judged on.
        of: rows that models are judged on.
        part: what these are called, 'test' or 'validation'.
    """

    row: Index
    logit: npt.NDArray[np.float32]
    id: list[str]
    score: str
    meaning: Meaning
    reason: str
    unknown: int
    training: int
    clipped: int
    tied: int
    judged: int
    of: int
    part: str

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return len(self.row) + self.unknown + self.training


def read_scores(file: Stored, table: Stored, schema: Schema, held: Held, choices: OutsideChoices) -> Read:
    """Find rows and scores in a file.

    Args:
        file: its rows (`score_files.stored_rows`).
        table: the rows that it scores.
        schema: their meaning.
        held: which of them count.
        choices: how to read it.

    Raises:
        DataError: its rows or its scores cannot be told, or too few rows have a score.
    """
    _check_columns(file, table, choices)
    score = choices.score or guess_score(file, table, schema, choices.id)
    ids = list(dict.fromkeys(choices.id)) or guess_ids(file, table, schema, held, score)
    if is_row_number(ids, table):
        row = rows_by_number(file[ids[0]], ids[0], len(table))
        _check_numbering(row, ids[0], held, len(table))
        check_same(file, table, row, [name for name in (schema.user, schema.item) if name is not None])
    else:
        row = rows_by_keys(file, table, ids, held)
    numbers = as_numbers(file[score])
    _check(np.isfinite(numbers), file[score], score, _NO_NUMBER)
    meaning, reason = (choices.meaning, "") if choices.meaning is not None else guess_meaning(score, numbers)
    _check_meaning(numbers, score, meaning)
    chosen = _held_only(row, held, len(table))
    _check_cover(row[chosen], held)
    logit, clipped = as_logit(numbers[chosen], meaning)
    return Read(
        row=row[chosen],
        logit=logit,
        id=ids,
        score=score,
        meaning=meaning,
        reason=reason,
        unknown=int((row < 0).sum()),
        training=int((row >= 0).sum()) - len(chosen),
        clipped=clipped,
        tied=len(np.unique(numbers[chosen])) - len(np.unique(logit)),
        judged=int(np.isin(row[chosen], held.judged).sum()),
        of=len(held.judged),
        part=held.title,
    )


def as_logit(numbers: npt.NDArray[np.float64], meaning: Meaning) -> tuple[npt.NDArray[np.float32], int]:
    """Scores as logits, and how many of them had to be moved to have a finite one.

    A probability of exactly 0 or 1 becomes 1e-15 or 1 - 1e-15 (`metrics.EPS`): a logit of 34.5. Where only the order
    means something, a score becomes the logit of its place among the m different scores,
    log((place + 0.5) / (m - place - 0.5)): float32 keeps millions of them apart, which it might not do for the scores.
    """
    if meaning == "logit":
        return numbers.astype(np.float32), 0
    if meaning == "order":
        different, place = np.unique(numbers, return_inverse=True)
        return np.log((place + 0.5) / (len(different) - place - 0.5)).astype(np.float32), 0
    inside = np.clip(numbers, EPS, 1 - EPS)
    return (np.log(inside) - np.log1p(-inside)).astype(np.float32), int(((numbers <= 0) | (numbers >= 1)).sum())


def _held_only(row: Index, held: Held, rows: int) -> Index:
    """Which rows of the file count, in the order of the table's rows."""
    chosen = np.flatnonzero(_counts(held, rows)[row])
    return chosen[np.argsort(row[chosen], kind="stable")]


def _counts(held: Held, rows: int) -> npt.NDArray[np.bool_]:
    """(rows + 1,) whether a row of the table is one of those that count; the last place, that of -1, is never one."""
    counts = np.zeros(rows + 1, dtype=bool)
    counts[held.test] = counts[held.valid] = True
    return counts


def _check_numbering(row: Index, name: str, held: Held, rows: int) -> None:
    """Raise DataError if the numbers are likely to mean something else: each score would sit on another's row."""
    counts, there = _counts(held, rows), row[row >= 0]
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


def _check_columns(file: Stored, table: Stored, choices: OutsideChoices) -> None:
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


def _check_meaning(numbers: npt.NDArray[np.float64], name: str, meaning: Meaning) -> None:
    """Raise DataError if the numbers cannot mean that."""
    if meaning == "probability":
        _check((numbers >= 0) & (numbers <= 1), numbers, name, _NO_PROBABILITY)
    elif meaning == "logit":
        _check(np.abs(numbers) <= LARGEST, numbers, name, _TOO_LARGE)


def _check(
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


def _check_cover(row: Index, held: Held) -> None:
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
