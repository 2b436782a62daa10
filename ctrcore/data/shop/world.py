"""Who and what there is in the simulated shop, and which item is shown next. Nothing here depends on clicks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.shop.config import CATEGORIES, CONSUMABLES, LEVELS, ShopConfig

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DAY = 86_400
WARM_UP_DAYS = 10
GAP = 180
"""Least seconds between two impressions of a user; what follows a click takes less, so no two events tie."""

# Chances of the levels of each field that is drawn alone, in the order of LEVELS.
_SHARES: dict[str, tuple[float, ...]] = {
    "age": (0.22, 0.26, 0.22, 0.17, 0.13),
    "gender": (0.52, 0.48),
    "city_tier": (0.30, 0.38, 0.32),
    "spending": (0.30, 0.32, 0.24, 0.14),
    "device": (0.50, 0.18, 0.32),
    "channel": (0.30, 0.35, 0.20, 0.15),
}
_HOURS = (2, 1, 1, 1, 1, 1, 2, 4, 5, 5, 5, 5, 7, 6, 5, 5, 5, 6, 7, 9, 10, 10, 8, 5)


@dataclass(frozen=True)
class World:
    """Codes of users and items, and of every impression all that does not depend on the item shown.

    Impression rows are ordered by user, and by time within a user; the most active user comes first, so that the
    users who still have a k-th impression are always a prefix.
    """

    user: dict[str, Ints]  # field -> (users,)
    item: dict[str, Ints]  # field -> (items,)
    price: Floats  # (items,)
    launch: Ints  # (items,) day, negative before the first
    popularity: Floats  # (items,)
    taste: Floats  # (users, categories), cumulative over the categories
    shown: Ints  # (users,) impressions of each user, falling
    first: Ints  # (users,) row of the first impression
    row_user: Ints  # (impressions,)
    time: Ints  # (impressions,) seconds since the first day began
    context: dict[str, Ints]  # field -> (impressions,)


def build_world(config: ShopConfig, rng: np.random.Generator) -> World:
    """Draw users, items, and when and where each user looks at the shop."""
    user = {name: _draw(rng, name, config.users) for name in ("age", "gender", "city_tier", "spending")}
    activity = rng.gamma(1.5, size=config.users) + 0.02
    shown = np.sort(rng.multinomial(config.impressions, activity / activity.sum()))[::-1].astype(np.int64)
    taste = rng.dirichlet(np.full(len(CATEGORIES), 0.25), size=config.users).cumsum(axis=1)

    # Every category has an item to show from the start; the rest are spread at random.
    category = np.concatenate(
        [np.arange(len(CATEGORIES)), rng.integers(len(CATEGORIES), size=config.items - len(CATEGORIES))]
    )
    category.sort()
    is_first = np.concatenate([[True], np.diff(category) > 0])
    launch = np.where(is_first, -100, rng.integers(-240, max(config.days * 2 // 3, 1), size=config.items))
    level = rng.uniform(2.0, 6.0, size=len(CATEGORIES))
    price = np.round(np.exp(level[category] + rng.normal(0, 0.5, config.items)), 2)

    row_user = np.repeat(np.arange(config.users), shown)
    time = _impression_times(config, rng, row_user)
    context = {"hour": time % DAY // 3600, "weekday": time // DAY % 7}
    context |= {name: _draw(rng, name, config.impressions) for name in ("device", "channel")}
    return World(
        user=user,
        item={
            "category": category,
            "durability": (category >= len(CONSUMABLES)).astype(np.int64),
            "brand": rng.integers(len(LEVELS["brand"]), size=config.items),
        },
        price=price,
        launch=launch,
        popularity=_popularity(category, config.popularity_skew, rng),
        taste=taste,
        shown=shown,
        first=np.concatenate([[0], np.cumsum(shown)[:-1]]),
        row_user=row_user,
        time=time,
        context=context,
    )


class Showcase:
    """Which item of a category is shown on a day: by popularity, among those launched."""

    def __init__(self, world: World, days: int) -> None:
        self._days = days + WARM_UP_DAYS + 1
        categories = len(CATEGORIES)
        sizes = np.bincount(world.item["category"], minlength=categories)
        self._start = np.concatenate([[0], np.cumsum(sizes)])
        day = np.arange(self._days)[:, None] - WARM_UP_DAYS
        weight = np.where(world.launch <= day, world.popularity, 0.0)
        # One rising line of chances for all days and items, so that a draw is a single search.
        self._chances = np.concatenate([[0.0], weight.ravel().cumsum()])
        self._items = weight.shape[1]

    def draw(self, category: Ints, seconds: Ints, chance: Floats) -> Ints:
        """An item of each category (n,), at a time (n,), from uniform random numbers (n,)."""
        day = np.clip(seconds // DAY + WARM_UP_DAYS, 0, self._days - 1)
        low = day * self._items + self._start[category]
        high = day * self._items + self._start[category + 1]
        target = self._chances[low] + chance * (self._chances[high] - self._chances[low])
        position = np.searchsorted(self._chances, target, side="right") - 1
        # The last launched item of the range, should rounding carry the target to the range's end.
        last = np.searchsorted(self._chances, self._chances[high], side="left") - 1
        drawn: Ints = np.clip(position, low, last) % self._items
        return drawn


def users_frame(world: World) -> pd.DataFrame:
    """The users with their attributes, one row each."""
    frame = pd.DataFrame({"user_id": user_names(len(world.shown))})
    for name, codes in world.user.items():
        frame[name] = level_names(name)[codes]
    return frame


def items_frame(world: World) -> pd.DataFrame:
    """The items with their attributes, one row each; `launch_day` counts from the first day of the data."""
    category = level_names("category")[world.item["category"]]
    number = pd.Series(category).groupby(category).cumcount() + 1
    return pd.DataFrame(
        {
            "item_id": item_names(len(category)),
            "title": category + " " + number.astype(str).to_numpy(dtype=object),
            "category": category,
            "durability": level_names("durability")[world.item["durability"]],
            "brand": level_names("brand")[world.item["brand"]],
            "price": world.price,
            "launch_day": world.launch,
        }
    )


def user_names(count: int) -> npt.NDArray[np.object_]:
    """Ids u0001, u0002, ... of equal width."""
    return _names("u", count)


def item_names(count: int) -> npt.NDArray[np.object_]:
    """Ids i0001, i0002, ... of equal width."""
    return _names("i", count)


def level_names(field: str) -> npt.NDArray[np.object_]:
    """The names of a field's codes."""
    return np.array(LEVELS[field], dtype=object)


def _names(prefix: str, count: int) -> npt.NDArray[np.object_]:
    width = max(4, len(str(count)))
    return np.array([f"{prefix}{number:0{width}d}" for number in range(1, count + 1)], dtype=object)


def _draw(rng: np.random.Generator, field: str, count: int) -> Ints:
    return rng.choice(len(LEVELS[field]), size=count, p=_SHARES[field])


def _popularity(category: Ints, skew: float, rng: np.random.Generator) -> Floats:
    order = np.lexsort((rng.random(len(category)), category))
    starts = np.searchsorted(category, category)
    rank = np.empty(len(category))
    rank[order] = np.arange(len(category)) - starts + 1
    return rank**-skew


def _impression_times(config: ShopConfig, rng: np.random.Generator, row_user: Ints) -> Ints:
    """Seconds (n,), rising by at least GAP within a user."""
    hours = np.array(_HOURS) / sum(_HOURS)
    raw = (
        rng.integers(config.days, size=len(row_user)) * DAY
        + rng.choice(24, size=len(row_user), p=hours) * 3600
        + rng.integers(3600, size=len(row_user))
    )
    raw = raw[np.lexsort((raw, row_user))]
    step = np.arange(len(row_user)) - np.searchsorted(row_user, row_user)
    # A running maximum per user: users are kept apart by an offset larger than any time.
    apart = row_user * (2 * config.days * DAY)
    return np.maximum.accumulate(raw - step * GAP + apart) - apart + step * GAP
