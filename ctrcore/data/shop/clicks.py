"""What happens in the simulated shop: item after item is shown to each user, and clicks make the next history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore.data.shop.config import ACTIONS, CATEGORIES, HISTORY_LENGTH, PLANTED_PAIRS, ShopConfig
from ctrcore.data.shop.truth import (
    DECIMALS,
    Effects,
    behaviour_effects,
    launch_effect,
    pair_effect,
    static_effects,
)
from ctrcore.data.shop.world import DAY, WARM_UP_DAYS, Floats, Ints, Showcase, World
from ctrcore.metrics import sigmoid

_FROM_RECENT, _FROM_TASTE = 0.35, 0.30  # the rest comes from the shop's offer
_WARM_UP_RATE, _WARM_UP_LEAST = 0.5, 2  # behaviours before the first day, per later impression and at least
_WARM_UP_SHARES = (0.7, 0.1, 0.1, 0.1)  # click, favourite, cart, purchase
_FAVOURITE, _CART, _PURCHASE = 0.15, 0.30, 0.50  # chances after a click, after a click, after a cart
_DELAYS = {"click": 5, "favourite": 30, "cart": 60, "purchase": 120}  # seconds after the item was shown


@dataclass
class Log:
    """All behaviours in one row of slots: user u has `count[u]` so far, oldest first, from slot `base[u]` on."""

    base: Ints
    count: Ints
    item: npt.NDArray[np.int32]
    action: npt.NDArray[np.int8]
    time: Ints

    @classmethod
    def with_room(cls, room: Ints) -> Log:
        """An empty log with that many slots per user."""
        total = int(room.sum())
        base = np.concatenate([[0], np.cumsum(room)[:-1]]).astype(np.int64)
        return cls(base, np.zeros_like(base), np.zeros(total, np.int32), np.zeros(total, np.int8), np.zeros(total, int))

    def add(self, users: Ints, item: Ints, action: Ints | int, time: Ints) -> None:
        """Append one behaviour to each of the (distinct) users."""
        slot = self.base[users] + self.count[users]
        self.item[slot], self.action[slot], self.time[slot] = item, action, time
        self.count[users] += 1

    def window(self, users: Ints, ends: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """The slots of the last behaviours before the `ends`-th, (n, HISTORY_LENGTH), and which of them exist."""
        position = ends[:, None] + np.arange(-HISTORY_LENGTH, 0)
        exists = position >= 0
        return np.where(exists, self.base[users][:, None] + position, 0), exists


@dataclass(frozen=True)
class Played:
    """The outcome per impression, in the world's row order, and the log of behaviours."""

    log: Log
    history_end: Ints  # (impressions,) behaviours of the user before the impression
    item: Ints
    click: npt.NDArray[np.bool_]
    main: Floats
    pairs: dict[tuple[str, str], Floats]
    effects: npt.NDArray[np.float32]  # (impressions, HISTORY_LENGTH), right-aligned as the window
    noise: Floats


def play(
    config: ShopConfig, world: World, effects: Effects, exposure: np.random.Generator, luck: np.random.Generator
) -> Played:
    """Show every impression in turn, the k-th of all users at once.

    `exposure` draws what is shown, `luck` whether it is clicked. Each draws the same numbers whatever the strengths
    are, so two shops that differ in one knob are as alike as can be.
    """
    n = config.impressions
    showcase = Showcase(world, config.days)
    log = _warm_up(config, world, showcase, exposure)
    outside, of_item = static_effects(world, effects, config.main_strength)
    played = Played(
        log=log,
        history_end=np.zeros(n, np.int64),
        item=np.zeros(n, np.int64),
        click=np.zeros(n, bool),
        main=np.zeros(n),
        pairs={pair: np.zeros(n) for pair in PLANTED_PAIRS},
        effects=np.zeros((n, HISTORY_LENGTH), np.float32),
        noise=np.round(config.noise * luck.normal(size=n), DECIMALS) + 0.0,
    )
    for step in range(int(world.shown.max())):
        users = np.arange(np.searchsorted(-world.shown, -step, side="left"))
        row = world.first[users] + step
        history = _history_categories(log, world, users)
        category = _next_category(world, history, exposure.random((3, len(users))))
        item = showcase.draw(category, world.time[row], exposure.random(len(users)))

        codes = {name: value[item] for name, value in world.item.items()}
        codes |= {name: value[users] for name, value in world.user.items()}
        codes |= {name: value[row] for name, value in world.context.items()}
        launched = launch_effect(world.time[row], world.launch[item], config.main_strength)
        played.main[row] = np.round(outside[row] + of_item[item] + launched, DECIMALS)
        logit = config.intercept + played.main[row] + played.noise[row]
        for pair, term in played.pairs.items():
            term[row] = pair_effect(pair, effects, codes)
            logit += term[row]
        played.effects[row] = behaviour_effects(history, category, config)
        logit += played.effects[row].sum(axis=1, dtype=np.float64)

        played.history_end[row], played.item[row] = log.count[users], item
        chance = luck.random((4, len(users)))
        click = chance[0] < sigmoid(logit)
        played.click[row] = click
        _follow(log, users[click], item[click], world.time[row][click], chance[1:, click])
    return played


def _history_categories(log: Log, world: World, users: Ints) -> Ints:
    slots, exists = log.window(users, log.count[users])
    return np.where(exists, world.item["category"][log.item[slots]], -1)


def _next_category(world: World, history: Ints, chance: Floats) -> Ints:
    """The category of the item shown next to the first `len(history)` users, from (3, n) uniform random numbers."""
    users = len(history)
    offer = (chance[1] * len(CATEGORIES)).astype(np.int64)
    taste = np.minimum((world.taste[:users] < chance[1][:, None]).sum(axis=1), len(CATEGORIES) - 1)
    known = (history >= 0).sum(axis=1)
    recent = history[np.arange(users), HISTORY_LENGTH - 1 - (chance[2] * known).astype(np.int64)]
    category = np.where(chance[0] < _FROM_RECENT + _FROM_TASTE, taste, offer)
    chosen: Ints = np.where((chance[0] < _FROM_RECENT) & (known > 0), recent, category)
    return chosen


def _follow(log: Log, users: Ints, item: Ints, time: Ints, chance: Floats) -> None:
    """The clicks of these users into the log, and what comes after; `chance` is (3, n)."""
    cart = chance[1] < _CART
    done = {
        "click": np.ones(len(users), dtype=bool),
        "favourite": chance[0] < _FAVOURITE,
        "cart": cart,
        "purchase": cart & (chance[2] < _PURCHASE),
    }
    for action, mask in done.items():
        log.add(users[mask], item[mask], ACTIONS.index(action), time[mask] + _DELAYS[action])


def _warm_up(config: ShopConfig, world: World, showcase: Showcase, rng: np.random.Generator) -> Log:
    """A log with the behaviours from before the first day, in every category the user cares for."""
    users = np.arange(config.users)
    usual = np.minimum(_WARM_UP_LEAST + rng.poisson(_WARM_UP_RATE * world.shown), HISTORY_LENGTH)
    count = np.where(rng.random(config.users) < config.cold_share, 0, usual)
    log = Log.with_room(count + len(_DELAYS) * world.shown)
    # Rising whole seconds without ties: sorted draws from a shorter span, each moved on by its rank.
    most = HISTORY_LENGTH
    time = np.sort(rng.integers(WARM_UP_DAYS * DAY - most, size=(most, config.users)), axis=0)
    time += np.arange(most)[:, None] - WARM_UP_DAYS * DAY
    for step in range(most):
        chance = rng.random((4, config.users))
        some = users[count > step]
        taste = _next_category(world, np.full((config.users, HISTORY_LENGTH), -1), chance[:3])
        item = showcase.draw(taste, time[step], chance[3])
        action = rng.choice(np.arange(1, len(ACTIONS)), size=config.users, p=_WARM_UP_SHARES)
        log.add(some, item[some], action[some], time[step][some])
    return log
