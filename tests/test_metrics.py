"""Every metric against scikit-learn or a slow loop that states its definition."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference
from sklearn.calibration import calibration_curve

from ctrcore import metrics


def rows(n: int, tied: bool, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    label = (rng.random(n) < 0.3).astype(np.float64)
    label[:2] = 0, 1
    logit = rng.normal(size=n) + label
    return label, np.round(logit) if tied else logit


def error_of_scikit_learns_curve(label: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """ECE from calibration_curve, which does not tell how many rows are in a bin: those are counted by its edges."""
    rate, mean = calibration_curve(label, probability, n_bins=bins, strategy="quantile")
    edges = np.percentile(probability, np.linspace(0, 100, bins + 1))
    rows = [np.sum((probability > low) & (probability <= high)) for low, high in pairwise(edges)]
    rows[0] += np.sum(probability == edges[0])
    return float(np.average(np.abs(rate - mean), weights=[count for count in rows if count]))


def check_scikit_learn(label: np.ndarray, logit: np.ndarray, threshold: float) -> None:
    probability = metrics.sigmoid(logit)
    called = probability >= threshold
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of one class
        expected = {
            "auc": reference.roc_auc_score(label, logit),
            "pr_auc": reference.average_precision_score(label, logit),
            "log_loss": reference.log_loss(label, probability, labels=[0, 1]),
            "f1": reference.f1_score(label, called, zero_division=0),
            "accuracy": reference.accuracy_score(label, called),
            "ece": error_of_scikit_learns_curve(label, probability, 10),
        }
    found = metrics.evaluate(label, logit, threshold=threshold)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-9, nan_ok=True), name
    for name in ("auc", "pr_auc", "log_loss"):
        assert getattr(metrics, name)(label, logit) == pytest.approx(found[name], abs=1e-12, nan_ok=True)
    assert metrics.ece(label, probability) == pytest.approx(found["ece"], abs=1e-12)


@pytest.mark.parametrize("n", [2, 3, 17, 2000])
@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_equals_scikit_learn(n: int, tied: bool, seed: int) -> None:
    check_scikit_learn(*rows(n, tied, seed), threshold=0.6)


@pytest.mark.parametrize("click", [0.0, 1.0])
@pytest.mark.parametrize("n", [1, 2, 3, 50])
def test_equals_scikit_learn_on_one_class(n: int, click: float) -> None:
    check_scikit_learn(np.full(n, click), np.random.default_rng(n).normal(size=n).round(1), threshold=0.5)


@settings(deadline=None, max_examples=60)
@given(
    # Rounded: of scores within 1e-16 of a cutoff, only the logit still says on which side they are.
    st.lists(
        st.tuples(st.integers(0, 1), st.floats(-15, 15).map(lambda x: round(x, 6)) | st.integers(-2, 2)),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from([0.1, 0.5, 0.9]),
)
def test_equals_scikit_learn_on_whatever_rows(found: list[tuple[int, float]], threshold: float) -> None:
    label, logit = np.array(found, np.float64).T
    check_scikit_learn(label, logit, threshold)


@pytest.mark.parametrize("bins", [1, 4, 10, 25])
@pytest.mark.parametrize("tied", [False, True])
def test_calibration_equals_scikit_learns_curve(bins: int, tied: bool) -> None:
    label, logit = rows(700, tied, 8)
    probability = metrics.sigmoid(logit)
    mean, rate, count = metrics.calibration(label, probability, bins)
    expected_rate, expected_mean = calibration_curve(label, probability, n_bins=bins, strategy="quantile")
    np.testing.assert_allclose(rate, expected_rate, atol=1e-12)
    np.testing.assert_allclose(mean, expected_mean, atol=1e-12)
    assert count.sum() == 700
    if not tied:
        assert np.ptp(count) <= 1
    expected = error_of_scikit_learns_curve(label, probability, bins)
    assert metrics.ece(label, probability, bins) == pytest.approx(expected, abs=1e-12)


def test_tied_probabilities_share_a_bin_whatever_the_order_of_the_rows() -> None:
    probability = np.repeat([0.2, 0.4, 0.8], [5, 30, 5])
    label = np.arange(40) % 4 == 0
    mean, rate, count = metrics.calibration(label, probability)
    assert mean == pytest.approx([0.2, 0.4, 0.8])
    assert count.tolist() == [5, 30, 5]
    assert rate == pytest.approx([label[:5].mean(), label[5:35].mean(), label[35:].mean()])
    mixed = np.random.default_rng(0).permutation(40)
    assert metrics.ece(label[mixed], probability[mixed]) == pytest.approx(metrics.ece(label, probability), abs=1e-15)


def test_log_odds_turns_a_probability_back() -> None:
    for logit in (-700.0, -3.0, 0.0, 0.1, 12.0):
        assert metrics.log_odds(float(metrics.sigmoid(np.array(logit)))) == pytest.approx(logit, rel=1e-9)
    assert metrics.log_odds(0.5) == 0
    assert metrics.log_odds(0.0) == -np.inf
    assert metrics.log_odds(1.0) == np.inf


def test_float32_scores_give_the_same_auc() -> None:
    label, logit = rows(50_000, False, 0)
    single = logit.astype(np.float32)
    assert metrics.auc(label.astype(np.float32), single) == pytest.approx(
        reference.roc_auc_score(label, single), abs=1e-12
    )


@pytest.mark.parametrize("label", [[], [0.0, 0.0], [1.0, 1.0]])
def test_one_class_is_not_a_number(label: list[float]) -> None:
    values = np.array(label)
    assert np.isnan(metrics.auc(values, values))
    assert np.isnan(metrics.normalised_entropy(values, values))
    found = metrics.evaluate(values, values, np.zeros(len(values), np.int32))
    assert np.isnan(found.get("gauc", np.nan))


def test_extreme_logits_stay_finite() -> None:
    label, logit = np.array([0.0, 1.0]), np.array([-1e4, -1e4])
    assert metrics.log_loss(label, logit) == pytest.approx(5e3)
    assert metrics.sigmoid(np.array([-1e4, 0, 1e4])).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("tied", [False, True])
def test_gauc_equals_a_loop_over_users(tied: bool) -> None:
    label, logit = rows(500, tied, 2)
    group = np.random.default_rng(3).integers(-1, 60, 500)
    total, weight, users, skipped = 0.0, 0, 0, 0
    for user in np.unique(group[group >= 0]):
        mine = group == user
        if len(np.unique(label[mine])) < 2:
            skipped += 1
            continue
        users += 1
        weight += mine.sum()
        total += mine.sum() * reference.roc_auc_score(label[mine], logit[mine])
    found = metrics.evaluate(label, logit, group)
    assert found["gauc"] == pytest.approx(total / weight, abs=1e-12)
    assert (found["gauc_users"], found["gauc_skipped"]) == (users, skipped)
    assert skipped > 0


def test_calibration_of_a_perfect_and_a_doubling_model() -> None:
    rng = np.random.default_rng(0)
    probability = rng.uniform(0.05, 0.45, 200_000)
    label = (rng.random(200_000) < probability).astype(float)
    assert metrics.ece(label, probability) < 0.005
    assert metrics.pcoc(label, 2 * probability) == pytest.approx(2, abs=0.03)
    assert metrics.ece(label, 2 * probability) == pytest.approx(probability.mean(), abs=0.01)
    constant = np.full(200_000, np.log(label.mean() / (1 - label.mean())))
    assert metrics.normalised_entropy(label, constant) == pytest.approx(1, abs=1e-9)


def test_rela_impr() -> None:
    assert metrics.rela_impr(0.8, 0.75) == pytest.approx(0.2)
    assert metrics.rela_impr(0.4, 0.75) == pytest.approx(-1.4)
    for value, base in ((0.8, 0.5), (0.6, 0.49), (0.4, 0.45), (0.8, float("nan"))):
        assert np.isnan(metrics.rela_impr(value, base))
