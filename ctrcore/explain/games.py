"""One row against a background as a game: what the logit is with some players in and the others out.

A hybrid of the row and a background row only depends on the players in which they differ, so of each background row
only the subsets of those are computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import factorial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ctrcore.explain.hybrids import Flags, Hybrids, Integers, distinct
from ctrcore.explain.players import Player

Numbers = npt.NDArray[np.float64]

FEWEST_ROUNDS = 4
MOST_ROUNDS = 400  # each walks through every background row once there and once back


class Solved(NamedTuple):
    """Shapley values of one game.

    `phi` and `error` have one number a player, `error` zeros where nothing is sampled; `base` is the mean logit with
    all players out, `logit` the one with all in; `rounds` of permutations, 0 if every subset was computed.
    """

    phi: Numbers
    error: Numbers
    base: float
    logit: float
    rounds: int

    @property
    def relative_error(self) -> float:
        """The largest standard error as a share of the sum of |phi|; 0 where nothing is sampled."""
        largest, total = float(self.error.max(initial=0.0)), float(np.abs(self.phi).sum())
        return largest / total if largest else 0.0


class Game:
    """The players of one row.

    Args:
        hybrids: the row (and maybe others) beside the B background rows.
        row: which of its rows.
        players: M of them, without a field or a behaviour in common. What no player holds stays as the row has it.
    """

    def __init__(self, hybrids: Hybrids, row: int, players: Sequence[Player]) -> None:
        self.hybrids, self.row = hybrids, row
        self._fields = np.zeros((len(players), len(hybrids.model.fields)), dtype=bool)
        self._steps = np.zeros((len(players), hybrids.history_width), dtype=bool)
        self._differs = np.ones((hybrids.background, len(players)), dtype=bool)
        for place, player in enumerate(players):
            self._fields[place, list(player.fields)] = True
            self._steps[place, list(player.behaviours)] = True
            if player.fields:  # behaviours are never in a background row
                codes = hybrids.codes(player.fields)
                self._differs[:, place] = codes[hybrids.rows :] != codes[row]

    def exact(self) -> Solved:
        """Shapley values from every subset of the players in which the row and a background row differ."""
        rows, players = self._differs.shape
        phi, base, logit = np.zeros(players), 0.0, 0.0
        first, kind = distinct([self._differs])
        for number, pattern in enumerate(self._differs[first]):
            places = np.flatnonzero(pattern)
            outside = np.zeros((2 ** len(places), players), dtype=bool)
            outside[:, places] = _subsets(len(places))
            value = self._values(np.flatnonzero(kind == number), outside)
            phi[places] += value.sum(0) @ _weights(len(places))
            base += value[:, -1].sum()
            logit = float(value[0, 0])
        return Solved(phi / rows, np.zeros(players), base / rows, logit, 0)

    def sampled(self, tolerance: float, seed: int) -> Solved:
        """Shapley values from permutations, each walked there and back, until the standard errors are small.

        A round draws one permutation for each background row. So background rows are not sampled: the error is that of
        the permutations alone, as a mean of strata with as many draws each.

        Args:
            tolerance: wanted largest standard error as a share of the sum of |phi|.
            seed: of the permutations.
        """
        rng, walks, wanted = np.random.default_rng(seed), np.empty((*self._differs.shape, 0)), FEWEST_ROUNDS
        while True:
            more = [self._walks(row, wanted - walks.shape[2], rng) for row in range(len(walks))]
            walks = np.concatenate([walks, np.stack(more)], axis=2)  # (B, M, rounds)
            phi, rounds = walks.mean((0, 2)), walks.shape[2]
            error = np.sqrt(walks.var(2, ddof=1).sum(0) / rounds) / len(walks)
            allowed = tolerance * np.abs(phi).sum()
            if error.max(initial=0.0) <= allowed or rounds >= MOST_ROUNDS:
                break
            guess = rounds * (error.max() / allowed) ** 2 if allowed else MOST_ROUNDS
            wanted = int(min(max(np.ceil(guess), rounds + 1), 2 * rounds, MOST_ROUNDS))
        ends = np.array([[True], [False]]).repeat(len(phi), axis=1)
        value = self._values(np.arange(len(walks)), ends)
        return Solved(phi, error, float(value[:, 0].mean()), float(value[0, 1]), rounds)

    def _walks(self, other: int, rounds: int, rng: np.random.Generator) -> Numbers:
        """(M, rounds) what each player adds against one background row, meaned over a permutation and its reverse."""
        size = self._differs.shape[1]
        rank = rng.permuted(np.tile(np.arange(size), (rounds, 1)), axis=1)
        ranks = np.stack([rank, size - 1 - rank], axis=1)  # (rounds, 2, M)
        outside = ranks[:, :, None, :] >= np.arange(size + 1)[:, None]  # (rounds, 2, M + 1, M)
        outside = (outside & self._differs[other]).reshape(-1, size)
        first, kind = distinct([np.packbits(outside, axis=1)])
        value = self._values(np.array([other]), outside[first])[0, kind].reshape(rounds, 2, size + 1)
        added: Numbers = np.take_along_axis(np.diff(value, axis=2), ranks, axis=2).mean(1)
        return added.T

    def _values(self, others: Integers, outside: Flags) -> Numbers:
        """(R, S) logits with the background rows `others` (R,), and in each the players `outside` (S, M) out."""
        foreign = (outside.astype(np.float32) @ self._fields) > 0
        gone = (outside.astype(np.float32) @ self._steps) > 0 if self._steps.any() else None
        return self.hybrids.values(self.row, others, foreign, None if gone is None else ~gone)


@cache
def _subsets(size: int) -> Flags:
    """(2^size, size) the players that are out: none in the first, all in the last."""
    bits = (np.arange(2**size)[:, None] >> np.arange(size)) & 1
    return bits.astype(np.bool_)


@cache
def _weights(size: int) -> Numbers:
    """(2^size, size) what the logit of each of the `_subsets` counts for each Shapley value."""
    outside = _subsets(size)
    inside = size - outside.sum(1)
    share = [factorial(n) * factorial(size - n - 1) / factorial(size) for n in range(size)]
    joined = np.array([0.0, *share])[inside][:, None]  # it came last to n - 1 others
    missing = np.array([*share, 0.0])[inside][:, None]  # it could join n others
    weights: Numbers = np.where(outside, -missing, joined)
    return weights
