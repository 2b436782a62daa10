from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.encoding import Encoder
from ctrcore.data.scaling import NumberScale
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema

finite = st.floats(allow_nan=False, allow_infinity=False)


def fit(numbers: list[float], **column: Any) -> NumberScale:
    array = np.asarray(numbers, dtype=np.float64)
    return NumberScale.fit(Column(name="x", kind="numeric", **column), array, np.arange(len(array)))


def test_min_max_standard_log1p_none_against_their_formulas() -> None:
    x = np.array([3.0, -1.0, 10.0, 0.5])
    np.testing.assert_allclose(fit(x, scale="min_max").apply(x), (x + 1) / 11, rtol=1e-6)
    np.testing.assert_allclose(fit(x, scale="standard").apply(x), (x - x.mean()) / x.std(), rtol=1e-6)
    np.testing.assert_allclose(fit(x, scale="log1p").apply(x), np.sign(x) * np.log1p(np.abs(x)), rtol=1e-6)
    np.testing.assert_allclose(fit(x, scale="none").apply(x), x)
    logarithm = np.sign(x) * np.log1p(np.abs(x))
    standardised = (logarithm - logarithm.mean()) / logarithm.std()
    np.testing.assert_allclose(fit(x, scale="log_standard").apply(x), standardised, rtol=1e-6)


@pytest.mark.parametrize("scale", ["none", "min_max", "standard", "log1p", "log_standard"])
def test_numbers_out_of_range_count_as_its_ends(scale: str) -> None:
    state = fit([2.0, 5.0, 3.0], scale=scale)
    wild = state.apply(np.array([-1e300, 1e300, 2.0, 5.0]))
    assert wild[0] == wild[2]
    assert wild[1] == wild[3]


@pytest.mark.parametrize("scale", ["none", "min_max", "standard", "log1p", "log_standard", "quantile"])
@pytest.mark.parametrize("numbers", [[7.0] * 4, [1e300, -1e300, 1e308, -1.7e308], [5e-324, 0.0], [1e15, 1e15 + 1], []])
def test_odd_columns_scale_to_finite_numbers(scale: str, numbers: list[float]) -> None:
    state = fit(numbers, scale=scale)
    out = state.apply(np.array([*numbers, 0.0, 1e300]))
    assert np.isfinite(out).all()
    assert np.isfinite(state.invert(out)).all()
    assert state.bucket(np.array(numbers)).max(initial=0) < len(state.bucket_names)
    assert NumberScale.model_validate_json(state.model_dump_json()) == state


def test_a_constant_column_says_nothing() -> None:
    assert fit([0.1 + 0.2, 0.3], scale="standard").apply(np.array([0.3]))[0] == pytest.approx(0, abs=1e-12)
    assert fit([7.0, 7.0], scale="min_max").apply(np.array([7.0])).tolist() == [0]
    assert fit([7.0, 7.0], scale="quantile").bucket_names == ["(-inf, inf)"]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=30), st.sampled_from([0, 1, 2]), st.data())
def test_numbers_come_back_with_their_decimals(whole: list[int], decimals: int, data: st.DataObject) -> None:
    numbers = np.round(np.array(whole) / 10**decimals, decimals)
    state = fit(list(numbers), scale=data.draw(st.sampled_from(["none", "min_max", "standard"])))
    np.testing.assert_array_equal(state.invert(state.apply(numbers)), numbers)


@settings(max_examples=80, deadline=None)
@given(st.lists(finite, min_size=1, max_size=50), st.integers(2, 10))
def test_buckets_are_increasing_and_hold_their_numbers(numbers: list[float], buckets: int) -> None:
    state = fit(numbers, scale="quantile", buckets=buckets)
    assert len(state.bucket_names) <= buckets
    assert all(a < b for a, b in zip(state.edges[:-1], state.edges[1:], strict=True))
    bounds = np.array([-np.inf, *state.edges, np.inf])
    place = state.bucket(np.array(numbers))
    assert (bounds[place] <= numbers).all()
    assert (numbers < bounds[place + 1]).all()


def test_buckets_hold_about_equally_many_and_none_is_empty() -> None:
    x = np.random.default_rng(0).lognormal(3, 2, 10_000)
    sizes = np.bincount(fit(list(x), scale="quantile", buckets=10).bucket(x))
    assert len(sizes) == 10
    assert sizes.min() > 900
    few = [1.0] * 50 + [2.0] * 30 + [3.0] * 20
    state = fit(few, scale="quantile", buckets=20)
    assert state.bucket_names == ["(-inf, 2)", "[2, 3)", "[3, inf)"]


IMPUTED = {
    "median": ([1.0, np.nan, 2.0, 9.0], {"impute": None}, 2.0),
    "median by name": ([1.0, np.nan, 2.0, 9.0], {"impute": "median"}, 2.0),
    "mean": ([1.0, np.nan, 2.0, 9.0], {"impute": "mean"}, 4.0),
    "most_frequent": ([5.0, 3.0, np.nan, 3.0, 5.0, 1.0], {"impute": "most_frequent"}, 3.0),
    "constant": ([1.0, np.nan], {"impute": "constant", "fill_value": -7}, -7.0),
    "constant text": ([1.0, np.nan], {"impute": "constant", "fill_value": "2.5"}, 2.5),
    "nothing known": ([np.nan, np.nan], {"impute": "mean"}, 0.0),
}


@pytest.mark.parametrize("case", IMPUTED)
def test_missing_numbers(case: str) -> None:
    numbers, column, expected = IMPUTED[case]
    frame = pd.DataFrame({"x": numbers, "click": 0})
    encoder = Encoder().fit(frame, Schema(label="click", columns=[Column(name="x", kind="numeric", **column)]))
    back = encoder.inverse(encoder.transform(pd.DataFrame({"x": [np.nan, None, "", np.inf, "word"]})))
    assert back["x"].tolist() == pytest.approx([expected] * 5)


@pytest.mark.parametrize("fill", [None, "many", float("inf")])
def test_a_constant_must_be_a_number(fill: Any) -> None:
    with pytest.raises(DataError, match="which is no number"):
        fit([1.0], impute="constant", fill_value=fill)


def test_texts_and_times_as_numbers() -> None:
    frame = pd.DataFrame(
        {
            "text": ["1.5", " 2 ", "1e3"],
            "bool": [True, False, True],
            "date": pd.to_datetime(["1970-01-01 00:00:10", "1970-01-02 00:00:00", "3000-01-01 00:00:00"]),
            "click": 0,
        }
    )
    columns = [Column(name=name, kind="numeric", scale="none") for name in ("text", "bool", "date")]
    encoder = Encoder()
    encoded = encoder.fit_transform(frame, Schema(label="click", columns=columns))
    assert encoded.values[:, 0].tolist() == [1.5, 2, 1000]
    assert encoded.values[:, 1].tolist() == [1, 0, 1]
    assert encoded.values[:, 2].tolist() == [10, 86400, np.float32(32503680000)]
