from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kendalltau

from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import Background
from ctrcore.explain.trust.agreeing import order_check, sign_check
from ctrcore.explain.trust.check import Thresholds, verdict
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
        for score, effect, mask in zip(found.score, found.effect, found.mask, strict=True):
            s, e = score[mask], effect[mask]
            if len(s) >= 2:
                tau = kendalltau(np.abs(s), np.abs(e)).statistic
                taus.append(0.0 if np.isnan(tau) else tau)
            if len(s) >= 1:
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
    assert sign_check(found).rows == 2
    assert sign_check(found).details["skipped"] == 1
    nothing = scores(np.ones((2, 2)), np.ones((2, 2)), np.zeros((2, 2), bool))
    assert order_check(nothing).value is sign_check(nothing).value is None


def test_one_row_is_spoken_of_as_one() -> None:
    one = scores(np.array([[2.0, 1.0]]), np.array([[-2.0, 1.0]]))
    assert sign_check(one).says.startswith("The part with the largest score does not push")
    assert sign_check(one).low is None
