"""T11: whether different ways of explaining the same rows say the same."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.field_values import FieldValues
from ctrcore.explain.trust.methods import CONTRIBUTION, Scores
from ctrcore.explain.trust.statistics import Array, Mask, spearman

LEFT_OUT = "leave-one-out"


def agreement_check(scores: Scores, others: Mapping[str, Array], fields: FieldValues | None) -> Check:
    """T11.

    Args:
        scores: under test.
        others: (n, L) what other methods say of the same parts, by name.
        fields: all methods at the level of fields; None: not computed.

    Returns:
        The value is the mean rank agreement of the scores with the other methods. In the details `parts` and `fields`
        hold for every pair of methods top, sign and spearman (see `agreements`).
    """
    listed = agreements({scores.method: scores.score, **others}, scores.mask)
    mine = [pair["spearman"] for pair in listed if scores.method in (pair["a"], pair["b"])]
    known = [value for value in mine if value is not None]
    said = "; ".join(_said(pair, scores.method) for pair in listed if scores.method in (pair["a"], pair["b"]))
    details: dict[str, Any] = {"unit": scores.unit, "parts": listed}
    if fields is not None:
        everywhere = np.ones(fields.halves[0].shape, bool)
        details["fields"] = agreements(fields.values, everywhere)
        details["field_rows"] = len(everywhere)
        if scores.method == CONTRIBUTION:
            said += "; of fields " + "; ".join(
                _said(pair, CONTRIBUTION) for pair in details["fields"] if CONTRIBUTION in (pair["a"], pair["b"])
            )
    return Check(
        id="T11",
        value=float(np.mean(known)) if known else None,
        rows=len(scores),
        says=f"Correlation of the sizes (same first part, same sign): {said}.",
        details=details,
    )


def agreements(values: Mapping[str, Array], mask: Mask) -> list[dict[str, Any]]:
    """For every pair of methods a, b: top (share of rows with the same largest part), sign (share of parts with the
    same sign) and spearman (mean over rows of the rank correlation of the sizes); None where undefined.
    """
    several = mask.sum(1) >= 2
    found = []
    for a, b in combinations(values, 2):
        one, other, there = values[a][several], values[b][several], mask[several]
        first, second = (_largest(side, there) for side in (one, other))
        same = (np.sign(one) == np.sign(other))[there]
        ranks = spearman(np.abs(one), np.abs(other), there)
        ranks = ranks[~np.isnan(ranks)]
        found.append(
            {
                "a": a,
                "b": b,
                "top": float((first == second).mean()) if len(first) else None,
                "sign": float(same.mean()) if len(same) else None,
                "spearman": float(ranks.mean()) if len(ranks) else None,
            }
        )
    return found


def _largest(values: Array, mask: Mask) -> npt.NDArray[np.intp]:
    """(n,) the place of each row's largest part; rows without parts are none."""
    return np.where(mask, np.abs(values), -1.0).argmax(1) if len(values) else np.empty(0, np.intp)


def _said(pair: Mapping[str, Any], method: str) -> str:
    other = pair["b"] if pair["a"] == method else pair["a"]
    if pair["spearman"] is None:
        return f"{other}: not defined"
    return f"{other} {pair['spearman']:z.2f} ({pair['top']:.0%}, {pair['sign']:.0%})"
