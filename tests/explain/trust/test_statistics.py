from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from ctrcore.explain.trust.statistics import (
    AT_ONCE,
    jaccard,
    kendall,
    mean_over_rows,
    row_means,
    spearman,
    top,
)

ROWS = st.lists(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=0, max_size=7), min_size=1, max_size=6
)


def padded(rows: list[list[tuple[int, int]]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    width = max(len(row) for row in rows) + 1  # always some padding, with numbers that must not count
    x, y = np.full((len(rows), width), 9.0), np.full((len(rows), width), -9.0)
    mask = np.zeros((len(rows), width), bool)
    for number, row in enumerate(rows):
        for place, (a, b) in enumerate(row):
            x[number, place], y[number, place], mask[number, place] = a, b, True
    return x, y, mask


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
@pytest.mark.filterwarnings("ignore")
def test_rank_correlations_are_scipys_of_each_row(rows: list[list[tuple[int, int]]]) -> None:
    x, y, mask = padded(rows)
    for ours, theirs in ((kendall, kendalltau), (spearman, spearmanr)):
        found = ours(x, y, mask)
        for number, row in enumerate(rows):
            a, b = [one for one, _ in row], [other for _, other in row]
            expected = theirs(a, b).statistic if len(row) >= 2 else np.nan
            np.testing.assert_allclose(found[number], expected, atol=1e-12, equal_nan=True)


def test_many_parts_are_compared_a_few_rows_at_a_time() -> None:
    rng = np.random.default_rng(0)
    parts = 400
    rows = 2 * (AT_ONCE // parts**2) + 3
    x, y = rng.random((rows, parts)), rng.random((rows, parts))
    mask = np.ones(x.shape, bool)
    found = kendall(x, y, mask)
    assert len(found) == rows
    for row in (0, rows // 2, rows - 1):
        assert found[row] == pytest.approx(kendalltau(x[row], y[row]).statistic)


def test_the_top_parts_and_their_overlap() -> None:
    scores = np.array([[3.0, 1.0, 2.0, 9.0], [5.0, 4.0, 0.0, 0.0]])
    mask = np.array([[True, True, True, False], [True, False, False, False]])
    first = top(scores, mask, 2)
    np.testing.assert_array_equal(first, [[True, False, True, False], [True, False, False, False]])
    other = top(-scores, mask, 2)
    np.testing.assert_allclose(jaccard(first, other), [1 / 3, 1.0])


def test_a_mean_leaves_out_what_is_not_defined() -> None:
    group = np.full(4, -1)
    found = mean_over_rows(np.array([1.0, np.nan, 3.0, 2.0]), group)
    assert found.value == 2.0
    assert found.rows == 3
    assert found.low < 2 < found.high
    assert np.isnan(mean_over_rows(np.array([np.nan]), group[:1]).value)
    assert np.isnan(mean_over_rows(np.array([1.0]), group[:1]).low)
    np.testing.assert_allclose(row_means(np.array([[1.0, np.nan, 3.0], [np.nan] * 3])), [2.0, np.nan])


def test_an_interval_holds_the_truth_as_often_as_it_promises_also_where_rows_of_a_user_are_alike() -> None:
    rng = np.random.default_rng(1)
    users, each = 60, 8
    group = np.repeat(np.arange(users), each)
    inside, naive = [], []
    for _ in range(120):
        values = np.repeat(rng.normal(size=users), each) + 0.1 * rng.normal(size=users * each)
        by_user, by_row = mean_over_rows(values, group), mean_over_rows(values, np.full(len(group), -1))
        inside.append(by_user.low < 0 < by_user.high)
        naive.append(by_row.low < 0 < by_row.high)
    assert np.mean(inside) > 0.87
    assert np.mean(naive) < 0.7  # rows taken as independent promise too much
