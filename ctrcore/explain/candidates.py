"""The same user and moment with another candidate item."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ctrcore.data.stored import Table, frame_of
from ctrcore.data.values import as_words
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.schema import Schema


def candidate_columns(schema: Schema) -> list[str]:
    """The columns that change with the candidate: its id and every other column with the role 'item'."""
    columns = [column.name for column in schema.fields if column.role == "item" and column.kind != "history"]
    if schema.item is not None and schema.item not in columns:
        columns.insert(0, schema.item)
    return columns


def catalogue(rows: Table, schema: Schema, more: Iterable[str] = ()) -> pd.DataFrame:
    """Every item once, indexed by its id as text, with its columns as last seen and `seen`, its number of rows.

    Args:
        rows: the table.
        schema: which column names the item, and which describe it.
        more: further columns of the table that describe it by another schema.

    Raises:
        DataError: the schema names no item column.
    """
    if schema.item is None:
        raise DataError(
            say("The schema names no item column."), say("Choose the column with the item's id on the Data page.")
        )
    found = as_words(rows[schema.item])
    last = np.full(len(found.words), -1)
    known = np.flatnonzero(found.known)
    last[found.codes[known]] = known  # of equal ids the last one stays
    places = np.sort(last[last >= 0])
    items = frame_of(rows, places, list(dict.fromkeys([*candidate_columns(schema), *more])))
    items = items.assign(seen=found.counts[found.codes[places]]).set_axis(found.words[found.codes[places]])
    return items.sort_values("seen", ascending=False, kind="stable")


def with_candidate(row: pd.DataFrame, items: pd.DataFrame, item: str) -> pd.DataFrame:
    """The row (a frame of one) with the columns of another item from the `catalogue`."""
    columns = items.loc[[item]].drop(columns="seen").set_axis(row.index)
    return row.assign(**{str(name): column for name, column in columns.items()})
