"""What would spoil a model without an error: leaks, ids read as amounts, one class, repeated rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.cells import codes_of
from ctrcore.data.guesses.names import words_of
from ctrcore.data.hashing import row_hashes
from ctrcore.data.leaks import LATER, shared_between_parts, split_column
from ctrcore.data.members import Members
from ctrcore.data.profiles import ColumnProfile, DataWarning
from ctrcore.data.values import Words
from ctrcore.language import say
from ctrcore.metrics import auc
from ctrcore.schema import Column, Schema

if TYPE_CHECKING:
    from ctrcore.data.stored import Table

LEAK = 0.95
FEW_CLICKS = 30
MOST_ROWS = 200_000
OWN_VALUE = 0.9
ID_WORDS = {"id", "ids", "uid", "code", "zip", "zipcode", "sku", "isbn", "key", "hash"}

Label = npt.NDArray[np.float32]
Index = npt.NDArray[np.int64]


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


@dataclass(frozen=True)
class FirstClicks:
    """What is needed to see which click is the first.

    Attributes:
        user: (n,) -1 where there is none.
        rows: (n,) positions in the order of time.
    """

    user: Index
    rows: Index


def label_warnings(label: Label, schema: Schema) -> list[DataWarning]:
    """One class, hardly any of one class."""
    clicks, others = int((label == 1).sum()), int((label == 0).sum())
    if min(clicks, others) >= FEW_CLICKS:
        return []
    what = "clicked" if clicks <= others else say("not clicked")
    if min(clicks, others) == 0:
        problem = say("No row is {what}, so there is nothing to tell apart.", what=what)
    else:
        problem = say(
            "Only {clicks} rows are {what}, too few to learn from or to measure on.",
            clicks=min(clicks, others),
            what=what,
        )
    return [
        DataWarning(
            problem=problem, remedy=say("Check the label column and what counts as a click."), column=schema.label
        )
    ]


def warnings_about(column: ColumnProfile, schema: Schema, rows: int) -> list[DataWarning]:
    """What is wrong with one field, from its numbers."""
    found: list[tuple[str, str]] = []
    name, missing, distinct, alone = column.name, column.missing, column.distinct, column.auc
    if rows and missing == rows:
        found.append((say("The column '{name}' has no values.", name=name), say("Set its kind to 'ignore'.")))
    elif (
        rows > 1
        and distinct == 1
        and not missing
        and column.kind in ("numeric", "categorical")
        and all(history.of != name for history in schema.histories)  # else it is what a history is compared with
    ):
        found.append(
            (say("The column '{name}' has the same value in every row.", name=name), say("Set its kind to 'ignore'."))
        )
    if alone is not None and alone > LEAK:
        found.append(
            (
                say(
                    "The column '{name}' alone ranks the clicks with an AUC of {alone:.3f}, as if it knew the answer.",
                    name=name,
                    alone=alone,
                ),
                LATER,
            )
        )
    is_key = name in (schema.user, schema.item) or not ID_WORDS.isdisjoint(words_of(name))
    if column.kind == "numeric" and is_key and distinct > 2:
        found.append(
            (
                say(
                    "The column '{name}' is an id, but it is used as a number, as if a larger id meant more.", name=name
                ),
                say("Set its kind to 'categorical'."),
            )
        )
    if column.kind == "categorical" and not is_key and rows >= 50 and distinct > OWN_VALUE * (rows - missing) > 0:
        found.append(
            (
                say(
                    "Nearly every row has its own value of '{name}', so models can only learn rows by heart.", name=name
                ),
                say("Set its kind to 'ignore'."),
            )
        )
    return [DataWarning(problem=problem, remedy=remedy, column=name) for problem, remedy in found]


def table_warnings(table: Table, schema: Schema) -> tuple[int, list[DataWarning]]:
    """The number of repeated rows, and what is wrong with whole rows."""
    found: list[DataWarning] = []
    missing = [column.name for column in schema.fields if column.name not in table.columns]
    if missing:
        found.append(
            DataWarning(
                problem=say("The table has no column '{value}', which the schema names.", value=missing[0]),
                remedy=say("Set its kind to 'ignore', or use a table that has it."),
                column=missing[0],
            )
        )
    split = split_column(table, schema)
    hashes = row_hashes(table, without=() if split is None else (split,))
    repeated = int(pd.Series(hashes).duplicated().sum())
    if split is not None:
        found += shared_between_parts(table, schema, hashes, split)
        together = pd.DataFrame({"row": hashes, "part": codes_of(table[split])})
        repeated = int(together.duplicated().sum())
    if repeated:
        found.append(
            DataWarning(
                problem=say("{repeated:,} rows repeat an earlier row in every column.", repeated=repeated),
                remedy=say("Let cleaning drop them, unless the same thing really happened twice."),
            )
        )
    return repeated, found


def unequal_histories(lengths: dict[str, Index], rows: Index | None) -> list[DataWarning]:
    """Histories whose cells of one row differ in length: their behaviours do not belong together.

    Args:
        lengths: (n,) members of each history's cells.
        rows: the rows of the table that they are of; None for all.
    """
    names = list(lengths)
    for name in names[1:]:
        differ = np.flatnonzero(lengths[name] != lengths[names[0]])
        if len(differ):
            row = int(differ[0])
            problem = say(
                "In row {value} the history '{value_2}' has {value_3} behaviours, but '{name}' has {value_4}.",
                value=(row if rows is None else int(rows[row])) + 1,
                value_2=names[0],
                value_3=lengths[names[0]][row],
                name=name,
                value_4=lengths[name][row],
            )
            remedy = say("Give every history column of a row one member per behaviour, or set one of them to 'ignore'.")
            return [DataWarning(problem=problem, remedy=remedy, column=names[0])]
    return []


def own_target(
    column: Column, candidate: Words, history: Members, label: Label, order: FirstClicks
) -> list[DataWarning]:
    """Clicked rows have the clicked item in their own history, and the others have not.

    Two signs: the item at one end of the history, in most clicked rows; or anywhere in it when the user clicks it for
    the first time in the table, which nothing that happened before can explain. Users who come back to an item show
    neither.
    """
    place = pd.Index(candidate.words, dtype=object).get_indexer(pd.Index(history.words, dtype=object))
    codes = np.append(place, -1)[history.codes]
    held = history.lengths > 0
    inside = np.bincount(history.rows[(codes == candidate.codes[history.rows]) & (codes >= 0)], minlength=len(history))
    ends = np.zeros(len(history), dtype=bool)
    for member in (history.offsets[:-1][held], history.offsets[1:][held] - 1):
        ends[held] |= (codes[member] == candidate.codes[held]) & (codes[member] >= 0)
    for has, clicks, least, where in (
        (ends, label == 1, 0.8, say("begins or ends with")),
        (inside > 0, first_clicks(candidate.codes, label, order), 0.95, "holds"),
    ):
        clicked, other = has[held & clicks], has[held & (label == 0)]
        if not len(clicked) or clicked.mean() < least or (len(other) and other.mean() > clicked.mean() / 3):
            continue
        if where == "holds" and len(clicked) < FEW_CLICKS:
            continue
        when = (
            say("clicked rows") if where != "holds" else say("rows in which a user clicks an item for the first time")
        )
        problem = say(
            "In {clicked:.0%} of the {when} '{name}' {where} the row's own '{of}', as if the click "
            "were already in the history.",
            clicked=clicked.mean(),
            when=when,
            name=column.name,
            where=where,
            of=column.of,
        )
        remedy = say("Build histories only from what happened before the row's time.")
        return [DataWarning(problem=problem, remedy=remedy, column=column.name)]
    return []


def first_clicks(item: Index, label: Label, order: FirstClicks) -> npt.NDArray[np.bool_]:
    """True for each row that is its user's first click on its item."""
    rows = order.rows[(label[order.rows] == 1) & (item[order.rows] >= 0)]
    pairs = pd.DataFrame({"user": order.user[rows], "item": item[rows]})
    first = np.zeros(len(label), dtype=bool)
    first[rows[~pairs.duplicated().to_numpy()]] = True
    return first
