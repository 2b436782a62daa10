"""How well each user's own rows are ordered: measures of short lists, averaged over the users.

The rows are what was shown to the users, not all items that could have been: a model that ranks what was shown need
not find the best of everything. Each user counts alike, however many rows they have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.exposure import Exposure, exposure
from ctrcore.comparing.intervals import NORMAL, Interval
from ctrcore.comparing.lists import Lists
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.testing import LEAST_USERS
from ctrcore.errors import DataError
from ctrcore.language import say

Metric = Literal["hit_rate", "ndcg", "mrr", "map", "precision", "recall"]
METRICS: tuple[Metric, ...] = get_args(Metric)
TITLES: dict[Metric, str] = {  # how they are written
    "ndcg": "NDCG@{k}",
    "hit_rate": "HR@{k}",
    "mrr": "MRR",
    "map": "MAP",
    "precision": "Precision@{k}",
    "recall": "Recall@{k}",
}
FIRST_K = (10, 5, 3, 2)
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Users:
    """Whose rows can be ordered at all.

    Attributes:
        shown: users with rows.
        without_click: those of them without a click, which no measure counts.
        one_row: those with a single row, and that a click.
        only_clicks: those with several rows, all of them clicks.
        both: those with clicks and other rows: the only ones whose list can be ordered well or badly.
        short: those of `both` with at most K rows: all their rows are among the first K whatever the model does, so
            their hit rate and recall are 1.
    """

    shown: int
    without_click: int
    one_row: int
    only_clicks: int
    both: int
    short: int


@dataclass(frozen=True)
class PerUser:
    """One model's lists.

    Every measure is the mean over users, from `LEAST_USERS` users on with a 95 % interval over users (normal
    approximation):

    - hit_rate: share of users with a click among the first K rows (HR@K).
    - ndcg: discounted gain of the first K rows over that of the best order (NDCG@K).
    - mrr: mean of 1 / position of the first click.
    - map: mean over a user's clicks of the precision down to each (average precision of the whole list).
    - precision: share of clicks among the first K rows, or among all rows of a user who has fewer.
    - recall: share of a user's clicks that are among the first K rows.

    Attributes:
        id: the model.
        k: how many rows are first.
        users: whom the figures rest on.
        headline: over the users with clicks and other rows. Every other user with a click scores 1 in most measures
            whatever the model does, which hides differences: so this one is the headline.
        clicked: over all users with a click, as other tools count.
        values: (both,) the measures of each user of the headline, users in one order for all models of a sheet.
        exposure: which items come first; None if the items are not given.
    """

    id: str
    k: int
    users: Users
    headline: dict[Metric, Interval]
    clicked: dict[Metric, Interval]
    values: dict[Metric, Array]
    exposure: Exposure | None


def per_user(
    sheet: Sheet,
    id: str,  # noqa: A002
    k: int = 10,
    item: npt.NDArray[np.integer] | None = None,
    popularity: npt.NDArray[np.number] | None = None,
) -> PerUser:
    """Measure the lists of one model.

    Args:
        sheet: the rows.
        id: the model.
        k: how many rows are first.
        item: (n,) the item of each row of the sheet as a number from 0, -1 where it is not known (`items_of`).
        popularity: training rows of each item, by its number.

    Raises:
        DataError: no user has both a click and a row without one, or `k` is below 1.
    """
    if k < 1:
        raise DataError(say("A list of {k} rows has no first row.", k=k), say("Choose at least one row."))
    lists = Lists.of(sheet, id)
    both = (lists.clicked > 0) & (lists.clicked < lists.rows)
    if not both.any():
        raise DataError(
            say("No user of these rows has both a click and a row without one, so there is no list to order."),
            say("Set a user column, and split so that users have several rows in the test part."),
        )
    found = lists.hits(k)
    measured: dict[Metric, Array] = {
        "hit_rate": lists.hit(k),
        "ndcg": lists.gain(k),
        "mrr": lists.reciprocal_rank,
        "map": lists.average_precision,
        "precision": found / np.minimum(lists.rows, k),
        "recall": found / np.maximum(lists.clicked, 1),
    }
    values = {name: value[both] for name, value in measured.items()}
    return PerUser(
        id=id,
        k=k,
        users=_users(lists, both, k),
        headline={name: _mean(value) for name, value in values.items()},
        clicked={name: _mean(value[lists.clicked > 0]) for name, value in measured.items()},
        values=values,
        exposure=None if item is None else exposure(lists, k, item, popularity),
    )


def first_k(sheet: Sheet) -> int:
    """A K to begin with: the first of some that half of the users have more rows than, or else all look alike.

    Raises:
        DataError: as `per_user`.
    """
    for k in FIRST_K[:-1]:
        users = per_user(sheet, sheet.ids[0], k).users
        if users.short <= users.both / 2:
            return k
    return FIRST_K[-1]


def paired(first: PerUser, second: PerUser, metric: Metric) -> Interval:
    """The mean over users of the first model's measure minus the second one's, both of the same sheet and K.

    The users are the same for both, so their difference is measured user by user: its 95 % interval is far narrower
    than that of either measure.
    """
    return _mean(first.values[metric] - second.values[metric], least=-1.0)


def _mean(values: Array, least: float = 0.0) -> Interval:
    """Mean over users with its normal 95 % interval, which stays within what is possible.

    Users who are few or all alike cannot tell an interval: its ends are NaN.
    """
    mean = float(values.mean())
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) >= LEAST_USERS else float("nan")
    half = NORMAL * error if error > 0 else float("nan")
    low, high = (float(np.clip(mean + sign * half, least, 1.0)) for sign in (-1, 1))
    return Interval(value=mean, low=low, high=high, standard_error=error)


def _users(lists: Lists, both: npt.NDArray[np.bool_], k: int) -> Users:
    one = (lists.rows == 1) & (lists.clicked == 1)
    return Users(
        shown=len(lists.rows),
        without_click=int((lists.clicked == 0).sum()),
        one_row=int(one.sum()),
        only_clicks=int(((lists.clicked == lists.rows) & ~one).sum()),
        both=int(both.sum()),
        short=int((both & (lists.rows <= k)).sum()),
    )
