"""The bootstrap against rows that are really drawn again, and sorted again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore import metrics
from ctrcore.comparing import bootstrap
from ctrcore.comparing.bootstrap import (
    Units,
    WeightedAuc,
    drawn,
    resampled_areas,
    rows_by_class,
    users_with_rows,
)
from ctrcore.comparing.delong import DeLong
from ctrcore.comparing.ranked import Ranked
from tests.comparing.samples import Rows, a_sheet, scored_rows


def really_drawn(label: np.ndarray, score: np.ndarray, units: Units, weights: np.ndarray) -> float:
    """AUC of the rows, each as often as its unit was drawn."""
    again = np.repeat(np.arange(len(label)), weights[units.of])
    return metrics.auc(label[again], score[again])


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("by_user", [False, True])
@pytest.mark.parametrize("n", [1, 2, 3, 40, 500])
def test_each_replicate_equals_the_auc_of_the_drawn_rows(tied: bool, by_user: bool, n: int) -> None:
    sheet = a_sheet(n, 3, 7, tied=tied, users=20)
    sheet.group[::5] = -1
    units = users_with_rows(*sheet.users) if by_user else rows_by_class(sheet.label == 1)
    weights = drawn(np.random.default_rng(0), units.sizes, 25)
    for name, score in sheet.logit.items():
        areas = WeightedAuc(sheet.ranked(name), units)(weights)
        expected = [really_drawn(sheet.label, score, units, line) for line in weights]
        np.testing.assert_allclose(areas, expected, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(scored_rows(), st.integers(0, 2**32 - 1))
def test_weights_of_any_kind_count_rows(found: Rows, seed: int) -> None:
    label, score = found
    units = rows_by_class(label == 1)
    weights = np.random.default_rng(seed).integers(0, 4, (3, len(label))).astype(np.uint16)
    areas = WeightedAuc(Ranked(label, score), units)(weights)
    np.testing.assert_allclose(areas, [really_drawn(label, score, units, line) for line in weights], atol=1e-12)


def test_rows_of_a_class_are_drawn_apart() -> None:
    clicked = np.array([False, True, False, True, True, False, False])
    units = rows_by_class(clicked)
    assert units.sizes == (3, 4)
    weights = drawn(np.random.default_rng(1), units.sizes, 500)
    rows = weights[:, units.of]
    assert (rows[:, clicked].sum(axis=1) == 3).all()
    assert (rows[:, ~clicked].sum(axis=1) == 4).all()
    # Each of k is drawn once on average, with the variance of a binomial of k draws.
    np.testing.assert_allclose(rows.mean(axis=0), 1, atol=0.15)
    assert weights[:, :3].var() == pytest.approx(2 / 3, abs=0.1)


def test_users_are_drawn_with_all_their_rows_and_rows_without_a_user_alone() -> None:
    units = users_with_rows(np.array([1, -1, 0, 1, -1, 0, 2]), 3)
    assert units.sizes == (5,)
    assert units.of.tolist() == [1, 3, 0, 1, 4, 0, 2]
    weights = drawn(np.random.default_rng(1), units.sizes, 300)
    assert (weights.sum(axis=1) == 5).all()
    rows = weights[:, units.of]
    assert (rows[:, 0] == rows[:, 3]).all()
    assert len(np.unique(rows.sum(axis=1))) > 3


def test_replicates_are_the_same_rows_for_all_models_and_the_seed_repeats_them() -> None:
    sheet = a_sheet(300, 2, 3)
    ranked = [sheet.ranked("m0"), sheet.ranked("m0"), sheet.ranked("m1")]
    units = rows_by_class(sheet.label == 1)
    found = resampled_areas(ranked, units, 450, seed=5)
    assert found.shape == (450, 3)
    np.testing.assert_array_equal(found[:, 0], found[:, 1])
    assert len(np.unique(found[:, 0])) > 300  # no batch repeats another
    np.testing.assert_array_equal(found, resampled_areas(ranked, units, 450, seed=5))
    assert (found != resampled_areas(ranked, units, 450, seed=6)).any()


def test_progress_reaches_the_end_and_can_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = a_sheet(300, 2, 3)
    ranked, units = [sheet.ranked("m0")], rows_by_class(sheet.label == 1)
    seen: list[float] = []
    resampled_areas(ranked, units, 1000, 0, seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 3
    assert seen[-1] == 1
    assert resampled_areas(ranked, units, 0, 0).shape == (0, 1)

    batches: list[int] = []

    def counted(rng: np.random.Generator, sizes: tuple[int, ...], replicates: int) -> np.ndarray:
        batches.append(replicates)
        return drawn(rng, sizes, replicates)

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "drawn", counted)
    with pytest.raises(KeyboardInterrupt):
        resampled_areas(ranked, units, 100_000, 0, stop)
    assert 1 <= len(batches) < 250  # of 500


def test_spread_equals_delongs_on_many_rows() -> None:
    sheet = a_sheet(2000, 1, 3)
    found = resampled_areas([sheet.ranked("m0")], rows_by_class(sheet.label == 1), 1000, 0)
    expected = float(np.sqrt(DeLong([sheet.ranked("m0")]).variances()[0]))
    assert found.std() == pytest.approx(expected, rel=0.08)
    assert found.mean() == pytest.approx(sheet.ranked("m0").auc, abs=4 * expected / np.sqrt(1000))
