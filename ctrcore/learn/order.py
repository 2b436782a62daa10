"""Ten rows in an order, and the pairs of one clicked and one other row that stand the right way round.

The pairs form a matrix: the clicked rows from the best place up, the others from the best place to the right. A pair is
right where the clicked row stands before the other one, so the right pairs lie below the ROC staircase, and their share
of all pairs is the area below it: the AUC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.counts import Counts
from ctrcore.comparing.ranked import Ranked
from ctrcore.data.tiny_shop import TinyConfig
from ctrcore.learn.tiny import Tiny, trained
from ctrcore.training.predicting import predict

SHOP = TinyConfig(rows=4_000, pair_strength=1.5)
ROWS = 10
CLICKED = 5
PLACES = (0.03, 0.14, 0.25, 0.36, 0.47, 0.55, 0.66, 0.77, 0.88, 0.97)
"""Where the rows stand among all test rows, best score first: from nearly the best to nearly the worst."""
HAPPENED = (True, True, False, True, True, False, False, True, False, False)
"""Whether the row at each of these places was clicked: a row that was is looked for near the place."""

RESCALED: dict[str, Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]] = {
    "as they are": lambda score: score,
    "doubled": lambda score: 2 * score,
    "minus 3": lambda score: score - 3,
    "cubed": lambda score: score**3,
}
"""Ways to change all scores that keep their order."""


@dataclass(frozen=True)
class Shown:
    """A row of the list. `values` are what it consists of, `logit` is the model's score."""

    values: tuple[str, ...]
    clicked: bool
    logit: float


@dataclass(frozen=True)
class Order:
    """Rows in an order.

    Attributes:
        rows: positions of all rows, best first; rows of one score in their own order.
        clicked: positions of the clicked rows, best first. others: of the rest.
        pairs: one line for each clicked row, one number for each other row: 1 the clicked one stands before it, 0 it
            stands behind it, 0.5 they share a place.
        auc: the mean of `pairs`.
        false_alarms, found: the points of the ROC staircase, from (0, 0) to (1, 1).
    """

    rows: tuple[int, ...]
    clicked: tuple[int, ...]
    others: tuple[int, ...]
    pairs: tuple[tuple[float, ...], ...]
    auc: float
    false_alarms: tuple[float, ...]
    found: tuple[float, ...]

    @property
    def right(self) -> float:
        """How many pairs are right; those that share a place count half."""
        return sum(map(sum, self.pairs))


def learnt() -> Tiny:
    """The lesson's FM. Takes about a second."""
    return trained("fm", SHOP)


def ten_rows(tiny: Tiny) -> tuple[Shown, ...]:
    """Ten test rows from the whole range of scores, five of them clicked; best score first, no two scores the same."""
    logits = predict(tiny.model, tiny.rows).astype(np.float64)
    ranked = np.argsort(-logits, kind="stable")
    clicked = tiny.rows.label[ranked] == 1
    chosen: list[int] = []
    for share, happened in zip(PLACES, HAPPENED, strict=True):
        places = np.flatnonzero(clicked == happened)
        near = places[np.argsort(np.abs(places - share * len(ranked)), kind="stable")]
        taken = {float(logits[ranked[place]]) for place in chosen}
        chosen.append(next(int(place) for place in near if float(logits[ranked[place]]) not in taken))
    rows = ranked[sorted(chosen)]
    words = tiny.encoder.inverse(tiny.rows.take(rows))[["age", "gender", "device", "category"]]
    return tuple(
        Shown(tuple(map(str, values)), bool(tiny.rows.label[row]), float(logits[row]))
        for values, row in zip(words.to_numpy(), rows, strict=True)
    )


def ordered(clicked: Sequence[bool], score: npt.ArrayLike) -> Order:
    """Order rows by a score, best first, and compare each clicked one with each other one."""
    happened, scores = np.asarray(clicked, np.bool_), np.asarray(score, np.float64)
    ranked = Ranked(happened, scores)
    mine, others = (ranked.order[ranked.clicked == kind] for kind in (True, False))
    ahead = scores[mine][:, None] - scores[others][None, :]
    pairs = (1 + np.sign(ahead)) / 2
    false_alarms, found = ranked.roc()
    return Order(
        rows=tuple(ranked.order.tolist()),
        clicked=tuple(mine.tolist()),
        others=tuple(others.tolist()),
        pairs=tuple(map(tuple, pairs.tolist())),
        auc=ranked.auc,
        false_alarms=tuple(false_alarms.tolist()),
        found=tuple(found.tolist()),
    )


def called(clicked: Sequence[bool], score: npt.ArrayLike, threshold: float) -> Counts:
    """The confusion matrix when every row with at least this score is called a click."""
    return Ranked(clicked, np.asarray(score, np.float64)).at(threshold)


def rounded(score: npt.ArrayLike, to: float) -> npt.NDArray[np.float64]:
    """Scores rounded to multiples of `to`, which ties some of them; 0 leaves them alone."""
    scores = np.asarray(score, np.float64)
    return np.round(scores / to) * to if to else scores
