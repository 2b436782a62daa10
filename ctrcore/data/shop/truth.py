"""The truth behind the simulated clicks: the effects, and the terms of each row's logit.

The formula is written down in `ctrcore.data.simulate`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore.data.shop.config import CONSUMABLES, HISTORY_LENGTH, LEVELS, PLANTED_PAIRS, ShopConfig
from ctrcore.data.shop.world import DAY, Floats, Ints, World

DECIMALS = 3
"""Every stored term is rounded to this, before the clicks are drawn: what is written is what was drawn from."""

# Root mean square of each field's main effect over its levels.
_MAIN_SIZE = {
    "age": 0.08,
    "gender": 0.08,
    "city_tier": 0.08,
    "spending": 0.08,
    "category": 0.15,
    "brand": 0.15,
    "hour": 0.08,
    "weekday": 0.04,
    "device": 0.08,
    "channel": 0.30,
}
_PRICE_SLOPE = -0.22
_LAUNCH_SLOPE = -0.15
_POPULARITY_SLOPE = 0.08
# Root mean square of each planted pair's effect over its cells.
_PAIR_SIZE = {("gender", "category"): 0.6, ("age", "device"): 0.6, ("city_tier", "channel"): 0.6}
# Recent behaviours in the category at which 63 % of the largest interest is reached: one or two are nearly all.
_SATURATION = 0.7


@dataclass(frozen=True)
class Effects:
    """The planted numbers: main effects per level, and one matrix per planted pair with zero row and column means."""

    main: dict[str, Floats]  # field -> (levels,)
    pairs: dict[tuple[str, str], Floats]  # fields -> (levels of the first, levels of the second)


def plant(config: ShopConfig, rng: np.random.Generator) -> Effects:
    """Draw the effects. Their sizes do not depend on the seed, only their shapes do."""
    main = {name: config.main_strength * _main(name, size, rng) for name, size in _MAIN_SIZE.items()}
    pairs = {pair: config.pair_strength * _pair(pair, rng) for pair in PLANTED_PAIRS}
    return Effects(main, pairs)


def static_effects(world: World, effects: Effects, strength: float) -> tuple[Floats, Floats]:
    """The main effects that the shown item does not change (impressions,), and those of the items (items,)."""
    user = sum(effects.main[name][codes] for name, codes in world.user.items())
    context = sum(effects.main[name][codes] for name, codes in world.context.items())
    item = sum(effects.main[name][codes] for name, codes in world.item.items() if name in effects.main)
    item = item + strength * (
        _PRICE_SLOPE * _standardised(np.log(world.price)) + _POPULARITY_SLOPE * _standardised(np.log(world.popularity))
    )
    return np.asarray(user)[world.row_user] + context, np.asarray(item)


def launch_effect(seconds: Ints, launch: Ints, strength: float) -> Floats:
    """Main effect of the days since the item's launch: what is new is looked at."""
    days = np.maximum(seconds // DAY - launch, 0)
    effect: Floats = strength * _LAUNCH_SLOPE * (np.log1p(days) - np.log1p(60)) / 1.5
    return effect


def pair_effect(pair: tuple[str, str], effects: Effects, codes: dict[str, Ints]) -> Floats:
    """The pair's term per row (n,)."""
    return np.round(effects.pairs[pair][codes[pair[0]], codes[pair[1]]], DECIMALS)


def behaviour_effects(history: Ints, candidate: Ints, config: ShopConfig) -> Floats:
    """The signed share of each behaviour in the logit.

    Args:
        history: (n, HISTORY_LENGTH) category code of each behaviour, oldest first; -1 where there is none.
        candidate: (n,) category code of the item shown.
        config: strengths and memory.

    Returns:
        (n, HISTORY_LENGTH). A behaviour in another category has 0; the others divide the saturated interest or
        suppression by their remaining weights.
    """
    age = np.arange(HISTORY_LENGTH)[::-1]
    weight = np.where(history == candidate[:, None], 0.5 ** (age / config.memory), 0.0)
    total = weight.sum(axis=1, keepdims=True)
    largest = np.where(candidate < len(CONSUMABLES), config.interest, -config.suppression)
    reached = largest[:, None] * -np.expm1(-total / _SATURATION)
    share = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    effect: Floats = np.round(reached * share, DECIMALS) + 0.0  # + 0.0: no negative zeros
    return effect


def _main(name: str, size: float, rng: np.random.Generator) -> Floats:
    levels = len(LEVELS[name])
    if name == "hour":  # a smooth day with its peak in the evening
        raw = np.cos((np.arange(levels) - 20) / levels * 2 * np.pi)
    else:
        raw = rng.permutation(np.linspace(-1, 1, levels))
    return _sized(raw - raw.mean(), size)


def _pair(pair: tuple[str, str], rng: np.random.Generator) -> Floats:
    shape = (len(LEVELS[pair[0]]), len(LEVELS[pair[1]]))
    raw = rng.normal(size=shape)
    raw -= raw.mean(axis=0, keepdims=True)
    raw -= raw.mean(axis=1, keepdims=True)
    return _sized(raw, _PAIR_SIZE[pair])


def _sized(raw: Floats, size: float) -> Floats:
    root_mean_square: float = np.sqrt(np.mean(raw**2))
    sized: Floats = raw * (size / root_mean_square)
    return sized


def _standardised(value: npt.NDArray[np.float64]) -> Floats:
    spread = value.std()
    return (value - value.mean()) / spread if spread > 1e-12 else np.zeros_like(value)
