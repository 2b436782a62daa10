from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.cleaning import clean, duplicated
from ctrcore.data.hashing import row_hashes
from ctrcore.data.recipe import Cleaning, Recipe
from ctrcore.data.values import word
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema


def recipe(**cleaning: bool) -> Recipe:
    return Recipe(
        data_schema=Schema(label="click", columns=[Column(name="x", kind="categorical")]), cleaning=Cleaning(**cleaning)
    )


FRAME = pd.DataFrame(
    {"x": ["a", "b", "a", None, "b", None], "click": [1, 0, 1, None, 1, None]}, index=[10, 10, 3, 4, 5, 6]
)


def test_rows_keep_their_source_position() -> None:
    rows, label, dropped = clean(FRAME, recipe())
    assert rows.index.tolist() == [0, 1, 2, 4]
    assert label.tolist() == [1, 0, 1, 1]
    assert dropped == {"duplicates": 0, "unlabelled": 2}
    rows, label, dropped = clean(FRAME, recipe(drop_duplicates=True))
    assert rows.index.tolist() == [0, 1, 4]
    assert dropped == {"duplicates": 2, "unlabelled": 1}
    assert label.tolist() == [1, 0, 1]


def test_a_missing_label_may_be_an_error() -> None:
    with pytest.raises(DataError, match="2 rows have no label, the first of them row 4"):
        clean(FRAME, recipe(drop_unlabelled=False))


def test_duplicates_against_pandas_and_among_lists() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.integers(0, 4, 200), "b": rng.choice(["x", "y", None], 200)})
    np.testing.assert_array_equal(duplicated(frame), frame.duplicated())
    lists = pd.DataFrame({"a": [[1, 2], [1, 2], [2, 1], np.array([1, 2])]})
    assert duplicated(lists).tolist() == [False, True, False, True]
    assert duplicated(frame.iloc[:0]).tolist() == []


CELLS = st.one_of(st.none(), st.integers(-2, 2), st.floats(-1, 1), st.sampled_from(["", "a", "b", "1"]))
LISTS = st.one_of(st.none(), st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "ab"])), max_size=3))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, LISTS, st.booleans()), max_size=12))
def test_duplicates_against_a_comparison_of_all_pairs(rows: list[tuple[Any, ...]]) -> None:
    kinds: dict[str, Any] = {"a": object, "b": object, "c": pd.ArrowDtype(pa.list_(pa.string())), "d": bool}
    frame = pd.DataFrame(
        {name: pd.Series([row[place] for row in rows], dtype=kind) for place, (name, kind) in enumerate(kinds.items())}
    )
    seen: list[tuple[Any, ...]] = []
    expected = []
    for row in rows:
        key = (word(row[0]), word(row[1]), row[2], row[3])
        expected.append(key in seen)
        seen.append(key)
    assert duplicated(frame).tolist() == expected


def test_duplicates_in_every_kind_of_column() -> None:
    kinds = {
        "text": pd.Series(["a", "a", "", None, None], dtype="str"),
        "float": pd.Series([0.0, -0.0, 1.5, np.nan, float("nan")]),
        "time": pd.to_datetime(pd.Series(["2024-01-01", "2024-01-01", "2024-01-02", None, None])),
        "category": pd.Series(pd.Categorical(["a", "a", "b", None, None])),
        "nullable": pd.Series([1, 1, 0, None, None], dtype="Int64"),
        "flag": pd.Series([True, True, False, None, None], dtype="boolean"),
    }
    for name, cells in kinds.items():
        assert duplicated(pd.DataFrame({name: cells})).tolist() == [False, True, False, False, True], name
    assert duplicated(pd.DataFrame(kinds)).tolist() == [False, True, False, False, True]


def test_the_order_of_columns_and_members_counts() -> None:
    assert not duplicated(pd.DataFrame({"a": ["x", "y"], "b": ["y", "x"]})).any()
    lists = pd.Series([["x", "y"], ["y", "x"], ["x"], [], None], dtype=pd.ArrowDtype(pa.list_(pa.string())))
    assert not duplicated(pd.DataFrame({"a": lists})).any()


def test_a_hundred_thousand_rows_have_a_number_each() -> None:
    frame = pd.DataFrame({"a": np.arange(100_000) % 317, "b": np.arange(100_000) // 317})
    assert len(np.unique(row_hashes(frame))) == 100_000
    assert len(np.unique(row_hashes(frame, without=("b",)))) == 317
