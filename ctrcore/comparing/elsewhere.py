"""By how much one model leads another on all rows but those of a slice, for every slice at once."""

from __future__ import annotations

import numpy as np

from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.slicing import losses
from ctrcore.comparing.within import Array, Classes, Codes, Spread, by_class, mean_and_variance


class Elsewhere:
    """What is needed of the order of two models to compare them on all rows but a slice, for any slices.

    The pairs won outside are all pairs won without those that have a row of the slice in them, as in `Rest`.

    Args:
        sheet: the rows and scores.
        a: a model.
        b: another one.

    Attributes:
        spread: of the differences of the placements of all rows.
    """

    def __init__(self, sheet: Sheet, a: str, b: str) -> None:
        self._sheet = sheet
        first, second = sheet.ranked(a), sheet.ranked(b)
        self._lead, self._clicks, self._others = first.auc - second.auc, first.positives, first.negatives
        self._won = (first.half_wins() - second.half_wins()) / 2
        self._apart = first.placements() - second.placements()
        self._losses = losses(sheet, a) - losses(sheet, b)
        self.spread = Spread.of(self._apart, sheet.label)

    def auc(self, codes: Codes, classes: Classes, lead: Array) -> tuple[Array, Array]:
        """AUC of `a` less that of `b` on all rows outside each slice, and its variance.

        The value is that of the pairs of rows outside. The variance takes how far the models are apart on each row
        outside from its places among all rows, which saves a sort of the rest for every slice.

        Args:
            codes: (n,) the slice of each row; -1: in none.
            classes: the rows of each of the m slices.
            lead: (m,) the difference within the slices.

        Returns:
            Difference and variance, (m,) each; NaN where the rest has fewer than two clicked rows, or fewer than two
            others.
        """
        rest = self._rest(classes)
        with_slice = np.bincount(codes + 1, weights=self._won, minlength=len(classes.rows) + 1)[1:]
        pairs = classes.clicks * classes.others
        inside = np.where(pairs > 0, lead * pairs, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = (self._lead * self._clicks * self._others - with_slice + inside) / (rest.clicks * rest.others)
        first, second = self._outside(self._apart, codes, classes)
        variance = mean_and_variance(first[:, 1], second[:, 1], rest.clicks)[1]
        variance = self.spread.at_least(variance + mean_and_variance(first[:, 0], second[:, 0], rest.others)[1], rest)
        told = (rest.clicks > 1) & (rest.others > 1)
        return np.where(told, value, np.nan), np.where(told, variance, np.nan)

    def loss(self, codes: Codes, classes: Classes) -> tuple[Array, Array]:
        """Mean log-loss of `a` less that of `b` on all rows outside each slice, and its variance; as `auc`."""
        first, second = self._outside(self._losses, codes, classes)
        return mean_and_variance(first.sum(axis=1), second.sum(axis=1), self._rest(classes).rows)

    def _rest(self, classes: Classes) -> Classes:
        return Classes(self._clicks + self._others - classes.rows, self._clicks - classes.clicks)

    def _outside(self, values: Array, codes: Codes, classes: Classes) -> tuple[Array, Array]:
        """Sums over the rows outside each slice, as `by_class` gives them of those inside."""
        first, second = by_class(values, codes, self._sheet.label, len(classes.rows))
        all_of = by_class(values, np.zeros_like(codes), self._sheet.label, 1)
        return all_of[0] - first, all_of[1] - second
