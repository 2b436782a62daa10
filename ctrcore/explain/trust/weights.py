"""T0, T13 and T14: whether the parts add up, the weights are alive, and the values are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.own_terms import OwnTerms
from ctrcore.explain.support import RARE, seen_in_training
from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.methods import CONTRIBUTION, Scores, unit_of
from ctrcore.explain.trust.statistics import Array
from ctrcore.models.base import CTRModel
from ctrcore.models.fibinet import FiBiNET

MOST = 0.9  # of the attention on one part
END = 0.01  # share of the range of a sigmoid gate that counts as its end


def residual_check(terms: OwnTerms, logit: npt.NDArray[np.floating]) -> Check:
    """T0: the largest residual over n rows.

    Args:
        terms: the model's own.
        logit: (n,) by a forward pass.
    """
    residual = np.abs(logit - terms.base - terms.share.sum(1)) / np.maximum(1, np.abs(logit))
    value = float(residual.max(initial=0.0))
    return Check(
        id="T0",
        value=value,
        rows=len(logit),
        says=f"Base and parts miss the logit by {value:.1e} of its size at most.",
        details={"mean": float(residual.mean()) if len(logit) else 0.0},
    )


def alive_check(model: CTRModel, scores: Scores) -> Check:
    """T13: weights that are switched off or that take everything."""
    if scores.method == CONTRIBUTION:
        return Check(id="T13", says="Asked of weights only: contributions are no weights.")
    used = scores.score[scores.mask] if scores.gates is None else scores.gates.ravel()
    if not len(used):
        return Check(id="T13", says="No row has a part, so there are no weights.")
    zero = float((used == 0).mean())
    gates = isinstance(model, FiBiNET)
    taken, most = (_saturated(model, used), None) if gates else _one_takes_all(scores)
    several = scores.mask.sum(1) >= 2
    entropy = None if gates or not several.any() else float(_entropy(scores)[several].mean())
    off = f"{zero:.0%} of the {'gates' if gates else 'weights'} are exactly 0"
    full = (
        f"{taken:.0%} lie at an end of their range" if gates else f"one part has over {MOST:.0%} in {taken:.0%} of rows"
    )
    details: dict[str, Any] = {
        "zeros": zero,
        "saturated": taken,
        "entropy": entropy,
        "largest": most,
        "weights": len(used),
    }
    if scores.gates is not None:
        names = [field.name for field in model.fields]
        details["zeros_by_field"] = dict(zip(names, (scores.gates == 0).mean(0).tolist(), strict=True))
    spread = "" if entropy is None else f" The attention is spread with {entropy:.0%} of the largest possible entropy."
    return Check(
        id="T13",
        value=max(zero, taken),
        rows=len(scores),
        says=f"{off}; {full}.{spread}",
        details=details,
    )


def _saturated(model: CTRModel, gates: Array) -> float:
    """Share of the sigmoid gates (0 to 2) within 1 % of an end; a ReLU gate has no upper end."""
    if not isinstance(model, FiBiNET) or model.config.excitation == "relu":
        return 0.0
    return float(((gates < 2 * END) | (gates > 2 * (1 - END))).mean())


def _one_takes_all(scores: Scores) -> tuple[float, float | None]:
    """(share of rows in which one of several parts has nearly all of the attention, mean largest share)."""
    several = scores.mask.sum(1) >= 2
    if not several.any():
        return 0.0, None
    largest = _shares(scores).max(1)[several]
    return float((largest > MOST).mean()), float(largest.mean())


def _shares(scores: Scores) -> Array:
    size = np.abs(scores.score)
    total = size.sum(1, keepdims=True)
    shares: Array = np.divide(size, total, out=np.zeros_like(size), where=total > 0)
    return shares


def _entropy(scores: Scores) -> Array:
    """(n,) entropy of the shares over that of equal ones: 1 is uniform, 0 is one part alone."""
    shares = _shares(scores)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy: Array = -(shares * logs).sum(1) / np.log(np.maximum(scores.mask.sum(1), 2))
    return entropy


def support_check(model: CTRModel, encoder: Encoder, rows: Encoded) -> Check:
    """T14: values that training has never or hardly seen, by `ctrcore.explain.support`."""
    states = seen_in_training(model.fields, encoder, rows)
    total = sum(seen.values for seen in states.values())
    if not total:
        return Check(id="T14", says="The rows hold no values that could be unknown.", rows=len(rows))
    unknown, rare = sum(seen.unknown for seen in states.values()), sum(seen.rare for seen in states.values())
    worst = sorted((name for name, seen in states.items() if seen.weak), key=lambda name: -states[name].weak_share)
    where = ", ".join(f"{name} ({states[name].weak_share:.0%})" for name in worst[:3])
    return Check(
        id="T14",
        value=(unknown + rare) / total,
        rows=len(rows),
        says=f"Of {total:,} values {unknown:,} are unknown, and {rare:,} were seen fewer than {RARE} times in training."
        + (f" Highest share: {where}." if where else ""),
        details={
            "unit": unit_of(model),
            "unknown": unknown,
            "rare": rare,
            "values": total,
            "fields": {
                name: {"unknown": seen.unknown, "rare": seen.rare, "values": seen.values}
                for name, seen in states.items()
            },
        },
    )
