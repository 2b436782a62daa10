from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.cleaning import clean, duplicated
from ctrcore.data.recipe import Cleaning, Recipe
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
