"""T9 and T10: whether another seed, or another background, would draw the same picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.field_values import FieldValues
from ctrcore.explain.trust.profiles import (
    LEAST_PARTS,
    TOO_FEW_PARTS,
    Profile,
    chance_overlap,
    likeness,
    top_count,
)

LEAST = 2  # models that a comparison of seeds needs


def seed_check(profiles: Sequence[Profile], rows: int, trained: bool) -> Check:
    """T9.

    Args:
        profiles: of the method on the same rows, one for each seed; of models that were trained equally long.
        rows: how many.
        trained: all were trained briefly for this check; else they are runs of the workspace.
    """
    if len(profiles) < LEAST:
        return Check(
            id="T9",
            says="There is no other run that differs only in the seed. Train one with another seed, or let the card "
            "train two more briefly.",
        )
    if profiles[0].compared_parts < LEAST_PARTS:
        return Check(id="T9", says=TOO_FEW_PARTS.format(profiles[0].compared_parts), rows=rows)
    pairs = [likeness(one, other) for one, other in combinations(profiles, 2)]
    correlation = _mean([found for found, _ in pairs])
    overlap = _mean([found for _, found in pairs])
    if correlation is None:
        return Check(id="T9", says="The scores are all alike, so they have no order to compare.", rows=rows)
    count, chance = top_count(profiles[0]), chance_overlap(profiles[0])
    others = "short trainings with other seeds, not the run itself" if trained else "runs that differ only in the seed"
    common = "" if overlap is None else f", overlap of the top {count} {overlap:.2f} (by chance {_text(chance)})"
    return Check(
        id="T9",
        value=correlation,
        rows=rows,
        says=f"{len(profiles)} {others}: correlation of the scores {correlation:z.2f}{common}.",
        details={
            "models": len(profiles),
            "spearman": correlation,
            "jaccard": overlap,
            "jaccard_by_chance": chance,
            "top": count,
            "trained": trained,
        },
    )


def background_check(values: FieldValues) -> Check:
    """T10: how far the Shapley values are off because the background is a sample.

    The values against the whole background are the mean of those against its halves, so their error is about half of
    the difference of these. What the permutations add to the difference is taken out, by its standard error.
    """
    one, other = values.halves
    size = float(np.sqrt((values.values["Shapley"] ** 2).mean())) if one.size else 0.0
    if size == 0:
        return Check(id="T10", says="All Shapley values are 0, whatever the background.", rows=len(one))
    error = float(np.sqrt(max(((one - other) ** 2 - values.noise).mean(), 0.0))) / 2
    players = f"{len(values.names)} player{'s' if len(values.names) > 1 else ''}"
    return Check(
        id="T10",
        value=error / size,
        rows=len(one),
        says=f"Against {values.background} the Shapley values of {players} are off by {error / size:.0%} of their "
        "size, as their halves tell; four times as many rows would halve that.",
        details={"background": values.background, "size": size, "error": error, "players": values.names},
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
