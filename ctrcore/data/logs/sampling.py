"""Items drawn as negatives: what a user could have clicked at that moment and did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

CELLS_AT_ONCE = 1_000_000
ROUNDS = 50


@dataclass(frozen=True)
class Pool:
    """The items to draw from, in groups: one group of all of them, or one a category.

    Attributes:
        items: (p,) item numbers, those of a group side by side.
        start: (g + 2,) group h has the items `items[start[h]:start[h + 1]]`; the last group is empty.
        weight: (p,) positive; a draw hits an item in proportion to it.
        mass: (p + 1,) sum of the weights before each place.
        group_of: (items,) the group of each item, g where it is not in the pool.
    """

    items: Index
    start: Index
    weight: Numbers
    mass: Numbers
    group_of: Index

    @classmethod
    def of(cls, group: Index, weight: Numbers) -> Self:
        """A pool of the items with a positive weight and a group of at least 0; both have one value an item."""
        groups = int(group.max(initial=-1)) + 1
        group_of = np.where((weight > 0) & (group >= 0), group, groups)
        order = np.argsort(group_of, kind="stable")
        items = order[: int((group_of < groups).sum())]
        start = np.searchsorted(group_of[items], np.arange(groups + 2), side="left")
        mass = np.concatenate([[0.0], np.cumsum(weight[items])])
        return cls(items, start, weight[items].astype(np.float64), mass, group_of)

    def sizes(self, group: Index) -> Index:
        """Items in each group asked for."""
        return self.start[group + 1] - self.start[group]

    def draw(self, group: Index, random: np.random.Generator) -> Index:
        """One item of each group asked for; none of these may be empty."""
        low, high = self.mass[self.start[group]], self.mass[self.start[group + 1]]
        place = np.searchsorted(self.mass, low + random.random(len(group)) * (high - low), side="right") - 1
        return self.items[np.clip(place, self.start[group], self.start[group + 1] - 1)]


@dataclass(frozen=True)
class Moments:
    """m clicks to draw items for: (m,) who, from which group of the pool, and when."""

    user: Index
    group: Index
    time: Index

    def __len__(self) -> int:
        return len(self.user)

    def take(self, rows: Index) -> Moments:
        """Some of the clicks, in the order given."""
        return Moments(self.user[rows], self.group[rows], self.time[rows])


@dataclass(frozen=True)
class Clicked:
    """Which items each user clicked, and when first.

    Attributes:
        keys: (c,) increasing, user and item of each pair as one number.
        first: (c,) time of the user's first click on it.
        items: number of items.
        ever: True if an item that is only clicked later counts as clicked too.
    """

    keys: Index
    first: Index
    items: int
    ever: bool

    @classmethod
    def of(cls, user: Index, item: Index, time: Index, items: int, ever: bool) -> Self:
        """From clicks in the order of time."""
        keys, earliest = np.unique(user * items + item, return_index=True)
        return cls(keys, time[earliest], items, ever)

    def holds(self, user: Index, item: Index, time: Index) -> Mask:
        """True where the user clicked the item before or at that time (or ever, if so chosen)."""
        key = user * self.items + item
        place = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        found: Mask = self.keys[place] == key
        return found if self.ever else found & (self.first[place] <= time)

    def count(self, moments: Moments, pool: Pool) -> Index:
        """How many items of the moment's group of the pool the user ever clicks."""
        groups = len(pool.start)
        pairs, counts = np.unique(
            self.keys // self.items * groups + pool.group_of[self.keys % self.items], return_counts=True
        )
        key = moments.user * groups + moments.group
        place = np.minimum(np.searchsorted(pairs, key), len(pairs) - 1)
        return np.where(pairs[place] == key, counts[place], 0)


def draw_items(pool: Pool, clicked: Clicked, moments: Moments, count: int, random: np.random.Generator) -> Index:
    """For each of m moments `count` distinct items that its user has not clicked, fewer where there are fewer.

    Items are drawn one after another in proportion to their weights; one that is clicked or drawn already is drawn
    again. Clicks with few items to choose from, and those that have bad luck, get theirs from a list of what is left,
    which gives the same distribution.

    Returns:
        (m, count) item numbers, -1 where there was none left.
    """
    drawn = np.full((len(moments), count), -1, dtype=np.int64)
    few = pool.sizes(moments.group) - clicked.count(moments, pool) <= 4 * count
    # Users one after another: the look-ups stay near each other in memory.
    order = np.lexsort((moments.user, few))
    size = max(1, CELLS_AT_ONCE // count)
    for first in range(0, len(order), size):
        rows = order[first : first + size]
        many = rows[~few[rows]]
        drawn[many] = _by_luck(pool, clicked, moments.take(many), count, random)
    left = np.flatnonzero((drawn < 0).any(axis=1))
    cells = np.cumsum(pool.sizes(moments.group[left]))
    cuts = np.searchsorted(cells, np.arange(CELLS_AT_ONCE, int(cells[-1]) if len(cells) else 0, CELLS_AT_ONCE))
    for rows in np.split(left, np.unique(cuts)):
        drawn[rows] = _from_list(pool, clicked, moments.take(rows), drawn[rows], random)
    return drawn


def _by_luck(pool: Pool, clicked: Clicked, moments: Moments, count: int, random: np.random.Generator) -> Index:
    drawn = np.full((len(moments), count), -1, dtype=np.int64)
    rows = np.arange(len(moments))
    for _ in range(ROUNDS):
        part = drawn[rows]
        where, column = np.nonzero(part < 0)
        at = moments.take(rows[where])
        items = pool.draw(at.group, random)
        part[where, column] = np.where(clicked.holds(at.user, items, at.time), -1, items)
        drawn[rows] = _without_repeats(part)
        rows = rows[(drawn[rows] < 0).any(axis=1)]
        if not len(rows):
            break
    return drawn


def _without_repeats(drawn: Index) -> Index:
    """-1 for every item that stands further left in its row too."""
    order = np.argsort(drawn, axis=1, kind="stable")
    ordered = np.take_along_axis(drawn, order, axis=1)
    ordered[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = -1
    cleaned = np.empty_like(drawn)
    np.put_along_axis(cleaned, order, ordered, axis=1)
    return cleaned


def _from_list(pool: Pool, clicked: Clicked, moments: Moments, drawn: Index, random: np.random.Generator) -> Index:
    """Fill the gaps of `drawn` from all items that are allowed: the first in a race of exponential times.

    The winners of a race with the weights as rates are those of drawing one after another in proportion to the weights
    (Efraimidis and Spirakis 2006).
    """
    drawn = np.take_along_axis(drawn, np.argsort(drawn < 0, axis=1, kind="stable"), axis=1)  # the gaps come last
    sizes = pool.sizes(moments.group)
    row = np.repeat(np.arange(len(moments)), sizes)
    ends = np.cumsum(sizes)
    place = np.arange(len(row)) + np.repeat(pool.start[moments.group] - (ends - sizes), sizes)
    item = pool.items[place]
    allowed = ~clicked.holds(moments.user[row], item, moments.time[row])
    for column in range(drawn.shape[1]):
        allowed &= drawn[row, column] != item
    row, item, place = row[allowed], item[allowed], place[allowed]
    order = np.lexsort((random.exponential(size=len(row)) / pool.weight[place], row))
    row, item = row[order], item[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row, side="left")
    column = (drawn >= 0).sum(axis=1)[row] + rank
    wins = column < drawn.shape[1]
    drawn[row[wins], column[wins]] = item[wins]
    return drawn
