"""What each past behaviour adds to an item's logit, for models where that can be told."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from ctrcore.explain.explanation import Explanation
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel
from ctrcore.models.fm import FM
from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.moments import history_fields, steps_of
from ctrcore.training.loader import to_batch

Worth = npt.NDArray[np.float64]


def behaviour_worth(trace: Trace, item: str, explanation: Explanation) -> Worth | None:
    """(T,) contribution of each behaviour to the match of user and item, the most recent first.

    DIN says so itself. FM and AFM take the mean of the behaviours' vectors, and pairs of that mean with the item's
    fields are linear in it, so each behaviour has its share: together they are those pairs.

    Returns:
        None for the other models, and for a moment without behaviours.
    """
    model, encoder = trace.recommender.model, trace.recommender.encoder
    if not steps_of(encoder, trace.moment.ranker):
        return None
    parts = explanation.parts[explanation.parts["kind"] == "behaviour"]
    if len(parts):
        return parts["contribution"].to_numpy(dtype=np.float64)[::-1]
    if isinstance(model, AFM) or (isinstance(model, FM) and model.mlp is None):
        return _shares(model, trace, item)
    return None


@torch.no_grad()
def _shares(model: CTRModel, trace: Trace, item: str) -> Worth:
    batch = to_batch(trace.row(item), device=model.bias.device)
    looked = model.embedding(batch)
    names = [field.name for field in model.fields]
    of_pair = model.pair_terms(batch).attention[0] if isinstance(model, AFM) else torch.ones(model.pairs.shape[1])
    along = model.p if isinstance(model, AFM) else torch.ones(model.embedding.size)
    weight = {(i, j): float(a) for (i, j), a in zip(model.pairs.T.tolist(), of_pair, strict=True)}
    total = torch.zeros(steps_of(trace.recommender.encoder, trace.moment.ranker))
    for history in history_fields(trace.recommender.encoder):
        place, members = names.index(history), looked.members[history][0]
        for other, name in enumerate(names):
            if name in trace.items.fields:
                share = weight[min(place, other), max(place, other)]
                total += share * ((members * looked.v[0, other]) @ along).cpu() / len(members)
    return total.double().numpy()[::-1].copy()
