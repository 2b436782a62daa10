"""Reading another system's scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ctrcore.data.values import as_numbers
from ctrcore.metrics import EPS
from ctrcore.runs.outside_checks import (
    NO_NUMBER,
    check,
    check_columns,
    check_cover,
    check_meaning,
    check_numbering,
    counted_rows,
)
from ctrcore.runs.outside_choices import Meaning, OutsideChoices
from ctrcore.runs.outside_guesses import guess_ids, guess_meaning, guess_score
from ctrcore.runs.outside_keys import Index
from ctrcore.runs.outside_rows import Held, check_same, is_row_number, rows_by_keys, rows_by_number

if TYPE_CHECKING:
    from ctrcore.data.stored import Stored
    from ctrcore.schema import Schema


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
    check_columns(file, table, choices)
    score = choices.score or guess_score(file, table, schema, choices.id)
    ids = list(dict.fromkeys(choices.id)) or guess_ids(file, table, schema, held, score)
    if is_row_number(ids, table):
        row = rows_by_number(file[ids[0]], ids[0], len(table))
        check_numbering(row, ids[0], held, len(table))
        check_same(file, table, row, [name for name in (schema.user, schema.item) if name is not None])
    else:
        row = rows_by_keys(file, table, ids, held)
    numbers = as_numbers(file[score])
    check(np.isfinite(numbers), file[score], score, NO_NUMBER)
    meaning, reason = (choices.meaning, "") if choices.meaning is not None else guess_meaning(score, numbers)
    check_meaning(numbers, score, meaning)
    chosen = _held_only(row, held, len(table))
    check_cover(row[chosen], held)
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
    chosen = np.flatnonzero(counted_rows(held, rows)[row])
    return chosen[np.argsort(row[chosen], kind="stable")]
