"""DeLong's variance against the textbooks' double loops, and its p-values where nothing differs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from ctrcore.comparing.bootstrap import resampled_areas, users_with_rows
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


def textbook_by_users(label: np.ndarray, user: np.ndarray, scores: list[np.ndarray]) -> np.ndarray:
    """Covariance of the AUCs as Obuchowski (1997) writes it: sums of V10 and V01 of each user, S10, S01 and S11."""
    clicked, others = np.flatnonzero(label == 1), np.flatnonzero(label == 0)
    m, n, users = len(clicked), len(others), np.unique(user)
    both, area = [], []
    for score in scores:
        psi = np.array(
            [[float(score[j] < score[i]) + 0.5 * float(score[j] == score[i]) for j in others] for i in clicked]
        )
        area.append(psi.mean())
        v10, v01 = psi.mean(axis=1), psi.mean(axis=0)
        both.append([(v10[user[clicked] == one].sum(), v01[user[others] == one].sum()) for one in users])
    rows = [((user[clicked] == one).sum(), (user[others] == one).sum()) for one in users]
    units, clicking, other = len(users), sum(mi > 0 for mi, _ in rows), sum(ni > 0 for _, ni in rows)
    result = np.zeros((len(scores),) * 2)
    for r in range(len(scores)):
        for s in range(len(scores)):
            s10 = s01 = s11 = 0.0
            for at, (mi, ni) in enumerate(rows):
                x, y = both[r][at][0] - mi * area[r], both[s][at][0] - mi * area[s]
                z, w = both[r][at][1] - ni * area[r], both[s][at][1] - ni * area[s]
                s10 += x * y * clicking / ((clicking - 1) * m)
                s01 += z * w * other / ((other - 1) * n)
                s11 += (x * w + z * y) * units / (units - 1)
            result[r, s] = s10 / m + s01 / n + s11 / (m * n)
    return result


def check(label: np.ndarray, scores: list[np.ndarray]) -> None:
    found = DeLong([Ranked(label, score) for score in scores])
    if min(label.sum(), (1 - label).sum()) < 2:
        assert np.isnan(found.variances()).all()
        assert np.isnan(found.variance_of_difference(0, 1))
        return
    check_variances(found, textbook(label, scores))


def check_variances(found: DeLong, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found.variances(), np.diag(expected), atol=1e-12, rtol=1e-10)
    for a in range(len(expected)):
        for b in range(len(expected)):
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


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_by_users_equals_the_textbook(tied: bool, seed: int) -> None:
    sheet = a_sheet(60, 3, seed, tied=tied, users=12)
    sheet.group[:5] = -1  # rows without a user, each a unit of its own
    own = np.where(sheet.group < 0, 1000 + np.arange(60), sheet.group)
    scores = list(sheet.logit.values())
    found = DeLong([Ranked(sheet.label, score) for score in scores], users_with_rows(*sheet.users))
    check_variances(found, textbook_by_users(sheet.label, own, scores))


def test_by_users_with_a_row_each_is_by_rows() -> None:
    sheet = a_sheet(200, 2, 5, tied=True)
    ranked = [sheet.ranked(name) for name in sheet.ids]
    alone = DeLong(ranked, users_with_rows(np.arange(200, dtype=np.int32)[::-1].copy(), 200))
    assert alone.variances() == pytest.approx(DeLong(ranked).variances(), rel=1e-12)
    assert alone.variance_of_difference(0, 1) == pytest.approx(DeLong(ranked).variance_of_difference(0, 1), rel=1e-12)


def test_by_users_is_what_drawing_users_finds() -> None:
    rng = np.random.default_rng(2)
    user = np.repeat(np.arange(300), 10).astype(np.int32)
    label = (rng.random(3000) < rng.beta(0.5, 1.5, 300)[user]).astype(np.uint8)
    ranked = [Ranked(label, rng.normal(size=300)[user] + rng.normal(size=3000) + label) for _ in "ab"]
    units = users_with_rows(user, 300)
    areas = resampled_areas(ranked, units, 1500, seed=0)
    found, alone = DeLong(ranked, units), DeLong(ranked)
    assert found.variances() == pytest.approx(areas.var(axis=0), rel=0.12)
    difference = found.variance_of_difference(0, 1)
    assert difference == pytest.approx((areas[:, 0] - areas[:, 1]).var(), rel=0.12)
    assert difference > 1.5 * alone.variance_of_difference(0, 1)  # users are alike in all of their rows here


def test_by_users_too_few_with_a_click_tell_nothing() -> None:
    label, user = np.array([1, 1, 0, 0, 0, 0]), np.array([0, 0, 0, 1, 2, 3], np.int32)
    ranked = [Ranked(label, np.arange(6.0)), Ranked(label, -np.arange(6.0))]
    found = DeLong(ranked, users_with_rows(user, 4))
    assert np.isnan([*found.variances(), found.variance_of_difference(0, 1)]).all()


def test_where_nothing_varies_the_variance_is_exactly_zero() -> None:
    label = np.array([1] * 3 + [0] * 7)
    perfect, flat = label.astype(float), np.zeros(10)
    found = DeLong([Ranked(label, score) for score in (perfect, flat, perfect + 5)])
    assert found.variances().tolist() == [0, 0, 0]
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
