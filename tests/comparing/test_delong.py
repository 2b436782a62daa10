"""DeLong's variance against the textbook's double loop, and its p-values where nothing differs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from ctrcore.comparing.delong import DeLong
from ctrcore.comparing.ranked import Ranked
from ctrcore.comparing.testing import compare_all
from tests.comparing.samples import Rows, a_sheet, scored_rows


def textbook(label: np.ndarray, scores: list[np.ndarray]) -> np.ndarray:
    """Covariance of the AUCs as DeLong, DeLong and Clarke-Pearson (1988) write it: all pairs, then S10/m + S01/n."""
    clicked, others = np.flatnonzero(label == 1), np.flatnonzero(label == 0)
    m, n = len(clicked), len(others)
    v10, v01 = np.zeros((len(scores), m)), np.zeros((len(scores), n))
    for model, score in enumerate(scores):
        for i in range(m):
            for j in range(n):
                x, y = score[clicked[i]], score[others[j]]
                psi = 1.0 if y < x else 0.5 if y == x else 0.0
                v10[model, i] += psi / n
                v01[model, j] += psi / m
    s10, s01 = np.zeros((len(scores),) * 2), np.zeros((len(scores),) * 2)
    for r in range(len(scores)):
        for s in range(len(scores)):
            s10[r, s] = sum((v10[r] - v10[r].mean()) * (v10[s] - v10[s].mean())) / (m - 1)
            s01[r, s] = sum((v01[r] - v01[r].mean()) * (v01[s] - v01[s].mean())) / (n - 1)
    return s10 / m + s01 / n


def check(label: np.ndarray, scores: list[np.ndarray]) -> None:
    found = DeLong([Ranked(label, score) for score in scores])
    covariance = found.covariance()
    if min(label.sum(), (1 - label).sum()) < 2:
        assert np.isnan(covariance).all()
        assert np.isnan(found.variance_of_difference(0, 1))
        return
    expected = textbook(label, scores)
    np.testing.assert_allclose(covariance, expected, atol=1e-12, rtol=1e-10)
    for a in range(len(scores)):
        for b in range(len(scores)):
            variance = expected[a, a] + expected[b, b] - 2 * expected[a, b]
            assert found.variance_of_difference(a, b) == pytest.approx(variance, abs=1e-12)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("n", [4, 9, 70])
@pytest.mark.parametrize("seed", range(3))
def test_equals_the_textbook(tied: bool, n: int, seed: int) -> None:
    sheet = a_sheet(n, 4, seed, tied=tied)
    sheet.label[:4] = 0, 1, 0, 1
    check(sheet.label.astype(int), list(sheet.logit.values()))


@settings(deadline=None, max_examples=60)
@given(scored_rows(12))
def test_equals_the_textbook_on_whatever_rows(found: Rows) -> None:
    label, score = found
    check(label, [score, np.round(score), score[::-1]])


def test_where_nothing_varies_the_variance_is_exactly_zero() -> None:
    label = np.array([1] * 3 + [0] * 7)
    perfect, flat = label.astype(float), np.zeros(10)
    found = DeLong([Ranked(label, score) for score in (perfect, flat, perfect + 5)])
    assert np.diag(found.covariance()).tolist() == [0, 0, 0]
    assert found.variance_of_difference(0, 2) == found.variance_of_difference(0, 1) == 0


def test_one_pair_turned_round_among_many_rows_keeps_its_variance() -> None:
    rng = np.random.default_rng(0)
    label = (rng.random(200_000) < 0.5).astype(int)
    score = np.sort(rng.random(200_000))
    at = int(np.flatnonzero(np.diff(label) == 1)[1000])
    turned = score.copy()
    turned[[at, at + 1]] = score[[at + 1, at]]
    first, second = Ranked(label, score), Ranked(label, turned)
    found = DeLong([first, second])
    # One clicked and one other row differ by 1/n and 1/m; all others by nothing.
    m, n = int(label.sum()), int((1 - label).sum())
    expected = (1 / n) ** 2 * (1 - 1 / m) / (m - 1) / m + (1 / m) ** 2 * (1 - 1 / n) / (n - 1) / n
    assert found.variance_of_difference(0, 1) == pytest.approx(expected, rel=1e-9)
    assert first.auc - second.auc == pytest.approx(1 / (m * n), rel=1e-3)


def test_p_values_are_uniform_where_models_rank_equally_well() -> None:
    # 600 data sets, two scores with the same noise each: a fixed seed, so the outcome never changes. The bound is the
    # Kolmogorov-Smirnov one at 1 in 1,000; benchmarks/coverage.py does it with many more.
    p = []
    for seed in range(600):
        sheet = a_sheet(150, 1, 2 * seed)
        noise = np.random.default_rng(seed).normal(size=(2, 150)).astype(np.float32)
        truth = sheet.logit["m0"]
        sheet.logit.clear()
        sheet.logit.update(a=truth + noise[0], b=truth + noise[1])
        p.append(compare_all(sheet).tests[0].p)
    steps = np.arange(1, 601) / 600
    assert np.abs(np.sort(p) - steps + 1 / 1200).max() < 1.95 / np.sqrt(600)
    assert 0.03 < np.mean(np.array(p) < 0.05) < 0.07
