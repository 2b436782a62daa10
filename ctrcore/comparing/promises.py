"""Whether a model promises as many clicks on slices of the rows as there were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore import metrics
from ctrcore.comparing.intervals import NORMAL
from ctrcore.comparing.normal import two_sided
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.within import Array, Classes, Codes, by_class


@dataclass(frozen=True)
class Promised:
    """Predictions of one model on each of m slices, shape (m,).

    Rows are clicked independently of each other. If the model is right, clicks vary by the sum of p (1 - p), whatever
    they turn out to be: their own variance is small just where they happen to be few, and takes chance for a finding.
    Predictions that are right on average but too extreme let clicks vary more. So the variance is multiplied by that
    of the residuals over the expected one where this is above 1 (overdispersion, as of quasi-likelihoods), both with
    the predictions multiplied so that their sum is that of the clicks.

    Attributes:
        rows: of the slice.
        clicks: among them.
        expected: sum of the predictions: the clicks promised.
        squares: sum of the predictions' squares.
        of_clicked: sum of the predictions of clicked rows.
    """

    rows: Array
    clicks: Array
    expected: Array
    squares: Array
    of_clicked: Array

    @classmethod
    def of(cls, sheet: Sheet, name: str, codes: Codes, classes: Classes) -> Promised:
        """Of a model; see `within` for the slices."""
        probability = sheet.kept("probability", name, lambda: metrics.sigmoid(sheet.logit[name]))
        first, second = by_class(probability, codes, sheet.label, len(classes.rows))
        rows, clicks = classes.rows.astype(np.float64), classes.clicks.astype(np.float64)
        return cls(rows, clicks, first.sum(axis=1), second.sum(axis=1), first[:, 1])

    def enough(self, least: tuple[int, int]) -> npt.NDArray[np.bool_]:
        """(m,) slices with so many rows, and so many promised clicks and others.

        What is promised decides, not what happened: slices with few clicks would be left out where they are few by
        chance, and the others seem to promise too little.
        """
        promised = np.minimum(self.expected, self.rows - self.expected)
        return (self.rows >= max(least[0], 1)) & (promised >= least[1])

    def ratio(self) -> tuple[Array, Array, Array, Array]:
        """Predicted over observed clicks (PCOC) with its 95 % interval, and the p-value of their difference.

        The interval holds the ratios r for which the clicks do not differ from the predictions divided by r: a score
        interval, as Wilson's (1927) is for a rate, with half a click of correction for the clicks being whole. It
        holds 1 where the p-value is above 0.05. Without a click the ratio is infinite, and so is its upper end.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            more = self._overdispersion()
            off = np.maximum(np.abs(self.expected - self.clicks) - 0.5, 0)
            p = two_sided(off, np.sqrt(more * (self.expected - self.squares)))
            low = self._ends(self.clicks + 0.5, more)[1]
            high = self._ends(np.maximum(self.clicks - 0.5, 0), more)[0]
            return self.expected / self.clicks, 1 / low, 1 / high, p

    def _variance(self, times: Array) -> Array:
        """Of the clicks if the predictions, multiplied so, are right; above 1 they would not all stay probabilities,
        so only their sum grows."""
        return times * (self.expected - np.minimum(times, 1) * self.squares)

    def _overdispersion(self) -> Array:
        times = self.clicks / self.expected
        residuals = self.clicks - 2 * times * self.of_clicked + times**2 * self.squares
        return np.maximum(np.nan_to_num(residuals / self._variance(times), nan=1.0, posinf=1.0), 1.0)

    def _ends(self, clicks: Array, more: Array) -> tuple[Array, Array]:
        """Between which factors of the predictions so many clicks do not differ from them."""
        scale = NORMAL**2 * more
        # (clicks - t expected)^2 = scale x variance(t), solved for t above 1 and for t below it.
        above = _roots(self.expected**2, 2 * clicks * self.expected + scale * (self.expected - self.squares), clicks**2)
        below = _roots(self.expected**2 + scale * self.squares, (2 * clicks + scale) * self.expected, clicks**2)
        low, high = (np.where(up > 1, up, down) for up, down in zip(above, below, strict=True))
        return low, high


def _roots(square: Array, linear: Array, constant: Array) -> tuple[Array, Array]:
    """Both solutions of square x^2 - linear x + constant = 0, the smaller first."""
    root = np.sqrt(np.maximum(linear**2 - 4 * square * constant, 0))
    return (linear - root) / (2 * square), (linear + root) / (2 * square)
