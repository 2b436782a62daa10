"""The knobs of the simulated shop, and the names that occur in it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ctrcore.errors import DataError

HISTORY_LENGTH = 30
"""Behaviours a row remembers, the most recent ones."""

CONSUMABLES = ("shoes", "shirts", "snacks", "books", "toys")
"""Categories in which a recent behaviour raises the interest in more of the same."""

DURABLES = ("phones", "fridges", "bicycles")
"""Categories in which a recent behaviour settles the need, so that more of the same is skipped."""

CATEGORIES = CONSUMABLES + DURABLES

LEVELS: dict[str, tuple[str, ...]] = {
    "age": ("18-24", "25-34", "35-44", "45-54", "55+"),
    "gender": ("female", "male"),
    "city_tier": ("tier 1", "tier 2", "tier 3"),
    "spending": ("low", "medium", "high", "top"),
    "category": CATEGORIES,
    "durability": ("consumable", "durable"),
    "brand": tuple(f"brand {number:02d}" for number in range(1, 11)),
    "hour": tuple(str(hour) for hour in range(24)),
    "weekday": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "device": ("phone", "tablet", "computer"),
    "channel": ("search", "feed", "banner", "email"),
}
"""The values of each categorical field except the ids, in the order of their codes."""

ACTIONS = ("view", "click", "favourite", "cart", "purchase")
"""What a user can do with an item; all but a view are behaviours that a history remembers."""

PLANTED_PAIRS = (("gender", "category"), ("age", "device"), ("city_tier", "channel"))
"""The fields whose interaction is part of the truth."""


class ShopConfig(BaseModel):
    """What the shop is like. Every strength is in units of the click's logit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    users: int = Field(3_000, ge=10, le=200_000, description="users of the shop")
    items: int = Field(1_500, ge=len(CATEGORIES), le=100_000, description="items on sale")
    impressions: int = Field(60_000, ge=100, le=1_000_000, description="items shown, one row each")
    days: int = Field(30, ge=5, le=365, description="days over which they are shown")
    seed: int = Field(1, ge=0, le=2**31 - 1, description="seed of everything")
    intercept: float = Field(-2.1, ge=-6, le=3, description="logit of a click when all other terms are zero")
    main_strength: float = Field(1.0, ge=0, le=5, description="factor of the main effects; 0: none")
    pair_strength: float = Field(1.0, ge=0, le=5, description="factor of the planted pair interactions; 0: none")
    interest: float = Field(
        1.8, ge=0, le=10, description="most that recent behaviours in a consumable category add; 0: no interest term"
    )
    suppression: float = Field(
        1.8, ge=0, le=10, description="most that recent behaviours in a durable category take away; 0: none"
    )
    memory: float = Field(20.0, gt=0, le=1_000, description="behaviours until an earlier one counts only half")
    noise: float = Field(
        0.0, ge=0, le=5, description="standard deviation of a part of the logit that no column tells; 0: none"
    )
    popularity_skew: float = Field(
        0.8, ge=0, le=2, description="Zipf exponent of an item's popularity by its rank in its category; 0: all equal"
    )
    cold_share: float = Field(0.08, ge=0, le=1, description="share of users without any behaviour before the first day")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.impressions > 200 * self.users:
            raise DataError(
                f"{self.impressions} impressions are too many for {self.users} users.",
                f"Ask for at most {200 * self.users} impressions or for more users.",
            )
        return self
