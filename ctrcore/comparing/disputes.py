"""Where two models disagree: their scores against each other, and the rows on which they differ most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore import metrics
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.slicing import losses

Array = npt.NDArray[np.float64]
Scale = Literal["probability", "rank"]
TOP = 0.05
USUAL = (0.05, 0.5, 0.95)  # quantiles
DISPUTED = 1 / 3  # of a sample


@dataclass(frozen=True)
class Joint:
    """All rows counted in squares of the two models' scores, from 0 to `limit` on both axes.

    Attributes:
        clicked: (bins, bins) clicked rows, the squares of model `a` first.
        others: (bins, bins) the other rows.
        edges: (bins + 1,) where the squares end.
    """

    clicked: npt.NDArray[np.int64]
    others: npt.NDArray[np.int64]
    edges: Array

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """(bins, bins) all rows."""
        return self.clicked + self.others

    @property
    def limit(self) -> float:
        """The end of both axes."""
        return float(self.edges[-1])


@dataclass(frozen=True)
class Agreement:
    """How much two models say the same.

    Attributes:
        spearman: rank correlation of their scores; NaN if one gives all rows the same score.
        top: the share of the rows that counts as the top.
        shared: of the top rows of one model the share that are among the top rows of the other.
        by_chance: what `shared` would be if the models had nothing in common: the share of the top, or more where both
            have equal scores at its border.
    """

    spearman: float
    top: float
    shared: float
    by_chance: float


def percentiles(sheet: Sheet, name: str) -> Array:
    """(n,) the share of the other rows that a row ranks above, ties half: 0 for the lowest, 1 for the highest."""

    def make() -> Array:
        ranked = sheet.ranked(name)
        ends, starts = ranked.ends, np.append(0, ranked.ends[:-1])
        above = (ends + starts - 1) / 2  # mean place of the block, from 0 for the best row
        result = np.empty(len(sheet))
        result[ranked.order] = np.repeat(1 - above / max(len(sheet) - 1, 1), ends - starts)
        return result

    return sheet.kept("percentiles", name, make)


def scores(sheet: Sheet, name: str, scale: Scale) -> Array:
    """(n,) what a model says of each row, from 0 to 1: its probability, or the share of the rows ranked below."""
    if scale == "rank":
        return percentiles(sheet, name)
    return sheet.kept("probability", name, lambda: metrics.sigmoid(sheet.logit[name]))


def joint(sheet: Sheet, a: str, b: str, bins: int = 50, scale: Scale = "probability") -> Joint:
    """Count all rows in squares of two models' scores.

    Probabilities of clicks are often small: the axes then end at the next tenth above the highest one.
    """
    of_a, of_b = scores(sheet, a, scale), scores(sheet, b, scale)
    highest = max(float(of_a.max(initial=0)), float(of_b.max(initial=0)))
    limit = 1.0 if scale == "rank" else min(max(np.ceil(highest * 10) / 10, 0.1), 1.0)
    at_a, at_b = (np.minimum((values * (bins / limit)).astype(np.int64), bins - 1) for values in (of_a, of_b))
    key = (at_a * bins + at_b) * 2 + sheet.label
    counts = np.bincount(key, minlength=2 * bins * bins).reshape(bins, bins, 2)
    return Joint(counts[:, :, 1], counts[:, :, 0], np.linspace(0, limit, bins + 1))


def disputed(sheet: Sheet, a: str, b: str, by: Literal["rank", "loss"] = "rank", count: int = 50) -> pd.DataFrame:
    """The rows on which two models disagree most, most disputed first.

    Args:
        sheet: the rows and scores.
        a: a model.
        b: another one.
        by: 'rank': how far apart they place the row among all rows; 'loss': how much more the one loses on it.
        count: rows at most.

    Returns:
        The columns row (its number in the table), label, probability_a, probability_b, percentile_a, percentile_b,
        gap (of the percentiles, or of the log-losses; `a` minus `b`) and right: the id of the model that does better
        on the row, which is the one that places a clicked row higher and another one lower, or that loses less; empty
        if both do the same.
    """
    gap = _gap(sheet, a, b, by)
    return _rows(sheet, a, b, gap, chosen=_largest(np.abs(gap), count), by=by)


def sample(sheet: Sheet, a: str, b: str, count: int = 1500, seed: int = 0) -> pd.DataFrame:
    """Rows for a plot of one score against the other: a third the most disputed by rank, the others at random.

    Of the others half are clicked, as far as there are any, so that few clicks can be seen beside many other rows.

    Returns:
        The columns of `disputed`, and disputed: True for the rows that are drawn because they are.
    """
    gap = _gap(sheet, a, b, "rank")
    first = _largest(np.abs(gap), count if len(sheet) <= count else int(count * DISPUTED))
    rng = np.random.default_rng(seed)
    left = np.ones(len(sheet), dtype=bool)
    left[first] = False
    pools = [np.flatnonzero(left & (sheet.label == label)) for label in (0, 1)]
    room = min(count, len(sheet)) - len(first)
    clicked = min(len(pools[1]), max(room // 2, room - len(pools[0])))
    drawn = [rng.choice(pool, size, replace=False) for pool, size in zip(pools, (room - clicked, clicked), strict=True)]
    chosen = np.concatenate([first, *drawn]).astype(np.int64)
    return _rows(sheet, a, b, gap, chosen=chosen, by="rank").assign(disputed=np.arange(len(chosen)) < len(first))


def agreement(sheet: Sheet, a: str, b: str, top: float = TOP) -> Agreement:
    """How much two models say the same of all rows, and of those on top.

    Where rows at the border of the top have the same score, chance says which of them belong to it: the same lot for
    both models, so that equal scores have equal tops.
    """
    of_a, of_b = percentiles(sheet, a), percentiles(sheet, b)
    size = int(np.ceil(top * len(sheet)))
    if not size:
        return Agreement(float("nan"), top, float("nan"), float("nan"))
    with np.errstate(invalid="ignore", divide="ignore"):
        centred_a, centred_b = of_a - of_a.mean(), of_b - of_b.mean()
        spearman = float((centred_a @ centred_b) / np.sqrt((centred_a @ centred_a) * (centred_b @ centred_b)))
    lots = np.random.default_rng(0).random(len(sheet))
    first, second = (_Top.of(values, size, lots) for values in (of_a, of_b))
    return Agreement(
        spearman, top, int(np.sum(first.rows & second.rows)) / size, first.shared_by_chance(second) * len(sheet) / size
    )


@dataclass(frozen=True)
class _Top:
    """The rows with the highest scores.

    Attributes:
        rows: (n,) True for those on top.
        above: the share of all rows that are above the border.
        tied: the share at the border.
        drawn: which share of those belongs to the top.
    """

    rows: npt.NDArray[np.bool_]
    above: float
    tied: float
    drawn: float

    @classmethod
    def of(cls, values: Array, size: int, lots: Array) -> _Top:
        """The `size` largest of the values, those at the border that have the smallest lots."""
        border = np.partition(values, len(values) - size)[len(values) - size]
        rows = values > border
        tied = np.flatnonzero(values == border)
        above = int(rows.sum())
        rows[tied[np.argpartition(lots[tied], size - above - 1)[: size - above]]] = True
        return cls(rows, above / len(values), len(tied) / len(values), (size - above) / len(tied))

    def shared_by_chance(self, other: _Top) -> float:
        """The expected share of all rows on both tops if the scores have nothing in common, but the lots are shared."""
        one_border = self.above * other.tied * other.drawn + other.above * self.tied * self.drawn
        return self.above * other.above + one_border + self.tied * other.tied * min(self.drawn, other.drawn)


def _gap(sheet: Sheet, a: str, b: str, by: Literal["rank", "loss"]) -> Array:
    if by == "rank":
        return percentiles(sheet, a) - percentiles(sheet, b)
    return losses(sheet, a) - losses(sheet, b)


def _largest(values: Array, count: int) -> npt.NDArray[np.int64]:
    """Positions of the largest values, largest first, equal ones in their order."""
    count = min(count, len(values))
    if not count:
        return np.empty(0, dtype=np.int64)
    least = np.partition(values, len(values) - count)[len(values) - count]
    candidates = np.flatnonzero(values >= least)
    return candidates[np.argsort(-values[candidates], kind="stable")][:count]


def _rows(
    sheet: Sheet, a: str, b: str, gap: Array, *, chosen: npt.NDArray[np.int64], by: Literal["rank", "loss"]
) -> pd.DataFrame:
    label = sheet.label[chosen].astype(np.int64)
    better_a = gap[chosen] * (np.where(label == 1, 1, -1) if by == "rank" else -1)
    return pd.DataFrame(
        {
            "row": sheet.row[chosen],
            "label": label,
            "probability_a": scores(sheet, a, "probability")[chosen],
            "probability_b": scores(sheet, b, "probability")[chosen],
            "percentile_a": percentiles(sheet, a)[chosen],
            "percentile_b": percentiles(sheet, b)[chosen],
            "gap": gap[chosen],
            "right": np.select([better_a > 0, better_a < 0], [a, b], ""),
        }
    )


def apart(logits: Sequence[npt.NDArray[np.floating]]) -> Array:
    """(n,) the largest minus the smallest probability that any of the models gives a row; logits (n,) each."""
    probabilities = np.stack([metrics.sigmoid(logit) for logit in logits])
    found: Array = probabilities.max(0) - probabilities.min(0)
    return found


def usual_logits(logit: npt.NDArray[np.floating]) -> tuple[float, float, float]:
    """The 5 %, 50 % and 95 % quantiles of a model's logits (n,): what is usual for it."""
    low, middle, high = (float(value) for value in np.quantile(logit, USUAL))
    return low, middle, high
