"""Calibration repairs: what scikit-learn fits, on curves that are known, and on rows that allow nothing."""

from __future__ import annotations

import json
import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from ctrcore import metrics
from ctrcore.comparing.repair import KINDS, Isotonic, Kind, Platt, fit_repair
from ctrcore.errors import DataError

Rows = tuple[np.ndarray, np.ndarray]


def rows(count: int, seed: int, slope: float = 0.5, intercept: float = -0.4) -> Rows:
    """Labels drawn so that Platt's true line is known, and the model's logits."""
    rng = np.random.default_rng(seed)
    logit = (rng.normal(size=count) * 2).astype(np.float32)
    return (rng.random(count) < metrics.sigmoid(slope * logit + intercept)).astype(np.uint8), logit


def targets(label: np.ndarray) -> tuple[float, float]:
    clicks = int(label.sum())
    return 1 / (len(label) - clicks + 2), (clicks + 1) / (clicks + 2)


@pytest.mark.parametrize("seed", range(3))
def test_platt_is_scikit_learns_logistic_regression(seed: int) -> None:
    label, logit = rows(800, seed)
    low, high = targets(label)
    target, x = np.where(label == 1, high, low), logit.astype(np.float64)[:, None]
    expected = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(
        np.concatenate([x, x]), np.repeat([1, 0], 800), sample_weight=np.concatenate([target, 1 - target])
    )
    found = fit_repair("platt", label, logit)
    assert isinstance(found, Platt)
    assert (found.slope, found.intercept) == pytest.approx((expected.coef_[0, 0], expected.intercept_[0]), abs=1e-9)
    np.testing.assert_allclose(found.apply(logit), expected.predict_proba(x)[:, 1], rtol=0, atol=1e-9)


def test_platt_minimises_what_he_minimised() -> None:
    """The cross-entropy to his smoothed targets, by a general optimiser."""
    label, logit = rows(300, 5)
    low, high = targets(label)
    target, x = np.where(label == 1, high, low), logit.astype(np.float64)
    best = minimize(lambda line: metrics.log_loss(target, line[0] * x + line[1]), [1.0, 0.0], tol=1e-14)
    found = fit_repair("platt", label, logit)
    assert isinstance(found, Platt)
    np.testing.assert_allclose([found.slope, found.intercept], best.x, atol=1e-5)


@pytest.mark.parametrize("decimals", [6, 0])
def test_isotonic_is_scikit_learns(decimals: int) -> None:
    label, logit = rows(800, 1)
    logit = np.round(logit, decimals)
    low, high = targets(label)
    expected = IsotonicRegression(y_min=low, y_max=high, out_of_bounds="clip").fit(logit.astype(np.float64), label)
    found = fit_repair("isotonic", label, logit)
    new = np.concatenate([np.linspace(-50, 50, 999), logit.astype(np.float64)])
    np.testing.assert_allclose(found.apply(new), expected.predict(new), rtol=0, atol=1e-9)
    assert isinstance(found, Isotonic)
    assert len(found.x) < 80  # the ends of its level parts, not all rows


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_curve_is_found_again(kind: Kind) -> None:
    label, logit = rows(200_000, 2)
    found = fit_repair(kind, label, logit)
    grid = np.linspace(-3, 3, 61)
    np.testing.assert_allclose(found.apply(grid), metrics.sigmoid(0.5 * grid - 0.4), atol=0.03)
    if isinstance(found, Platt):
        assert (found.slope, found.intercept) == pytest.approx((0.5, -0.4), abs=0.02)
    assert found.warning == ""
    assert (found.rows, found.clicks) == (200_000, int(label.sum()))


@settings(max_examples=60, deadline=None)
@given(
    scores=st.lists(st.floats(-1e6, 1e6, width=32), min_size=60, max_size=120),
    seed=st.integers(0, 1000),
    kind=st.sampled_from(KINDS),
)
def test_repairs_keep_the_order_and_are_probabilities(scores: list[float], seed: int, kind: Kind) -> None:
    logit = np.array(scores, np.float32)
    label = np.zeros(len(logit), np.uint8)
    label[np.random.default_rng(seed).permutation(len(logit))[: len(logit) // 2]] = 1
    if logit.std() == 0:
        return
    found = fit_repair(kind, label, logit)
    new = np.sort(np.concatenate([logit, [-3e38, 3e38, 0]]).astype(np.float32))
    repaired = found.logit(new)
    assert np.isfinite(repaired).all()
    assert ((found.apply(new) >= 0) & (found.apply(new) <= 1)).all()
    falls = isinstance(found, Platt) and found.slope < 0
    assert all(b <= a if falls else a <= b for a, b in pairwise(repaired))
    assert type(found).model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
@pytest.mark.parametrize("kind", KINDS)
def test_classes_told_apart_without_a_mistake(kind: Kind, scale: float) -> None:
    logit = np.concatenate([np.linspace(-3, -1, 80), np.linspace(1, 3, 40)]).astype(np.float32)
    label = (logit > 0).astype(np.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit_repair(kind, label, logit * np.float32(scale))
    repaired = found.logit(logit * np.float32(scale))
    assert np.isfinite(repaired).all()
    if scale > 1e-10:  # the isotonic fit takes scores closer than that for one
        assert metrics.auc(label, repaired) == 1.0
        assert metrics.log_loss(label, repaired) < 0.2
    if kind == "isotonic" and scale == 1.0:
        np.testing.assert_allclose(np.unique(np.round(found.apply(logit), 12)), np.round([1 / 82, 41 / 42], 12))


def test_no_probability_is_certain_and_the_ends_are_level() -> None:
    label, logit = rows(500, 3)
    found = fit_repair("isotonic", label, logit)
    low, high = found.apply(np.array([-1e30, 1e30]))
    assert (low, high) == (found.apply(logit).min(), found.apply(logit).max())
    assert targets(label)[0] - 1e-12 <= low < high <= targets(label)[1] + 1e-12
    assert np.isfinite(metrics.log_loss(np.array([1.0, 0.0]), found.logit(np.array([-1e30, 1e30]))))


def test_a_model_that_ranks_backwards_is_told() -> None:
    label, logit = rows(2000, 4, slope=-1.0)
    platt, isotonic = (fit_repair(kind, label, logit) for kind in KINDS)
    assert isinstance(platt, Platt)
    assert platt.slope < 0
    assert "ranks backwards" in platt.warning
    assert fit_repair("platt", 1 - label, logit).warning == ""
    assert np.ptp(isotonic.apply(logit)) < 0.2
    flat = fit_repair("isotonic", (np.arange(200) < 100).astype(int), np.arange(200.0))
    assert np.ptp(flat.apply(np.arange(200.0))) == 0
    assert "all rows get one probability" in flat.warning


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("count", "clicks", "said"),
    [
        (0, 0, "no validation rows"),
        (49, 20, "20 clicks in 49 rows"),
        (500, 9, "9 clicks in 500 rows"),
        (500, 0, "0 clicks in 500 rows"),
        (500, 491, "491 clicks in 500 rows"),
        (500, 500, "500 clicks in 500 rows"),
    ],
)
def test_too_few_rows_are_refused(kind: Kind, count: int, clicks: int, said: str) -> None:
    label = (np.arange(count) < clicks).astype(np.uint8)
    with pytest.raises(DataError, match=said) as caught:
        fit_repair(kind, label, np.arange(count, dtype=np.float32))
    assert caught.value.problem.endswith(".")
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_scores_that_say_nothing_are_refused(kind: Kind) -> None:
    label = np.arange(200) % 2
    with pytest.raises(DataError, match="the same score"):
        fit_repair(kind, label, np.full(200, 0.7, np.float32))
    with pytest.raises(DataError, match="no finite numbers"):
        fit_repair(kind, label, np.append(np.arange(199.0), np.nan))


def test_the_least_that_is_enough() -> None:
    label = (np.arange(50) < 10).astype(np.uint8)
    for kind in KINDS:
        assert fit_repair(kind, label, -np.arange(50.0)).clicks == 10


def test_no_rows_to_repair() -> None:
    label, logit = rows(100, 6)
    for kind in KINDS:
        assert fit_repair(kind, label, logit).apply(np.empty(0, np.float32)).shape == (0,)


BROKEN = [
    ("platt", {"slope": float("nan")}),
    ("platt", {"slope": 1e99}),
    ("platt", {"intercept": float("inf")}),
    ("platt", {"kind": "isotonic"}),
    ("platt", {"clicks": 100}),
    ("platt", {"rows": 3}),
    ("platt", {"more": 1}),
    ("isotonic", {"x": [0.0, 0.0], "y": [0.1, 0.2]}),
    ("isotonic", {"x": [0.0, 1.0], "y": [0.2, 0.1]}),
    ("isotonic", {"x": [0.0, 1.0], "y": [0.0, 0.1]}),
    ("isotonic", {"x": [0.0, 1.0], "y": [0.1, 1.0]}),
    ("isotonic", {"x": [0.0, 1.0], "y": [0.1, float("nan")]}),
    ("isotonic", {"x": [0.0, float("nan")], "y": [0.1, 0.2]}),
    ("isotonic", {"x": [0.0, 1.0, 2.0], "y": [0.1, 0.2]}),
    ("isotonic", {"x": [0.0], "y": [0.1]}),
]


@pytest.mark.parametrize(("kind", "change"), BROKEN, ids=[f"{kind} {change}" for kind, change in BROKEN])
def test_a_changed_repair_is_refused(kind: Kind, change: dict[str, object]) -> None:
    found = fit_repair(kind, *rows(100, 7))
    with pytest.raises(ValidationError):
        type(found).model_validate_json(json.dumps(found.model_dump() | change))
