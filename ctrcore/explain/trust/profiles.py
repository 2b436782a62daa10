"""How alike the scores of two models are on the same rows: what T7, T8 and T9 compare."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from ctrcore.data.encoded import Encoded
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.trust.methods import names_of, raw_scores
from ctrcore.explain.trust.statistics import Array, Mask, jaccard, spearman, top
from ctrcore.models.base import CTRModel

MOST_TOP = 5
LEAST_PARTS = 8  # by chance two orders of 5 parts have a correlation above 0.6 in one case of seven
TOO_FEW_PARTS = "A correlation of {} numbers is as good as chance: no verdict below 8 parts."


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
    def compared_parts(self) -> int:
        """How many numbers the comparison of two models rests on, in rows with at least two parts."""
        parts = self.compared[1].sum(1)
        return int(parts[parts >= 2].sum())

    @property
    def ordered(self) -> Mask:
        """(n,) True for a row whose parts are not all alike."""
        if not self.size.shape[1]:
            return np.zeros(len(self.size), bool)
        found: Mask = np.where(self.mask, self.size, -np.inf).max(1) > np.where(self.mask, self.size, np.inf).min(1)
        return found

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

    A row whose parts are all alike on the other side only has lost its order and counts 0; None if no row has an order,
    or no parts.
    """
    spread = one.ordered
    found = spearman(one.size, other.size, one.mask)
    return float(np.nan_to_num(found[spread]).mean()) if spread.any() else None


def likeness(one: Profile, other: Profile) -> tuple[float | None, float | None]:
    """(Spearman's correlation, Jaccard overlap of the top parts) of what is compared; None where undefined."""
    (a, mask), (b, _) = one.compared, other.compared
    correlation = spearman(a, b, mask)
    count = top_count(one)
    overlap = jaccard(top(a, mask, count), top(b, mask, count))[mask.sum(1) > count]
    return _mean(correlation), _mean(overlap)


def chance_overlap(profile: Profile) -> float | None:
    """The Jaccard overlap of the top parts that two random orders have on average; None where `likeness` has none.

    Of L parts two sets of k drawn at random have h in common with a hypergeometric chance, and then overlap by
    h / (2 k - h).
    """
    count, lengths = top_count(profile), profile.compared[1].sum(1)
    lengths = lengths[lengths > count]
    if not len(lengths):
        return None
    return float(np.mean([_chance(int(length), count) for length in lengths]))


def _chance(length: int, count: int) -> float:
    ways = [comb(count, common) * comb(length - count, count - common) for common in range(count + 1)]
    return sum(way * common / (2 * count - common) for common, way in enumerate(ways)) / comb(length, count)


def top_count(profile: Profile) -> int:
    """How many of the parts are called the top: a third, 5 at most; of behaviours 3."""
    return min(MOST_TOP, max(1, profile.size.shape[1] // 3)) if profile.named else 3


def _mean(values: Array) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
