from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kendalltau

from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import Background
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.trust.check import Thresholds, verdict
from ctrcore.explain.trust.effect_agreement import order_check, sign_check
from ctrcore.explain.trust.methods import methods_of, scores_of
from tests.explain.conftest import SmallShop
from tests.explain.trust.made import clueless, oracle, scores

USUAL = Thresholds()


@pytest.mark.parametrize("name", ["afm", "fibinet", "din"])
@pytest.mark.filterwarnings("ignore")
def test_order_and_sign_are_those_of_loops_over_rows(
    shop: SmallShop, rows: Encoded, background: Background, name: str
) -> None:
    model = shop.model(name)
    for method in methods_of(model):
        found = scores_of(model, method, rows, background)
        taus, right, against = [], [], []
        compared = found.size_compared
        for score, size, effect, mask in zip(found.score, compared, found.effect, found.mask, strict=True):
            s, e = score[mask], effect[mask]
            if len(s) >= 2:
                tau = kendalltau(np.abs(size[mask]), np.abs(e)).statistic
                taus.append(0.0 if np.isnan(tau) else tau)
                first = int(np.argmax(np.abs(s)))
                right.append(np.sign(s[first]) == np.sign(e[first]) != 0)
                if np.abs(s).sum():
                    against.append(np.abs(s)[e < 0].sum() / np.abs(s).sum())
        order, sign = order_check(found), sign_check(found)
        assert order.value == pytest.approx(np.mean(taus))
        assert order.rows == len(taus)
        assert order.details["skipped"] == len(rows) - len(taus)
        assert sign.value == pytest.approx(np.mean(right))
        assert sign.details["mass_against"] == pytest.approx(np.mean(against))


@pytest.mark.parametrize("name", ["afm", "fibinet", "din"])
def test_scores_that_are_the_effects_pass_and_random_ones_do_not(
    shop: SmallShop, rows: Encoded, background: Background, name: str
) -> None:
    found = scores_of(shop.model(name), "contribution", rows, background)
    for of in (order_check, sign_check):
        assert verdict(of(oracle(found)), USUAL) == "green"
        assert verdict(of(clueless(found)), USUAL) == "red"
    assert order_check(oracle(found)).value == pytest.approx(1.0)
    assert sign_check(oracle(found)).value == 1.0


def test_contributions_of_lr_are_its_effects(shop: SmallShop, rows: Encoded, background: Background) -> None:
    found = scores_of(shop.model("lr"), "contribution", rows, background)
    np.testing.assert_allclose(found.score, found.effect, atol=1e-5)
    assert np.abs(found.score).max() > 0.5
    assert verdict(order_check(found), USUAL) == verdict(sign_check(found), USUAL) == "green"


def test_a_constant_in_all_pairs_scores_does_not_spoil_the_order_of_afm(
    shop: SmallShop, rows: Encoded, background: Background
) -> None:
    """Each pair's score as the model has it, plus 5: what leaving it out does is the same, for attention sums to 1."""
    model = shop.model("afm")
    found = scores_of(model, "contribution", rows, background)
    terms = own_terms(model, rows)
    assert terms.attention is not None
    assert terms.pairs is not None
    projected = terms.pairs / terms.attention
    for row in range(5):
        for pair in (0, 3, 11):
            left = np.arange(projected.shape[1]) != pair
            share = terms.attention[row, left] / terms.attention[row, left].sum()
            without = (share * projected[row, left]).sum()
            lost = terms.pairs[row].sum() - without
            assert found.size_compared[row, pair] / (1 - terms.attention[row, pair]) == pytest.approx(lost, abs=1e-6)
    assert verdict(order_check(found), USUAL) == "green"
    np.testing.assert_array_equal(found.score, terms.pairs)  # the picture itself stays as it is


def test_equal_scores_order_nothing_and_a_part_without_effect_has_no_right_sign() -> None:
    equal = scores(np.ones((4, 3)), np.array([[3.0, 2.0, 1.0]] * 4))
    assert order_check(equal).value == 0.0
    assert order_check(equal).details["all_alike"] == 4
    inert = scores(np.array([[3.0, 2.0, 1.0]] * 4), np.zeros((4, 3)))
    assert sign_check(inert).value == 0.0
    assert sign_check(inert).details["no_effect"] == 4


def test_rows_with_too_few_parts_are_skipped_and_counted() -> None:
    mask = np.array([[True, True], [True, False], [False, False]])
    found = scores(np.array([[2.0, 1.0]] * 3), np.array([[2.0, 1.0]] * 3), mask)
    assert order_check(found).rows == 1
    assert order_check(found).details["skipped"] == 2
    assert sign_check(found).rows == 1  # of a single part nobody asks whether it is the largest
    assert sign_check(found).details["skipped"] == 2
    nothing = scores(np.ones((2, 2)), np.ones((2, 2)), np.zeros((2, 2), bool))
    assert order_check(nothing).value is sign_check(nothing).value is None


def test_one_row_is_spoken_of_as_one() -> None:
    one = scores(np.array([[2.0, 1.0]]), np.array([[-2.0, 1.0]]))
    assert sign_check(one).says.startswith("The part with the largest score does not push")
    assert sign_check(one).low is None
