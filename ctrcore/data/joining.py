"""Tables of users and items beside the rows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ctrcore.data.places import at_places, places_of
from ctrcore.data.values import as_words
from ctrcore.errors import DataError
from ctrcore.language import say


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
    for table, name in ((rows, say("table of rows")), (side, say("{what} table", what=what))):
        if key not in table.columns:
            raise DataError(
                say("The {name} has no column '{key}' to join by.", name=name, key=key),
                say("Call the column with the {what}'s id alike in both.", what=what),
            )
    ids, wanted = as_words(side[key]), as_words(rows[key])
    twice = np.flatnonzero(ids.counts > 1)
    if len(twice):
        raise DataError(
            say(
                "The {what} '{value}' appears twice in the {what} table.",
                what=what,
                value=str(ids.words[twice[0]])[:60],
            ),
            say("Keep one row per {what}.", what=what),
        )
    place_of_id = np.full(len(ids.words), -1)
    place_of_id[ids.codes[ids.known]] = np.flatnonzero(ids.known)
    places = places_of(ids, place_of_id, wanted)
    if len(rows) and (places < 0).all():
        raise DataError(
            say("None of the ids in '{key}' is in the {what} table.", key=key, what=what),
            say("Check that both files speak of the same {what}s.", what=what),
        )
    names = joined_names(rows.columns, side.columns, key, what)
    return rows.assign(**{name: at_places(side[own], places).set_axis(rows.index) for name, own in names.items()})


def joined_names(taken: Iterable[str], side: Iterable[str], key: str, what: str) -> dict[str, str]:
    """The names that the columns of a side table get beside columns whose names are taken, each with its own name.

    Raises:
        DataError: a name cannot be made free.
    """
    names = {str(name) for name in taken}
    found = {}
    for own in map(str, side):
        if own == key:
            continue
        free = next((name for name in (own, f"{what}_{own}") if name not in names), None)
        if free is None:
            raise DataError(
                say("The column '{value}' is in both tables, and '{what}_{value}' too.", value=own[:60], what=what),
                say("Rename one of them."),
            )
        found[free] = own
        names.add(free)
    return found
