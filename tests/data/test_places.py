from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.places import at_places

BIG = 2**60


@pytest.mark.parametrize("kind", ["int64", "uint64"])
def test_large_ids_stay_apart_beside_a_gap(kind: str) -> None:
    cells = pd.Series([BIG, BIG + 1, 7], index=[4, 5, 6], dtype=kind)
    assert at_places(cells, np.array([1, -1, 0, 2])).tolist() == [str(BIG + 1), np.nan, str(BIG), "7"]
    whole = at_places(cells, np.array([1, 0, 1]))
    assert whole.dtype == kind
    assert whole.tolist() == [BIG + 1, BIG, BIG + 1]


def test_the_lowest_number_is_large_as_well() -> None:
    lowest = np.iinfo(np.int64).min
    assert at_places(pd.Series([lowest, 1]), np.array([0, -1]))[0] == str(lowest)


def test_small_numbers_stay_numbers() -> None:
    found = at_places(pd.Series([2**53, -3], dtype="int64"), np.array([-1, 0, 1]))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [np.nan, 2**53, -3])


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series(["a", None, "c"], dtype="str"),
        pd.Series(["a", None, "c"], dtype="category"),
        pd.Series([1.5, np.nan, 2]),
        pd.Series(pd.to_datetime(["2024-01-01", None, "2024-02-01"])),
        pd.Series([["x"], None, ["y", "z"]], dtype=object),
        pd.Series([True, False, True]),
        pd.Series([5, None, 6], dtype="Int64"),
    ],
    ids=lambda cells: str(cells.dtype),
)
def test_other_kinds(cells: Any) -> None:
    found = at_places(cells, np.array([2, -1, 0]))
    assert found[0] == cells[2]
    assert found[2] == cells[0]
    assert found.isna().tolist() == [False, True, False]
    assert found.index.tolist() == [0, 1, 2]


def test_a_table_without_rows() -> None:
    assert at_places(pd.Series([], dtype="int64"), np.array([-1, -1])).isna().all()
