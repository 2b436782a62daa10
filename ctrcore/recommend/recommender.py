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
        """Positions of the items in the moment's history, be they known to a model or not."""
        return np.unique(self.items.positions(sorted(moment.history or ())))

    @property
    def reads_histories(self) -> bool:
        """True if one of the two models reads what the user did before."""
        encoders = [self.encoder] + ([self.recall.items.encoder] if self.recall is not None else [])
        return any(history_fields(encoder) for encoder in encoders)
