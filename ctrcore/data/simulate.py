"""A shop whose clicks have a known truth.

Users look at the shop again and again; each time one item is shown (an impression), and is clicked or not:

    click ~ Bernoulli( sigmoid( logit + noise ) ),   noise ~ N(0, config.noise^2), 0 by default

    logit = intercept
          + main           one number per level of age, gender, city tier, spending, category, brand, hour, weekday,
                           device and channel; a slope on log price, on log days since launch and on log popularity
          + pair_gender_category + pair_age_device + pair_city_tier_channel
                           a matrix per pair of fields with zero row and column means: pure interactions, of both signs
          + interest       if the item is consumable:  +config.interest    * (1 - exp(-S / 0.7))
          + suppression    if the item is durable:     -config.suppression * (1 - exp(-S / 0.7))

    S = sum over the behaviours t in the user's history that lie in the item's category of 0.5^(age_t / config.memory)

A behaviour is a click, or the favourite, cart or purchase that may follow it; each is an entry of its own. A history is
the last 30 before the impression; `age_t` counts the behaviours after t. Consumables (shoes, snacks, books) feed on
interest: who looked at some wants more. Durables (phones, fridges) settle a need: who just bought a phone, which leaves
three or four entries, skips the next. So a behaviour matters if its category is the candidate's, and the candidate's
`durability` says with which sign; all of this stands in the columns, so a model can learn it. Only the fading with age
is hidden from models that read a history as a set; it costs them less than 0.001 of AUC. Averaging the history dilutes
the one relevant behaviour among thirty, and the inner product of a category's vector with itself is never negative,
so it cannot give the durable sign: this is what attention over the behaviours is better at.

Which item is shown: its category comes at random from the shop's offer, from the user's own taste, or from one of the
user's recent behaviours; the item within it by popularity with a long tail (Zipf). Taste steers only what is shown,
never the click, so nothing hidden is left in the clicks but the coin toss, and the AUC of the true logit is the best
that any model can expect to reach.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.recipe import Recipe
from ctrcore.data.shop.clicks import play
from ctrcore.data.shop.config import PLANTED_PAIRS, ShopConfig
from ctrcore.data.shop.tables import behaviours_frame, impressions_frame, shop_recipe, time_order, truth_frame
from ctrcore.data.shop.truth import Effects, plant
from ctrcore.data.shop.world import build_world, items_frame, users_frame
from ctrcore.metrics import auc

__all__ = ["PLANTED_PAIRS", "Shop", "ShopConfig", "simulate"]


@dataclass(frozen=True)
class Shop:
    """A simulated shop.

    Attributes:
        config: the knobs it was made with.
        impressions: one row per item shown, by time; `click` is the label.
        behaviours: the log of views, clicks, favourites, carts and purchases, by time.
        users: the users and their attributes.
        items: the items and theirs.
        truth: aligned with `impressions`: `logit`, its terms (`intercept`, `main`, `pair_...`, `interest`,
            `suppression`), the unpredictable `noise`, and `behaviour_effect`, the signed share of each behaviour in
            the logit, aligned with the history columns.
        effects: the planted numbers behind `main` and the pairs.
    """

    config: ShopConfig
    impressions: pd.DataFrame
    behaviours: pd.DataFrame
    users: pd.DataFrame
    items: pd.DataFrame
    truth: pd.DataFrame
    effects: Effects

    def recipe(self) -> Recipe:
        """What the columns of `impressions` mean, split 80/10/10 by time."""
        return shop_recipe()

    def best_auc(self, rows: npt.ArrayLike | None = None) -> float:
        """AUC of the true logit on the rows at these positions (all by default): no model can expect more."""
        chosen = slice(None) if rows is None else np.asarray(rows)
        label = self.impressions["click"].to_numpy()[chosen]
        return auc(label, self.truth["logit"].to_numpy()[chosen])


def simulate(config: ShopConfig | None = None) -> Shop:
    """Make the shop. The same config gives the same shop, to the last byte."""
    config = config or ShopConfig()
    # A stream of its own for each part, so that a knob of one leaves the draws of the others alone.
    of_world, of_effects, of_exposure, of_luck = map(
        np.random.default_rng, np.random.SeedSequence(config.seed).spawn(4)
    )
    world = build_world(config, of_world)
    effects = plant(config, of_effects)
    played = play(config, world, effects, of_exposure, of_luck)
    order = time_order(world)
    return Shop(
        config=config,
        impressions=impressions_frame(world, played, order),
        behaviours=behaviours_frame(world, played),
        users=users_frame(world),
        items=items_frame(world),
        truth=truth_frame(config, world, played, order),
        effects=effects,
    )
