"""Whether probabilities keep their promise: calibration with intervals, and scores of clicks and others apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore import metrics

Array = npt.NDArray[np.float64]


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
    from ctrcore.data.measuring import wilson  # not above: it brings pandas, and runs know repairs without it

    mean, rate, rows = metrics.calibration(label, probability, bins)
    clicks = np.rint(rate * rows)
    ends = np.array([wilson(int(found), int(count)) for found, count in zip(clicks, rows, strict=True)]).reshape(-1, 2)
    return Bins(
        np.asarray(mean, np.float64), np.asarray(rate, np.float64), ends[:, 0], ends[:, 1], rows.astype(np.int64)
    )


def histogram(
    label: metrics.Labels, probability: metrics.Array, bins: int = 40, top: float = 1.0
) -> tuple[Array, Array, Array]:
    """Share of the clicked and of the other rows in each of equally wide bins, and the bins' edges from 0 to `top`.

    Args:
        label: (n,) 1 where the row was clicked, else 0.
        probability: (n,) of a click.
        bins: how many.
        top: where the last one ends: with rare clicks all scores lie near 0, and bins up to 1 would show one heap.
            Rows above it are in none, but count among the rows that the shares are of.

    Returns:
        (bins,), (bins,) and (bins + 1,); zeros for a class without rows.
    """
    edges = np.linspace(0, top, bins + 1)
    clicked = np.asarray(label) == 1
    shares = []
    for mine in (clicked, ~clicked):
        counts = np.histogram(probability[mine], bins, (0, top))[0]
        shares.append(counts / max(int(mine.sum()), 1))
    return shares[0], shares[1], edges
