"""A shallow tree that describes in words where one model does better than another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.advantage import Advantage, By, Place
from ctrcore.comparing.conditions import Answer, Question, in_words, questions
from ctrcore.comparing.groupings import Grouping
from ctrcore.comparing.intervals import LEVEL
from ctrcore.comparing.normal import adjusted_and_told, interval, two_sided
from ctrcore.comparing.sheet import Sheet
from ctrcore.language import mark, say

Index = npt.NDArray[np.int64]
LEAST_ROWS, LEAST_SHARE = 50, 0.02  # of a leaf
MOST_GROWN = 50_000  # rows on which the tree is grown
EVERYWHERE = mark("all rows")


@dataclass(frozen=True)
class Leaf:
    """A place among the rows, and by how much model `a` is ahead of model `b` there.

    Attributes:
        words: the conditions as a text, 'all rows' if there are none. They hold texts of the table.
        conditions: what is true of its rows.
        rows: rows of the sheet in it.
        value: mean lead of a row, below 0 if `b` is ahead: of the AUC, or of the log-loss in nats.
        low: lower end of its 95 % interval.
        high: upper end.
        p: chance of a lead at least as large if there were none, two-sided.
        adjusted: p after Holm's correction for all leaves.
        told: that is below 5 %.
        beyond: the lead less the lead on all other rows; NaN if there are none.
        beyond_adjusted: its p-value after Holm's correction.
        stands_out: that is below 5 %: the lead differs from that elsewhere.
    """

    words: str
    conditions: tuple[str, ...]
    rows: int
    value: float
    low: float
    high: float
    p: float
    adjusted: float
    told: bool
    beyond: float
    beyond_adjusted: float
    stands_out: bool


@dataclass(frozen=True)
class Description:
    """Where model `a` is ahead of model `b`, and where it is behind.

    Attributes:
        a: id of the one model.
        b: id of the other.
        by: what the leads are of: 'rank' (AUC) or 'loss' (log-loss).
        leaves: the places, those in which `a` is ahead by the most first; together they are all rows. Empty if there
            are too few rows to look.
        rows: of the sheet.
        grown_on: rows in which the places were looked for.
        estimated_on: other rows, on which their leads were measured.
    """

    a: str
    b: str
    by: By
    leaves: tuple[Leaf, ...]
    rows: int
    grown_on: int
    estimated_on: int

    @property
    def found(self) -> bool:
        """True if some place can be told in which the lead is not as elsewhere."""
        return any(leaf.stands_out for leaf in self.leaves)


def describe(
    sheet: Sheet, groupings: Sequence[Grouping], a: str, b: str, *, by: By = "rank", depth: int = 3, seed: int = 0
) -> Description:
    """Grow a small regression tree on what each row adds to the difference of the models (see `Advantage`).

    The tree is honest (Athey and Imbens 2016, PNAS 113, 7353): a random half of the rows, at most 50,000, says where
    to split; the leads of the leaves, their intervals and p-values come from the other half, which the tree has not
    seen, so that looking at many splits makes no finding. The tree is pruned by what the best of k useless splits would
    do, k being the number of possible ones. A split stays if it explains more than 2 ln(k) times the variance of a row
    (Foster and George 1994, Ann. Stat. 22, 1947), which drops what is too small to matter; and if its two sides differ
    at a level of 5 % / k (Welch's test), which drops the noise of rows on which the models are far apart; or if a split
    below it stays. Rows count as independent of each other.

    Args:
        sheet: the rows and scores.
        groupings: what can be asked of the rows, n codes each.
        a: a model.
        b: another one.
        by: 'rank' or 'loss'.
        depth: conditions on the way to a leaf, at most.
        seed: of the halves.
    """
    order = np.random.default_rng(seed).permutation(len(sheet))
    half = np.sort(order[len(sheet) // 2 :])
    grow = np.sort(order[: len(sheet) // 2][:MOST_GROWN])
    if len(grow) < 2 * LEAST_ROWS or any(np.ptp(sheet.label[part]) == 0 for part in (grow, half)):
        return Description(a, b, by, (), len(sheet), 0, 0)
    leads = Advantage(part_of(sheet, grow), a, b, by).values
    places = _grow(questions(groupings, grow, _least(len(grow))), grow, leads, depth)
    inside = [np.logical_and.reduce([np.ones(len(sheet), dtype=bool), *(one.holds() for one in on)]) for on in places]
    advantage = Advantage(part_of(sheet, half), a, b, by)
    measured = [advantage.on(mask[half]) for mask in inside]
    leaves = _leaves([in_words(on) for on in places], measured, [int(mask.sum()) for mask in inside])
    return Description(a, b, by, leaves, len(sheet), len(grow), len(half))


def part_of(sheet: Sheet, rows: Index) -> Sheet:
    """A sheet with the rows at these positions."""
    scores = {name: logit[rows] for name, logit in sheet.logit.items()}
    return Sheet(sheet.row[rows], sheet.label[rows], sheet.group[rows], scores)


def _least(rows: int) -> int:
    """Rows that a leaf must have."""
    return max(LEAST_ROWS, math.ceil(LEAST_SHARE * rows))


def _grow(asked: list[Question], rows: Index, leads: npt.NDArray[np.float64], depth: int) -> list[list[Answer]]:
    """The ways to the leaves of a pruned tree; one way without conditions if no split is worth it."""
    if not asked:
        return [[]]
    from sklearn.tree import DecisionTreeRegressor

    possible = sum(max(len(question.edges), 1) for question in asked)
    tree = DecisionTreeRegressor(
        max_depth=depth,
        min_samples_leaf=_least(len(rows)),
        ccp_alpha=2 * math.log(max(possible, 2)) * float(leads.var()) / len(rows),
        random_state=0,
    )
    tree.fit(np.stack([question.answers(rows) for question in asked], axis=1), leads)
    return _ways(tree.tree_, asked, 0, LEVEL / possible)


def _ways(tree: Any, asked: list[Question], node: int, level: float) -> list[list[Answer]]:
    """From a node of scikit-learn's tree to the leaves below it that stay."""
    children = int(tree.children_left[node]), int(tree.children_right[node])
    if children[0] < 0:
        return [[]]
    below = [_ways(tree, asked, child, level) for child in children]
    if below == [[[]], [[]]] and not _differ(tree, children, level):
        return [[]]
    question, cut = asked[int(tree.feature[node])], float(tree.threshold[node])
    return [
        [Answer(question, cut, above), *way] for above, ways in zip((False, True), below, strict=True) for way in ways
    ]


def _differ(tree: Any, children: tuple[int, int], level: float) -> bool:
    """Welch's test of the mean leads of two nodes."""
    nodes = list(children)
    means, variances, rows = tree.value[nodes, 0, 0], tree.impurity[nodes], tree.n_node_samples[nodes]
    error = np.sqrt(np.sum(variances / (rows - 1), keepdims=True))
    return bool(two_sided(means[:1] - means[1:], error)[0] < level)


def _leaves(conditions: list[list[str]], measured: list[Place], rows: list[int]) -> tuple[Leaf, ...]:
    value, error, beyond, beyond_error = (
        np.array([getattr(place, name) for place in measured]) for name in ("value", "error", "beyond", "beyond_error")
    )
    p = two_sided(value, error)
    _, low, high = interval(value, error)
    adjusted, told = adjusted_and_told(p)
    beyond_adjusted, stands_out = adjusted_and_told(two_sided(beyond, beyond_error))
    leaves = [
        Leaf(
            words=say(" and ").join(conditions[at]) or say(EVERYWHERE),
            conditions=tuple(conditions[at]),
            rows=rows[at],
            value=float(value[at]),
            low=float(low[at]),
            high=float(high[at]),
            p=float(p[at]),
            adjusted=float(adjusted[at]),
            told=bool(told[at]),
            beyond=float(beyond[at]),
            beyond_adjusted=float(beyond_adjusted[at]),
            stands_out=bool(stands_out[at]),
        )
        for at in range(len(measured))
    ]
    return tuple(sorted(leaves, key=lambda leaf: -leaf.value))
