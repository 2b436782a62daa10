"""Calibration bins with their intervals, and histograms of scores."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from ctrcore import metrics
from ctrcore.comparing.probabilities import calibration, histogram
from tests.comparing.samples import rows


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("n", [1, 2, 3, 500])
def test_bins_are_those_of_ece_with_wilsons_intervals(tied: bool, n: int) -> None:
    label, logit = rows(n, tied, 2)
    probability = metrics.sigmoid(logit)
    bins = calibration(label, probability, 8)
    mean, rate, count = metrics.calibration(label, probability, 8)
    np.testing.assert_array_equal(bins.mean, mean)
    np.testing.assert_array_equal(bins.rate, rate)
    np.testing.assert_array_equal(bins.rows, count)
    assert bins.rows.dtype == np.int64
    for at, size in enumerate(bins.rows):
        clicks = round(bins.rate[at] * size)
        expected = binomtest(clicks, int(size)).proportion_ci(method="wilson")
        assert (bins.low[at], bins.high[at]) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_calibration_of_no_rows_has_no_bins() -> None:
    bins = calibration(np.empty(0), np.empty(0))
    assert [len(part) for part in (bins.mean, bins.rate, bins.low, bins.high, bins.rows)] == [0] * 5


@pytest.mark.parametrize("n", [1, 2, 400])
def test_histogram_counts_each_class_by_itself(n: int) -> None:
    label, logit = rows(n, True, 4)
    probability = metrics.sigmoid(logit)
    probability[:1] = 1.0  # belongs to the last bin
    clicks, others, edges = histogram(label, probability, 20)
    assert edges.tolist() == np.linspace(0, 1, 21).tolist()
    for found, mine in ((clicks, probability[label == 1]), (others, probability[label == 0])):
        expected = np.zeros(20)
        for one in mine:
            expected[min(int(np.searchsorted(edges, one, "right")) - 1, 19)] += 1
        np.testing.assert_allclose(found, expected / max(len(mine), 1))
        assert found.sum() == pytest.approx(1 if len(mine) else 0)


def test_histogram_up_to_a_top_counts_the_rows_above_it_in_the_shares() -> None:
    label, probability = np.array([1, 1, 0, 0]), np.array([0.01, 0.5, 0.02, 0.051])
    clicks, others, edges = histogram(label, probability, 5, top=0.05)
    np.testing.assert_allclose(edges, [0, 0.01, 0.02, 0.03, 0.04, 0.05])
    assert clicks.sum() == 0.5
    assert others.sum() == 0.5
