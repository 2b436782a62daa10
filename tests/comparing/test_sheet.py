"""Bringing the scores of several models onto the same rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.comparing.ranked import Ranked
from ctrcore.comparing.sheet import Sheet, sheet_of
from ctrcore.errors import DataError


def scored(rows: list[int], seed: int = 0) -> pd.DataFrame:
    """Scores of rows whose label and user follow from their number."""
    row = np.array(rows)
    return pd.DataFrame(
        {
            "row": row,
            "label": row % 3 == 0,
            "group": (row // 4).astype(np.int32),
            "logit": np.random.default_rng(seed).normal(size=len(row)).astype(np.float32),
        }
    )


def test_models_with_the_same_rows_are_taken_as_they_are() -> None:
    one, two = scored([5, 3, 9], 1), scored([5, 3, 9], 2)
    sheet = sheet_of({"one": one, "two": two})
    assert sheet.row.tolist() == [5, 3, 9]
    assert sheet.label.tolist() == [0, 1, 1]
    assert sheet.group.tolist() == [1, 0, 2]
    assert (len(sheet), sheet.ids, sheet.clicks, sheet.has_users) == (3, ["one", "two"], 2, True)
    assert sheet.left_out == {"one": 0, "two": 0}
    np.testing.assert_array_equal(sheet.logit["two"], two["logit"])


def test_only_common_rows_are_kept_each_with_its_own_score() -> None:
    tables = {"one": scored([7, 1, 4, 6], 1), "two": scored([6, 7, 8, 1, 2], 2), "three": scored([1, 6, 7], 3)}
    sheet = sheet_of(tables)
    assert sheet.row.tolist() == [7, 1, 6]
    assert sheet.left_out == {"one": 1, "two": 2, "three": 0}
    for name, table in tables.items():
        by_row = dict(zip(table["row"], table["logit"], strict=True))
        assert sheet.logit[name].tolist() == [by_row[row] for row in (7, 1, 6)]
        assert sheet.logit[name].dtype == np.float32


def test_rows_that_no_two_models_share_are_refused() -> None:
    with pytest.raises(DataError, match="not tested on a single common row"):
        sheet_of({"one": scored([1, 2]), "two": scored([3, 4])})
    with pytest.raises(DataError, match="not tested on a single common row"):
        sheet_of({"one": scored([]), "two": scored([])})


def test_models_of_another_label_are_refused() -> None:
    other = scored([1, 2, 3])
    other["label"] = ~other["label"]
    with pytest.raises(DataError, match="do not agree on which rows were clicked"):
        sheet_of({"one": scored([1, 2, 3]), "two": other})


def test_a_score_that_is_no_number_is_refused() -> None:
    broken = scored([1, 2, 3, 4])
    broken.loc[1:2, "logit"] = np.nan
    with pytest.raises(DataError, match="2 of the scores of 'diverged' are not numbers"):
        sheet_of({"fine": scored([1, 2, 3, 4]), "diverged": broken})
    with pytest.raises(DataError, match="2 of the scores of 'DIN, too fast' are not numbers"):
        sheet_of({"fine": scored([1, 2, 3, 4]), "diverged": broken}, {"diverged": "DIN, too fast"})
    # A row that is not compared does no harm.
    broken = scored([1, 2, 3, 4])
    broken.loc[0, "logit"] = np.nan
    assert len(sheet_of({"fine": scored([2, 3, 4]), "broken": broken})) == 3


def test_users_are_counted_from_zero() -> None:
    sheet = sheet_of({"one": scored([1, 2, 3])})
    codes, users = Sheet(np.arange(5), np.zeros(5, np.uint8), np.array([7, -1, 3, 7, -1], np.int32), {}).users
    assert (codes.tolist(), users) == ([1, -1, 0, 1, -1], 2)
    assert sheet.users[1] == 1
    assert not Sheet(np.arange(2), np.zeros(2, np.uint8), np.full(2, -1, np.int32), {}).has_users


def test_what_is_computed_is_kept() -> None:
    sheet = sheet_of({name: scored(list(range(50)), seed) for seed, name in enumerate("abc")})
    first = sheet.ranked("b")
    assert isinstance(first, Ranked)
    sheet.warm()
    assert sheet.ranked("b") is first
    calls: list[int] = []
    for _ in range(3):
        assert sheet.kept("sum", "a", lambda: calls.append(1) or 5) == 5
    assert len(calls) == 1


def test_the_best_auc_comes_first_and_what_has_none_last() -> None:
    label = np.array([0, 0, 1, 1], np.uint8)
    scores = {"bad": [3, 2, 1, 0], "fair": [0, 2, 1, 3], "best": [0, 1, 2, 3], "as fair": [1, 3, 2, 4]}
    logit = {name: np.array(score, np.float32) for name, score in scores.items()}
    sheet = Sheet(np.arange(4), label, np.full(4, -1, np.int32), logit)
    assert sheet.best_first() == ["best", "fair", "as fair", "bad"]
    one_class = Sheet(np.arange(4), np.zeros(4, np.uint8), np.full(4, -1, np.int32), logit)
    assert one_class.best_first() == list(scores)  # nobody has an AUC
