"""Shapley values by hand: three fields of a tiny FM join one after the other, in each of the six orders.

    v(S)  = logit of the row in which the fields in S have the row's values and the others those of another row
    phi_i = mean over the orders of v(those before i, and i) - v(those before i)

Gender and history are held: both rows have the same. An item brings its category along, as it has no other one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations

import pandas as pd
import torch

from ctrcore.data.tiny_shop import TinyConfig
from ctrcore.learn.tiny import Tiny, trained
from ctrcore.training.loader import RowTensors

PLAYERS = {"age": ("age",), "device": ("device",), "item": ("category", "item")}
"""The columns that each player brings along."""

ORDERS = tuple("-".join(order) for order in permutations(PLAYERS))
"""Who joins first, second and last, as 'age-device-item'."""

COALITIONS = tuple("-".join(some) for size in range(4) for some in combinations(PLAYERS, size))
"""All groups of players, '' for nobody; the members in the order of `PLAYERS`."""

ROW: dict[str, object] = {
    "age": "young",
    "gender": "female",
    "device": "mobile",
    "category": "shoes",
    "item": "shoes 1",
    "history": ["books"],
}
OTHERS: dict[str, dict[str, object]] = {
    "fridges": ROW | {"age": "middle", "device": "computer", "category": "fridges", "item": "fridges 1"},
    "phones": ROW | {"age": "old", "device": "computer", "category": "phones", "item": "phones 1"},
}
"""Rows to compare with."""


@dataclass(frozen=True)
class Shares:
    """The game of the row against another one.

    Attributes:
        other: the row it is compared with.
        logits: of each of the `COALITIONS`.
    """

    other: dict[str, object]
    logits: dict[str, float]

    @property
    def base(self) -> float:
        """Logit of the other row."""
        return self.logits[""]

    @property
    def logit(self) -> float:
        """Logit of the row itself."""
        return self.logits[COALITIONS[-1]]

    def joining(self, order: str) -> dict[str, float]:
        """By player, what the logit gains when it joins in this order."""
        names, added = order.split("-"), {}
        for place, name in enumerate(names):
            added[name] = self.logits[group(names[: place + 1])] - self.logits[group(names[:place])]
        return added

    def mean(self, player: str, orders: tuple[str, ...] = ORDERS) -> float:
        """Mean of what a player adds over these orders; over all of them it is the Shapley value."""
        return sum(self.joining(order)[player] for order in orders) / len(orders)

    def alone(self, player: str) -> float:
        """What a player adds who comes first."""
        return self.logits[player] - self.base

    def together(self, left: str, right: str) -> float:
        """What two players add beyond what each adds alone."""
        return self.logits[group([left, right])] - self.base - self.alone(left) - self.alone(right)


def group(members: list[str]) -> str:
    """The coalition of these players."""
    return "-".join(name for name in PLAYERS if name in members)


def trained_fm() -> Tiny:
    """The FM of the lesson, in a shop where age x category matters and gender x device too."""
    return trained("fm", TinyConfig(pair_strength=2.0, xor=0.5))


def hybrids(other: dict[str, object]) -> pd.DataFrame:
    """One row for each of the `COALITIONS`: its members' columns from `ROW`, the rest from the other row."""
    own = [{name for player in some.split("-") if player for name in PLAYERS[player]} for some in COALITIONS]
    return pd.DataFrame([{name: (ROW if name in mine else other)[name] for name in ROW} for mine in own])


def shares(tiny: Tiny, against: str) -> Shares:
    """The logits of all coalitions, each from a forward pass.

    Args:
        tiny: a shop and its FM.
        against: one of `OTHERS`.
    """
    rows = tiny.encoder.transform(hybrids(OTHERS[against]))
    with torch.no_grad():
        logits = tiny.model(RowTensors(rows).batch(torch.arange(len(rows)))).double().tolist()
    return Shares(OTHERS[against], dict(zip(COALITIONS, logits, strict=True)))
