from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.measuring import histogram, measure_numbers, wilson
from ctrcore.schema import Column

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("clicks", "rows", "low", "high"),
    # Known values: Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson(clicks: int, rows: int, low: float, high: float) -> None:
    assert wilson(clicks, rows) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_holds_the_true_rate_nearly_as_often_as_it_says() -> None:
    held = []
    for clicks in RNG.binomial(200, 0.1, 3000):
        low, high = wilson(int(clicks), 200)
        held.append(low <= 0.1 <= high)
    assert 0.93 < np.mean(held) < 0.97


SPREADS = {
    "few whole numbers": RNG.integers(1, 6, 1000).astype(float),
    "normal": RNG.normal(size=5000),
    "long tail": np.floor(RNG.lognormal(3, 2, 5000)),
    "prices": RNG.lognormal(3, 2, 5000),
    "one wild number": np.append(RNG.normal(size=1000), 1e9),
    "constant": np.full(10, 3.5),
    "huge": np.array([-1.7e308, 1.7e308, 0.0]),
    "one": np.array([2.0]),
    "nearly all zero": np.append(np.zeros(10_000), [0.5, 3.0]),
}


@pytest.mark.parametrize("case", SPREADS)
def test_histograms_count_every_number_once(case: str) -> None:
    ordered = np.sort(SPREADS[case])
    made = histogram(ordered)
    assert made is not None
    assert len(made.edges) == len(made.counts) + 1
    assert sum(made.counts) == len(ordered)
    assert made.edges[0] <= ordered[0]
    assert made.edges[-1] >= ordered[-1]
    if len(made.counts) > 1:
        assert all(a < b for a, b in pairwise(made.edges))
        inside = [(ordered >= a) & (ordered < b) for a, b in pairwise(made.edges[:-1])]
        assert made.counts[:-1] == [int(chosen.sum()) for chosen in inside]


def test_the_edges_suit_the_spread() -> None:
    stars = histogram(np.sort(SPREADS["few whole numbers"]))
    assert stars is not None
    assert stars.edges == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    prices = histogram(np.sort(SPREADS["prices"]))
    assert prices is not None
    assert prices.logarithmic
    ratios = np.diff(np.log(prices.edges))
    assert ratios == pytest.approx(ratios[0])
    wild = histogram(np.sort(SPREADS["one wild number"]))
    assert wild is not None
    # One number cannot push the others into one bar.
    assert max(wild.counts) < 300
    assert histogram(np.empty(0)) is None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_any_numbers_have_a_histogram(numbers: list[float]) -> None:
    made = histogram(np.sort(np.array(numbers)))
    assert made is not None
    assert sum(made.counts) == len(numbers)
    assert np.isfinite(made.edges).all()


def test_quantiles_are_numbers_of_the_column() -> None:
    numbers = np.append(RNG.permutation(np.arange(1, 102)).astype(float), np.nan)
    made = measure_numbers(Column(name="x", kind="numeric"), numbers, np.zeros(102, np.float32))
    assert {quantile.share: quantile.value for quantile in made.quantiles} == {
        0.0: 1,
        0.01: 2,
        0.25: 26,
        0.5: 51,
        0.75: 76,
        0.99: 100,
        1.0: 101,
    }
