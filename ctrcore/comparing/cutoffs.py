"""What each cutoff on the probability brings. A probability rises with its logit, so the rows' one order tells all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.counts import Counts, ManyCounts
from ctrcore.comparing.sheet import Sheet
from ctrcore.language import say
from ctrcore.metrics import log_odds, sigmoid

Array = npt.NDArray[np.float64]
Goal = Literal["f1", "accuracy", "cost"]
TOPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # round numbers for the end of an axis


def top_of(sheet: Sheet, ids: list[str]) -> float:
    """A round number that hardly any probability of these models exceeds: with rare clicks far below 1."""
    highest = max((float(sigmoid(np.array(np.quantile(sheet.logit[one], 0.999)))) for one in ids), default=1.0)
    return next(top for top in TOPS if top >= min(highest, 1.0))


def at(sheet: Sheet, name: str, cutoff: float) -> Counts:
    """Counts when a model's rows with at least this probability are called clicks."""
    return sheet.ranked(name).at(log_odds(cutoff))


def reached(sheet: Sheet, titles: Mapping[str, str], cutoff: float) -> str:
    """Where accuracy and F1 are taken, and how many rows the model with the best AUC calls clicks there, as a clause.

    Args:
        sheet: the rows.
        titles: names of the models that give probabilities, by id, as they shall stand in the sentence.
        cutoff: on the probability.
    """
    best = next((name for name in sheet.best_first() if name in titles), None)
    if best is None:
        return ""
    share = at(sheet, best, cutoff).share_called
    return say(
        "accuracy and F1 are at a cutoff of {cutoff:.3g}, where {model} calls {share:.1%} of the rows clicks",
        cutoff=cutoff,
        model=titles[best],
        share=share,
    )


def over(sheet: Sheet, name: str, cutoffs: Array) -> ManyCounts:
    """`at` for many cutoffs."""
    return sheet.ranked(name).counts([log_odds(cutoff) for cutoff in cutoffs])


def best(sheet: Sheet, name: str, goal: Goal, *, false_alarm: float = 1.0, missed: float = 1.0) -> tuple[float, float]:
    """(probability, value) of the best of all cutoffs; the probability is 1 where nothing should be called a click.

    Args:
        sheet: the rows.
        name: the model.
        goal: what is best: the highest F1 or accuracy, or the lowest mean cost of a row.
        false_alarm, missed: what these cost.
    """
    ranked = sheet.ranked(name)
    score, value = ranked.best_cost(false_alarm, missed) if goal == "cost" else ranked.best(goal)
    if not np.isfinite(score):
        return 1.0, value
    probability = sigmoid(np.array(score))
    # A hair lower, or else rounding on the way back to the logit might leave out the very row that it stands for.
    return float(probability - 4 * np.spacing(probability)), value
