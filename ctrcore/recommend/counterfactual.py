"""The smallest change that takes an item out of a user's list, or onto it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np

from ctrcore.recommend.changes import Change, Changes, Kind, Set, changes_of
from ctrcore.recommend.funnel import Trace, recommend
from ctrcore.recommend.items import Positions
from ctrcore.recommend.search import margins

Goal = Literal["leaves", "enters"]
MOST_TOGETHER = 3
EFFECTIVE = 7  # single changes of which pairs and triples are made at least
RIVALS = 40  # candidates that a quick look ranks
SINGLES = 3  # times the budget for single behaviours: 'one click did it' is the best answer there is
VERIFIED = 6  # sets of one size that are tried through both stages


@dataclass(frozen=True)
class Counterfactual:
    """What would have to be different, verified by making the list again.

    Attributes:
        goal: that the item leaves the first `top_k`, or enters them.
        found: True if `changes` do it; else they are the best that was found.
        kind: behaviours left out, or fields changed; None if there was nothing to change.
        changes: made together, at most three.
        item: its id.
        top_k: length of the list.
        rank_before, rank_after: among the candidates, from 1; None where it is no candidate.
        logit_before, logit_after: by the ranking model.
        replacement: id of the item that takes its place on the list, or that makes room for it.
        tried: sets of changes that were looked at.
        rank_without: its rank without any behaviour; only where no smaller set of them was found.
        exhaustive: True if every smaller set was tried in both stages, so that no smaller one does it; where none was
            found: if every set of at most three was.
    """

    goal: Goal
    found: bool
    kind: Kind | None
    changes: list[Change]
    item: str
    top_k: int
    rank_before: int | None
    rank_after: int | None
    logit_before: float
    logit_after: float
    replacement: str | None
    tried: int
    rank_without: int | None
    exhaustive: bool


def drop(
    trace: Trace,
    item: str,
    top_k: int | None = None,
    *,
    kind: Kind | None = None,
    locked: Collection[str] | None = None,
    budget: int = 4_000,
) -> Counterfactual:
    """The smallest set of at most three changes that takes an item out of the first `top_k`.

    All single changes are tried, then pairs and triples: of all of them where that is few enough, else of the most
    effective ones. An answer is verified by making the whole list of the changed moment. What the user has seen stays
    left out, and no model is trained anew.

    Args:
        trace: the list as it is.
        item: on it.
        top_k: length of the list; that of the trace if None.
        kind: what to change; None: behaviours, and fields where leaving those out does not do it.
        locked: fields that stay; None: those that describe the user.
        budget: pairs of a set of changes and a candidate up to which recall and ranking are made anew for every set
            (three times as many for single behaviours); above it a quick look ranks the strongest candidates only.
    """
    return _Search(trace, item, top_k, "leaves", budget).any_of(kind, locked)


def lift(
    trace: Trace,
    item: str,
    top_k: int | None = None,
    *,
    kind: Kind | None = None,
    locked: Collection[str] | None = None,
    budget: int = 4_000,
) -> Counterfactual:
    """The smallest set of at most three changes that brings an item into the first `top_k`; as `drop` looks for it."""
    return _Search(trace, item, top_k, "enters", budget).any_of(kind, locked)


def lists_all(trace: Trace, top_k: int) -> bool:
    """True if there are no more items than places on the list, so that none can leave or enter."""
    return trace.recommender.recall is None and len(trace.positions) <= top_k


class _Search:
    def __init__(self, trace: Trace, item: str, top_k: int | None, goal: Goal, budget: int) -> None:
        self._trace, self._item, self._goal, self._budget = trace, item, goal, budget
        self._target = trace.items.position(item)
        self._top_k = top_k or trace.options.top_k
        self._sign = 1.0 if goal == "leaves" else -1.0
        # a set costs ranking its candidates, and recalling them, which is some hundred times quicker for each item
        self._cost = max(1, len(trace.positions) + len(trace.items) // 100)
        self._tried = 0

    def any_of(self, kind: Kind | None, locked: Collection[str] | None) -> Counterfactual:
        """The smallest set of changes of this kind; of none: of behaviours, else of fields."""
        if kind is not None:
            return self.run(kind, locked)
        first = self.run("behaviour", locked)
        if first.found:
            return first
        second = self.run("field", locked)
        return second if second.found or not first.changes else first

    def run(self, kind: Kind, locked: Collection[str] | None) -> Counterfactual:
        """Look for the smallest set of changes of one kind."""
        self._tried = 0
        changes = changes_of(self._trace.recommender, self._trace.moment, kind, locked)
        count = len(changes.singles)
        if not count or not self._trace.items.fields or lists_all(self._trace, self._top_k):
            return self._answer(None, (), None, exhaustive=True)
        best: tuple[float, Set] = (np.inf, (0,))
        order, whole = np.arange(count), True  # whole: all smaller sets were tried among all candidates
        for size in range(1, MOST_TOGETHER + 1):
            effective = sorted(order[: self._most(count, size)].tolist())
            sets = [chosen for chosen in combinations(effective, size) if changes.allowed(chosen)]
            if not sets:
                break
            budget = self._budget * (SINGLES if size == 1 and kind == "behaviour" else 1)
            quick = len(sets) * self._cost > budget
            distance = self._distances(changes, sets, quick=quick)
            nearest = np.argsort(distance, kind="stable")
            best = min(best, (float(distance[nearest[0]]), sets[nearest[0]]))
            for place in nearest[:VERIFIED]:
                after = self._verified(changes, sets[place]) if distance[place] < 0 else None
                if after is not None:
                    return self._answer(changes, sets[place], after, exhaustive=whole)
            whole &= not quick and len(effective) == count
            if size == 1:
                order = nearest
        return self._answer(changes, best[1], self._again(changes, best[1]), exhaustive=whole, found=False)

    def _most(self, count: int, size: int) -> int:
        """Of how many single changes sets of this size are made: as many as the budget allows, the best ones."""
        if size == 1:
            return count
        sets = self._budget // self._cost
        return next((most for most in range(count, EFFECTIVE, -1) if comb(most, size) <= sets), EFFECTIVE)

    def _distances(self, changes: Changes, sets: list[Set], *, quick: bool) -> np.ndarray:
        """(sets,) how far each is from its goal; below 0 it is reached."""
        self._tried += len(sets)
        among: Positions | None = None
        if quick and self._trace.place(self._item) is not None:
            among = np.union1d(self._trace.positions[: self._top_k + RIVALS], [self._target])
        return self._sign * margins(self._trace, changes, sets, target=self._target, top_k=self._top_k, among=among)

    def _reached(self, after: Trace) -> bool:
        rank = after.rank(self._item)
        return (rank is not None and rank <= self._top_k) == (self._goal == "enters")

    def _verified(self, changes: Changes, chosen: Set) -> Trace | None:
        """The list after these changes if it reaches the goal."""
        after = self._again(changes, chosen)
        return after if self._reached(after) else None

    def _again(self, changes: Changes, chosen: Set) -> Trace:
        trace = self._trace
        return recommend(trace.recommender, changes.moments([chosen]), trace.options, trace.left_out)

    def _answer(
        self, changes: Changes | None, chosen: Set, after: Trace | None, *, exhaustive: bool, found: bool = True
    ) -> Counterfactual:
        before = self._trace
        reached = found and after is not None
        return Counterfactual(
            goal=self._goal,
            found=reached,
            kind=None if changes is None else changes.kind,
            changes=[] if changes is None else [changes.singles[place] for place in chosen],
            item=self._item,
            top_k=self._top_k,
            rank_before=before.rank(self._item),
            rank_after=before.rank(self._item) if after is None else after.rank(self._item),
            logit_before=before.logit(self._item),
            logit_after=before.logit(self._item) if after is None else after.logit(self._item),
            replacement=self._replacement(after) if reached and after is not None else None,
            tried=self._tried,
            rank_without=None if reached or changes is None else self._rank_without(changes),
            exhaustive=exhaustive,
        )

    def _rank_without(self, changes: Changes) -> int | None:
        """The rank without any behaviour."""
        if changes.kind != "behaviour":
            return None
        return self._again(changes, tuple(range(len(changes.singles)))).rank(self._item)

    def _replacement(self, after: Trace) -> str | None:
        """The best item of the one list that is not on the other."""
        old, new = (list(trace.items.ids[trace.positions[: self._top_k]]) for trace in (self._trace, after))
        came, went = [item for item in new if item not in old], [item for item in old if item not in new]
        others = came if self._goal == "leaves" else went[::-1]
        return str(others[0]) if others else None
