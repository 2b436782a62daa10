"""Tables of users and items beside the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ctrcore.data.places import at_places
from ctrcore.data.values import as_words
from ctrcore.errors import DataError


def join_tables(
    rows: pd.DataFrame, users: pd.DataFrame | None, items: pd.DataFrame | None, user: str, item: str
) -> pd.DataFrame:
    """Give each row the columns of its user and of its item.

    Ids are compared as `as_words` reads them, so that 7, 7.0 and "7" are one id. A row whose id is in no table gets
    missing values. A column whose name the rows already have gets `user_` or `item_` before its name.

    Args:
        rows: one row per impression; order and index stay.
        users: one row per user, or None.
        items: one row per item, or None.
        user: column of the user's id, in `rows` and `users`; not looked at without `users`.
        item: column of the item's id, likewise.

    Raises:
        DataError: a key column is missing, an id appears twice in its table, a name cannot be made free, or none of
            the ids is found.
    """
    for side, key, what in ((users, user, "user"), (items, item, "item")):
        if side is not None:
            rows = _join(rows, side, key, what)
    return rows


def _join(rows: pd.DataFrame, side: pd.DataFrame, key: str, what: str) -> pd.DataFrame:
    for table, name in ((rows, "table of rows"), (side, f"{what} table")):
        if key not in table.columns:
            raise DataError(
                f"The {name} has no column '{key}' to join by.", f"Call the column with the {what}'s id alike in both."
            )
    ids, wanted = as_words(side[key]), as_words(rows[key])
    twice = np.flatnonzero(ids.counts > 1)
    if len(twice):
        raise DataError(
            f"The {what} '{str(ids.words[twice[0]])[:60]}' appears twice in the {what} table.",
            f"Keep one row per {what}.",
        )
    place_of_id = np.full(len(ids.words) + 1, -1)
    place_of_id[ids.codes[ids.known]] = np.flatnonzero(ids.known)
    word = pd.Index(ids.words, dtype=object).get_indexer(pd.Index(wanted.words, dtype=object))
    places = np.append(place_of_id[word], -1)[wanted.codes]
    if len(rows) and (places < 0).all():
        raise DataError(
            f"None of the ids in '{key}' is in the {what} table.", f"Check that both files speak of the same {what}s."
        )
    added = {
        _free_name(str(name), rows, what): at_places(side[name], places).set_axis(rows.index)
        for name in side.columns
        if name != key
    }
    return rows.assign(**added)


def _free_name(name: str, rows: pd.DataFrame, what: str) -> str:
    for free in (name, f"{what}_{name}"):
        if free not in rows.columns:
            return free
    raise DataError(f"The column '{name[:60]}' is in both tables, and '{what}_{name[:60]}' too.", "Rename one of them.")
