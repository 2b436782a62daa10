"""The smallest change that takes an item out of a user's list, or onto it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from ctrcore.recommend.changes import Change, Changes, Kind, Set, changes_of
from ctrcore.recommend.funnel import Trace, recommend
from ctrcore.recommend.items import Positions
from ctrcore.recommend.search import margins

Goal = Literal["leaves", "enters"]
MOST_TOGETHER = 3
EFFECTIVE = 7  # single changes of which pairs and triples are made
RIVALS = 40  # candidates that a quick look ranks
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
        exhaustive: True if every smaller set was tried among all candidates; so no smaller one does it.
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
    budget: int = 12_000,
) -> Counterfactual:
    """The smallest set of at most three changes that takes an item out of the first `top_k`.

    All single changes are tried, then pairs and triples of the most effective ones. An answer is verified by making
    the whole list of the changed moment. What the user has seen stays left out, and no model is trained anew.

    Args:
        trace: the list as it is.
        item: on it.
        top_k: length of the list; that of the trace if None.
        kind: what to change; None: behaviours, or fields where no model reads a behaviour of this moment.
        locked: fields that stay; None: those that describe the user.
        budget: pairs of a change and a candidate up to which single changes rank every candidate; above it only the
            strongest ones.
    """
    return _Search(trace, item, top_k, "leaves", budget).run(_kind(trace, kind), locked)


def lift(
    trace: Trace,
    item: str,
    top_k: int | None = None,
    *,
    kind: Kind | None = None,
    locked: Collection[str] | None = None,
    budget: int = 12_000,
) -> Counterfactual:
    """The smallest set of at most three changes that brings an item into the first `top_k`; as `drop` looks for it.

    Without a `kind`, fields are tried where leaving out behaviours does not do it.
    """
    search = _Search(trace, item, top_k, "enters", budget)
    first = search.run(_kind(trace, kind), locked)
    if first.found or kind is not None or first.kind == "field":
        return first
    second = search.run("field", locked)
    return second if second.found or not first.changes else first


def _kind(trace: Trace, kind: Kind | None) -> Kind:
    if kind is not None:
        return kind
    return "behaviour" if changes_of(trace.recommender, trace.moment, "behaviour").singles else "field"


class _Search:
    def __init__(self, trace: Trace, item: str, top_k: int | None, goal: Goal, budget: int) -> None:
        self._trace, self._item, self._goal, self._budget = trace, item, goal, budget
        self._target = trace.items.position(item)
        self._top_k = top_k or trace.options.top_k
        self._sign = 1.0 if goal == "leaves" else -1.0
        self._tried = 0

    def run(self, kind: Kind, locked: Collection[str] | None) -> Counterfactual:
        """Look for the smallest set of changes of one kind."""
        self._tried = 0
        changes = changes_of(self._trace.recommender, self._trace.moment, kind, locked)
        if not changes.singles:
            return self._answer(None, (), None, exhaustive=True)
        many = len(changes.singles) * len(self._trace.positions) > self._budget
        best: tuple[float, Set] = (np.inf, (0,))
        effective = range(len(changes.singles))
        for size in range(1, MOST_TOGETHER + 1):
            sets = [chosen for chosen in combinations(effective, size) if changes.allowed(chosen)]
            if not sets:
                break
            distance = self._distances(changes, sets, quick=many if size == 1 else True)
            order = np.argsort(distance, kind="stable")
            best = min(best, (float(distance[order[0]]), sets[order[0]]))
            for place in order[:VERIFIED]:
                after = self._verified(changes, sets[place]) if distance[place] < 0 else None
                if after is not None:
                    return self._answer(changes, sets[place], after, exhaustive=size == 1 or (size == 2 and not many))
            if size == 1:
                effective = sorted(order[:EFFECTIVE].tolist())  # type: ignore[assignment]
        after = self._again(changes, best[1])
        return self._answer(changes, best[1], after, exhaustive=len(changes.singles) == 1 and not many, found=False)

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
