"""The two stages of a recommendation, opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.models.base import CTRModel
from ctrcore.recommend.items import ItemTable, Positions
from ctrcore.recommend.moments import Moment, history_fields
from ctrcore.recommend.recall import FMRecall

if TYPE_CHECKING:
    from ctrcore.recommend.terms import Means


@dataclass(frozen=True)
class Recommender:
    """Two stages, opened: what every list is made with.

    Attributes:
        model: the ranking model, in eval mode.
        items: as its encoder sees them.
        recall: the first stage, over the same items in the same order; None: every item is ranked.
        others: last rows of a sample of users, by the ranking model's encoder: whom an item appeals to.
        appeals: what is known of items' appeal already, by position.
    """

    model: CTRModel
    items: ItemTable
    recall: FMRecall | None
    others: Encoded = field(repr=False)
    appeals: dict[int, Means] = field(default_factory=dict, repr=False, compare=False)

    @property
    def encoder(self) -> Encoder:
        """Of the ranking model."""
        return self.items.encoder

    def seen(self, moment: Moment) -> Positions:
        """Positions of the items in the moment's history, by whichever of the two models reads one of items."""
        for one, items in ((moment.ranker, self.items), (moment.recall, self.recall and self.recall.items)):
            if one is None or not items:
                continue
            encoder = items.encoder
            for name in history_fields(encoder):
                of = encoder.field(name).of
                if of is not None and of == encoder.schema.item:
                    words = np.array([encoder.label_of(name, id_) for id_ in np.unique(one.bags[name].ids).tolist()])
                    return np.unique(items.positions(words.tolist()))
        return np.zeros(0, dtype=np.int64)

    @property
    def reads_histories(self) -> bool:
        """True if one of the two models reads what the user did before."""
        encoders = [self.encoder] + ([self.recall.items.encoder] if self.recall is not None else [])
        return any(history_fields(encoder) for encoder in encoders)
