"""The rows of each user as a list, best score first, with rows of equal score tied: no order is made up for them.

Every measure is the expected one when tied rows are put in random order, in closed form (McSherry and Najork 2008,
"Computing information retrieval performance measures efficiently in the presence of tied scores"). So no figure
depends on the order in which rows happen to be stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.sheet import Sheet

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Lists:
    """Lists of n rows of u users, and the t groups of tied rows in them, all users' lists one after the other.

    Attributes:
        order: (n,) positions of the rows, so that lists come one after the other, best score first.
        user: (t,) the list of each group.
        size: (t,) rows of each group.
        clicks: (t,) clicked rows of each group.
        above: (t,) rows of the same list with a better score.
        clicks_above: (t,) clicked rows among those.
        rows: (u,) rows of each list.
        clicked: (u,) clicked rows of each list.
    """

    order: Ints
    user: Ints
    size: Ints
    clicks: Ints
    above: Ints
    clicks_above: Ints
    rows: Ints
    clicked: Ints

    @classmethod
    def of(cls, sheet: Sheet, name: str) -> Lists:
        """One model's lists of the rows that have a user; made once and kept with the sheet."""
        return sheet.kept("lists", name, lambda: cls._made(sheet.label, sheet.logit[name], *sheet.users))

    @classmethod
    def _made(
        cls, label: npt.NDArray[np.uint8], score: npt.NDArray[np.float32], user: npt.NDArray[np.integer], users: int
    ) -> Lists:
        known = np.flatnonzero(user >= 0)
        key = _key(user[known], score[known])
        order = np.argsort(key)
        key = key[order]
        owner, order = (key >> np.uint64(32)).astype(np.int32), known[order].astype(np.int32)
        count = len(order)
        first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if count else np.empty(0, np.int64)
        size = np.diff(np.append(first, count))
        hits = np.concatenate([[0], np.cumsum(label[order], dtype=np.int64)])
        rows = np.bincount(owner, minlength=users)
        start = np.cumsum(rows) - rows
        owner = owner[first]
        return cls(
            order=order,
            user=owner,
            size=size.astype(np.int32),
            clicks=(hits[first + size] - hits[first]).astype(np.int32),
            above=(first - start[owner]).astype(np.int32),
            clicks_above=(hits[first] - hits[start[owner]]).astype(np.int32),
            rows=rows,
            clicked=hits[start + rows] - hits[start],
        )

    def within(self, k: int) -> Array:
        """The chance of each group's rows to be among the first k of their list, shape (t,)."""
        return np.clip(k - self.above, 0, self.size) / self.size

    def hits(self, k: int) -> Array:
        """Expected clicked rows among the first k of each list, shape (u,)."""
        return self._sum(self.clicks * self.within(k))

    def hit(self, k: int) -> Array:
        """Chance that a clicked row is among the first k of each list, shape (u,)."""
        chance = np.zeros(len(self.rows))
        within = (self.clicks > 0) & (self.above + self.size <= k)
        chance[self.user[within]] = 1
        cut = np.flatnonzero((self.clicks > 0) & (self.above < k) & (self.above + self.size > k))  # one a list at most
        size, drawn = self.size[cut], k - self.above[cut]
        others = size - self.clicks[cut]
        missed = np.where(drawn > others, 0.0, np.exp(_choose(others, drawn) - _choose(size, drawn)))
        chance[self.user[cut]] = np.maximum(chance[self.user[cut]], 1 - missed)
        return chance

    def gain(self, k: int) -> Array:
        """Expected discounted cumulative gain of the first k over the best one of each list, shape (u,).

        A click at position p counts 1 / log2(p + 1) (Jaervelin and Kekaelaeinen 2002). Lists without a click are NaN.
        """
        k = min(k, int(self.rows.max(initial=1)))
        total = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
        end, begin = np.minimum(self.above + self.size, k), np.minimum(self.above, k)
        found = self._sum(self.clicks / self.size * (total[end] - total[begin]))
        return _over(found, total[np.minimum(self.clicked, k)])

    @cached_property
    def reciprocal_rank(self) -> Array:
        """Expected 1 / position of the first click of each list, shape (u,). Lists without a click are NaN."""
        decides = np.flatnonzero((self.clicks > 0) & (self.clicks_above == 0))
        size, clicks = self.size[decides], self.clicks[decides]
        place, within = _spread(size - clicks + 1)
        left = size[place] - within  # rows of the group behind the first click, which hold all its other clicks
        chance = np.exp(_choose(left, clicks[place] - 1) - _choose(size, clicks)[place])
        value = _sums(place, chance / (self.above[decides][place] + within), len(decides))
        result = np.full(len(self.rows), np.nan)
        result[self.user[decides]] = value
        return result

    @cached_property
    def average_precision(self) -> Array:
        """Expected mean, over the clicked rows of each list, of the precision down to each, shape (u,).

        Lists without a click are NaN.
        """
        has = np.flatnonzero(self.clicks > 0)
        size, clicks = self.size[has], self.clicks[has]
        place, within = _spread(size)
        # a clicked row at the j-th place of its group has, of its c - 1 fellows, (j - 1) / (m - 1) before it
        fellows = (clicks - 1) / np.maximum(size - 1, 1)
        found = self.clicks_above[has][place] + 1 + (within - 1) * fellows[place]
        precision = found / (self.above[has][place] + within)
        value = _sums(place, precision, len(has)) * clicks / size
        return _over(_sums(self.user[has], value, len(self.rows)), self.clicked)

    def _sum(self, value: Array) -> Array:
        """Sum over the groups of each list."""
        return _sums(self.user, value, len(self.rows))


def _sums(place: Ints, value: Array, count: int) -> Array:
    """Sum of the values of each of so many places."""
    return np.bincount(place, weights=value, minlength=count).astype(np.float64, copy=False)


def _key(user: Ints, score: npt.NDArray[np.float32]) -> npt.NDArray[np.uint64]:
    """One number a row that rises with the user, then falls with the score: five times as fast to sort as two keys."""
    bits = (score.astype(np.float32) + np.float32(0)).view(np.uint32)  # a zero with a sign is tied with one without
    falling = np.where(bits >> np.uint32(31), bits, bits ^ np.uint32(0x7FFFFFFF))
    return (user.astype(np.uint64) << np.uint64(32)) | falling


def _spread(size: Ints) -> tuple[Ints, Ints]:
    """For groups of these sizes: the group of each member, and its place in it from 1."""
    group = np.repeat(np.arange(len(size)), size)
    return group, np.arange(1, len(group) + 1) - np.repeat(np.cumsum(size) - size, size)


def _choose(of: Ints, take: Ints) -> Array:
    """Logarithm of the number of ways to take so many of so many."""
    most = int(max(of.max(initial=0), take.max(initial=0)))
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])
    ways: Array = logs[of] - logs[take] - logs[np.maximum(of - take, 0)]
    return ways


def _over(value: Array, whole: npt.NDArray[np.number]) -> Array:
    """A ratio, NaN where there is nothing to divide by."""
    ratio = np.full(len(value), np.nan)
    np.divide(value, whole, out=ratio, where=whole > 0)
    return ratio
