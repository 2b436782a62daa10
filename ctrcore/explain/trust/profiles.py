"""How alike the scores of two models are on the same rows: what T7, T8 and T9 compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctrcore.data.encoded import Encoded
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.trust.methods import names_of, raw_scores
from ctrcore.explain.trust.statistics import Array, Mask, jaccard, spearman, top
from ctrcore.models.base import CTRModel

MOST_TOP = 5


@dataclass(frozen=True)
class Profile:
    """The sizes of a method's scores.

    Attributes:
        size: (n, L) |score| of each row's parts.
        mask: (n, L) True for a part that is there.
        named: the parts are the same in every row, so they have global scores: their means.
    """

    size: Array
    mask: Mask
    named: bool

    @property
    def compared(self) -> tuple[Array, Mask]:
        """What two models are compared by: the global scores (1, L), or where there are none those of each row."""
        return (self.size.mean(0, keepdims=True), self.mask[:1]) if self.named else (self.size, self.mask)

    @property
    def concentration(self) -> float | None:
        """How unequal the compared scores are: 1 less their entropy over that of equal ones, mean over the rows."""
        size, mask = self.compared
        several = (mask.sum(1) >= 2) & (size.sum(1) > 0)
        if not several.any():
            return None
        share = size[several] / size[several].sum(1, keepdims=True)
        logs = np.log(share, out=np.zeros_like(share), where=share > 0)
        return float((1 + (share * logs).sum(1) / np.log(mask[several].sum(1))).mean())


def profile_of(model: CTRModel, method: str, rows: Encoded) -> Profile:
    """The profile of a method on these rows."""
    score, mask = raw_scores(model, method, own_terms(model, rows))
    return Profile(np.abs(score) * mask, mask, names_of(model) is not None)


def row_likeness(one: Profile, other: Profile) -> float | None:
    """Mean over the rows of Spearman's correlation of the sizes.

    A row whose parts are all alike on the other side only has lost its order and counts 0; None if no row has an order.
    """
    found = spearman(one.size, other.size, one.mask)
    spread = np.where(one.mask, one.size, -np.inf).max(1) > np.where(one.mask, one.size, np.inf).min(1)
    return float(np.nan_to_num(found[spread]).mean()) if spread.any() else None


def likeness(one: Profile, other: Profile) -> tuple[float | None, float | None]:
    """(Spearman's correlation, Jaccard overlap of the top parts) of what is compared; None where undefined."""
    (a, mask), (b, _) = one.compared, other.compared
    correlation = spearman(a, b, mask)
    count = top_count(one)
    overlap = jaccard(top(a, mask, count), top(b, mask, count))[mask.sum(1) > count]
    return _mean(correlation), _mean(overlap)


def top_count(profile: Profile) -> int:
    """How many of the parts are called the top: a third, 5 at most; of behaviours 3."""
    return min(MOST_TOP, max(1, profile.size.shape[1] // 3)) if profile.named else 3


def _mean(values: Array) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
