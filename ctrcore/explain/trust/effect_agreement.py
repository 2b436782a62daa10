"""T2 and T3: whether the order and the signs of the scores agree with what taking each part away does."""

from __future__ import annotations

import numpy as np

from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.methods import Scores
from ctrcore.explain.trust.statistics import Array, kendall, mean_over_rows, ratio_of


def order_check(scores: Scores, seed: int = 0) -> Check:
    """T2: Kendall's tau-b of |score| and |effect|, mean over the rows with at least two parts."""
    usable = scores.mask.sum(1) >= 2
    skipped = int((~usable).sum())
    if not usable.any():
        return Check(id="T2", says="No row has two parts, so there is no order to judge.", details={"skipped": skipped})
    tau = kendall(np.abs(scores.size_compared[usable]), np.abs(scores.effect[usable]), scores.mask[usable])
    alike = np.isnan(tau)
    found = mean_over_rows(np.where(alike, 0.0, tau), scores.group[usable], seed)
    details = {"skipped": skipped, "all_alike": int(alike.sum()), "tau_quartiles": _quartiles(tau[~alike])}
    return Check(
        id="T2",
        value=found.value,
        low=found.low,
        high=found.high,
        rows=found.rows,
        says=f"The order of the {scores.method} scores agrees with that of the effects with tau {found.value:.2f} "
        f"(1: the same order, 0: no relation){_left_out(skipped, 'fewer than two parts')}.",
        details=details,
    )


def sign_check(scores: Scores, seed: int = 0) -> Check:
    """T3: whether the part with the largest |score| pushes the logit where its score claims."""
    usable = scores.mask.sum(1) >= 2
    skipped = int((~usable).sum())
    if not usable.any():
        return Check(id="T3", says="No row has two parts, so none is the largest.", details={"skipped": skipped})
    score, effect, mask = scores.score[usable], scores.effect[usable], scores.mask[usable]
    first = np.where(mask, np.abs(score), -1.0).argmax(1)[:, None]
    claimed, real = np.take_along_axis(score, first, 1)[:, 0], np.take_along_axis(effect, first, 1)[:, 0]
    right = (np.sign(claimed) == np.sign(real)) & (claimed != 0)
    found = mean_over_rows(right.astype(np.float64), scores.group[usable], seed)
    size = np.abs(score)
    against = ratio_of((size * (effect < 0)).sum(1), size.sum(1))
    parts = (np.sign(score) == np.sign(effect))[mask & (score != 0)]
    mass = float(np.nanmean(against)) if (size > 0).any() else 0.0  # a row without scores has no mass
    details = {
        "skipped": skipped,
        "mass_against": mass,
        "parts_right": float(parts.mean()) if len(parts) else None,
        "no_effect": int((real == 0).sum()),
    }
    of_all = f"{mass:.0%} of the scores' mass lies on parts that lower it"
    if scores.signed and len(parts):
        of_all = f"so do {parts.mean():.0%} of all parts"
    claim = "the way its score says" if scores.signed else "upwards, as a weight without a sign claims"
    return Check(
        id="T3",
        value=found.value,
        low=found.low,
        high=found.high,
        rows=found.rows,
        says=f"{_how_often(found.value, found.rows)} the logit {claim}; {of_all}"
        f"{_left_out(skipped, 'fewer than two parts')}.",
        details=details,
    )


def _how_often(share: float, rows: int) -> str:
    if rows == 1:
        return f"The part with the largest score {'pushes' if share else 'does not push'}"
    return f"In {share:.0%} of the rows the part with the largest score pushes"


def _quartiles(values: Array) -> list[float] | None:
    return np.quantile(values, (0.25, 0.5, 0.75)).tolist() if len(values) else None


def _left_out(skipped: int, why: str) -> str:
    return f"; {skipped:,} rows with {why} are left out" if skipped else ""
