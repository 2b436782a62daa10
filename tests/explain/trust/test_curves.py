from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import Background
from ctrcore.explain.trust.check import Thresholds, verdict
from ctrcore.explain.trust.curves import COUNTS, RANDOM, Paths, cutoffs, deletion_check, flip_check, parts_to_go
from ctrcore.explain.trust.infidelity import SETS, changes, infidelity_check, random_sets
from ctrcore.explain.trust.methods import Scores, scores_of
from ctrcore.explain.trust.removing import Removal, removal_of
from ctrcore.explain.trust.statistics import Array, Mask
from tests.explain.conftest import SmallShop
from tests.explain.trust.made import clueless, oracle, scores

USUAL = Thresholds()


class Sums(Removal):
    """Rows whose logit is the sum of what its parts add: everything about them can be told by hand."""

    unit = "behaviour"

    def __init__(self, parts: Array, mask: Mask) -> None:
        self.mask, self._parts = mask, parts * mask
        self.logit = self._parts.sum(1)

    def keep(self, kept: Mask) -> Array:
        return (self._parts * kept).sum(2)


@pytest.fixture
def sums() -> tuple[Sums, Scores]:
    rng = np.random.default_rng(3)
    parts = rng.normal(size=(80, 7)) + 0.3
    mask = np.arange(7) < rng.integers(1, 8, size=(80, 1))
    removal = Sums(parts, mask)
    return removal, scores(parts, parts, mask)


def _logit(parts: Array, mask: Mask, kept: Sequence[int]) -> float:
    return float(sum(parts[place] for place in kept if mask[place]))


def test_deletion_and_insertion_are_those_of_loops(sums: tuple[Sums, Scores]) -> None:
    removal, truth = sums
    found = clueless(truth, 5)
    paths = Paths(removal, seed=1)
    curves = deletion_check(paths, found)
    rng = np.random.default_rng(1)
    random = [drawn for _ in range(RANDOM // 5) for drawn in rng.random((5, *removal.mask.shape))]
    means = []
    for row in range(80):
        mask, parts = removal.mask[row], truth.score[row]
        length, gains = int(mask.sum()), []
        for count in COUNTS:
            if count >= length:
                continue
            tried: dict[bool, list[float]] = {True: [], False: []}
            for order in [found.score, truth.effect, -truth.effect, *random]:
                ranked = [place for place in np.argsort(-order[row], kind="stable") if mask[place]]
                tried[True].append(removal.logit[row] - _logit(parts, mask, ranked[count:]))
                tried[False].append(-(removal.logit[row] - _logit(parts, mask, ranked[:count])))
            for drops in tried.values():
                scaled = (np.array(drops) - min(drops)) / (max(drops) - min(drops))
                gains.append(scaled[0] - scaled[3:].mean())
        if gains:
            means.append(np.mean(gains))
    assert curves.check.value == pytest.approx(np.mean(means))
    assert curves.check.rows == len(means)


def test_the_best_order_passes_and_a_random_one_is_not_better_than_random(sums: tuple[Sums, Scores]) -> None:
    removal, truth = sums
    paths = Paths(removal)
    best = deletion_check(paths, truth).check
    assert verdict(best, USUAL) == "green"
    assert best.value is not None
    assert best.value > 0.4
    values = [deletion_check(paths, clueless(truth, seed)).check for seed in range(40)]
    assert sum(verdict(one, USUAL) == "green" for one in values) <= 3  # one in forty is promised
    assert abs(np.mean([one.value for one in values if one.value is not None])) < 0.05


@pytest.mark.parametrize("name", ["afm", "fibinet", "din"])
def test_real_models_tell_scores_that_know_from_scores_that_do_not(
    shop: SmallShop, rows: Encoded, background: Background, name: str
) -> None:
    model = shop.model(name)
    found = scores_of(model, "contribution", rows, background)
    paths = Paths(removal_of(model, rows, background))
    assert verdict(deletion_check(paths, oracle(found)).check, USUAL) == "green"
    assert verdict(deletion_check(paths, clueless(found)).check, USUAL) != "green"


def test_the_curves_are_means_over_the_rows_with_enough_parts(sums: tuple[Sums, Scores]) -> None:
    removal, truth = sums
    drawn = deletion_check(Paths(removal), truth).drawn
    enough = removal.mask.sum(1) > 2
    largest = -np.sort(-np.where(removal.mask, truth.score, -np.inf), axis=1)[enough, :2].sum(1)
    assert drawn["counts"] == list(COUNTS)
    assert drawn["deletion"]["rows"][1] == enough.sum()
    assert drawn["deletion"]["method"][1] == pytest.approx(largest.mean())
    assert drawn["deletion"]["best"] == drawn["deletion"]["method"]  # the scores are the effects
    assert drawn["deletion"]["method"][4] is None  # no row has more than ten parts
    assert drawn["deletion"]["worst"][1] < drawn["deletion"]["random_low"][1]


def test_a_decision_flips_when_it_does_in_loops(sums: tuple[Sums, Scores]) -> None:
    removal, truth = sums
    found = clueless(truth, 2)
    paths = Paths(removal, seed=4)
    decision = cutoffs(removal.logit, truth.group)
    check = flip_check(paths, found, decision)
    median = np.median(removal.logit)

    def to_go(order: Array, row: int) -> int:
        mask = removal.mask[row]
        ranked = [place for place in np.argsort(-order[row], kind="stable") if mask[place]]
        for count in COUNTS:
            if count < len(ranked) and _logit(truth.score[row], mask, ranked[count:]) <= median:
                return count
        return len(ranked)

    rng = np.random.default_rng(4)
    random = [drawn for _ in range(RANDOM // 5) for drawn in rng.random((5, *removal.mask.shape))]
    gains = []
    for row in range(80):
        length = int(removal.mask[row].sum())
        if removal.logit[row] > median and length >= 2:
            gains.append((np.mean([to_go(order, row) for order in random]) - to_go(found.score, row)) / length)
    assert check.value == pytest.approx(np.mean(gains))
    assert check.rows == len(gains)
    assert verdict(flip_check(paths, truth, decision), USUAL) == "green"


def test_a_users_list_decides_where_it_is_long_enough() -> None:
    logit = np.array([5.0, 4.0, 3.0, 2.0, 1.0, 0.0, 9.0, 8.0, 0.5])
    group = np.array([1, 1, 1, 1, 1, 1, 2, 2, -1])
    found = cutoffs(logit, group)
    np.testing.assert_array_equal(found.cutoff[:6], np.full(6, 2.0))  # the first that is not among the top 3
    np.testing.assert_array_equal(found.cutoff[6:], np.full(3, np.median(logit)))
    np.testing.assert_array_equal(found.listed, group == 1)
    alone = cutoffs(logit, np.full(9, -1))  # rows without a user are nobody's list
    assert not alone.listed.any()


def test_parts_to_go_are_all_if_the_decision_never_changes() -> None:
    without = np.array([[3.0, 0.0, 2.0], [3.0, 3.0, 3.0], [0.0, 0.0, 0.0]])
    found = parts_to_go(without, (1, 2, 3), np.array([1.0, 1.0, 1.0]), np.array([5, 4, 1]))
    np.testing.assert_array_equal(found, [2, 4, 1])


def test_infidelity_is_that_of_loops_and_of_effects_that_add_up_it_is_none(sums: tuple[Sums, Scores]) -> None:
    removal, truth = sums
    gone = random_sets(removal.mask, seed=2)
    change = changes(removal, gone)
    found = clueless(truth, 1)
    over, under = 0.0, 0.0
    for row in range(80):
        if removal.mask[row].sum() < 2:
            continue
        z = np.array([found.score[row][set_[row]].sum() for set_ in gone])
        d = np.array([truth.score[row][set_[row]].sum() for set_ in gone])
        np.testing.assert_allclose(change[row], d, atol=1e-12)
        beta = max((z @ d) / (z @ z), 0) if z @ z > 0 else 0.0
        over += ((beta * z - d) ** 2).sum()
        under += ((d - d.mean()) ** 2).sum()
    check = infidelity_check(found, gone, change)
    assert check.value == pytest.approx(over / under)
    assert len(gone) == SETS
    assert verdict(check, USUAL) == "red"
    assert infidelity_check(truth, gone, change).value == pytest.approx(0.0, abs=1e-12)
    ten_times = scores(10 * truth.score, truth.effect, truth.mask)  # the scale of attention means nothing
    assert infidelity_check(ten_times, gone, change).value == pytest.approx(0.0, abs=1e-12)


def test_scores_whose_signs_are_all_turned_foretell_nothing(sums: tuple[Sums, Scores]) -> None:
    removal, truth = sums
    gone = random_sets(removal.mask, seed=2)
    change = changes(removal, gone)
    turned = scores(-truth.score, truth.effect, truth.mask)
    assert verdict(infidelity_check(truth, gone, change), USUAL) == "green"
    assert verdict(infidelity_check(turned, gone, change), USUAL) == "red"


def test_where_nothing_can_be_taken_away_the_checks_do_not_apply() -> None:
    mask = np.zeros((3, 4), bool)
    mask[:, 0] = True
    removal = Sums(np.ones((3, 4)), mask)
    found = scores(np.ones((3, 4)), np.ones((3, 4)), mask)
    paths = Paths(removal)
    assert deletion_check(paths, found).check.value is None
    assert flip_check(paths, found, cutoffs(removal.logit, found.group)).value is None
    gone = random_sets(mask)
    assert infidelity_check(found, gone, changes(removal, gone)).value is None
