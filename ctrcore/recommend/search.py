"""Many variants of one moment through both stages at once: where would an item stand?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import torch

from ctrcore.models.din import DIN
from ctrcore.recommend.changes import BehaviourChanges, Changes, Set
from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.items import Positions, candidates, shown
from ctrcore.recommend.moments import Moment, history_fields, steps_of
from ctrcore.recommend.recall import Scores, best, popular
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict

TOGETHER = 32  # variants whose scores of all items are held at once
AT_ONCE = 8  # variants whose first layers are computed together
NOT_RECALLED = -1e6  # what an item's margin begins at that no channel recalls; its recall score is added


def margins(
    trace: Trace, changes: Changes, sets: Sequence[Set], *, target: int, top_k: int, among: Positions | None = None
) -> npt.NDArray[np.float64]:
    """Where the item at `target` would stand after each set of changes.

    Args:
        trace: of the moment as it is. What the user has seen stays left out in all variants.
        changes: what can be changed.
        sets: of changes that are made together.
        target: position of the item.
        top_k: length of the list.
        among: rank these candidates only, a quick look; None: recall and rank anew.

    Returns:
        (sets,) its logit minus that of the last item it has to beat: above 0 it is among the first `top_k`. Far below
        if it is not even recalled, the further the more its recall score lacks.
    """
    found = np.empty(len(sets))
    for start in range(0, len(sets), TOGETHER):
        part = sets[start : start + TOGETHER]
        moments = changes.moments(part)
        chosen, distance = _recalled(trace, moments, target, among)
        union = np.unique(np.concatenate([*chosen, np.array([target])]))
        logits = _scores(trace, changes, part, moments, union)
        for row, own in enumerate(chosen):
            rivals = logits[row, np.isin(union, own[own != target])]
            score = float(logits[row, np.searchsorted(union, target)])
            last = float(np.partition(rivals, -top_k)[-top_k]) if len(rivals) >= top_k else -np.inf
            found[start + row] = score - last if (own == target).any() else NOT_RECALLED + distance[row]
    return found


def _recalled(
    trace: Trace, moments: Moment, target: int, among: Positions | None
) -> tuple[list[Positions], npt.NDArray[np.float64]]:
    """What each variant's recall chooses, and how far the target's recall score is from its cutoff."""
    recall, options = trace.recommender.recall, trace.options
    distance = np.zeros(len(moments))
    if among is not None or recall is None or moments.recall is None:
        return [trace.positions if among is None else among] * len(moments), distance
    if not _recall_changes(trace, moments):
        everywhere = np.sort(trace.positions)
        if trace.recall_scores is not None and trace.recall_cutoff is not None:
            distance += float(trace.recall_scores[target]) - trace.recall_cutoff
        return [everywhere] * len(moments), distance
    always = popular(recall.items, options.popular_size, trace.left_out)
    chosen = []
    for row, scores in enumerate(recall.scores(moments.recall)):
        own = best(scores, options.recall_size, trace.left_out)
        if len(own):
            distance[row] = float(scores[target] - scores[own[-1]])
        chosen.append(np.union1d(own, always))
    return chosen, distance


def _recall_changes(trace: Trace, moments: Moment) -> bool:
    """False if the recall model reads the same in all variants as in the moment as it is."""
    assert moments.recall is not None
    assert trace.moment.recall is not None
    own = trace.moment.recall
    if (moments.recall.ids != own.ids).any() or (moments.recall.numbers != own.numbers).any():
        return True
    return any((bag.lengths != own.bags[name].lengths[0]).any() for name, bag in moments.recall.bags.items())


def _scores(trace: Trace, changes: Changes, sets: Sequence[Set], moments: Moment, which: Positions) -> Scores:
    """(m, c) logits of these items in every variant."""
    model, items = trace.recommender.model, trace.items
    if isinstance(model, DIN) and isinstance(changes, BehaviourChanges):
        return _din_scores(model, trace, changes.gone(sets), which)
    if isinstance(changes, BehaviourChanges) and not history_fields(trace.recommender.encoder):
        same = predict(model, candidates(trace.moment.ranker, items, which))
        return np.tile(same, (len(sets), 1))
    who = np.repeat(np.arange(len(moments)), len(which))
    rows = shown(moments.ranker, who, items, np.tile(which, len(moments)))
    return predict(model, rows).reshape(len(moments), len(which))


def _din_scores(model: DIN, trace: Trace, gone: npt.NDArray[np.bool_], which: Positions) -> Scores:
    """The same for DIN without some behaviours: each behaviour is attended to by itself, so once is enough.

    Without a softmax the others keep their weights, with one they share out what is free.
    """
    batch = to_batch(candidates(trace.moment.ranker, trace.items, which), device=model.bias.device)
    attention = cast(torch.Tensor, model.explain(batch).behaviour_weights)
    steps = steps_of(trace.recommender.encoder, trace.moment.ranker)
    keep = np.ones((len(gone), steps), dtype=np.float32)
    reached = min(steps, gone.shape[1])
    keep[:, steps - reached :] -= gone[:, :reached][:, ::-1]
    with torch.inference_mode():
        weights = attention * torch.from_numpy(keep).to(attention)[:, None]  # (m, c, L)
        if model.config.softmax:
            weights = weights / weights.sum(2, keepdim=True).clamp(min=torch.finfo(weights.dtype).tiny)
        logits = [model.forward_with_attention(batch, part) for part in torch.split(weights, AT_ONCE)]
    scores: Scores = torch.cat(logits).float().cpu().numpy()
    return scores
