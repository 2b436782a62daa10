"""Slices of rows beside loops over the table: fields, histories, training counts, cold starts, time."""

from __future__ import annotations

import datetime
import decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore.comparing.groupings import COMMONEST, Grouping, groupings
from ctrcore.comparing.ranges import date_in_words, in_counts, in_ranges, in_steps
from ctrcore.data.stored import Stored
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema

HOSTILE = ["=1+1", "<script>alert(1)</script>", "a|b", "**bold**", "x" * 500, "\n", "$y$", "other values", "missing"]


def _schema(*columns: Column, **keys: str) -> Schema:
    return Schema(label="click", columns=[*columns, Column(name="click", kind="ignore")], **keys)


def _column(name: str, kind: str = "categorical", **more: object) -> Column:
    return Column.model_validate({"name": name, "kind": kind, **more})


def _made(frame: pd.DataFrame, schema: Schema, rows: object = None, train: object = ()) -> dict[str, Grouping]:
    chosen = np.arange(len(frame)) if rows is None else np.asarray(rows)
    found = groupings(frame, schema, chosen, np.asarray(train, dtype=np.int64))
    assert all(len(one.codes) == len(chosen) for one in found)
    assert all(one.codes.dtype == np.int32 for one in found)
    assert all(set(np.unique(one.codes)) - {-1} == set(range(len(one))) for one in found)
    return {one.name: one for one in found}


def _texts(one: Grouping) -> list[str]:
    return [one.labels[code] if code >= 0 else "" for code in one.codes]


def test_the_commonest_values_have_slices_of_their_own():
    values = np.repeat([f"v{at:02}" for at in range(30)], np.arange(30, 0, -1))
    values = np.r_[values, [None, ""]].astype(object)
    frame = pd.DataFrame({"f": np.random.default_rng(0).permutation(values), "click": 0})
    one = _made(frame, _schema(_column("f")))["f"]
    assert one.labels == [*(f"v{at:02}" for at in range(COMMONEST)), "other values", "missing"]
    common = set(one.labels[:COMMONEST])
    for text, cell in zip(_texts(one), frame["f"], strict=True):
        assert text == (
            "missing" if not isinstance(cell, str) or not cell else cell if cell in common else "other values"
        )
    assert "10 others" in one.note
    assert one.kind == "field"
    assert one.numbers is None


def test_rows_may_come_in_any_order_and_be_only_some():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"f": rng.integers(0, 3, 500), "x": rng.normal(size=500), "click": 0})
    rows = rng.permutation(500)[:200]
    found = _made(frame, _schema(_column("f"), _column("x", "numeric")), rows)
    assert _texts(found["f"]) == [str(frame["f"][row]) for row in rows]
    assert found["x"].numbers is not None
    assert (found["x"].numbers == frame["x"].to_numpy()[rows]).all()


def test_hostile_values_keep_slices_apart_and_short():
    frame = pd.DataFrame({"f": HOSTILE * 3 + [None], "click": 0})
    one = _made(frame, _schema(_column("f")))["f"]
    assert len(set(one.labels)) == len(one.labels) == len(HOSTILE) + 1
    assert max(map(len, one.labels)) <= 82
    assert one.labels[-1] == "missing"
    assert '"missing"' in one.labels
    assert '"other values"' in one.labels
    assert np.bincount(one.codes).tolist() == [3] * len(HOSTILE) + [1]


def test_numbers_and_texts_of_the_same_value_are_one():
    frame = pd.DataFrame({"f": pd.Series([1, "1", 1.0, "2", True], dtype=object), "click": 0})
    assert _texts(_made(frame, _schema(_column("f")))["f"]) == ["1", "1", "1", "2", "True"]
    booleans = pd.DataFrame({"f": [True, False, True], "click": 0})
    assert _texts(_made(booleans, _schema(_column("f")))["f"]) == ["True", "False", "True"]


def test_columns_that_make_no_slices_are_left_out():
    n = 3000
    frame = pd.DataFrame(
        {
            "one": "x",
            "none": pd.Series([None] * n, dtype=object),
            "id": np.arange(n),
            "nan": np.nan,
            "words": "text",
            "ignored": np.arange(n) % 2,
            "click": 0,
        }
    )
    columns = [_column("one"), _column("none"), _column("id"), _column("nan", "numeric"), _column("words", "numeric")]
    schema = _schema(*columns, _column("absent"), _column("absent number", "numeric"), _column("ignored", "ignore"))
    assert _made(frame, schema) == {}


def test_a_numeric_column_with_texts_takes_them_for_missing():
    frame = pd.DataFrame({"x": ["1", "2", "n/a", None, "2.5", "inf"], "click": 0})
    one = _made(frame, _schema(_column("x", "numeric")))["x"]
    assert _texts(one) == ["1", "2", "missing", "missing", "2.5", "missing"]


def test_no_row_at_all():
    frame = pd.DataFrame({"f": ["a", "b"], "x": [1.0, 2.0], "t": [1, 2], "u": [1, 1], "click": 0})
    schema = _schema(_column("f"), _column("x", "numeric"), _column("h", "history", of="f"), user="u", time="t")
    assert _made(frame, schema, rows=np.empty(0, dtype=np.int64), train=[0, 1]) == {}


def test_rows_that_the_table_lacks_are_an_error():
    frame = pd.DataFrame({"f": ["a", "b"], "click": 0})
    with pytest.raises(DataError, match="no row 7"):
        groupings(frame, _schema(_column("f")), np.array([0, 7]), np.array([1]))


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([[1, 2], [3], None] * 4, dtype=object),
        pd.Series([{"a": 1}, {"b": 2}] * 6, dtype=object),
        pd.Series([decimal.Decimal("1.5"), decimal.Decimal(2)] * 6, dtype=object),
        pd.Series([datetime.date(2024, 1, 1), datetime.date(2024, 1, 2)] * 6, dtype=object),
        pd.Series([b"a", b"b"] * 6, dtype=object),
        pd.Series([1, "a", 2.5] * 4, dtype=object),
        pd.Series([True, None, False] * 4, dtype="boolean"),
        pd.Series([1, None, 2] * 4, dtype="Int64"),
        pd.Series(["a", None, "b"] * 4, dtype="category"),
        pd.Series([2**60, 2**60 + 1] * 6),
        pd.Series([np.inf, 1, -np.inf, np.nan] * 3),
        pd.Series([1e308, -1e308, 1e-308] * 4),
        pd.Series(pd.date_range("2024-01-01", periods=12, tz="Europe/Berlin")),
        pd.Series(pd.to_timedelta(np.arange(12), "h")),
        pd.Series(["\0", "x\ny", "\u202eabc"] * 4),
    ],
)
def test_cells_of_any_type_are_read_as_any_kind(cells: pd.Series):
    frame = pd.DataFrame({"c": cells, "i": "x", "click": 0})
    for kind in ("categorical", "numeric", "multi_value", "history"):
        column = _column("c", kind, of="i" if kind == "history" else None)
        found = _made(frame, _schema(_column("i"), column, user="c", item="c"), train=np.arange(4))
        if kind == "categorical":
            assert len(found["c"]) == len({str(cell) for cell in cells if not _missing(cell)}) + any(
                map(_missing, cells)
            )
    _made(frame, _schema(_column("i"), time="c"), train=np.arange(4))


def _missing(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell))


def test_histories_count_what_is_known_and_the_second_one_adds_nothing():
    lengths = [0, 1, 4, 5, 19, 20, 35]
    cells = ["|".join(f"i{at}" for at in range(length)) for length in lengths]
    frame = pd.DataFrame({"i": "i1", "c": "c1", "h": cells, "g": cells, "click": 0})
    frame.loc[0, "h"] = None
    columns = [_column("i"), _column("c"), _column("h", "history", of="i"), _column("g", "history", of="c")]
    found = _made(frame, _schema(*columns))
    assert list(found) == ["length of h"]
    one = found["length of h"]
    assert one.kind == "history"
    assert _texts(one) == ["none", "1 to 4", "1 to 4", "5 to 19", "5 to 19", "20 and more", "20 and more"]
    assert one.numbers is not None
    assert one.numbers.tolist() == lengths


def test_several_values_in_a_cell_are_counted():
    frame = pd.DataFrame({"tags": ["a|b", "", "a", None, "c|d"], "click": 0})
    one = _made(frame, _schema(_column("tags", "multi_value")))["number of tags"]
    assert (one.kind, _texts(one)) == ("field", ["2", "0", "1", "0", "2"])


def test_activity_popularity_and_cold_starts_equal_a_loop():
    rng = np.random.default_rng(0)
    n = 2000
    user, item = rng.zipf(1.4, n) % 150, rng.zipf(1.4, n) % 90
    frame = pd.DataFrame({"u": [f"u{at}" for at in user], "i": item, "click": 0})
    frame.loc[rng.choice(n, 40), "u"] = None
    train, rows = np.arange(1200), rng.permutation(np.arange(1200, n))
    found = _made(frame, _schema(_column("u"), _column("i"), user="u", item="i"), rows, train)
    users, items = frame["u"][train].value_counts(), frame["i"][train].value_counts()
    activity, popularity, cold = (
        found[name] for name in ("training rows of the user", "training rows of the item", "cold start")
    )
    assert (activity.kind, popularity.kind, cold.kind) == ("activity", "popularity", "cold")
    for at, row in enumerate(rows):
        known = isinstance(frame["u"][row], str)
        expected = users.get(frame["u"][row], 0) if known else np.nan
        assert activity.numbers is not None
        assert np.array_equal(activity.numbers[at], expected, equal_nan=True)
        assert activity.codes[at] == -1 if not known else _holds(activity.labels[activity.codes[at]], expected)
        assert _holds(popularity.labels[popularity.codes[at]], items.get(frame["i"][row], 0))
        new = (["user"] if expected == 0 else []) + (["item"] if items.get(frame["i"][row], 0) == 0 else [])
        assert cold.labels[cold.codes[at]] == (f"new {' and '.join(new)}" if new else "none")


def _holds(label: str, count: float) -> bool:
    if label == "none":
        return count == 0
    low, _, high = label.partition(" to ")
    return int(low) <= count <= int(high or low)


def test_no_user_and_no_item_leave_their_slices_out():
    frame = pd.DataFrame({"f": ["a", "b"] * 5, "u": 1, "click": 0})
    assert list(_made(frame, _schema(_column("f")), train=[0])) == ["f"]
    assert list(_made(frame, _schema(_column("f"), user="gone", item="gone", time="gone"), train=[0])) == ["f"]


@pytest.mark.parametrize(
    ("times", "dates", "first"),
    [
        (pd.date_range("2024-05-01", periods=600, freq="2h"), True, "2024-05-01 to 2024-05-08"),
        (pd.date_range("2024-05-01", periods=600, freq="min"), True, "2024-05-01 00:00 to 2024-05-01 01:40"),
        (1_700_000_000 + 7200 * np.arange(600), True, "2023-11-14 to 2023-11-22"),
        ((1_700_000_000 + 7200 * np.arange(600)) * 1000, True, "2023-11-14 to 2023-11-22"),
        (np.arange(600), False, "0 to 99"),
        ([f"{at % 28 + 1:02}.05.2024" for at in range(600)], True, "2024-05-01 to 2024-05-04"),
    ],
)
def test_time_in_periods_of_about_equally_many_rows(times: object, dates: bool, first: str):
    frame = pd.DataFrame({"t": times, "f": "x", "click": 0})
    one = _made(frame, _schema(_column("f"), time="t"))["t"]
    assert (one.kind, one.dates, one.labels[0]) == ("time", dates, first)
    assert 5 <= len(one) <= 6
    counts = np.bincount(one.codes)
    assert counts.min() > 60
    assert one.numbers is not None
    order = np.argsort(one.numbers, kind="stable")
    assert (np.diff(one.codes[order]) >= 0).all()


def test_times_that_nobody_can_read_are_left_out_and_missing_ones_told():
    frame = pd.DataFrame({"t": ["soon", "later"] * 4, "f": list("abababab"), "click": 0})
    assert list(_made(frame, _schema(_column("f"), time="t"))) == ["f"]
    frame["t"] = ["2024-05-01", None] * 4
    assert _texts(_made(frame, _schema(_column("f"), time="t"))["t"])[:2] == ["2024-05-01", "missing"]
    frame["t"] = [10.0**17, 2 * 10.0**17] * 4  # no date of any calendar
    assert not _made(frame, _schema(_column("f"), time="t"))["t"].dates


def test_a_table_on_disk_gives_the_same(tmp_path: Path):
    rng = np.random.default_rng(0)
    n = 1000
    frame = pd.DataFrame(
        {
            "f": rng.choice(["red", "green", "blue"], n),
            "u": rng.integers(0, 50, n),
            "x": rng.normal(size=n).round(2),
            "h": ["|".join(["i"] * length) for length in rng.integers(0, 30, n)],
            "t": pd.date_range("2024-01-01", periods=n, freq="h"),
            "click": 0,
        }
    )
    frame.to_parquet(tmp_path / "t.parquet")
    columns = [_column("f"), _column("u"), _column("x", "numeric"), _column("h", "history", of="f")]
    schema = _schema(*columns, user="u", time="t")
    rows = np.arange(700, n)
    expected, found = _made(frame, schema, rows, np.arange(500)), {}
    stored = Stored(tmp_path / "t.parquet")
    found = {one.name: one for one in groupings(stored, schema, rows, np.arange(500))}
    assert list(found) == list(expected)
    for name, one in found.items():
        assert one.labels == expected[name].labels
        assert (one.codes == expected[name].codes).all()
    half = stored.take(np.arange(400, n))  # cleaned rows keep the numbers they had in the source
    kept = {one.name: one for one in groupings(half, schema, rows, np.arange(400, 500))}
    assert (kept["f"].codes == expected["f"].codes).all()


@pytest.mark.parametrize("seed", range(5))
def test_ranges_hold_what_their_names_say(seed: int):
    rng = np.random.default_rng(seed)
    for numbers in (
        rng.integers(0, 1000, 500),
        rng.integers(-3, 3, 500),
        rng.normal(size=500),
        rng.pareto(1, 500) * 1e6,
    ):
        values = np.where(rng.random(500) < 0.1, np.nan, numbers.astype(np.float64))
        labels, codes, note = in_ranges(values)
        assert ((codes == -1) == np.isnan(values)).all()
        assert len(set(labels)) == len(labels) <= 6
        for at, label in enumerate(labels):
            low, _, high = label.partition(" to ")
            inside = values[codes == at]
            slack = 1e-3 * np.abs(inside).max() if note else 0
            assert float(low) - slack <= inside.min() <= inside.max() <= float(high or low) + slack
        assert np.bincount(codes[codes >= 0]).min() > 20


def test_ranges_of_nothing_one_value_and_few_values():
    assert in_ranges(np.array([np.nan, np.nan]))[0] == []
    assert in_ranges(np.array([2.5, 2.5]))[0] == ["2.5"]
    assert in_ranges(np.array([3.0, 1.0, 2.0, 3.0]))[0] == ["1", "2", "3"]
    labels, codes, _ = in_ranges(np.r_[np.zeros(900), np.arange(1, 101)])
    assert labels[0].startswith("0")
    assert len(labels) >= 1
    assert codes.max() < len(labels)
    assert in_ranges(np.array([1e308, -1e308, 5.0]))[0] == ["-1e+308", "5", "1e+308"]


def test_counts_and_steps():
    labels, codes = in_counts(np.array([0, 0, 1, 1, 2, 5, 9, -1]))
    assert labels == ["none", "1", "2", "5", "9"]
    assert codes.tolist() == [0, 0, 1, 1, 2, 3, 4, -1]
    labels, codes = in_steps(np.array([0, 1, 2, 3]), (1, 3))
    assert (labels, codes.tolist()) == (["none", "1 to 2", "3 and more"], [0, 1, 1, 2])


def test_dates_show_no_more_of_the_clock_than_they_need():
    assert date_in_words(1_717_113_600) == "2024-05-31"
    assert date_in_words(1_717_113_600 + 18 * 3600) == "2024-05-31 18:00"
    assert date_in_words(1_717_113_600 + 61) == "2024-05-31 00:01:01"
