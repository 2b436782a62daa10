"""From all items to the list a user sees: recall, then ranking, with everything traced on the way."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.errors import DataError
from ctrcore.language import mark, say
from ctrcore.metrics import sigmoid
from ctrcore.recommend.items import ItemTable, Positions, candidates
from ctrcore.recommend.moments import Moment
from ctrcore.recommend.options import Options
from ctrcore.recommend.recall import Scores, best, popular, rank_of
from ctrcore.recommend.recommender import Recommender
from ctrcore.training.predicting import predict

if TYPE_CHECKING:
    from ctrcore.recommend.contrast import Contrast

MOST_WITHOUT_RECALL = 20_000  # items that the ranking model scores by itself where there is no recall
FROM_RECALL, FROM_POPULAR, FROM_ALL = mark("FM"), mark("popular"), mark("every item")
AND = " and "  # between the ways of a channel


@dataclass(frozen=True)
class Stage:
    """A step of the way from all items to the list.

    Attributes:
        name: 'all items', 'recall', 'ranking' or 'list'.
        count: items left after it.
        seconds: how long it took.
        how: what decided, for example 'FM 200 + popular 20'.
    """

    name: str
    count: int
    seconds: float
    how: str


@dataclass(frozen=True)
class Trace:
    """Everything on one user's way from all items to the list.

    Candidates are listed best first: entry r of every array belongs to rank r + 1.

    Attributes:
        recommender: what it was made with.
        moment: whose list it is.
        options: how it was made.
        left_out: positions of the items that the user has seen already, which no stage may offer.
        recall_scores: (items,) the recall model's logit of every item; None without that stage.
        positions: (c,) of the candidates, by the ranking model's logit.
        logits: (c,) of the ranking model.
        recalled: (c,) rank among what the recall model chose, 0 where it did not choose it.
        popular: (c,) rank among the popular items, 0 where it is none of them.
        stages: all items, recall, ranking, list.
    """

    recommender: Recommender
    moment: Moment
    options: Options
    left_out: Positions
    recall_scores: Scores | None
    positions: Positions
    logits: Scores
    recalled: npt.NDArray[np.int64]
    popular: npt.NDArray[np.int64]
    stages: list[Stage]

    @property
    def items(self) -> ItemTable:
        """All items."""
        return self.recommender.items

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """One row a candidate, best first: rank, item, name, logit, probability, recall_rank and recall_score (NaN
        where the recall model did not choose it, or there is none), popular_rank, channel."""
        ids = self.items.ids[self.positions]
        scores = np.full(len(ids), np.nan) if self.recall_scores is None else self.recall_scores[self.positions]
        return pd.DataFrame(
            {
                "rank": np.arange(1, len(ids) + 1),
                "item": ids,
                "name": [self.items.names.item(str(item)) for item in ids],
                "logit": self.logits.astype(np.float64),
                "probability": sigmoid(self.logits.astype(np.float64)),
                "recall_rank": np.where(self.recalled > 0, self.recalled, np.nan),
                "recall_score": scores.astype(np.float64),
                "popular_rank": np.where(self.popular > 0, self.popular, np.nan),
                "channel": [self.channel(place) for place in range(len(ids))],
            }
        )

    @cached_property
    def contrast(self) -> Contrast:
        """The candidates compared with each other, and the user with others."""
        from ctrcore.recommend.contrast import Contrast

        return Contrast(self)

    @property
    def top(self) -> pd.DataFrame:
        """The list: the first rows of `candidates`."""
        return self.candidates.head(self.options.top_k)

    def channel(self, place: int) -> str:
        """The ways on which the candidate at this place was recalled, with 'and' between them."""
        if self.recommender.recall is None:
            return FROM_ALL
        ways = [FROM_RECALL] * bool(self.recalled[place]) + [FROM_POPULAR] * bool(self.popular[place])
        return AND.join(ways)

    def place(self, item: str) -> int | None:
        """Where an item stands among the candidates, from 0; None if it is not one. Raises DataError if unknown."""
        found = np.flatnonzero(self.positions == self.items.position(item))
        return int(found[0]) if len(found) else None

    def rank(self, item: str) -> int | None:
        """An item's rank among the candidates, from 1; None if it is not one."""
        place = self.place(item)
        return None if place is None else place + 1

    def recall_rank(self, item: str) -> int | None:
        """An item's rank by the recall model's score among all items that may be offered; None without that stage."""
        if self.recall_scores is None:
            return None
        return rank_of(self.recall_scores, self.items.position(item), self.left_out)

    def recall_score(self, item: str) -> float | None:
        """The recall model's logit of any item; None without that stage."""
        return None if self.recall_scores is None else float(self.recall_scores[self.items.position(item)])

    @property
    def recall_cutoff(self) -> float | None:
        """The lowest score that the recall model chose; None without that stage, or if it chose nothing."""
        chosen = self.positions[self.recalled > 0]
        return None if self.recall_scores is None or not len(chosen) else float(self.recall_scores[chosen].min())

    def logit(self, item: str) -> float:
        """The ranking model's logit of any item, be it a candidate or not."""
        place = self.place(item)
        return float(predict(self.recommender.model, self.row(item))[0] if place is None else self.logits[place])

    def row(self, item: str) -> Encoded:
        """The moment with this item, as the ranking model reads it: one row."""
        return candidates(self.moment.ranker, self.items, [self.items.position(item)])


def recommend(
    recommender: Recommender, moment: Moment, options: Options | None = None, left_out: Positions | None = None
) -> Trace:
    """Make one user's list.

    Args:
        recommender: the two stages.
        moment: a single one.
        options: how; the defaults if None.
        left_out: positions of items that must not be offered; None: as the options say.

    Raises:
        DataError: there is nothing to rank, or too much without a recall stage.
    """
    options = options or Options()
    started = time.perf_counter()
    if left_out is None:
        left_out = recommender.seen(moment) if options.leave_out_seen else np.zeros(0, dtype=np.int64)
    scores, by_score, by_clicks = recalled(recommender, moment, options, left_out)
    chosen = np.unique(np.concatenate([by_score, by_clicks]))
    if not len(chosen):
        raise DataError(
            say("No item is left to rank."),
            say("Let the recall choose more items, or do not leave seen items out."),
        )
    after_recall = time.perf_counter()
    logits = predict(recommender.model, candidates(moment.ranker, recommender.items, chosen))
    order = np.argsort(-logits, kind="stable")
    positions = chosen[order]
    after_ranking = time.perf_counter()
    total, kept = len(recommender.items), min(options.top_k, len(positions))
    return Trace(
        recommender=recommender,
        moment=moment,
        options=options,
        left_out=left_out,
        recall_scores=scores,
        positions=positions,
        logits=logits[order],
        recalled=_ranks(by_score, positions) if scores is not None else np.zeros(len(positions), dtype=np.int64),
        popular=_ranks(by_clicks, positions),
        stages=[
            Stage("all items", total, 0.0, _seen_told(moment, options, left_out)),
            Stage("recall", len(positions), after_recall - started, _how(recommender, by_score, by_clicks)),
            Stage("ranking", len(positions), after_ranking - after_recall, type(recommender.model).__name__),
            Stage("list", kept, 0.0, say("the first {kept}", kept=kept)),
        ],
    )


def recalled(
    recommender: Recommender, moment: Moment, options: Options, left_out: Positions
) -> tuple[Scores | None, Positions, Positions]:
    """The first stage: the recall model's scores of all items, what it chose, and the popular items, best first."""
    if recommender.recall is None:
        if len(recommender.items) > MOST_WITHOUT_RECALL:
            raise DataError(
                say("{items:,} items are too many to rank without a first choice.", items=len(recommender.items)),
                say("Train an FM with its default settings on this dataset: it recalls a few hundred of them."),
            )
        every = np.setdiff1d(np.arange(len(recommender.items)), left_out)
        return None, every, np.zeros(0, dtype=np.int64)
    assert moment.recall is not None
    scores = recommender.recall.scores(moment.recall)[0]
    return (
        scores,
        best(scores, options.recall_size, left_out),
        popular(recommender.items, options.popular_size, left_out),
    )


def _seen_told(moment: Moment, options: Options, left_out: Positions) -> str:
    if options.leave_out_seen and moment.history is None:
        return say("nothing tells which of them the user has seen")
    return say("{items:,} of them seen already", items=len(left_out)) if len(left_out) else ""


def _ranks(chosen: Positions, of: Positions) -> npt.NDArray[np.int64]:
    """Where each of `of` stands in `chosen`, from 1; 0 if it does not."""
    found = pd.Index(chosen).get_indexer(pd.Index(of))
    return np.asarray(found, dtype=np.int64) + 1


def _how(recommender: Recommender, by_score: Positions, by_clicks: Positions) -> str:
    if recommender.recall is None:
        return say("none: every item is ranked")
    name = type(recommender.recall.model).__name__
    return say("{model} {recalled} + popular {popular}", model=name, recalled=len(by_score), popular=len(by_clicks))
