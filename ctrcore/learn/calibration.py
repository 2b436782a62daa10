"""What moving a tiny model's logits does to its promises, what thinned training rows do to them, and the repair."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from ctrcore import metrics
from ctrcore.comparing.probabilities import Bins, calibration
from ctrcore.comparing.repair import Platt, fit_repair
from ctrcore.data.negatives import keep_rows
from ctrcore.data.tiny_shop import TinyConfig, tiny_shop
from ctrcore.learn.tiny import Tiny, learning, trained, untrained
from ctrcore.training.predicting import predict

SHOP = TinyConfig(rows=20_000, intercept=-1.5, pair_strength=1.5)
KEPT = 0.2
"""Share of the training rows without a click that the second model learns from."""

Array = npt.NDArray[np.float64]
Part = Literal["valid", "test"]


@dataclass(frozen=True)
class Scored:
    """Rows with the model's score: `label` (n,) of 0 and 1, `logit` (n,)."""

    label: Array
    logit: Array


@dataclass(frozen=True)
class Learnt:
    """Two models of one shop, as scores of the same rows.

    Attributes:
        whole: of the model that learnt from all training rows.
        thinned: of the one that learnt from every click and a share KEPT of the other rows, and was not told so.
    """

    whole: dict[Part, Scored]
    thinned: dict[Part, Scored]


@dataclass(frozen=True)
class Moves:
    """What is done to a model's logits.

    Attributes:
        rows: which model's, that of "whole" or "thinned" training rows.
        corrected: whether the logarithm of the share kept is added; only for thinned rows.
        shift, stretch: each logit becomes `stretch * logit + shift`.
        repaired: whether Platt's line, fitted on the validation rows, comes last.
    """

    rows: Literal["whole", "thinned"] = "whole"
    corrected: bool = False
    shift: float = 0.0
    stretch: float = 1.0
    repaired: bool = False


@dataclass(frozen=True)
class Way:
    """The logits (n,) of some rows from what the model says to what is judged, and Platt's line if there is one."""

    label: Array
    raw: Array
    corrected: Array
    moved: Array
    final: Array
    line: Platt | None


@dataclass(frozen=True)
class Promise:
    """What a model promises and what happened. `bins` are rows of about the same probability, lowest first."""

    auc: float
    log_loss: float
    ece: float
    pcoc: float
    bins: Bins


def learnt() -> Learnt:
    """Train the lesson's two FMs. Takes some four seconds."""
    whole = trained("fm", SHOP, seed=2)
    return Learnt(whole=_scored(whole), thinned=_scored(_thinned()))


def moved(logit: Array, shift: float, stretch: float) -> Array:
    """`stretch * logit + shift`, (n,)."""
    return stretch * logit + shift


def corrected(logit: Array, kept: float = KEPT) -> Array:
    """Logits (n,) of a model that saw this share of the rows without a click, as if it had seen all of them.

    Thinning multiplies the odds of a click by 1 / kept, so the logarithm of kept leads back (He et al. 2014, "Practical
    lessons from predicting clicks on ads at Facebook", section 6.3).
    """
    return logit + math.log(kept)


def promise(label: Array, logit: Array, bins: int = 10) -> Promise:
    """Measure rows with the project's own metrics."""
    probability = metrics.sigmoid(logit)
    return Promise(
        auc=metrics.auc(label, logit),
        log_loss=metrics.log_loss(label, logit),
        ece=metrics.ece(label, probability, bins),
        pcoc=metrics.pcoc(label, probability),
        bins=calibration(label, probability, bins),
    )


def go(learnt: Learnt, moves: Moves, part: Part) -> Way:
    """Do all moves to the rows of a part. The repair only ever sees the validation rows."""
    line = None
    if moves.repaired:
        seen = _moved(learnt, moves, "valid")
        line = cast(Platt, fit_repair("platt", seen.label, seen.final))
    way = _moved(learnt, moves, part)
    return replace(way, line=line, final=line.logit(way.final) if line else way.final)


def typical(logit: Array, probability: float) -> int:
    """Position of the row whose probability is nearest to this one."""
    return int(np.argmin(np.abs(metrics.sigmoid(logit) - probability)))


def _moved(learnt: Learnt, moves: Moves, part: Part) -> Way:
    """All moves but the repair."""
    rows = (learnt.thinned if moves.rows == "thinned" else learnt.whole)[part]
    logit = corrected(rows.logit) if moves.corrected and moves.rows == "thinned" else rows.logit
    changed = moved(logit, moves.shift, moves.stretch)
    return Way(rows.label, rows.logit, logit, changed, changed, None)


def _thinned() -> Tiny:
    tiny = untrained("fm", tiny_shop(SHOP), seed=2)
    rows = tiny.prepared.train
    fewer = rows.take(keep_rows(rows.label, KEPT, seed=1))
    tiny = replace(tiny, prepared=replace(tiny.prepared, train=fewer))
    for _ in learning(tiny):
        pass
    return tiny


def _scored(tiny: Tiny) -> dict[Part, Scored]:
    parts = {"valid": tiny.prepared.valid, "test": tiny.prepared.test}
    return {
        cast(Part, name): Scored(rows.label.astype(np.float64), predict(tiny.model, rows).astype(np.float64))
        for name, rows in parts.items()
    }
