from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.recipe import Recipe, Split
from ctrcore.data.splitting import split_rows
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema

WAYS = ["random", "time", "user", "time_per_user"]


def recipe(user: str | None = "user", time: str | None = "time", **split: Any) -> Recipe:
    schema = Schema(label="click", user=user, time=time, columns=[Column(name="x", kind="numeric")])
    return Recipe(data_schema=schema, split=Split(**split))


def table(n: int = 1000, users: int = 50, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"user": rng.integers(0, users, n), "time": rng.integers(0, n, n), "x": 0.0})
    return frame, rng.integers(0, 2, n).astype(np.float32)


def shares(parts: dict[str, np.ndarray]) -> list[float]:
    total = sum(len(rows) for rows in parts.values())
    return [round(len(parts[name]) / total, 3) for name in ("train", "valid", "test")]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(WAYS), st.integers(60, 400), st.integers(1, 30), st.floats(0.1, 0.4), st.floats(0.1, 0.4))
def test_parts_are_disjoint_complete_and_in_order(by: Any, n: int, users: int, valid: float, test: float) -> None:
    frame, label = table(n, users)
    try:
        parts = split_rows(frame, label, recipe(by=by, valid=valid, test=test))
    except DataError:  # a part that cannot be measured
        return
    assert list(parts) == ["train", "valid", "test"]
    np.testing.assert_array_equal(np.sort(np.concatenate(list(parts.values()))), np.arange(n))
    for rows in parts.values():
        assert rows.dtype == np.int64
        assert (np.diff(rows) > 0).all()


@pytest.mark.parametrize("by", WAYS)
def test_shares_and_seeds(by: Any) -> None:
    frame, label = table(10_000, 500)
    parts = split_rows(frame, label, recipe(by=by, valid=0.1, test=0.2))
    np.testing.assert_allclose(shares(parts), [0.7, 0.1, 0.2], atol=0.015)
    again = split_rows(frame, label, recipe(by=by, valid=0.1, test=0.2))
    other = split_rows(frame, label, recipe(by=by, valid=0.1, test=0.2, seed=1))
    assert all(np.array_equal(parts[name], again[name]) for name in parts)
    assert np.array_equal(parts["test"], other["test"]) == by.startswith("time")


def test_time_splits_in_order_and_ties_by_position() -> None:
    frame, label = table()
    parts = split_rows(frame, label, recipe(by="time"))
    time = frame["time"].to_numpy()
    assert time[parts["train"]].max() <= time[parts["valid"]].min()
    assert time[parts["valid"]].max() <= time[parts["test"]].min()
    same = frame.assign(time=7)
    parts = split_rows(same, label, recipe(by="time"))
    np.testing.assert_array_equal(np.concatenate(list(parts.values())), np.arange(1000))


def test_rows_without_a_time_are_the_first() -> None:
    frame, label = table()
    frame["time"] = frame["time"].where(np.arange(1000) >= 100)
    assert set(range(100)) <= set(split_rows(frame, label, recipe(by="time"))["train"])


def test_users_stay_whole() -> None:
    frame, label = table()
    parts = split_rows(frame, label, recipe(by="user"))
    users = [set(frame["user"].to_numpy()[rows]) for rows in parts.values()]
    assert all(users)
    assert sum(len(part) for part in users) == len(set.union(*users))


def test_each_user_s_last_rows() -> None:
    frame, label = table(1000, 20)
    parts = split_rows(frame, label, recipe(by="time_per_user", valid=0.1, test=0.2))
    part = np.empty(1000, dtype=object)
    for name, rows in parts.items():
        part[rows] = name
    for _, rows in frame.assign(part=part).groupby("user"):
        ordered = rows.sort_values("time", kind="stable")["part"].tolist()
        test, valid = int(len(rows) * 0.2 + 0.5), int(len(rows) * 0.1 + 0.5)
        assert ordered == ["train"] * (len(rows) - test - valid) + ["valid"] * valid + ["test"] * test


def test_a_user_with_one_row_trains() -> None:
    frame, label = table(100, 4)
    lonely = pd.DataFrame({"user": range(100, 150), "time": 1, "x": 0.0})
    both = pd.concat([frame, lonely], ignore_index=True)
    label = np.concatenate([label, np.ones(50, np.float32)])
    parts = split_rows(both, label, recipe(by="time_per_user", valid=0.3, test=0.6))
    assert set(range(100, 150)) <= set(parts["train"])


def test_the_first_row_of_each_user_trains() -> None:
    frame = pd.DataFrame({"user": np.repeat(np.arange(100), 2), "time": np.tile([2, 1], 100), "x": 0.0})
    label = np.tile(np.array([0, 1, 1, 0], np.float32), 50)
    with pytest.raises(DataError, match="became validation rows"):
        split_rows(frame, label, recipe(by="time_per_user", valid=0.4, test=0.5))
    more, _ = table(400, 8, seed=1)
    both = pd.concat([frame, more.assign(user=more["user"] + 100)], ignore_index=True)
    label = np.concatenate([label, np.tile(np.array([0, 1], np.float32), 200)])
    parts = split_rows(both, label, recipe(by="time_per_user", valid=0.4, test=0.5))
    assert set(range(1, 200, 2)) <= set(parts["train"])
    assert set(range(0, 200, 2)) <= set(parts["test"])


@pytest.mark.parametrize("by", ["user", "time_per_user"])
def test_rows_without_a_user_train(by: Any) -> None:
    frame, label = table()
    frame["user"] = frame["user"].where(np.arange(1000) >= 200)
    parts = split_rows(frame, label, recipe(by=by))
    assert set(range(200)) <= set(parts["train"])
    assert all(len(rows) for rows in parts.values())


def last_out_by_loops(frame: pd.DataFrame, label: np.ndarray) -> list[str]:
    """What leaving the last click out means, row by row."""
    found = []
    for row in frame.itertuples():
        mine = [other for other in frame.itertuples() if other.user == row.user and label[other.Index] == 1]
        times = sorted({other.time for other in mine})
        if row.user is None or len(times) < 3 or row.time < times[-2]:
            found.append("train")
        else:
            found.append("test" if row.time >= times[-1] else "valid")
    return found


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(-3, 9), st.integers(0, 1)), max_size=25),
)
def test_leaving_the_last_click_out_against_loops(rows: list[tuple[Any, ...]]) -> None:
    # Two users of known parts see to it that every part can be measured.
    sure = [(user, time, label) for user in ("x", "y") for time in (1, 2, 3) for label in (1, 0)]
    frame = pd.DataFrame([*rows, *sure], columns=["user", "time", "click"]).astype({"user": object})
    label = frame.pop("click").to_numpy(np.float32)
    # Shares are not looked at, be they ever so odd.
    parts = split_rows(frame, label, recipe(by="leave_last_out", valid=0, test=0.9))
    expected = np.array(last_out_by_loops(frame, label))
    for name, found in parts.items():
        np.testing.assert_array_equal(found, np.flatnonzero(expected == name))
    np.testing.assert_array_equal(np.sort(np.concatenate(list(parts.values()))), np.arange(len(frame)))


def test_rows_of_the_last_click_s_time_stay_with_it() -> None:
    frame = pd.DataFrame({"user": [1] * 8, "time": [1, 1, 2, 2, 3, 3, 4, 0]})
    label = np.array([1, 0, 1, 0, 0, 1, 0, 0], np.float32)
    parts = split_rows(frame, label, recipe(by="leave_last_out"))
    assert {name: rows.tolist() for name, rows in parts.items()} == {
        "train": [0, 1, 7],
        "valid": [2, 3],
        "test": [4, 5, 6],
    }


def test_users_with_clicks_at_two_times_only_train() -> None:
    frame = pd.DataFrame({"user": [1] * 6, "time": [1, 1, 1, 2, 2, 3]})
    label = np.array([1, 1, 0, 1, 0, 0], np.float32)
    with pytest.raises(DataError, match="None of the 6 rows became validation rows"):
        split_rows(frame, label, recipe(by="leave_last_out"))


def test_given_parts() -> None:
    frame, label = table()
    frame["part"] = np.array(["Train", "val", "TEST", "train"])[np.arange(1000) % 4]
    parts = split_rows(frame, label, recipe(by="given", column="part"))
    np.testing.assert_array_equal(parts["valid"], np.arange(1, 1000, 4))
    np.testing.assert_array_equal(parts["test"], np.arange(2, 1000, 4))


def test_given_parts_without_validation() -> None:
    frame, label = table()
    frame["part"] = np.where(np.arange(1000) < 800, "train", "test")
    parts = split_rows(frame, label, recipe(by="given", column="part", valid=0.25))
    np.testing.assert_array_equal(parts["test"], np.arange(800, 1000))
    assert (len(parts["train"]), len(parts["valid"])) == (600, 200)
    other = split_rows(frame, label, recipe(by="given", column="part", valid=0.25, seed=1))
    assert not np.array_equal(parts["valid"], other["valid"])


def test_no_test_rows_on_request() -> None:
    frame, label = table()
    for by in WAYS:
        parts = split_rows(frame, label, recipe(by=by, test=0))
        assert len(parts["test"]) == 0
        assert len(parts["valid"]) > 0
    parts = split_rows(frame.assign(part="train"), label, recipe(by="given", column="part", test=0))
    assert len(parts["test"]) == 0


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ({"by": "random", "valid": 0.5, "test": 0.5}, "leave nothing for training"),
        ({"by": "random", "valid": 0}, "leave nothing for validation"),
        ({"by": "time", "time": None}, "needs a time column"),
        ({"by": "user", "user": None}, "needs a user column"),
        ({"by": "time_per_user", "user": "who"}, "no user column 'who'"),
        ({"by": "leave_last_out", "user": None}, "needs a user column"),
        ({"by": "leave_last_out", "time": None}, "needs a time column"),
        ({"by": "given"}, "needs a split column"),
        ({"by": "given", "column": "user"}, "holds the value"),
        ({"by": "given", "column": "gaps"}, "rows without a value"),
        ({"by": "given", "column": "all"}, "became test rows"),
        ({"by": "random", "test": 0.0001}, "became test rows"),
        ({"by": "random", "valid": 0.001}, "All 1 validation rows have the same label"),
    ],
)
def test_splits_that_cannot_be(split: dict[str, Any], message: str) -> None:
    frame, label = table()
    frame = frame.assign(gaps=[None, *["train"] * 999], all="train")
    with pytest.raises(DataError, match=message):
        split_rows(frame, label, recipe(**split))


@pytest.mark.parametrize("value", [0, 1])
def test_one_class(value: int) -> None:
    frame, _ = table()
    with pytest.raises(
        DataError, match="training rows have the same label, " + ("no click" if value == 0 else "a click")
    ):
        split_rows(frame, np.full(1000, value, np.float32), recipe())
    with pytest.raises(DataError, match="None of the 0 rows"):
        split_rows(frame.iloc[:0], np.empty(0, np.float32), recipe())
