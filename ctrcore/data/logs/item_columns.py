"""Which of a log's own columns describe the item, and which of an item's values stands for it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.guesses.facts import Facts, determined_by, sample
from ctrcore.data.guesses.names import ITEM_TRAITS, suggests
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.events import Index


def item_columns(cells: pd.DataFrame, choices: LogChoices) -> set[str]:
    """The log's own columns that are looked up by item: those with one value an item, and those that are called so.

    There are none where the log gives the rows without a click, as each row then is an event with cells of its own.

    Args:
        cells: the events that stay in the order of time: user, item and the columns in question. What is found of a
            column does not depend on the others.
        choices: what the columns mean.
    """
    if choices.negatives == "given":
        return set()
    keys = {choices.user, choices.item, choices.time, choices.action, choices.rating, choices.session}
    rows = sample(cells)
    facts = {str(name): Facts(str(name), rows[name]) for name in cells.columns if name not in keys}
    of_user = determined_by(cells, choices.user, facts)
    traits = {name for name in facts if suggests(name, ITEM_TRAITS)}
    chosen = {choices.category} if choices.category in facts and choices.category is not None else set()
    return (determined_by(cells, choices.item, facts) | traits) - (of_user - traits) | chosen


def first_places(key: Index, known: npt.NDArray[np.bool_], keys: int) -> Index:
    """For each key the event with its value of a column: the first with a known one, else its first; -1 without any.

    Args:
        key: (n,) numbers below `keys`, such as the events' items.
        known: (n,) True where the column has a value.
        keys: above every key.
    """
    events = np.concatenate([np.flatnonzero(known), np.arange(len(key))])
    found, first = np.unique(key[events], return_index=True)
    places = np.full(keys, -1)
    places[found] = events[first]
    return places
