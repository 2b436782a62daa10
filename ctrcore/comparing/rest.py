"""How well a model ranks all rows but those of a slice, for every slice at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.within import Array, Classes, Codes, Spread

FINEST = 2048  # groups of neighbouring scores from which variances are taken


class Rest:
    """What is needed of a model's order to judge all rows but a slice, for any slices.

    The pairs won outside are all pairs won without those that have a row of the slice in them, which needs no second
    look at the rows. DeLong's variance comes from up to 2,048 groups of neighbouring scores: exact where there are no
    more different scores, else off by less than a thousandth.

    Args:
        sheet: the rows and scores.
        name: the model.

    Attributes:
        spread: of the placements of all rows.
    """

    def __init__(self, sheet: Sheet, name: str) -> None:
        self._ranked = ranked = sheet.ranked(name)
        self._won = ranked.half_wins() / 2
        self.spread = Spread.of(ranked.placements(), sheet.label)
        blocks = len(ranked.ends)
        self._groups = min(blocks, FINEST)
        of_block = np.arange(blocks) if blocks <= FINEST else (ranked.ends - 1) * self._groups // len(ranked)
        group = np.empty(len(ranked), dtype=np.int32)
        group[ranked.order] = np.repeat(of_block, np.diff(ranked.ends, prepend=0))
        self._key: npt.NDArray[np.int32] = 2 * group + sheet.label

    def auc(self, codes: Codes, classes: Classes, auc: Array) -> tuple[Array, Array]:
        """AUC of all rows outside each slice, and its variance.

        Args:
            codes: (n,) the slice of each row; -1: in none.
            classes: the rows of each of the m slices.
            auc: (m,) AUC within the slices.

        Returns:
            AUC and variance, (m,) each; NaN where the rest has fewer than two clicked rows, or fewer than two others.
        """
        ranked, groups, slices = self._ranked, self._groups, len(classes.rows)
        clicks, others = ranked.positives - classes.clicks, ranked.negatives - classes.others
        with_slice = np.bincount(codes + 1, weights=self._won, minlength=slices + 1)[1:]
        pairs = classes.clicks * classes.others
        inside = np.where(pairs > 0, auc * pairs, 0.0)
        key = (codes + 1) * np.int64(2 * groups) + self._key
        counts = np.bincount(key, minlength=2 * groups * (slices + 1)).reshape(-1, groups, 2)
        outside = (counts.sum(axis=0) - counts[1:]).astype(np.float64)
        misses, hits = outside[:, :, 0], outside[:, :, 1]
        below = others[:, None] - np.cumsum(misses, axis=1) + misses / 2
        above = np.cumsum(hits, axis=1) - hits / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            value = (ranked.auc * ranked.positives * ranked.negatives - with_slice + inside) / (clicks * others)
            variance = _variance(below / others[:, None], hits) + _variance(above / clicks[:, None], misses)
        told = (clicks > 1) & (others > 1)
        return np.where(told, value, np.nan), np.where(told, variance, np.nan)


def _variance(values: Array, counts: Array) -> Array:
    """Variance of the mean of values that occur so often, row by row."""
    total = counts.sum(axis=1)
    mean = (values * counts).sum(axis=1) / total
    spread = (counts * (values - mean[:, None]) ** 2).sum(axis=1)
    variance: Array = spread / (total - 1) / total
    return variance
