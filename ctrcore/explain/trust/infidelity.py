"""T6: whether the scores foretell what taking away any set of parts does (Yeh et al. 2019)."""

from __future__ import annotations

import numpy as np

from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.methods import Scores
from ctrcore.explain.trust.removing import Removal
from ctrcore.explain.trust.statistics import REPLICATES, Array, Mask

SETS = 24


def random_sets(mask: Mask, seed: int = 0) -> list[Mask]:
    """`SETS` times (n, L) True for the parts that go: each part of each row with a chance of one half."""
    rng = np.random.default_rng(seed)
    return [mask & (rng.random(mask.shape) < 0.5) for _ in range(SETS)]


def changes(removal: Removal, gone: list[Mask]) -> Array:
    """(n, SETS) what the logit loses without each set."""
    changed: Array = removal.logit[:, None] - removal.keep(removal.mask & ~np.stack(gone)).T
    return changed


def infidelity_check(scores: Scores, gone: list[Mask], change: Array, seed: int = 0) -> Check:
    """T6.

    Args:
        scores: under test.
        gone: the sets, see `random_sets`.
        change: (n, SETS) what they do, see `changes`.
        seed: of the interval.
    """
    usable = scores.mask.sum(1) >= 2
    foretold = np.column_stack([(scores.size_compared * set_).sum(1) for set_ in gone])[usable]
    change = change[usable]
    spread = ((change - change.mean(1, keepdims=True)) ** 2).sum(1)
    if not usable.any() or spread.sum() <= 0:
        says = "Taking parts away changes no logit, so there is nothing to foretell."
        return Check(id="T6", says=says, rows=int(usable.sum()))
    size = (foretold**2).sum(1)
    beta = np.divide((foretold * change).sum(1), size, out=np.zeros(len(size)), where=size > 0)
    beta = np.maximum(beta, 0)  # a negative scale would forgive scores whose signs are all turned
    missed = ((beta[:, None] * foretold - change) ** 2).sum(1)
    drawn = np.random.default_rng(seed).integers(len(missed), size=(REPLICATES, len(missed)))
    below = spread[drawn].sum(1)
    ratios = missed[drawn].sum(1)[below > 0] / below[below > 0]
    low, high = np.quantile(ratios, (0.025, 0.975))
    value = float(missed.sum() / spread.sum())
    return Check(
        id="T6",
        value=value,
        low=float(low),
        high=float(high),
        rows=int(usable.sum()),
        says=f"Of what happens when random sets of parts go, the {scores.method} scores leave {value:.0%} unexplained "
        "(0 %: they foretell all of it; 100 % or more: no better than a constant).",
        details={"sets": len(gone)},
    )
