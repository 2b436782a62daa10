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

from ctrcore.explain.hybrids import Flags, Hybrids, Integers
from ctrcore.explain.players import Player

Numbers = npt.NDArray[np.float64]

FEWEST_DRAWS = 24  # of permutations beyond the first of each background row: what the standard errors rest on
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
        differs = self._differs | self._differs.any(0) if self.hybrids.mixes_freely else self._differs
        sizes = differs.sum(1)
        for size in np.unique(sizes):
            others = np.flatnonzero(sizes == size)
            places = np.argsort(~differs[others], axis=1, kind="stable")[:, :size]  # (R, size) players
            groups = places if (places != places[0]).any() else places[:1]
            outside = np.zeros((len(groups), 2**size, players), dtype=bool)
            np.put_along_axis(outside, groups[:, None], _subsets(int(size))[None], axis=2)
            value = self._values(others, outside if len(groups) > 1 else outside[0])
            # a player in which a background row does not differ has no effect there, to the last digit
            effect = value @ _weights(int(size)) * np.take_along_axis(self._differs[others], places, axis=1)
            np.add.at(phi, places, effect)
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
        rows, players = self._differs.shape
        ends = self._values(np.arange(rows), np.array([[True], [False]]).repeat(players, axis=1))
        rng, walks, wanted = np.random.default_rng(seed), np.empty((rows, players, 0)), 1 + -(-FEWEST_DRAWS // rows)
        wanted = max(wanted, 2)
        while True:
            walks = np.concatenate([walks, self._walks(wanted - walks.shape[2], ends, rng)], axis=2)
            phi, rounds = walks.mean((0, 2)), walks.shape[2]
            error = np.sqrt(walks.var(2, ddof=1).sum(0) / rounds) / rows
            allowed = tolerance * np.abs(phi).sum()
            if error.max(initial=0.0) <= allowed or rounds >= MOST_ROUNDS:
                return Solved(phi, error, float(ends[:, 0].mean()), float(ends[0, 1]), rounds)
            guess = rounds * (error.max() / allowed) ** 2 if allowed else MOST_ROUNDS
            wanted = int(min(max(np.ceil(guess), rounds + 1), 2 * rounds, MOST_ROUNDS))

    def _walks(self, rounds: int, ends: Numbers, rng: np.random.Generator) -> Numbers:
        """(B, M, rounds) what each player adds, meaned over a permutation and its reverse.

        Only players that differ come in one after the other. The ends, (B, 2) all out and all in, are the same for
        every permutation.
        """
        rows, players = self._differs.shape
        differs, size = self._differs[:, None], self._differs.sum(1)
        order = np.argsort(rng.random((rows, rounds, players)) + ~differs, axis=2)  # who does not differ, comes last
        rank = np.argsort(order, axis=2)
        ranks = np.stack([rank, np.where(differs, size[:, None, None] - 1 - rank, rank)], axis=2)  # (B, rounds, 2, M)
        width = max(int(size.max(initial=0)), 1)
        outside = (ranks[..., None, :] >= np.arange(1, width)[:, None]) & self._differs[:, None, None, None]
        between = self._values(np.arange(rows), outside.reshape(rows, -1, players)).reshape(*ranks.shape[:3], width - 1)
        start, end = (np.broadcast_to(ends[:, which, None, None, None], (*ranks.shape[:3], 1)) for which in (0, 1))
        added = np.diff(np.concatenate([start, between, end], axis=3), axis=3)
        own = np.take_along_axis(added, np.minimum(ranks, width - 1), axis=3).mean(2)
        return np.where(differs, own, 0.0).transpose(0, 2, 1)

    def _values(self, others: Integers, outside: Flags) -> Numbers:
        """(R, S) logits with the background rows `others` (R,), and in each the players `outside` out.

        `outside` is (S, M), or (R, S, M) where every background row has its own.
        """
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
