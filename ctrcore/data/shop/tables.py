"""The simulated shop as tables a person can read, and the recipe that says what their columns are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.recipe import Recipe, Split
from ctrcore.data.shop.clicks import Played
from ctrcore.data.shop.config import ACTIONS, CONSUMABLES, HISTORY_LENGTH, ShopConfig
from ctrcore.data.shop.truth import DECIMALS
from ctrcore.data.shop.world import DAY, Ints, World, item_names, level_names, user_names
from ctrcore.schema import Column, Schema

FIRST_DAY = np.datetime64("2025-03-03T00:00:00", "us")  # a Monday
Objects = npt.NDArray[np.object_]

_USER_FIELDS = ("user_id", "age", "gender", "city_tier", "spending")
_ITEM_FIELDS = ("item_id", "category", "durability", "brand")
_CONTEXT_FIELDS = ("hour", "weekday", "device", "channel")


def time_order(world: World) -> Ints:
    """The world's rows in the order of the tables: by time, users in turn where times tie."""
    return np.lexsort((world.row_user, world.time))


def impressions_frame(world: World, played: Played, order: Ints) -> pd.DataFrame:
    """One row per impression, by time; histories are text, oldest first, joined by '|'."""
    user, item, time = world.row_user[order], played.item[order], world.time[order]
    slots, exists = played.log.window(user, played.history_end[order])
    lengths = exists.sum(axis=1)
    members = played.log.item[slots[exists]]
    frame = pd.DataFrame({"time": _timestamps(time), "user_id": user_names(len(world.shown))[user]})
    for name in ("age", "gender", "city_tier", "spending"):
        frame[name] = level_names(name)[world.user[name][user]]
    frame["item_id"] = item_names(len(world.price))[item]
    for name in ("category", "durability", "brand"):
        frame[name] = level_names(name)[world.item[name][item]]
    frame["price"] = world.price[item]
    frame["launch_days"] = time // DAY - world.launch[item]
    frame["hour"] = world.context["hour"][order]
    for name in ("weekday", "device", "channel"):
        frame[name] = level_names(name)[world.context[name][order]]
    frame["history_item"] = _joined(item_names(len(world.price))[members], lengths)
    frame["history_category"] = _joined(level_names("category")[world.item["category"][members]], lengths)
    frame["history_action"] = _joined(_action_names()[played.log.action[slots[exists]]], lengths)
    frame["click"] = played.click[order].astype(np.int64)
    return frame


def behaviours_frame(world: World, played: Played) -> pd.DataFrame:
    """The action log of everybody: user, item, action and time, by time."""
    log = played.log
    filled = np.arange(len(log.item)) - np.repeat(log.base, np.diff([*log.base, len(log.item)]))
    slot_user = np.repeat(np.arange(len(log.base)), np.diff([*log.base, len(log.item)]))
    used = filled < log.count[slot_user]
    user = np.concatenate([world.row_user, slot_user[used]])
    item = np.concatenate([played.item, log.item[used]])
    action = np.concatenate([np.zeros(len(played.item), np.int8), log.action[used]])
    time = np.concatenate([world.time, log.time[used]])
    order = np.lexsort((action, user, time))
    return pd.DataFrame(
        {
            "time": _timestamps(time[order]),
            "user_id": user_names(len(world.shown))[user[order]],
            "item_id": item_names(len(world.price))[item[order]],
            "action": _action_names()[action[order]],
        }
    )


def truth_frame(config: ShopConfig, world: World, played: Played, order: Ints) -> pd.DataFrame:
    """Per impression the logit and its terms; they sum to it exactly (to the last stored decimal).

    `behaviour_effect` holds the signed share of each behaviour, aligned with the history columns. `noise` is not part
    of the logit: no column tells it.
    """
    consumable = world.item["category"][played.item[order]] < len(CONSUMABLES)
    effects = played.effects[order]
    behaviours = effects.sum(axis=1, dtype=np.float64)
    terms = {"intercept": np.full(len(order), config.intercept), "main": played.main[order]}
    terms |= {f"pair_{first}_{second}": term[order] for (first, second), term in played.pairs.items()}
    terms |= {
        "interest": np.where(consumable, behaviours, 0.0),
        "suppression": np.where(consumable, 0.0, behaviours),
    }
    terms = {name: np.round(term, DECIMALS) + 0.0 for name, term in terms.items()}
    frame = pd.DataFrame({"logit": np.round(sum(terms.values()), DECIMALS), **terms, "noise": played.noise[order]})
    _, exists = played.log.window(world.row_user[order], played.history_end[order])
    numbers, codes = np.unique(effects[exists], return_inverse=True)
    names = np.array([f"{number:.{DECIMALS}f}" if number else "0" for number in numbers], dtype=object)
    frame["behaviour_effect"] = _joined(names[codes], exists.sum(axis=1))
    return frame


def shop_recipe() -> Recipe:
    """What the columns of the impressions mean, and a split by time."""
    user = [Column(name=name, kind="categorical", role="user") for name in _USER_FIELDS]
    item = [Column(name=name, kind="categorical", role="item") for name in _ITEM_FIELDS]
    numbers = [Column(name=name, kind="numeric", role="item", scale="log1p") for name in ("price", "launch_days")]
    context = [Column(name=name, kind="categorical", role="context") for name in _CONTEXT_FIELDS]
    histories = [
        Column(name=name, kind="history", role="user", of=of, max_length=HISTORY_LENGTH)
        for name, of in (("history_item", "item_id"), ("history_category", "category"))
    ]
    unused = [
        Column(name="time", kind="ignore", reason="orders the rows"),
        Column(name="history_action", kind="ignore", role="user", reason="the candidate has no action to compare with"),
        Column(name="click", kind="ignore", reason="the label"),
    ]
    schema = Schema(
        label="click",
        user="user_id",
        item="item_id",
        time="time",
        columns=[*user, *item, *numbers, *context, *histories, *unused],
    )
    return Recipe(data_schema=schema, split=Split(by="time"))


def _timestamps(seconds: Ints) -> npt.NDArray[np.datetime64]:
    return FIRST_DAY + seconds * np.timedelta64(1_000_000, "us")


def _action_names() -> Objects:
    return np.array(ACTIONS, dtype=object)


def _joined(members: Objects, lengths: Ints) -> Objects:
    """The members of each row as one text, from the members of all rows in turn."""
    ends = np.cumsum(lengths)
    flat: list[str] = members.tolist()
    texts = ["|".join(flat[end - length : end]) for end, length in zip(ends.tolist(), lengths.tolist(), strict=True)]
    return np.array(texts, dtype=object)
