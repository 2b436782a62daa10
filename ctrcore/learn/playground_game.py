"""Shapley values and interactions from the value of every coalition: exact, for few players and many rows.

    phi_i = sum_{T not containing i}        |T|! (M - |T| - 1)! / M!       [ v(T + i) - v(T) ]
    I_ij  = sum_{T not containing i and j}  |T|! (M - |T| - 2)! / (M - 1)! [ v(T + i + j) - v(T + i) - v(T + j) + v(T) ]

(Shapley 1953; Grabisch and Roubens 1999.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt

from ctrcore.data.encoded import Encoded
from ctrcore.explain.shared_parts import hybrids_of
from ctrcore.models.base import CTRModel

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Coalitions:
    """The logit of n rows with every coalition of M players: `values` (n, 2^M), in the order of `coalitions`."""

    values: Floats

    @property
    def players(self) -> int:
        """M."""
        return int(self.values.shape[1]).bit_length() - 1

    @property
    def shapley(self) -> Floats:
        """(n, M) Shapley values."""
        return self.values @ _value_weights(self.players)

    @property
    def interactions(self) -> Floats:
        """(n, M (M - 1) / 2) Shapley interactions: what two players add together beyond what each adds alone."""
        return self.values @ _interaction_weights(self.players)


@cache
def coalitions(players: int) -> Flags:
    """(2^M, M) which players are out, that is, have the background's values: none in the first, all in the last."""
    bits = (np.arange(2**players)[:, None] >> np.arange(players)) & 1
    return bits.astype(np.bool_)


def model_values(model: CTRModel, rows: Encoded, background: Encoded, players: list[tuple[int, ...]]) -> Coalitions:
    """The model's logit of each row for every coalition, a mean over the background rows.

    Args:
        model: in eval mode.
        rows: n encoded rows. background: encoded rows whose values the players that are out take.
        players: the places of each player's fields among `model.fields`.
    """
    outside = coalitions(len(players))
    foreign = np.zeros((len(outside), len(model.fields)), dtype=np.bool_)
    for place, fields in enumerate(players):
        foreign[:, list(fields)] = outside[:, [place]]
    hybrids, others = hybrids_of(model, rows, background), np.arange(len(background))
    return Coalitions(np.array([hybrids.values(row, others, foreign).mean(0) for row in range(len(rows))]))


@cache
def _value_weights(players: int) -> Floats:
    """(2^M, M)."""
    inside = ~coalitions(players)
    size = inside.sum(1, keepdims=True) - inside  # |T|, the player itself left out
    share = np.array([factorial(t) * factorial(players - t - 1) / factorial(players) for t in range(players)])
    weights: Floats = np.where(inside, 1.0, -1.0) * share[size]
    return weights


@cache
def _interaction_weights(players: int) -> Floats:
    """(2^M, pairs)."""
    inside = ~coalitions(players)
    share = np.array([factorial(t) * factorial(players - t - 2) / factorial(players - 1) for t in range(players - 1)])
    columns = []
    for i, j in combinations(range(players), 2):
        both = inside[:, i].astype(np.int64) + inside[:, j]
        columns.append(np.where(both == 1, -1.0, 1.0) * share[inside.sum(1) - both])
    return np.stack(columns, axis=1)
