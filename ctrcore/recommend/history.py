"""What a user has clicked before a moment, as the table tells it, whatever the models read of it."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.labels import read_labels
from ctrcore.data.members import as_members
from ctrcore.data.stored import Table
from ctrcore.data.values import Words, as_words
from ctrcore.recommend.moments import times_of
from ctrcore.schema import Schema


def items_in(row: pd.DataFrame, schema: Schema) -> frozenset[str] | None:
    """Ids of the items in the cells of a row's histories; None where no history is one of items.

    Models read no more than the `max_length` most recent ones, and read rare ones as 'unknown'; here all are told.

    Args:
        row: a frame of one row, with built histories.
        schema: with built histories: the encoder's.
    """
    cells = [column for column in schema.histories if column.of == schema.item and column.name in row.columns]
    if not cells:
        return None
    known = [as_members(row[column.name], column.delimiter).known() for column in cells]
    return frozenset(str(members.words[code]) for members in known for code in members.codes)


class Clicks:
    """Every row with a click, to look up a user's earlier ones: a history that is built keeps the last few only.

    Args:
        seen: the rows after cleaning.
        schema: names the user, the item and the time.
        users: the users' ids of these rows.
    """

    def __init__(self, seen: Table, schema: Schema, users: Words) -> None:
        self._seen, self._schema, self._users = seen, schema, users

    @cached_property
    def _items(self) -> Words:
        return as_words(self._seen[str(self._schema.item)])

    @cached_property
    def _clicked(self) -> npt.NDArray[np.bool_]:
        clicked: npt.NDArray[np.bool_] = (read_labels(self._seen, self._schema) == 1) & self._items.known
        return clicked

    @cached_property
    def _times(self) -> npt.NDArray[np.float64]:
        return times_of(self._seen, self._schema)

    def before(self, place: int) -> frozenset[str]:
        """Ids of the items that the user of the row at this place clicked strictly before its time."""
        code = self._users.codes[place]
        if code < 0:
            return frozenset()
        own = np.flatnonzero((self._users.codes == code) & self._clicked)
        own = own[self._times[own] < self._times[place]]
        return frozenset(str(self._items.words[item]) for item in np.unique(self._items.codes[own]))
