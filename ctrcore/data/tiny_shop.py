"""A shop so small that every number fits on a screen: six fields, clicks with a known truth.

    click ~ Bernoulli( sigmoid( logit + noise ) ),   noise ~ N(0, config.noise^2)

    logit = intercept
          + main        one number per level of age, gender, device and category
          + popularity  popular items are clicked more: config.popularity * (log popularity, standardised)
          + pair        age x category: a matrix with zero row and column means, a pure interaction of both signs
          + xor         gender x device: +config.xor for women on a mobile and men on a computer, - for the others;
                        neither field says anything alone
          + interest    shoes and books:     +config.interest    * (1 - exp(-S / 0.7))
          + suppression phones and fridges:  -config.suppression * (1 - exp(-S / 0.7))

    S = behaviours in the history (at most eight) that are of the candidate's category

The knobs have the names of `ctrcore.data.simulate`, whose shop is the large one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from ctrcore.data.recipe import Recipe, Split
from ctrcore.metrics import auc
from ctrcore.schema import Column, Schema

LEVELS: dict[str, tuple[str, ...]] = {
    "age": ("young", "middle", "old"),
    "gender": ("female", "male"),
    "device": ("mobile", "computer"),
    "category": ("shoes", "books", "phones", "fridges"),
}
"""The values of each field but the item and the history, in the order of their codes."""

FIELDS = ("age", "gender", "device", "category", "item", "history")
LIKED = ("shoes", "books")
"""Categories in which a behaviour raises the interest in more; in the others it settles the need."""

ITEMS_EACH = 6
LONGEST = 8
PAIR = ("age", "category")
XOR = ("gender", "device")
TERMS = ("main", "popularity", "pair", "xor", "interest", "suppression")
_MAIN = {"age": (-0.4, 0.0, 0.4), "gender": (0.2, -0.2), "device": (-0.15, 0.15), "category": (0.4, -0.2, 0.2, -0.4)}
_PAIR = ((0.9, -0.9, 0.7, -0.7), (-0.2, 0.2, 0.1, -0.1), (-0.7, 0.7, -0.8, 0.8))

Floats = npt.NDArray[np.float64]


class TinyConfig(BaseModel):
    """The knobs. Every strength is in units of the click's logit; 0 takes the term out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int = Field(6_000, ge=200, le=100_000, description="items shown, one row each")
    seed: int = Field(1, ge=0, le=2**31 - 1, description="seed of everything")
    intercept: float = Field(-0.5, ge=-6, le=3, description="logit of a click when all other terms are zero")
    main_strength: float = Field(1.0, ge=0, le=5, description="factor of the effects of single values")
    popularity: float = Field(0.0, ge=0, le=5, description="how much more popular items are clicked")
    popularity_skew: float = Field(0.8, ge=0, le=2, description="Zipf exponent of popularity; 0: all items equal")
    pair_strength: float = Field(1.0, ge=0, le=5, description="factor of the interaction of age and category")
    xor: float = Field(0.0, ge=0, le=5, description="what gender and device only say together")
    interest: float = Field(0.0, ge=0, le=10, description="most that behaviours in a liked category add")
    suppression: float = Field(0.0, ge=0, le=10, description="most that behaviours in a settled category take away")
    noise: float = Field(0.0, ge=0, le=5, description="standard deviation of a part of the logit that no field tells")


@dataclass(frozen=True)
class TinyShop:
    """A simulated tiny shop.

    Attributes:
        config: the knobs it was made with.
        rows: one row per item shown, with the six fields; `click` is the label, `history` a list of categories, the
            oldest first.
        truth: aligned with `rows`: `logit`, its terms and, under `behaviours`, the share of each behaviour in the
            logit as a list aligned with the history.
    """

    config: TinyConfig
    rows: pd.DataFrame
    truth: pd.DataFrame

    def recipe(self) -> Recipe:
        """What the columns mean; 60 % to learn from, 20 % each to choose the epoch and to judge."""
        roles = dict.fromkeys(("age", "gender", "history"), "user") | dict.fromkeys(("category", "item"), "item")
        columns = [
            Column.model_validate(
                {"name": name, "kind": "categorical", "role": roles.get(name, "context")}
                | ({"kind": "history", "of": "category", "max_length": LONGEST} if name == "history" else {})
            )
            for name in FIELDS
        ]
        schema = Schema(label="click", item="item", columns=columns)
        return Recipe(data_schema=schema, split=Split(by="random", valid=0.2, test=0.2))

    def best_auc(self, rows: npt.ArrayLike | None = None) -> float:
        """AUC of the true logit on the rows at these positions (all by default): no model can expect more."""
        chosen = slice(None) if rows is None else np.asarray(rows)
        return auc(self.rows["click"].to_numpy()[chosen], self.truth["logit"].to_numpy()[chosen])


def tiny_shop(config: TinyConfig | None = None) -> TinyShop:
    """Make the shop. The same config gives the same shop; a knob of one term leaves the draws of the others alone."""
    config = config or TinyConfig()
    of_rows, of_items, of_histories, of_luck = map(np.random.default_rng, np.random.SeedSequence(config.seed).spawn(4))
    codes = {name: of_rows.integers(len(levels), size=config.rows) for name, levels in LEVELS.items()}
    rank = np.arange(1, ITEMS_EACH + 1, dtype=np.float64)
    popular = rank**-config.popularity_skew
    place = of_items.choice(ITEMS_EACH, size=config.rows, p=popular / popular.sum())
    item = codes["category"] * ITEMS_EACH + place
    history, length = _histories(config.rows, of_histories)
    relevant = (history == codes["category"][:, None]) & (np.arange(LONGEST) < length[:, None])
    terms = logit_terms(config, codes, place, relevant.sum(1))
    logit = config.intercept + sum(terms.values())
    hidden = logit + config.noise * of_luck.normal(size=config.rows)
    click = of_luck.random(config.rows) < 1 / (1 + np.exp(-hidden))
    names = np.array(LEVELS["category"])
    rows = pd.DataFrame({name: np.array(levels)[codes[name]] for name, levels in LEVELS.items()})
    rows["item"] = [f"{names[number // ITEMS_EACH]} {number % ITEMS_EACH + 1}" for number in item]
    rows["history"] = _first(names[history].tolist(), length)
    rows["click"] = click.astype(np.int64)
    truth = pd.DataFrame({"logit": logit, **terms})
    truth["behaviours"] = _first(_shares(relevant, terms["interest"] + terms["suppression"]).tolist(), length)
    return TinyShop(config, rows, truth)


def _histories(rows: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(rows, LONGEST) categories of each row's behaviours, and how many of them there are; some have none."""
    taste = rng.dirichlet(np.full(len(LEVELS["category"]), 0.6), size=rows).cumsum(axis=1)
    history = (rng.random((rows, LONGEST))[..., None] > taste[:, None, :-1]).sum(axis=2)
    return history, rng.integers(LONGEST + 1, size=rows)


def logit_terms(
    config: TinyConfig,
    codes: dict[str, npt.NDArray[np.int64]],
    place: npt.NDArray[np.int64],
    relevant: npt.NDArray[np.int64],
) -> dict[str, Floats]:
    """The terms of the logit of any rows, also such as the shop never shows; all arrays have one shape.

    Args:
        config: the knobs.
        codes: of each field in `LEVELS` the places of the values there.
        place: of the item within its category; 0 is the most popular.
        relevant: behaviours in the history that are of the row's category.
    """
    category = codes["category"]
    popular = -np.log(np.arange(1, ITEMS_EACH + 1, dtype=np.float64))
    popular = (popular - popular.mean()) / popular.std()
    strength = 1 - np.exp(-relevant / 0.7)
    liked = np.isin(np.array(LEVELS["category"])[category], LIKED)
    same = codes["gender"] == codes["device"]
    return {
        "main": config.main_strength * np.sum([np.array(_MAIN[name])[codes[name]] for name in _MAIN], axis=0),
        "popularity": config.popularity * popular[place],
        "pair": config.pair_strength * np.array(_PAIR)[codes["age"], category],
        "xor": config.xor * np.where(same, 1.0, -1.0),
        "interest": np.where(liked, config.interest * strength, 0.0),
        "suppression": np.where(liked, 0.0, -config.suppression * strength),
    }


def _shares(relevant: npt.NDArray[np.bool_], effect: Floats) -> Floats:
    """(rows, LONGEST) each behaviour's share of the history's effect: those of the row's category share it evenly."""
    shares: Floats = (effect / np.maximum(relevant.sum(1), 1))[:, None] * relevant
    return shares


def _first(lists: list[list[Any]], length: npt.NDArray[np.int64]) -> list[list[Any]]:
    """The first so many of each list."""
    return [one[:count] for one, count in zip(lists, length.tolist(), strict=True)]
