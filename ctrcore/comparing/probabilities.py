"""Whether probabilities keep their promise: calibration with intervals, and scores of clicks and others apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore import metrics

Array = npt.NDArray[np.float64]
NORMAL = 1.959963984540054  # 97.5 % of a normal distribution lie below


@dataclass(frozen=True)
class Bins:
    """Rows of about the same probability, lowest first.

    Attributes:
        mean: (bins,) mean probability of a click.
        rate: (bins,) share of the rows that were clicked.
        low: (bins,) lower end of the rate's 95 % interval.
        high: (bins,) upper end.
        rows: (bins,) how many there are.
    """

    mean: Array
    rate: Array
    low: Array
    high: Array
    rows: npt.NDArray[np.int64]


def calibration(label: metrics.Labels, probability: metrics.Array, bins: int = 10) -> Bins:
    """Predicted and observed click rates in bins of about equally many rows, as in `metrics.calibration`.

    The intervals are Wilson's (1927): they stay within 0 and 1 and hold for few rows.

    Args:
        label: (n,) 1 where the row was clicked, else 0.
        probability: (n,) of a click.
        bins: at most so many; rows with the same probability share one.
    """
    mean, rate, rows = metrics.calibration(label, probability, bins)
    low, high = wilson(rate, rows)
    return Bins(np.asarray(mean, np.float64), np.asarray(rate, np.float64), low, high, rows.astype(np.int64))


def wilson(rate: npt.ArrayLike, rows: npt.ArrayLike) -> tuple[Array, Array]:
    """95 % interval of a share that was observed in so many rows, at least one (Wilson 1927)."""
    share, count = np.asarray(rate, np.float64), np.asarray(rows, np.float64)
    weight = NORMAL**2 / count
    middle = (share + weight / 2) / (1 + weight)
    half = np.sqrt(weight * (share * (1 - share) + weight / 4)) / (1 + weight)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def histogram(label: metrics.Labels, probability: metrics.Array, bins: int = 40) -> tuple[Array, Array, Array]:
    """Share of the clicked and of the other rows in each of equally wide bins, and the bins' edges from 0 to 1.

    Returns:
        (bins,), (bins,) and (bins + 1,); zeros for a class without rows.
    """
    edges = np.linspace(0, 1, bins + 1)
    clicked = np.asarray(label) == 1
    shares = []
    for mine in (clicked, ~clicked):
        counts = np.histogram(probability[mine], bins, (0, 1))[0]
        shares.append(counts / max(int(mine.sum()), 1))
    return shares[0], shares[1], edges
