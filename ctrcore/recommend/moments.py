"""A user's moment: who they are, the situation, and what they did before, as each model reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.data.stored import Table
from ctrcore.data.values import as_times, as_words
from ctrcore.errors import DataError
from ctrcore.explain.removal import keep_behaviours
from ctrcore.language import say
from ctrcore.models.base import CTRModel
from ctrcore.schema import Schema


@dataclass(frozen=True)
class Moment:
    """One row, or m variants of it, as both stages read it. The item that the row shows does not matter.

    Attributes:
        row: its number in the table.
        user: the user's id as text, None where there is none.
        ranker: (m) rows for the ranking model.
        recall: (m) rows for the recall model; None if there is no such stage.
        history: ids of all items of the user's history as the table tells them, however rare and however long ago:
            models may read fewer; None where nothing tells what the user did before.
    """

    row: int
    user: str | None
    ranker: Encoded
    recall: Encoded | None
    history: frozenset[str] | None

    def __len__(self) -> int:
        return len(self.ranker)

    def repeat(self, times: int) -> Moment:
        """The same moment several times."""
        same = np.zeros(times, dtype=np.int64)
        recall = None if self.recall is None else self.recall.take(same)
        return replace(self, ranker=self.ranker.take(same), recall=recall)


def times_of(seen: Table, schema: Schema) -> npt.NDArray[np.float64]:
    """(n,) the time of each row, a missing one before all others; all equal where the schema names no time."""
    if schema.time is None:
        return np.zeros(len(seen))
    return np.nan_to_num(as_times(seen[schema.time], schema.time), nan=-np.inf)


def last_rows(seen: Table, schema: Schema) -> pd.Series[int]:
    """The last row of every user: its number in the table, by the user's id as text.

    The last in time, or as the rows stand where there is no time; of equal times the one that stands last.

    Raises:
        DataError: the schema names no user column.
    """
    if schema.user is None:
        raise DataError(
            say("The schema names no user column."), say("Choose the column with the user's id on the Data page.")
        )
    users = as_words(seen[schema.user])
    order = np.argsort(times_of(seen, schema), kind="stable")
    known = order[users.known[order]]
    last = np.full(len(users.words), -1)
    last[users.codes[known]] = known  # of the rows of one user the last one stays
    there = np.flatnonzero(last >= 0)
    rows = np.asarray(seen.index)[last[there]]
    return pd.Series(rows, index=pd.Index(users.words[there], dtype=object)).sort_index()


def steps_of(encoder: Encoder, one: Encoded) -> int:
    """How many behaviours a single row's history holds; 0 if the encoder has no history."""
    names = history_fields(encoder)
    return int(one.bags[names[0]].lengths[0]) if names else 0


def history_fields(encoder: Encoder) -> list[str]:
    """The history fields in field order."""
    return [field.name for field in encoder.fields if field.kind == "history"]


def without_behaviours(model: CTRModel, encoder: Encoder, one: Encoded, gone: npt.NDArray[np.bool_]) -> Encoded:
    """m variants of a single row, variant r without the behaviours `gone[r]`.

    Args:
        model: that reads the row.
        encoder: its own.
        one: a single row.
        gone: (m, T), column t for the behaviour t + 1 back: 0 is the most recent one. A shorter history of this row
            lacks the oldest ones, a longer one keeps what is beyond T.
    """
    if not history_fields(encoder):
        return one.take(np.zeros(len(gone), dtype=np.int64))
    size = steps_of(encoder, one)
    keep = np.ones((len(gone), size), dtype=bool)
    reached = min(size, gone.shape[1])
    keep[:, size - reached :] = ~gone[:, :reached][:, ::-1]
    return keep_behaviours(model, one, keep)
