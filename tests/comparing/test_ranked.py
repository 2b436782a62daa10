"""Everything read off from sorted rows, against scikit-learn and slow loops."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from sklearn import metrics as reference

from ctrcore.comparing.ranked import Ranked
from tests.comparing.samples import Rows, rows, scored_rows

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning", "ignore:No positive")


def sample(n: int, tied: bool, seed: int = 0) -> Rows:
    label, score = rows(n, tied, seed)
    return label, score.astype(np.float32)


def check_curves(label: np.ndarray, score: np.ndarray) -> None:
    ranked = Ranked(label, score)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        area = reference.roc_auc_score(label, score)
        precise = reference.average_precision_score(label, score)
        fpr, tpr, threshold = reference.roc_curve(label, score, drop_intermediate=False)
        precision, recall, _ = reference.precision_recall_curve(label, score)
    assert ranked.auc == pytest.approx(area, abs=1e-12, nan_ok=True)
    assert ranked.pr_auc == pytest.approx(precise, abs=1e-12)
    np.testing.assert_allclose(ranked.roc(), (fpr, tpr), atol=1e-12)
    np.testing.assert_array_equal(ranked.scores, threshold[1:])
    np.testing.assert_allclose(ranked.precision_recall(), (recall[::-1], precision[::-1]), atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(scored_rows())
def test_curves_equal_scikit_learns_on_whatever_rows(found: Rows) -> None:
    check_curves(*found)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_curves_equal_scikit_learns(tied: bool, share: float, dtype: type) -> None:
    label, score = rows(900, tied, 5, share)
    check_curves(label, score.astype(dtype))


def test_order_is_stable_and_takes_both_zeros_as_one() -> None:
    score = np.array([0.0, 2.0, -0.0, np.inf, -3.0, 2.0, -np.inf, 0.0, -1e-30], np.float32)
    for scores in (score, score.astype(np.float64)):
        ranked = Ranked(np.arange(9) % 2, scores)
        assert ranked.order.tolist() == [3, 1, 5, 0, 2, 7, 8, 4, 6]
        assert ranked.ends.tolist() == [1, 3, 6, 7, 8, 9]
    label, many = sample(5000, True)
    np.testing.assert_array_equal(Ranked(label, many).order, np.argsort(-many, kind="stable"))


@pytest.mark.parametrize("tied", [False, True])
def test_half_wins_equal_a_loop_over_pairs(tied: bool) -> None:
    label, score = sample(60, tied)
    expected = np.zeros(60)
    for one in np.flatnonzero(label == 1):
        for other in np.flatnonzero(label == 0):
            won = 2 * (score[one] > score[other]) + (score[one] == score[other])
            expected[one] += won
            expected[other] += won
    ranked = Ranked(label, score)
    np.testing.assert_array_equal(ranked.half_wins(), expected)
    placements = ranked.placements()
    other = np.where(label == 1, ranked.negatives, ranked.positives)
    np.testing.assert_allclose(placements, expected / 2 / other, atol=1e-15)
    assert placements[label == 1].mean() == pytest.approx(ranked.auc)
    assert placements[label == 0].mean() == pytest.approx(ranked.auc)


@pytest.mark.parametrize("tied", [False, True])
def test_auc_of_groups_equals_scikit_learn_group_by_group(tied: bool) -> None:
    label, score = sample(400, tied)
    code = np.random.default_rng(1).integers(-1, 90, 400)
    code[code == 17] = 18  # a group without rows
    areas, clicks, count = Ranked(label, score).auc_by(code, 90)
    for group in range(90):
        mine = code == group
        assert (clicks[group], count[group]) == (label[mine].sum(), mine.sum())
        both = len(np.unique(label[mine])) == 2
        expected = reference.roc_auc_score(label[mine], score[mine]) if both else float("nan")
        assert areas[group] == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert np.isnan(areas).any()
    assert np.isnan(Ranked(label, score).auc_by(np.full(400, -1), 3)[0]).all()


@settings(deadline=None, max_examples=40)
@given(scored_rows())
def test_counts_at_cutoffs_equal_those_of_masks(found: Rows) -> None:
    label, score = found
    ranked = Ranked(label, score.astype(np.float32))
    cutoffs = np.concatenate([score, score + 0.5, [-np.inf, np.inf, 1e300, -1e300]])
    many = ranked.counts(cutoffs)
    for at, cutoff in enumerate(cutoffs):
        called, clicked = score >= cutoff, label == 1
        expected = [(called & clicked).sum(), (called & ~clicked).sum(), (~called & clicked).sum()]
        one = ranked.at(cutoff)
        assert [one.tp, one.fp, one.fn, len(label) - one.tn] == [*expected, sum(expected)]
        assert [many.tp[at], many.fp[at], many.fn[at], many.tn[at]] == [one.tp, one.fp, one.fn, one.tn]
        for name in ("precision", "recall", "f1", "accuracy"):
            assert getattr(many, name)[at] == getattr(one, name)
        assert one.cost(2, 5) == many.cost(2, 5)[at] == pytest.approx((2 * one.fp + 5 * one.fn) / len(label))


@pytest.mark.parametrize("n", [1, 2, 3, 200])
@pytest.mark.parametrize("share", [0, 0.4, 1])
def test_what_follows_from_counts_equals_scikit_learn(n: int, share: float) -> None:
    label, score = rows(n, True, 2, share)
    for cutoff in (-9.0, 0.0, 0.7, 9.0):
        called, one = score >= cutoff, Ranked(label, score).at(cutoff)
        assert one.precision == pytest.approx(reference.precision_score(label, called, zero_division=0), abs=1e-12)
        assert one.recall == pytest.approx(reference.recall_score(label, called, zero_division=0), abs=1e-12)
        assert one.f1 == pytest.approx(reference.f1_score(label, called, zero_division=0), abs=1e-12)
        assert one.accuracy == pytest.approx(reference.accuracy_score(label, called), abs=1e-12)


def test_a_cutoff_between_two_floats_leaves_the_lower_one_out() -> None:
    score = np.array([0.3, 0.1], np.float32)
    ranked = Ranked([1, 0], score)
    assert float(score[0]) > 0.3
    assert ranked.at(0.3).tp == 1
    assert ranked.at(float(score[0])).tp == 1
    assert ranked.at(float(score[0]) + 1e-12).tp == 0


@settings(deadline=None, max_examples=40)
@given(scored_rows())
def test_best_cutoffs_equal_a_search_over_all_of_them(found: Rows) -> None:
    label, score = found
    ranked = Ranked(label, score)
    cutoffs = [np.inf, *np.unique(score)[::-1]]
    every = [ranked.at(cutoff) for cutoff in cutoffs]
    for name, values in (("f1", [one.f1 for one in every]), ("accuracy", [one.accuracy for one in every])):
        assert ranked.best(name) == (cutoffs[int(np.argmax(values))], max(values))
    costs = [one.cost(1, 7) for one in every]
    assert ranked.best_cost(1, 7) == (cutoffs[int(np.argmin(costs))], min(costs))


@pytest.mark.parametrize("tied", [False, True])
def test_gain_and_lift_equal_their_definitions(tied: bool) -> None:
    label, score = sample(300, tied)
    ranked = Ranked(label, score)
    rows_share, found = ranked.gain()
    lift_share, lift = ranked.lift()
    assert (rows_share[0], found[0], rows_share[-1], found[-1], lift[-1]) == (0, 0, 1, 1, 1)
    for at, cutoff in enumerate(ranked.scores):
        top = score >= cutoff
        assert rows_share[at + 1] == lift_share[at] == pytest.approx(top.mean())
        assert found[at + 1] == pytest.approx(label[top].sum() / label.sum())
        assert lift[at] == pytest.approx(label[top].mean() / label.mean())


@pytest.mark.parametrize("tied", [False, True])
def test_thinned_curves_keep_their_ends_their_start_and_their_area(tied: bool) -> None:
    label, score = rows(50_000, False, 3, share=0.05)
    ranked = Ranked(label, np.round(score, 4) if tied else score)
    for read in (ranked.roc, ranked.precision_recall, ranked.gain, ranked.lift):
        x, y = read(1000)
        whole_x, whole_y = read(10**9)
        assert len(whole_x) > 20_000
        assert 500 < len(x) <= 1000
        assert (x[0], y[0], x[-1], y[-1]) == (whole_x[0], whole_y[0], whole_x[-1], whole_y[-1])
        assert set(zip(x, y, strict=True)) <= set(zip(whole_x, whole_y, strict=True))
        assert (np.diff(x) >= 0).all()
    fpr, tpr = ranked.roc()
    assert np.trapezoid(tpr, fpr) == pytest.approx(ranked.auc, abs=2e-4)
    assert (fpr < 0.05).sum() > 100  # enough to zoom in
    recall, precision = ranked.precision_recall()
    assert np.trapezoid(precision, recall) == pytest.approx(ranked.pr_auc, abs=1e-3)
    assert (ranked.lift()[0] < 0.01).sum() > 100


def test_no_rows_are_no_error() -> None:
    ranked = Ranked([], [])
    assert np.isnan([ranked.auc, ranked.pr_auc, ranked.best("accuracy")[1]]).all()
    assert len(ranked) == len(ranked.half_wins()) == len(ranked.lift()[0]) == 0
    assert np.isnan(ranked.roc()).all()
