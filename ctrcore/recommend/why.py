"""Why an item is on a user's list, why it stands above another one, and why a third one is not there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.errors import DataError
from ctrcore.explain.appeal import Appeal, appeal_and_fit
from ctrcore.explain.explanation import Explanation
from ctrcore.explain.naming import named
from ctrcore.explain.rows import explain_row
from ctrcore.explain.support import Support, supports
from ctrcore.language import say
from ctrcore.metrics import sigmoid
from ctrcore.recommend import placing, sentences
from ctrcore.recommend.counterfactual import Counterfactual, drop, lift
from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.groups import group_behaviours
from ctrcore.recommend.moments import history_fields
from ctrcore.recommend.reasons import reasons
from ctrcore.recommend.terms import of_user_alone


@dataclass(frozen=True)
class Why:
    """Why a candidate has its place.

    Attributes:
        item: its id as text; `name`: what it is called.
        rank: among the candidates, from 1.
        recall_rank: by the recall model among all items that may be offered; None without that stage.
        recall_score: the recall model's logit; None without that stage.
        channel: how it was recalled.
        logit, probability: of the ranking model.
        explanation: of the ranking model's logit.
        groups: past behaviours with a common value (`ctrcore.recommend.groups`).
        reasons: what is different about it (`ctrcore.recommend.reasons`); the sentences take their numbers from here.
        mean_logit: of all candidates; `logit - mean_logit` is the sum of the reasons' leads.
        appeal: what the item scores with other users, and what this one adds; None if no field describes the item.
        support: how often training saw each value of the row.
        counterfactual: the smallest change that takes it off the list; None if it was not asked for, or is not on it.
        sentences: all of it in plain words, with the numbers above.
    """

    item: str
    name: str
    rank: int
    recall_rank: int | None
    recall_score: float | None
    channel: str
    logit: float
    probability: float
    explanation: Explanation
    groups: pd.DataFrame
    reasons: pd.DataFrame
    mean_logit: float
    appeal: Appeal | None
    support: list[Support]
    counterfactual: Counterfactual | None
    sentences: list[str]


@dataclass(frozen=True)
class Above:
    """What puts the item `a` above the item `b` of the same user.

    Attributes:
        difference: logit of a minus logit of b.
        parts: one row a part, the largest difference first: kind, name, value_a, value_b, contribution_a,
            contribution_b, difference, about_item (False if the part holds nothing of the item).
        user_only: sum of the differences of parts that hold nothing of the item. Zero for LR and FM, where such parts
            are the same for both; where attention or gates depend on the item, they are not.
        residual: difference minus the sum over all parts: zero up to rounding.
        exact: True if the parts are the model as it is computed; False if gates are held at each of the two rows.
        sentences: in plain words.
    """

    a: str
    b: str
    difference: float
    parts: pd.DataFrame
    user_only: float
    residual: float
    exact: bool
    sentences: list[str]


@dataclass(frozen=True)
class WhyNot:
    """Where an item was lost.

    Attributes:
        item: its id as text; `name`: what it is called.
        stage: 'seen' (left out because the user knows it), 'recall', 'ranking' (a candidate, but too low), or 'list'
            (it is on it).
        rank: among the candidates; in the recall, among all items by the recall model; None where nothing ranks it.
        score: the logit that this rank goes by.
        cutoff: the score of the last item that went on from this stage.
        logit: of the ranking model, whatever the stage.
        would_rank: its rank by the ranking model, had it been a candidate.
        lift: the smallest change that brings it onto the list; None if it was not asked for, or makes no sense.
        sentences: in plain words.
    """

    item: str
    name: str
    stage: Literal["seen", "recall", "ranking", "list"]
    rank: int | None
    score: float | None
    cutoff: float | None
    logit: float
    would_rank: int
    lift: Counterfactual | None
    sentences: list[str]


def why(
    trace: Trace,
    item: str,
    *,
    counterfactual: bool = True,
    locked: Collection[str] | None = None,
    others: Encoded | None = None,
) -> Why:
    """Why a candidate has its place.

    Args:
        trace: the list.
        item: id of a candidate.
        counterfactual: look for the smallest change that takes it off the list, too, if it is on it.
        locked: fields that such a change leaves alone; None: those that describe the user.
        others: rows of other users for the appeal; None: those of the recommender's sample.

    Raises:
        DataError: the item is no candidate.
    """
    place = trace.place(item)
    if place is None:
        problem = say("The item '{item}' is no candidate for this user.", item=item)
        raise DataError(problem, say("Ask why it is not on the list."))
    recommender, row = trace.recommender, trace.row(item)
    explanation = explain_row(recommender.model, recommender.encoder, row, 0)
    groups, on_list = group_behaviours(trace, place), place < trace.options.top_k
    found = Why(
        item=item,
        name=trace.items.names.item(item),
        rank=place + 1,
        recall_rank=trace.recall_rank(item),
        recall_score=trace.recall_score(item),
        channel=trace.channel(place),
        logit=explanation.logit,
        probability=float(sigmoid(np.array(explanation.logit))),
        explanation=explanation,
        groups=groups,
        reasons=reasons(trace, place, groups),
        mean_logit=float(trace.logits.mean()),
        appeal=_appeal(trace, row, others),
        support=supports(recommender.encoder, row),
        counterfactual=drop(trace, item, locked=locked) if counterfactual and on_list else None,
        sentences=[],
    )
    found.sentences.extend(sentences.of_why(trace, found))
    return found


def above(trace: Trace, a: str, b: str) -> Above:
    """What puts one item above another, part by part: contributions of the one minus those of the other.

    Both are explained in the same moment, so that whatever does not depend on the item falls out.

    Raises:
        DataError: there is no such item, or both are the same.
    """
    if a == b:
        raise DataError(say("An item cannot stand above itself."), say("Choose another item to compare it with."))
    model, encoder = trace.recommender.model, trace.recommender.encoder
    names, histories = trace.items.names, history_fields(encoder)
    one, two = (named(explain_row(model, encoder, trace.row(item), 0), names, histories) for item in (a, b))
    parts = one.parts[["kind", "name"]].copy()
    for side, found in (("a", one), ("b", two)):
        parts[f"value_{side}"], parts[f"contribution_{side}"] = found.parts["value"], found.parts["contribution"]
    parts["difference"] = parts["contribution_a"] - parts["contribution_b"]
    parts["about_item"] = ~np.array(of_user_alone(model, one.parts, trace.items.fields), dtype=bool)
    difference = one.logit - two.logit
    order = parts["difference"].abs().sort_values(ascending=False, kind="stable").index
    found_above = Above(
        a=a,
        b=b,
        difference=difference,
        parts=parts.loc[order].reset_index(drop=True),
        user_only=float(parts.loc[~parts["about_item"], "difference"].sum()),
        residual=difference - float(parts["difference"].sum()),
        exact=model.exact,
        sentences=[],
    )
    found_above.sentences.extend(placing.of_above(trace, found_above))
    return found_above


def why_not(trace: Trace, item: str, *, look_for_lift: bool = True, locked: Collection[str] | None = None) -> WhyNot:
    """Where an item was lost on the way to the list, and the smallest change that would bring it there.

    Raises:
        DataError: there is no such item.
    """
    position, place, logit = trace.items.position(item), trace.place(item), trace.logit(item)
    stage: Literal["seen", "recall", "ranking", "list"] = "recall"
    rank, score, cutoff = trace.recall_rank(item), trace.recall_score(item), trace.recall_cutoff
    if place is not None:
        last = min(trace.options.top_k, len(trace.logits)) - 1
        stage = "list" if place <= last else "ranking"
        rank, score, cutoff = place + 1, logit, float(trace.logits[last])
    elif (trace.left_out == position).any():
        stage = "seen"
    missed = stage in ("recall", "ranking")
    found = WhyNot(
        item=item,
        name=trace.items.names.item(item),
        stage=stage,
        rank=rank,
        score=score,
        cutoff=cutoff,
        logit=logit,
        would_rank=_would_rank(trace, position, logit),
        lift=lift(trace, item, locked=locked) if look_for_lift and missed else None,
        sentences=[],
    )
    found.sentences.extend(placing.of_why_not(trace, found))
    return found


def _would_rank(trace: Trace, position: int, logit: float) -> int:
    """The rank among the candidates, of equal logits the first item of the table first, as the list has it."""
    ahead = (trace.logits > logit) | ((trace.logits == logit) & (trace.positions < position))
    return int(ahead.sum()) + 1


def _appeal(trace: Trace, row: Encoded, others: Encoded | None) -> Appeal | None:
    fields = sorted(trace.items.fields)
    if not fields:
        return None
    sample = trace.recommender.others
    known = sample.take(trace.contrast.others) if others is None else others
    return appeal_and_fit(trace.recommender.model, row, 0, known, fields) if len(known) else None
