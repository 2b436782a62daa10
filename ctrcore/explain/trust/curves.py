"""T4 and T5: what happens as the parts go, one after the other, in the order of their scores or in random orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.methods import Scores
from ctrcore.explain.trust.removing import Removal
from ctrcore.explain.trust.statistics import Array, Mask, mean_over_rows, row_means

COUNTS = (1, 2, 3, 5, 10)
FURTHER = (20, 50, 100, 200, 500)  # looked at as well until the decision changes
RANDOM = 20
AT_ONCE = 5  # orders followed together
TOP = 3  # of a user's judged rows
Order = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Path:
    """The logits of n rows on the way along one order of their parts.

    Attributes:
        without: (n, C') without the first 1, 2, 3, 5, 10, 20, 50, ... parts.
        only: (n, C) with only the first 1, 2, 3, 5, 10 parts.
    """

    without: Array
    only: Array


@dataclass
class Paths:
    """Orders of the parts of the same rows; the random ones are followed once for all methods.

    Attributes:
        removal: the rows.
        seed: of the random orders.
    """

    removal: Removal
    seed: int = 0
    _lengths: npt.NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self._lengths = self.removal.mask.sum(1)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Parts of each row, (n,)."""
        return self._lengths

    @property
    def counts(self) -> tuple[int, ...]:
        """How many parts are taken away: `COUNTS`, and more where rows have more."""
        return (*COUNTS, *(count for count in FURTHER if count < self._lengths.max(initial=0)))

    def along(self, *scores: Array) -> list[Path]:
        """The ways along the parts (n, L) from the largest score to the smallest, one for each of the scores."""
        kept: list[Mask] = []
        for score in scores:
            order = np.argsort(np.where(self.removal.mask, -score, np.inf), axis=1, kind="stable")
            place = np.argsort(order, axis=1)
            kept += [place >= count for count in self.counts] + [place < count for count in COUNTS]
        logits = np.split(self.removal.keep(self.removal.mask & np.stack(kept)).T, len(scores), axis=1)
        return [Path(one[:, : len(self.counts)], one[:, len(self.counts) :]) for one in logits]

    @cached_property
    def random(self) -> list[Path]:
        """The ways along random orders."""
        rng = np.random.default_rng(self.seed)
        drawn = (rng.random((AT_ONCE, *self.removal.mask.shape)) for _ in range(RANDOM // AT_ONCE))
        return [path for scores in drawn for path in self.along(*scores)]

    def drops(self, path: Path) -> tuple[Array, Array]:
        """(comprehensiveness, sufficiency), (n, C) each: the logit lost without, and with only, the first parts.

        NaN where the row has no more parts than are taken: every order is the same then.
        """
        all_gone = np.array(COUNTS)[None, :] >= self._lengths[:, None]
        logit = self.removal.logit[:, None]
        return np.where(all_gone, np.nan, logit - path.without[:, : len(COUNTS)]), np.where(
            all_gone, np.nan, logit - path.only
        )


class Decision(NamedTuple):
    """Below its cutoff (n,) a row's decision is another one; `listed` (n,) tells whether that is its user's list."""

    cutoff: Array
    listed: npt.NDArray[np.bool_]

    def of(self, rows: npt.NDArray[np.int64]) -> Decision:
        """The decisions of some of the rows."""
        return Decision(self.cutoff[rows], self.listed[rows])


@dataclass(frozen=True)
class Curves:
    """Mean change of the logit over the rows that have enough parts, for drawing: one number for each of `COUNTS`."""

    check: Check
    drawn: dict[str, Any]


def deletion_check(paths: Paths, scores: Scores, seed: int = 0) -> Curves:
    """T4, and the curves behind it.

    In each row and for each count the change of the logit is scaled from 0, the worst of the orders tried (the
    scores', random ones, by the effects, by the effects turned round), to 1, the best. A good order loses much of the
    logit without its first parts (comprehensiveness) and little with only these (sufficiency).
    """
    tried = [*paths.along(scores.score, scores.effect, -scores.effect), *paths.random]
    drops = [paths.drops(path) for path in tried]
    gains = []
    for kind, sign in ((0, 1.0), (1, -1.0)):
        all_ = sign * np.stack([drop[kind] for drop in drops])
        worst, best = all_.min(0), all_.max(0)
        spread = np.where(best > worst, best - worst, np.nan)
        scaled = (all_ - worst) / spread
        gains.append(scaled[0] - scaled[3:].mean(0))
    gain = row_means(np.concatenate(gains, axis=1))
    found = mean_over_rows(gain, scores.group, seed)
    drawn = _drawn(drops)
    if not found.rows:
        says = "No row has two parts of which one can be taken away with an effect."
        return Curves(Check(id="T4", says=says), drawn)
    better = "better than" if found.value > 0 else "worse than"
    check = Check(
        id="T4",
        value=found.value,
        low=found.low,
        high=found.high,
        rows=found.rows,
        says=f"Taking the parts by their {scores.method} scores is {better} taking them at random by "
        f"{abs(found.value):.2f} on a scale from the worst order tried (0) to the best tried (1).",
        details={
            "counts": list(COUNTS),
            "comprehensiveness": _columns(gains[0]),
            "sufficiency": _columns(gains[1]),
            "random_orders": RANDOM,
        },
    )
    return Curves(check, drawn)


def _columns(values: Array) -> list[float | None]:
    """The mean of each column over the rows that have it; None where none has."""
    known = ~np.isnan(values)
    return [float(values[known[:, c], c].mean()) if known[:, c].any() else None for c in range(values.shape[1])]


def _drawn(drops: list[tuple[Array, Array]]) -> dict[str, Any]:
    """Curves of the orders: 'method', 'best' and 'worst' by the effects, and random ones as mean, low and high."""
    drawn: dict[str, Any] = {"counts": list(COUNTS), "random_orders": RANDOM}
    for kind, name in ((0, "deletion"), (1, "insertion")):
        method, best, worst, *random = [_columns(drop[kind]) for drop in drops]
        by_count = [[value for curve in random if (value := curve[c]) is not None] for c in range(len(COUNTS))]
        rows = [int((~np.isnan(drops[0][kind][:, c])).sum()) for c in range(len(COUNTS))]
        drawn[name] = {"method": method, "best": best, "worst": worst, "rows": rows} | {
            f"random_{word}": [float(of(values)) if values else None for values in by_count]
            for word, of in (("mean", np.mean), ("low", np.min), ("high", np.max))
        }
    return drawn


def flip_check(paths: Paths, scores: Scores, decision: Decision, seed: int = 0) -> Check:
    """T5: how many parts go before the decision changes, against random orders."""
    standing = (paths.removal.logit > decision.cutoff) & (paths.lengths >= 2)
    if not standing.any():
        return Check(id="T5", says="No row has a decision that taking parts away could change.")
    ways = [*paths.along(scores.score), *paths.random]
    own, *random = [parts_to_go(way.without, paths.counts, decision.cutoff, paths.lengths) for way in ways]
    by_chance = np.mean(random, axis=0)
    gain = np.where(standing, (by_chance - own) / np.maximum(paths.lengths, 1), np.nan)
    found = mean_over_rows(gain, scores.group, seed)
    mean_own, mean_random = float(own[standing].mean()), float(by_chance[standing].mean())
    never = float((own == paths.lengths)[standing].mean())
    return Check(
        id="T5",
        value=found.value,
        low=found.low,
        high=found.high,
        rows=found.rows,
        says=f"{mean_own:.1f} of {paths.lengths[standing].mean():.1f} parts have to go before the decision changes, "
        f"largest scores first; {mean_random:.1f} in random orders. In {never:.0%} of the rows all have to.",
        details={
            "parts": mean_own,
            "random_parts": mean_random,
            "all_parts": never,
            "counts": list(paths.counts),
            "rows_by_list": int((standing & decision.listed).sum()),
        },
    )


def cutoffs(logit: Array, group: npt.NDArray[np.integer]) -> Decision:
    """Where each row's decision changes.

    Where a user has at least twice `TOP` rows the cutoff is the logit of the first one that is not among the user's
    top, else the median of all rows.
    """
    order = np.lexsort((-logit, group))
    start = np.flatnonzero(np.diff(group[order], prepend=group[order][:1] - 1))
    size = np.diff(start, append=len(order))
    lists = (size >= 2 * TOP) & (group[order][start] >= 0)
    own = np.full(len(start), float(np.median(logit)) if len(logit) else 0.0)
    own[lists] = logit[order][start[lists] + TOP]
    cutoff, listed = np.empty(len(logit)), np.empty(len(logit), bool)
    cutoff[order], listed[order] = np.repeat(own, size), np.repeat(lists, size)
    return Decision(cutoff, listed)


def parts_to_go(
    without: Array, counts: tuple[int, ...], cutoff: Array, lengths: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """(n,) the first of the counts of parts without which the logit is at most the cutoff; all parts if none is."""
    under = (without <= cutoff[:, None]) & (np.array(counts) < lengths[:, None])
    return np.where(under.any(1), np.array(counts)[under.argmax(1)], lengths)
