"""Intervals, paired tests, and the correction for many of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.testing import (
    LEAST_OF_A_CLASS,
    LEAST_USERS,
    Method,
    auc_interval,
    compare_all,
    holm,
    method_for,
    told,
)
from ctrcore.errors import DataError
from tests.comparing.samples import a_sheet

METHODS: list[Method] = ["delong", "clustered", "bootstrap", "users"]
BY_ROWS: list[Method] = ["delong", "bootstrap"]
BY_USERS: list[Method] = ["clustered", "users"]


def noisy(label: np.ndarray, group: np.ndarray, seed: int = 0) -> Sheet:
    """A model that ranks well and one that ranks badly."""
    noise = np.random.default_rng(seed).normal(size=(2, len(label)))
    logit = {"a": (3 * label + noise[0]).astype(np.float32), "b": noise[1].astype(np.float32)}
    return Sheet(np.arange(len(label)), label.astype(np.uint8), group.astype(np.int32), logit)


@pytest.mark.parametrize("method", METHODS)
def test_every_model_and_every_pair_is_told(method: Method) -> None:
    sheet = a_sheet(3000, 3, 1, users=300)
    found = compare_all(sheet, method, replicates=500)
    assert (found.method, found.replicates) == (method, 500 if method in ("bootstrap", "users") else 0)
    assert list(found.intervals) == sheet.ids
    for name, one in found.intervals.items():
        assert one.value == sheet.ranked(name).auc
        assert one.low < one.value < one.high
        assert one.high - one.low == pytest.approx(3.92 * one.standard_error, rel=0.15)
    assert [(test.a, test.b) for test in found.tests] == [("m0", "m1"), ("m0", "m2"), ("m1", "m2")]
    for test in found.tests:
        assert test.difference == found.intervals[test.a].value - found.intervals[test.b].value
        assert test.low < test.difference < test.high
        assert (test.rows, test.clicks, test.users) == (3000, sheet.clicks, 300)
        assert (test.method, test.among) == (method, 3)
        assert test.units == (300 if method in BY_USERS else 3000)
        clicking = len(np.unique(sheet.group[sheet.label == 1]))
        assert test.fewest == (clicking if method in BY_USERS else sheet.clicks)
        assert (test.p < 0.05) == (test.low > 0)
        # The models share most of their noise: a paired test must be far sharper than two separate ones.
        assert test.standard_error < 0.8 * math.hypot(
            *(found.intervals[one].standard_error for one in (test.a, test.b))
        )
    assert [test.adjusted for test in found.tests] == holm([test.p for test in found.tests])
    assert told(found.tests[1])


def test_delong_by_hand() -> None:
    # Five times clicked 0.9, 0.4; others 0.5, 0.3, 0.1: placements of the clicked 1, 2/3, of the others 1/2, 1, 1.
    label, score = np.array([1, 1, 0, 0, 0] * 5, np.uint8), np.array([0.9, 0.4, 0.5, 0.3, 0.1] * 5, np.float32)
    one = compare_all(Sheet(np.arange(25), label, np.full(25, -1, np.int32), {"a": score})).intervals["a"]
    variance = (10 * (1 / 6) ** 2 / 9) / 10 + (15 * (1 / 18) / 14) / 15
    assert one.value == pytest.approx(5 / 6)
    assert one.standard_error == pytest.approx(math.sqrt(variance))
    assert one.low == pytest.approx(5 / 6 - 1.959964 * math.sqrt(variance), abs=1e-6)
    assert one.high == pytest.approx(5 / 6 + 1.959964 * math.sqrt(variance), abs=1e-6)


def test_the_interval_of_one_auc_stays_within_0_and_1() -> None:
    label = np.repeat([1, 0], 12).astype(np.uint8)
    score = np.r_[np.full(11, 2.0), 0.0, np.ones(12)].astype(np.float32)  # one click comes last
    one = auc_interval(Sheet(np.arange(24), label, np.full(24, -1, np.int32), {"a": score}), "a")
    assert one.value == pytest.approx(11 / 12)
    assert one.low < one.value < one.high == 1.0
    assert one.value + 1.96 * one.standard_error > 1


def test_p_of_delong_is_that_of_the_normal_distribution() -> None:
    from scipy.stats import norm

    for test in compare_all(a_sheet(300, 4, 2), "delong").tests:
        z = test.difference / test.standard_error
        assert test.p == pytest.approx(2 * norm.sf(abs(z)), rel=1e-9)
        assert (test.high - test.low) / 2 == pytest.approx(norm.ppf(0.975) * test.standard_error, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_equal_scores_differ_by_nothing(method: Method) -> None:
    sheet = a_sheet(200, 1, 4, users=30)
    sheet.logit["twin"] = sheet.logit["m0"] * 2  # another scale, the same order
    test = compare_all(sheet, method, replicates=50).tests[0]
    assert (test.difference, test.p, test.adjusted) == (0, 1, 1)
    assert np.isnan([test.low, test.high, test.standard_error]).all()
    assert not told(test)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("clicks", [0, 1, 2, 9, 91, 98, 100], ids="{} clicks".format)
def test_few_rows_of_a_class_tell_nothing(method: Method, clicks: int) -> None:
    label = np.arange(100) < clicks
    found = compare_all(noisy(label, np.arange(100) // 2), method, replicates=100)
    one, test = found.intervals["a"], found.tests[0]
    assert math.isnan(one.value) is (clicks in (0, 100))
    assert np.isnan([one.low, one.high, one.standard_error]).all()
    assert np.isnan([test.low, test.high, test.standard_error, test.p, test.adjusted]).all()
    assert not told(test)


@pytest.mark.parametrize("method", BY_ROWS)
def test_the_least_rows_of_a_class_tell_something(method: Method) -> None:
    for label in (np.arange(100) < LEAST_OF_A_CLASS, np.arange(100) >= LEAST_OF_A_CLASS):
        found = compare_all(noisy(label, np.full(100, -1)), method, replicates=200)
        assert found.intervals["b"].low < found.intervals["b"].value < found.intervals["b"].high
        assert told(found.tests[0])


@pytest.mark.parametrize("method", BY_USERS)
@pytest.mark.parametrize("users", [1, 2, 5, 19, 20])
def test_few_users_tell_nothing(method: Method, users: int) -> None:
    label = np.random.default_rng(1).random(50 * users) < 0.4
    found = compare_all(noisy(label, np.arange(50 * users) % users), method, replicates=200)
    enough = users >= LEAST_USERS
    assert told(found.tests[0]) is enough
    assert math.isnan(found.tests[0].p) is math.isnan(found.intervals["a"].low) is not enough


@pytest.mark.parametrize("method", BY_USERS)
@pytest.mark.parametrize("clicking", [9, 10])
def test_few_users_who_click_tell_nothing(method: Method, clicking: int) -> None:
    user = np.arange(2000) % 100
    label = (user < clicking) & (np.random.default_rng(1).random(2000) < 0.5)
    test = compare_all(noisy(label, user), method, replicates=200).tests[0]
    assert (test.units, test.fewest) == (100, clicking)
    assert told(test) is (clicking >= LEAST_OF_A_CLASS)


@pytest.mark.parametrize("method", BY_USERS)
def test_rows_without_a_user_count_as_users_of_their_own(method: Method) -> None:
    user = np.r_[np.arange(200) % 5, np.full(100, -1)]
    test = compare_all(noisy(np.arange(300) % 3 == 0, user), method, replicates=200).tests[0]
    assert (test.users, test.units, test.fewest) == (5, 105, 5 + 33)
    assert told(test)


def test_users_who_favour_one_model_are_no_proof_for_others() -> None:
    # In each data set every user favours one of two equally good models by chance, in all rows.
    alarms = {"delong": 0, "clustered": 0}
    for seed in range(100):
        rng = np.random.default_rng(seed)
        user = np.repeat(np.arange(30), 30)
        label, lean = rng.random(900) < 0.3, rng.normal(size=30)[user]
        sheet = noisy(label, user)
        sheet.logit["a"] = (label * (1 + lean) + rng.normal(size=900)).astype(np.float32)
        sheet.logit["b"] = (label * (1 - lean) + rng.normal(size=900)).astype(np.float32)
        for method in ("delong", "clustered"):
            alarms[method] += told(compare_all(sheet, method).tests[0])
    assert alarms["delong"] > 25
    assert alarms["clustered"] < 13  # 13 of 100 at 5 %: 1 in 1,000


@pytest.mark.parametrize("method", METHODS)
def test_a_difference_that_does_not_vary_is_told_without_an_interval(method: Method) -> None:
    label = np.arange(400) % 4 == 0
    sheet = noisy(label, np.arange(400) // 8)
    sheet.logit.update(a=label.astype(np.float32), b=np.zeros(400, np.float32))  # a perfect and a constant model
    test = compare_all(sheet, method, replicates=100).tests[0]
    assert test.difference == 0.5
    assert np.isnan([test.low, test.high, test.standard_error]).all()
    assert test.p == (0 if method in ("delong", "clustered") else 2 / 101)
    assert told(test)


def test_the_method_that_the_rows_call_for() -> None:
    for group, expected in (
        (np.full(100, -1), "delong"),
        (np.arange(100), "delong"),
        (np.r_[np.arange(50), np.full(50, -1)], "delong"),
        (np.arange(100) // 2, "clustered"),
        (np.r_[0, np.arange(50), np.full(49, -1)], "clustered"),
    ):
        sheet = noisy(np.arange(100) % 3 == 0, group)
        assert method_for(sheet) == compare_all(sheet).method == compare_all(sheet).tests[0].method == expected
        assert compare_all(sheet) == compare_all(sheet, expected)


@pytest.mark.parametrize("users", [0, 40])
def test_the_interval_of_one_auc_alone_is_the_same(users: int) -> None:
    sheet = a_sheet(400, 3, 2, users=users)
    assert {name: auc_interval(sheet, name) for name in sheet.ids} == compare_all(sheet).intervals


def test_users_that_act_alike_widen_the_interval() -> None:
    rng = np.random.default_rng(3)
    user = np.repeat(np.arange(60), 20)
    label = (rng.random(60) < 0.4).repeat(20).astype(np.uint8)  # all rows of a user go the same way
    score = (rng.normal(size=60)[user] + label).astype(np.float32)
    sheet = Sheet(np.arange(1200), label, user.astype(np.int32), {"a": score, "b": score[::-1].copy()})
    plain = compare_all(sheet, "bootstrap", replicates=300).intervals["a"]
    clustered = compare_all(sheet, "users", replicates=300).intervals["a"]
    assert clustered.standard_error > 2.5 * plain.standard_error


@pytest.mark.parametrize("method", BY_USERS)
def test_users_are_needed_to_test_by_them(method: Method) -> None:
    with pytest.raises(DataError, match="belong to no users"):
        compare_all(a_sheet(50, 2, 0), method)


def test_p_of_the_bootstrap_counts_replicates_beyond_zero() -> None:
    sheet = a_sheet(400, 3, 6)
    many = compare_all(sheet, "bootstrap", replicates=400, seed=1)
    for test in many.tests:
        steps = test.p * 401 / 2
        assert test.p == 1 or steps == pytest.approx(round(steps), abs=1e-9)
        assert test.p >= 2 / 401
    sure = Sheet(sheet.row, sheet.label, sheet.group, {"a": sheet.label + sheet.logit["m0"], "b": -sheet.logit["m0"]})
    assert compare_all(sure, "bootstrap", replicates=400).tests[0].p == 2 / 401
    again = compare_all(sheet, "bootstrap", replicates=400, seed=1)
    assert again == many
    assert compare_all(sheet, "bootstrap", replicates=400, seed=2) != many


def test_how_many_pairs_a_thousand_replicates_can_tell_apart() -> None:
    least = 2 / 1001
    assert min(holm([least] + [1.0] * 24)) < 0.05 < min(holm([least] + [1.0] * 25))


def test_progress_is_told_and_may_stop() -> None:
    shares: list[float] = []
    compare_all(a_sheet(100, 2, 0), "bootstrap", replicates=500, progress=shares.append)
    assert shares[-1] == 1

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_all(a_sheet(100, 2, 0), "bootstrap", progress=stop)


def test_one_model_has_an_interval_and_no_test() -> None:
    found = compare_all(a_sheet(100, 1, 0))
    assert len(found.intervals) == 1
    assert found.tests == []


def test_holm_by_hand() -> None:
    # Smallest times 4, next times 3, and so on, never below the one before: 0.02 x 2 = 0.04 stays at 0.045.
    assert holm([0.02, 0.005, 0.9, 0.015]) == pytest.approx([0.045, 0.02, 0.9, 0.045])
    assert holm([0.4, 0.5]) == pytest.approx([0.8, 0.8])
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([]) == []
    found = holm([0.01, float("nan"), 0.04])
    assert found[0] == 0.02
    assert found[2] == 0.04
    assert math.isnan(found[1])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_equals_its_definition(p: list[float]) -> None:
    # Adjusted: the smallest level at which the step-down procedure rejects, which is the running maximum in order.
    count = len(p)
    order = np.argsort(p, kind="stable")
    stepped = np.minimum(1, np.maximum.accumulate((count - np.arange(count)) * np.array(p)[order]))
    expected = np.empty(count)
    expected[order] = stepped
    np.testing.assert_allclose(holm(p), expected)
