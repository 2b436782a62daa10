"""One row against a background as a game: what the logit is with some players in and the others out.

A hybrid of the row and a background row only depends on the players in which they differ, so of each background row
only the subsets of those are computed, and hybrids that come out equal are computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import factorial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from ctrcore.explain.hybrids import Hybrids, word_of
from ctrcore.explain.players import Player

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

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
        shape = (hybrids.background, len(players))
        self._mine, self._theirs = np.zeros(shape[1], dtype=np.uint64), np.zeros(shape, dtype=np.uint64)
        self._fields = np.zeros((len(players), len(hybrids.model.fields)), dtype=bool)
        self._steps = np.zeros((len(players), hybrids.history_width), dtype=bool)
        for place, player in enumerate(players):
            self._fields[place, list(player.fields)] = True
            self._steps[place, list(player.behaviours)] = True
            if player.behaviours:  # out, they are missing, whatever the background row has
                self._theirs[:, place] = word_of(f"without {place}")
            else:
                words = hybrids.words(player.fields)
                self._mine[place], self._theirs[:, place] = words[row], words[hybrids.rows :]

    def exact(self) -> Solved:
        """Shapley values from every subset of the players in which the row and a background row differ."""
        differs = self._theirs != self._mine
        count = differs.sum(1)
        sizes = np.unique(count)
        groups = [np.flatnonzero(count == size) for size in sizes]
        places = [np.nonzero(differs[group])[1].reshape(len(group), -1) for group in groups]
        words, outside = [], []
        for group, place in zip(groups, places, strict=True):
            swap = np.take_along_axis(self._theirs[group] - self._mine, place, axis=1)
            words.append(_over_subsets(swap))
            outside.append(_over_subsets(np.left_shift(np.int64(1), place)))
        other = np.concatenate([np.repeat(g, w.shape[1]) for g, w in zip(groups, words, strict=True)])
        out = np.concatenate([flags.ravel() for flags in outside])
        _, first, again = np.unique(np.concatenate([w.ravel() for w in words]), return_index=True, return_inverse=True)
        inside = (out[first, None] >> np.arange(differs.shape[1])) & 1 == 0
        value = self._logits(other[first], inside)[again]
        phi, base, start = np.zeros(differs.shape[1]), 0.0, 0
        for size, place in zip(sizes.tolist(), places, strict=True):
            grid = value[start : start + len(place) * 2**size].reshape(len(place), -1)
            np.add.at(phi, place, grid @ _weights(size))
            base += grid[:, -1].sum()
            start += grid.size
        rows = len(differs)
        return Solved(phi / rows, np.zeros_like(phi), base / rows, float(value[0]), 0)

    def sampled(self, tolerance: float, seed: int) -> Solved:
        """Shapley values from permutations, each walked there and back, until the standard errors are small.

        A round draws one permutation for each background row. So background rows are not sampled: the error is that of
        the permutations alone, as a mean of strata with as many draws each.

        Args:
            tolerance: wanted largest standard error as a share of the sum of |phi|.
            seed: of the permutations.
        """
        rng, walks = np.random.default_rng(seed), np.empty((0, *self._theirs.shape))
        wanted = 4
        while True:
            walks = np.concatenate([walks, *(self._round(rng)[None] for _ in range(wanted - len(walks)))])
            phi = walks.mean((0, 1))
            error = np.sqrt(walks.var(0, ddof=1).sum(0) / len(walks)) / walks.shape[1]
            allowed = tolerance * np.abs(phi).sum()
            if error.max(initial=0.0) <= allowed or len(walks) >= MOST_ROUNDS:
                break
            guess = len(walks) * (error.max() / allowed) ** 2 if allowed else MOST_ROUNDS
            wanted = int(min(max(np.ceil(guess), len(walks) + 1), 2 * len(walks), MOST_ROUNDS))
        base, logit = self._ends()
        return Solved(phi, error, base, logit, len(walks))

    def _round(self, rng: np.random.Generator) -> Numbers:
        """(B, M) what each player adds, meaned over a permutation and its reverse, drawn anew for each row."""
        rows, size = self._theirs.shape
        rank = rng.permuted(np.tile(np.arange(size), (rows, 1)), axis=1)
        ranks = np.stack([rank, size - 1 - rank], axis=1)  # (B, 2, M)
        inside = ranks[:, :, None, :] < np.arange(size + 1)[:, None]  # (B, 2, M + 1, M)
        other = np.broadcast_to(np.arange(rows)[:, None, None], inside.shape[:3]).ravel()
        inside = inside.reshape(-1, size)
        words = np.where(inside, self._mine, self._theirs[other]).sum(1, dtype=np.uint64)
        _, first, again = np.unique(words, return_index=True, return_inverse=True)
        value = self._logits(other[first], inside[first])[again].reshape(rows, 2, size + 1)
        added: Numbers = np.take_along_axis(np.diff(value, axis=2), ranks, axis=2).mean(1)
        return added

    def _ends(self) -> tuple[float, float]:
        """Mean logit with all players out, and the logit with all in."""
        rows, size = self._theirs.shape
        other, inside = np.arange(rows + 1) % rows, np.zeros((rows + 1, size), dtype=bool)
        inside[-1] = True
        value = self._logits(other, inside)
        return float(value[:-1].mean()), float(value[-1])

    def _logits(self, other: Integers, inside: Flags) -> Numbers:
        """Logits (H,) of hybrids of the row with background rows `other` (H,), players `inside` (H, M) from the row."""
        theirs = torch.from_numpy(~inside).float()
        foreign = (theirs @ torch.from_numpy(self._fields).float()) > 0
        source = torch.where(foreign, torch.from_numpy(self.hybrids.rows + other)[:, None], self.row)
        if not self._steps.any():
            return self.hybrids.logits(source)
        return self.hybrids.logits(source, (theirs @ torch.from_numpy(self._steps).float()) == 0)


def _over_subsets(swap: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(R, 2^d) sums of the columns of `swap` (R, d) in each subset: bit k of a subset's number is column k."""
    total = np.zeros((len(swap), 1), dtype=swap.dtype)
    for column in swap.T:
        total = np.concatenate([total, total + column[:, None]], axis=1)
    return total


@cache
def _weights(size: int) -> Numbers:
    """(2^size, size) what each subset counts for each Shapley value; bit k says that player k is out."""
    outside = (np.arange(2**size)[:, None] >> np.arange(size)) & 1 == 1
    inside = size - outside.sum(1)
    share = [factorial(n) * factorial(size - n - 1) / factorial(size) for n in range(size)]
    joined = np.array([0.0, *share])[inside][:, None]  # it came last to n - 1 others
    missing = np.array([*share, 0.0])[inside][:, None]  # it could join n others
    weights: Numbers = np.where(outside, -missing, joined)
    return weights
