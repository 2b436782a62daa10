"""What would spoil a model without an error: leaks, ids read as amounts, one class, repeated rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.cleaning import duplicated
from ctrcore.data.guesses.names import words_of
from ctrcore.data.members import Members, align_histories
from ctrcore.data.profiles import ColumnProfile, DataWarning
from ctrcore.data.values import Words, as_words
from ctrcore.errors import DataError
from ctrcore.metrics import auc
from ctrcore.schema import Column, Schema

LEAK = 0.95
FEW_CLICKS = 30
MOST_ROWS = 200_000
OWN_VALUE = 0.9
ID_WORDS = {"id", "ids", "uid", "code", "zip", "zipcode", "sku", "isbn", "key", "hash"}

Label = npt.NDArray[np.float32]


def single_auc(cells: Words | Members | npt.NDArray[np.float64], label: Label) -> float | None:
    """How well one column alone ranks clicks, 0.5 (not at all) to 1; None if it cannot be said.

    Numbers rank by themselves. A value ranks by its click rate among the other half of the rows, so that a column of
    nearly unique values does not look better than it is; a bag by the mean of its members. Of large tables 200,000
    rows are looked at.
    """
    if len(label) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(len(label), MOST_ROWS, replace=False))
        cells = Words(cells.codes[rows], cells.words) if isinstance(cells, Words) else _take(cells, rows)
        label = label[rows]
    told = ~np.isnan(label)
    if isinstance(cells, np.ndarray):
        told &= ~np.isnan(cells)
        found = auc(label[told], cells[told])
        return None if np.isnan(found) else float(max(found, 1 - found))
    half = np.random.default_rng(0).integers(0, 2, len(label)).astype(bool)
    rows = cells.rows if isinstance(cells, Members) else np.arange(len(label))
    score = np.zeros(len(label))
    for part in (half, ~half):
        score[part] = _scores(cells.codes, rows, len(cells.words), label, told & ~part)[part]
    found = auc(label[told], score[told])
    return None if np.isnan(found) else float(max(found, 0.5))


def _take(cells: Members | npt.NDArray[np.float64], rows: npt.NDArray[np.int64]) -> Members | npt.NDArray[np.float64]:
    return cells.take(rows) if isinstance(cells, Members) else cells[rows]


def _scores(
    codes: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], size: int, label: Label, learn: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Mean click rate of each row's values, learned from some rows; a value not seen there has the mean rate."""
    overall = float(label[learn].mean()) if learn.any() else 0.5
    use = learn[rows]
    # The last place stands for missing values. One row's worth of the mean steadies rare values.
    places = np.where(codes >= 0, codes, size)
    seen = np.bincount(places[use], minlength=size + 1)
    clicks = np.bincount(places[use], weights=label[rows[use]], minlength=size + 1)
    rate = (clicks + overall) / (seen + 1)
    members = np.bincount(rows, minlength=len(label))
    total = np.bincount(rows, weights=rate[places], minlength=len(label))
    return np.where(members > 0, total / np.maximum(members, 1), overall)


def label_warnings(label: Label, schema: Schema) -> list[DataWarning]:
    """One class, hardly any of one class."""
    clicks, others = int((label == 1).sum()), int((label == 0).sum())
    if min(clicks, others) >= FEW_CLICKS:
        return []
    what = "clicked" if clicks <= others else "not clicked"
    if min(clicks, others) == 0:
        problem = f"No row is {what}, so there is nothing to tell apart."
    else:
        problem = f"Only {min(clicks, others)} rows are {what}, too few to learn from or to measure on."
    return [
        DataWarning(problem=problem, remedy="Check the label column and what counts as a click.", column=schema.label)
    ]


def warnings_about(column: ColumnProfile, schema: Schema, rows: int) -> list[DataWarning]:
    """What is wrong with one field, from its numbers."""
    found: list[tuple[str, str]] = []
    name, missing, distinct, alone = column.name, column.missing, column.distinct, column.auc
    if rows and missing == rows:
        found.append((f"The column '{name}' has no values.", "Set its kind to 'ignore'."))
    elif rows > 1 and distinct == 1 and not missing and column.kind in ("numeric", "categorical"):
        found.append((f"The column '{name}' has the same value in every row.", "Set its kind to 'ignore'."))
    if alone is not None and alone > LEAK:
        found.append(
            (
                f"The column '{name}' alone ranks the clicks with an AUC of {alone:.3f}, as if it knew the answer.",
                "Set its kind to 'ignore' if its value is only known after the click.",
            )
        )
    is_key = name in (schema.user, schema.item) or not ID_WORDS.isdisjoint(words_of(name))
    if column.kind == "numeric" and is_key and distinct > 2:
        found.append(
            (
                f"The column '{name}' is an id, but it is used as a number, as if a larger id meant more.",
                "Set its kind to 'categorical'.",
            )
        )
    if column.kind == "categorical" and not is_key and rows >= 50 and distinct > OWN_VALUE * (rows - missing) > 0:
        found.append(
            (
                f"Nearly every row has its own value of '{name}', so models can only learn rows by heart.",
                "Set its kind to 'ignore'.",
            )
        )
    return [DataWarning(problem=problem, remedy=remedy, column=name) for problem, remedy in found]


def table_warnings(
    frame: pd.DataFrame, schema: Schema, label: Label, bags: dict[str, Members]
) -> tuple[int, list[DataWarning]]:
    """The number of repeated rows, and what is wrong with rows and histories."""
    found: list[DataWarning] = []
    missing = [column.name for column in schema.fields if column.name not in frame.columns]
    if missing:
        found.append(
            DataWarning(
                problem=f"The table has no column '{missing[0]}', which the schema names.",
                remedy="Set its kind to 'ignore', or use a table that has it.",
                column=missing[0],
            )
        )
    repeated = int(duplicated(frame).sum())
    if repeated:
        found.append(
            DataWarning(
                problem=f"{repeated:,} rows repeat an earlier row in every column.",
                remedy="Let cleaning drop them, unless the same thing really happened twice.",
            )
        )
    histories = {column.name: bags[column.name] for column in schema.histories}
    try:
        align_histories(histories, [column.max_length for column in schema.histories])
    except DataError as error:
        found.append(DataWarning(problem=error.problem, remedy=error.remedy, column=next(iter(histories))))
    for column in schema.histories:
        if column.of in frame.columns and column.of == (schema.item or column.of):
            found += _own_target(column, as_words(frame[column.of]), histories[column.name], label)
    return repeated, found


def _own_target(column: Column, candidate: Words, history: Members, label: Label) -> list[DataWarning]:
    """Most clicked rows have the clicked item at one end of their own history, and the others have not."""
    place = pd.Index(candidate.words, dtype=object).get_indexer(pd.Index(history.words, dtype=object))
    codes = np.append(place, -1)[history.codes]
    held = history.lengths > 0
    ends = np.zeros(len(history), dtype=bool)
    for member in (history.offsets[:-1][held], history.offsets[1:][held] - 1):
        ends[held] |= (codes[member] == candidate.codes[held]) & (codes[member] >= 0)
    clicked, other = ends[held & (label == 1)], ends[held & (label == 0)]
    if not len(clicked) or clicked.mean() < 0.8 or (len(other) and other.mean() > clicked.mean() / 3):
        return []
    problem = (
        f"In {clicked.mean():.0%} of the clicked rows '{column.name}' begins or ends with the row's own "
        f"'{column.of}', as if the click were already in the history."
    )
    remedy = "Build histories only from what happened before the row's time."
    return [DataWarning(problem=problem, remedy=remedy, column=column.name)]
