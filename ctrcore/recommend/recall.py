"""The first stage: the items that a factorization machine scores highest, out of all of them.

With V_i the sum of the vectors of an item's fields and U that of everything else in the row, an FM is

    f(u, i) = const_u + b_i + <U, V_i>

    const_u = w0 + first-order weights and pairs of the user's side
    b_i     = first-order weights and pairs of the item's fields

because a pair with a field on either side is part of the inner product and every other pair lies within one side. So
b and V are computed once, and all items are scored by one product of a matrix and a vector: exactly, not nearly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.errors import ModelError
from ctrcore.language import say
from ctrcore.models.base import CTRModel
from ctrcore.models.fm import FM, pair_interaction
from ctrcore.models.lr import LR
from ctrcore.recommend.items import ItemTable, Positions
from ctrcore.training.loader import RowTensors

BATCH = 8192
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Side:
    """One side of n rows: `const` (n,) and the summed vectors `vector` (n, k)."""

    const: Scores
    vector: Scores


class FMRecall:
    """Scores of all items for a user, by inner product.

    Args:
        model: an FM without hidden layers, or LR (whose vectors are zero), in eval mode.
        items: as this model's encoder sees them.

    Raises:
        ModelError: the model is another one, or has hidden layers: its score is no inner product.
    """

    def __init__(self, model: CTRModel, items: ItemTable) -> None:
        if not isinstance(model, FM | LR) or (isinstance(model, FM) and model.mlp is not None):
            raise ModelError(
                say(
                    "Recall needs a factorization machine without hidden layers, for only its score is an inner "
                    "product."
                ),
                say("Train an FM with its default settings on this dataset, and choose it for the recall."),
            )
        self.model, self.items = model, items
        places = [place for place, field in enumerate(model.fields) if field.name in items.fields]
        self._item_places = torch.tensor(places, dtype=torch.long)
        rest = [place for place in range(len(model.fields)) if place not in places]
        self._user_places = torch.tensor(rest, dtype=torch.long)
        self._items = self._side(items.encoded, self._item_places)

    def _side(self, rows: Encoded, places: torch.Tensor) -> Side:
        consts, vectors = [], []
        with torch.inference_mode():
            for batch in RowTensors(rows, self.model.bias.device).in_order(BATCH):
                looked = self.model.embedding(batch)
                v, const = looked.v[:, places], looked.w[:, places].sum(1)
                if isinstance(self.model, FM):
                    const = const + pair_interaction(v.sum(1), v.square().sum(1)).sum(1)
                vectors.append((v if isinstance(self.model, FM) else torch.zeros_like(v)).sum(1).cpu().numpy())
                consts.append(const.cpu().numpy())
        return Side(np.concatenate(consts), np.concatenate(vectors))

    def scores(self, users: Encoded) -> Scores:
        """Logits (m, n) of every item for m rows, whatever item these rows show."""
        side = self._side(users, self._user_places)
        found = side.vector @ self._items.vector.T
        found += self._items.const
        found += (side.const + self.model.bias.item())[:, None]
        return found

    def top(self, one: Encoded, n: int, leave_out: Positions | None = None) -> tuple[Positions, Scores]:
        """The n items with the highest logit for one row, best first, and their logits.

        Args:
            one: a single row of this model's encoder.
            n: items wanted; fewer if there are not so many.
            leave_out: positions of items that are not wanted.
        """
        scores = self.scores(one)[0]
        found = best(scores, n, leave_out)
        return found, scores[found]


def best(scores: npt.NDArray[np.floating], n: int, leave_out: Positions | None = None) -> Positions:
    """Positions of the n largest scores, largest first; equal ones by position."""
    if leave_out is not None and len(leave_out):
        scores = scores.copy()
        scores[leave_out] = -np.inf
    n = min(n, int(np.isfinite(scores).sum()))
    if n <= 0:
        return np.zeros(0, dtype=np.int64)
    cutoff = np.partition(scores, len(scores) - n)[len(scores) - n]
    above = np.flatnonzero(scores >= cutoff)  # increasing, so that a stable sort leaves equal ones in their order
    return above[np.argsort(-scores[above], kind="stable")][:n].astype(np.int64)


def rank_of(scores: npt.NDArray[np.floating], position: int, leave_out: Positions) -> int:
    """The rank from 1 that `best` gives the item at this position, were it not left out."""
    better = scores > scores[position]
    better[:position] |= scores[:position] == scores[position]
    better[leave_out] = False
    return int(better.sum()) + 1


def popular(items: ItemTable, n: int, leave_out: Positions | None = None) -> Positions:
    """The n items with the most clicks among the training rows, of those that have any; equal ones by how often they
    were seen."""
    clicks = items.clicks.astype(np.float64)
    clicks[clicks == 0] = -np.inf
    return best(clicks, n, leave_out)
