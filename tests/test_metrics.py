"""Every metric against scikit-learn or a slow loop that states its definition."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from ctrcore import metrics


def rows(n: int, tied: bool, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    label = (rng.random(n) < 0.3).astype(np.float64)
    label[:2] = 0, 1
    logit = rng.normal(size=n) + label
    return label, np.round(logit) if tied else logit


@pytest.mark.parametrize("n", [2, 3, 17, 2000])
@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_equals_scikit_learn(n: int, tied: bool, seed: int) -> None:
    label, logit = rows(n, tied, seed)
    probability = metrics.sigmoid(logit)
    assert metrics.auc(label, logit) == pytest.approx(reference.roc_auc_score(label, logit), abs=1e-12)
    assert metrics.pr_auc(label, logit) == pytest.approx(reference.average_precision_score(label, logit), abs=1e-12)
    assert metrics.log_loss(label, logit) == pytest.approx(reference.log_loss(label, probability), abs=1e-12)
    assert metrics.f1(label, probability, 0.6) == pytest.approx(
        reference.f1_score(label, probability >= 0.6, zero_division=0), abs=1e-12
    )
    assert metrics.accuracy(label, probability, 0.6) == pytest.approx(np.mean((probability >= 0.6) == label))
    (tn, fp), (fn, tp) = reference.confusion_matrix(label, probability >= 0.6, labels=[0, 1])
    assert metrics.confusion(label, probability, 0.6) == {"tp": tp, "fp": fp, "fn": fn, "tn": tn}


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
    assert np.isnan(metrics.gauc(values, values, np.zeros(len(values), np.int32))[0])
    assert np.isnan(metrics.normalised_entropy(values, values))
    metrics.evaluate(values, values, np.zeros(len(values), np.int32))


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
    value, found, left_out = metrics.gauc(label, logit, group)
    assert value == pytest.approx(total / weight, abs=1e-12)
    assert (found, left_out) == (users, skipped)
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
    assert np.isnan(metrics.rela_impr(0.8, 0.5))
