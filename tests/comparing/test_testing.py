"""Intervals, paired tests, the correction for many of them, and the finding in words."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.testing import Method, Test, compare_all, holm, in_words, told
from ctrcore.errors import DataError
from tests.comparing.samples import a_sheet

METHODS: list[Method] = ["delong", "bootstrap", "users"]
TITLES = {"a": "DIN", "b": "FM"}
FOUND = Test("a", "b", 0.021, 0.014, 0.028, 0.0036, 1e-8, 1e-7, "delong", 6000, 1500, 0, 10)


def sheet_from(label: list[int], **scores: list[float]) -> Sheet:
    size = len(label)
    logit = {name: np.array(score, np.float32) for name, score in scores.items()}
    return Sheet(np.arange(size), np.array(label, np.uint8), np.arange(size, dtype=np.int32) // 2, logit)


@pytest.mark.parametrize("method", METHODS)
def test_every_model_and_every_pair_is_told(method: Method) -> None:
    sheet = a_sheet(3000, 3, 1, users=300)
    found = compare_all(sheet, method, replicates=500)
    assert (found.method, found.replicates) == (method, 0 if method == "delong" else 500)
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
        assert (test.p < 0.05) == (test.low > 0)
        # The models share most of their noise: a paired test must be far sharper than two separate ones.
        assert test.standard_error < 0.8 * math.hypot(
            *(found.intervals[one].standard_error for one in (test.a, test.b))
        )
    assert [test.adjusted for test in found.tests] == holm([test.p for test in found.tests])
    assert told(found.tests[1])


def test_delong_by_hand() -> None:
    # Clicked 0.9, 0.4; others 0.5, 0.3, 0.1: placements of the clicked 1, 2/3, of the others 1/2, 1, 1: AUC 5/6.
    one = compare_all(sheet_from([1, 1, 0, 0, 0], a=[0.9, 0.4, 0.5, 0.3, 0.1])).intervals["a"]
    variance = (1 / 18) / 2 + (1 / 12) / 3
    assert one.value == pytest.approx(5 / 6)
    assert one.standard_error == pytest.approx(math.sqrt(variance))
    assert one.low == pytest.approx(5 / 6 - 1.959964 * math.sqrt(variance), abs=1e-6)
    assert one.high == 1.0  # cut: 1.30 is no AUC


def test_p_of_delong_is_that_of_the_normal_distribution() -> None:
    from scipy.stats import norm

    for test in compare_all(a_sheet(300, 4, 2)).tests:
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
    assert "equally well" in in_words(test, {"m0": "FM", "twin": "AFM"})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "label",
    [[1, 1, 0, 0, 0, 0], [1, 0], [1], [0, 0, 0], [1, 1, 1, 1]],
    ids=["perfect order", "two rows", "one row", "no click", "clicks only"],
)
def test_where_nothing_varies_no_interval_is_given(method: Method, label: list[int]) -> None:
    size = len(label)
    falling, rising = [float(-one) for one in range(size)], [float(one) for one in range(size)]
    found = compare_all(sheet_from(label, a=falling, b=rising), method, replicates=30)
    both = 0 < sum(label) < size
    assert found.intervals["a"].value == pytest.approx(1.0 if both else float("nan"), nan_ok=True)
    test = found.tests[0]
    ends = [found.intervals["a"].low, found.intervals["a"].high, test.low, test.high, test.p, test.adjusted]
    if method != "users" or not both:  # drawn users may leave one class, and the other order then varies
        assert np.isnan(ends).all()
        assert "cannot be told" in in_words(test, TITLES)
    assert not told(test)


def test_users_that_act_alike_widen_the_interval() -> None:
    rng = np.random.default_rng(3)
    user = np.repeat(np.arange(60), 20)
    label = (rng.random(60) < 0.4).repeat(20).astype(np.uint8)  # all rows of a user go the same way
    score = (rng.normal(size=60)[user] + label).astype(np.float32)
    sheet = Sheet(np.arange(1200), label, user.astype(np.int32), {"a": score, "b": score[::-1].copy()})
    plain = compare_all(sheet, "bootstrap", replicates=300).intervals["a"]
    clustered = compare_all(sheet, "users", replicates=300).intervals["a"]
    assert clustered.standard_error > 2.5 * plain.standard_error


def test_users_are_needed_to_draw_them() -> None:
    with pytest.raises(DataError, match="belong to no users"):
        compare_all(a_sheet(50, 2, 0), "users")


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


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_equals_its_definition(p: list[float]) -> None:
    # Adjusted: the smallest level at which the step-down procedure rejects, which is the running maximum in order.
    count = len(p)
    order = np.argsort(p, kind="stable")
    stepped = np.minimum(1, np.maximum.accumulate((count - np.arange(count)) * np.array(p)[order]))
    expected = np.empty(count)
    expected[order] = stepped
    np.testing.assert_allclose(holm(p), expected)


def test_words_where_a_difference_is_told() -> None:
    sentence = "DIN ranks better than FM on these 6,000 rows (+0.021 AUC, 95 % 0.014 to 0.028)."
    assert in_words(FOUND, TITLES) == sentence
    turned = replace(FOUND, a="b", b="a", difference=-0.021, low=-0.028, high=-0.014)
    assert in_words(turned, TITLES) == sentence
    fine = replace(FOUND, difference=0.00123, low=0.00103, high=0.00143, standard_error=0.0001)
    assert "(+0.0012 AUC, 95 % 0.0010 to 0.0014)" in in_words(fine, TITLES)


def test_words_where_no_difference_is_told() -> None:
    test = replace(FOUND, difference=-0.003, low=-0.011, high=0.005, standard_error=0.004, p=0.45, adjusted=1.0)
    assert in_words(test, TITLES) == (
        "No difference between FM and DIN can be told on these 6,000 rows (+0.003 AUC, 95 % −0.005 to 0.011 for FM)."
    )
    close = replace(test, difference=0.004, low=-0.0002, high=0.0082, p=0.06)
    assert "95 % −0.0002 to 0.0082" in in_words(close, TITLES)  # not -0.000, which hides the side of zero


def test_words_where_many_comparisons_take_it_back() -> None:
    test = replace(FOUND, difference=0.008, low=0.001, high=0.015, p=0.02, adjusted=0.2)
    assert in_words(test, TITLES) == (
        "DIN is ahead of FM on these 6,000 rows (+0.008 AUC, 95 % 0.001 to 0.015), but among 10 comparisons a lead "
        "like this may be chance, so no difference can be told."
    )


def test_words_name_the_users_where_they_were_drawn() -> None:
    for p in (0.0001, 0.02, 0.4):
        test = replace(FOUND, method="users", users=943, p=p, adjusted=min(1.0, 10 * p))
        sentence = in_words(test, TITLES)
        assert "these 6,000 rows of 943 users" in sentence
        assert sentence.endswith(" Users were resampled with all of their rows.")
