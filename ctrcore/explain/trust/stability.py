"""T9 and T10: whether another seed, or another background, would draw the same picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.field_values import FieldValues
from ctrcore.explain.trust.profiles import Profile, likeness, top_count

LEAST = 2  # models that a comparison of seeds needs


def seed_check(profiles: Sequence[Profile], rows: int, trained: bool) -> Check:
    """T9.

    Args:
        profiles: of the method on the same rows, one for each seed.
        rows: how many.
        trained: the others were trained briefly for this check; else they are runs of the workspace.
    """
    if len(profiles) < LEAST:
        return Check(
            id="T9",
            says="There is no other run that differs only in the seed. Train one with another seed, or let the card "
            "train two more briefly.",
        )
    pairs = [likeness(one, other) for one, other in combinations(profiles, 2)]
    correlation = _mean([found for found, _ in pairs])
    overlap = _mean([found for _, found in pairs])
    known = [value for value in (correlation, overlap) if value is not None]
    if not known:
        return Check(id="T9", says="The rows have too few parts to compare.", rows=rows)
    count = top_count(profiles[0])
    others = "models, all but the run itself trained briefly" if trained else "runs that differ only in the seed"
    return Check(
        id="T9",
        value=min(known),
        rows=rows,
        says=f"{len(profiles)} {others}: correlation of the scores {_text(correlation)}, overlap of the top {count} "
        f"{_text(overlap)}.",
        details={
            "models": len(profiles),
            "spearman": correlation,
            "jaccard": overlap,
            "top": count,
            "trained": trained,
        },
    )


def background_check(values: FieldValues) -> Check:
    """T10: Shapley values from two halves of the background."""
    one, other = values.halves
    size = float((np.abs(one) + np.abs(other)).mean() / 2) if one.size else 0.0
    if size == 0:
        return Check(id="T10", says="All Shapley values are 0, whatever the background.", rows=len(one))
    value = float(np.abs(one - other).mean()) / size
    return Check(
        id="T10",
        value=value,
        rows=len(one),
        says=f"Shapley values of {len(values.names)} players from two halves of the background differ by {value:.0%} "
        "of their mean size.",
        details={"background": values.background, "mean_size": size, "players": values.names},
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
