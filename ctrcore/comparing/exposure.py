"""Which items the lists put first: how many different ones, and how popular they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.lists import Array, Ints, Lists

if TYPE_CHECKING:
    import pandas as pd

HEAD = 0.1  # share of the items that count as the most popular ones


@dataclass(frozen=True)
class Exposure:
    """The items among the first K rows of the users, beside all items that were shown to them.

    What is said of popularity rests on the users with more than K rows: of the others all rows are first, whatever the
    model does. Rows whose item is not known are left out.

    Attributes:
        offered: different items in the rows.
        coverage: share of them that are among the first K rows of at least one user (catalogue coverage, Ge et al.
            2010, of the items that were shown). Of rows tied across the K-th place each counts with its chance.
        users: users with more than K rows.
        popularity: mean over users of the mean training rows of the items among their first K rows (average
            recommendation popularity, Abdollahpouri et al. 2019); NaN without popularity.
        popularity_shown: the same over all rows shown to them.
        head_share: share of the first K places that go to the most popular tenth of the offered items, mean over
            users; items as popular as the last one of the tenth share its place.
        head_share_shown: the same over all rows shown to them.
    """

    offered: int
    coverage: float
    users: int
    popularity: float
    popularity_shown: float
    head_share: float
    head_share_shown: float

    @property
    def lift(self) -> float:
        """How many times as popular the first K rows are as all rows shown: above 1 the model favours the popular."""
        return self.popularity / self.popularity_shown if self.popularity_shown else float("nan")


def items_of(column: pd.Series[Any], rows: Ints, train_rows: Ints) -> tuple[Ints, Ints]:
    """The items of rows as numbers, and how often each is in the training rows.

    Args:
        column: the table's item column, all rows.
        rows: (n,) numbers of the rows that are compared (`Sheet.row`).
        train_rows: numbers of the training rows.

    Returns:
        `item` (n,), -1 where the cell is empty, and `popularity`, by the item's number: what `per_user` takes.
    """
    from ctrcore.data.values import as_words

    words = as_words(column)
    trained = words.codes[train_rows]
    return words.codes[rows], np.bincount(trained[trained >= 0], minlength=len(words.words))


def exposure(
    lists: Lists, k: int, item: npt.NDArray[np.integer], popularity: npt.NDArray[np.number] | None
) -> Exposure:
    """What comes first in the lists.

    Args:
        lists: of one model.
        k: how many rows are first.
        item: (n,) the item of each row that the lists were made of, -1 where it is not known.
        popularity: training rows of each item, by its number; None if that is not known.
    """
    listed = np.asarray(item)[lists.order]
    user, first = np.repeat(lists.user, lists.size), np.repeat(lists.within(k), lists.size)
    known = listed >= 0
    listed, user, first = listed[known], user[known], first[known]
    rows = np.bincount(listed)
    with np.errstate(divide="ignore"):
        missed = np.exp(np.bincount(listed, weights=np.log1p(-first)))  # no row of the item comes first
    offered = np.flatnonzero(rows)
    longer = lists.rows > k
    taken = longer[user]
    nan = float("nan")
    value, value_shown, head, head_shown = nan, nan, nan, nan
    if popularity is not None and taken.any():
        often = np.asarray(popularity, np.float64)
        at, who, weight = listed[taken], user[taken], first[taken]
        value, value_shown = _means(often[at], who, weight)
        belongs = np.zeros(len(often))
        belongs[offered] = _head(often[offered])
        head, head_shown = _means(belongs[at], who, weight)
    return Exposure(
        offered=len(offered),
        coverage=float((1 - missed[offered]).mean()) if len(offered) else nan,
        users=int(longer.sum()),
        popularity=value,
        popularity_shown=value_shown,
        head_share=head,
        head_share_shown=head_shown,
    )


def _means(value: Array, user: Ints, first: Array) -> tuple[float, float]:
    """Mean over users of the mean value of their first rows, and of all their rows; the same users in both."""
    weight = np.bincount(user, weights=first)
    has = weight > 0
    top = np.bincount(user, weights=first * value)[has] / weight[has]
    shown = np.bincount(user, weights=value)[has] / np.bincount(user)[has]
    return float(top.mean()), float(shown.mean())


def _head(popularity: Array) -> Array:
    """How far each item belongs to the most popular tenth, 0 to 1: equally popular items share the places left."""
    places = int(np.ceil(HEAD * len(popularity)))
    least = -np.partition(-popularity, places - 1)[places - 1]
    above, level = popularity > least, popularity == least
    return np.where(above, 1.0, np.where(level, (places - above.sum()) / level.sum(), 0.0))
