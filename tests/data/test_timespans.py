from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.profiles import TimeSpan
from ctrcore.data.timespans import time_span

RNG = np.random.default_rng(0)
START = 1_717_178_400  # 2024-05-31 18:00


def span(cells: Any, label: Any = None) -> TimeSpan | None:
    table = pd.DataFrame({"t": cells})
    return time_span(table, "t", np.zeros(len(table), np.float32) if label is None else np.asarray(label, np.float32))


def whole(cells: Any, label: Any = None) -> TimeSpan:
    found = span(cells, label)
    assert found is not None
    return found


def test_rows_and_clicks_of_each_hour_against_pandas() -> None:
    seconds = START + RNG.integers(0, 60 * 3600, 500)
    label = RNG.choice([0.0, 1.0, np.nan], 500)
    found = whole(seconds, label)
    assert found.unit == "hour"
    frame = pd.DataFrame({"t": pd.to_datetime(seconds, unit="s").floor("h"), "click": label})
    by_hour = frame.groupby("t")["click"].agg(["size", "count", "sum"])
    points = {point.start: (point.rows, point.labelled, point.clicks) for point in found.points}
    for hour, (rows, labelled, clicks) in by_hour.iterrows():
        assert points[str(hour)[:16]] == (rows, labelled, clicks)
    assert sum(point.rows for point in found.points) == 500
    assert found.first == str(pd.Timestamp(seconds.min(), unit="s"))
    assert found.last == str(pd.Timestamp(seconds.max(), unit="s"))


@pytest.mark.parametrize(
    ("days", "unit", "steps"),
    [
        (0.05, "minute", 73),
        (3, "hour", 73),
        (100, "day", 101),
        (500, "week", 72),
        (3000, "month", 100),
        (9000, "year", 26),
    ],
)
def test_the_step_suits_the_span(days: float, unit: str, steps: int) -> None:
    found = whole([START, START + int(days * 86400)])
    assert (found.unit, len(found.points)) == (unit, steps)
    assert found.points[0].rows == found.points[-1].rows == 1


@pytest.mark.parametrize(
    "cells",
    [
        [START * 1000, START * 1000 + 3_600_000],
        [START * 10**6, START * 10**6 + 3_600_000_000],
        [str(START), str(START + 3600)],
        ["2024-05-31 18:00", "31.05.2024 19:00"],
        pd.to_datetime([START, START + 3600], unit="s"),
        pd.to_datetime([START, START + 3600], unit="s", utc=True).tz_convert("Asia/Tokyo"),
    ],
)
def test_every_way_to_write_a_time(cells: Any) -> None:
    found = whole(cells)
    assert (found.first, found.last, found.unit) == ("2024-05-31 18:00:00", "2024-05-31 19:00:00", "minute")


def test_a_counter_is_cut_into_ranges() -> None:
    found = whole(np.arange(1000))
    assert (found.unit, found.first, found.last) == ("range", "0", "999")
    assert len(found.points) == 40
    assert all(point.rows == 25 for point in found.points)
    assert whole([7, 7, np.nan]).missing == 1


def test_times_beyond_the_calendar_are_shown_and_doubted() -> None:
    """Milliseconds that were stored as seconds, as a Parquet file may have them."""
    wrong = pd.Series(np.array([START, START * 1000], dtype="datetime64[s]"))
    found = whole(wrong, [1, 0])
    assert (found.unit, found.first) == ("range", "2024-05-31 18:00:00")
    assert found.last == str(wrong.to_numpy()[1]).replace("T", " ")
    assert [(point.rows, point.clicks) for point in found.points][:: len(found.points) - 1] == [(1, 1), (1, 0)]
    assert found.points[0].start == found.first
    assert found.last[:6] == "56385-"
    assert "from the year 2024 to the year 56385" in found.note
    alone = whole(wrong.iloc[1:])
    assert (alone.first, alone.last, len(alone.points)) == (found.last, found.last, 1)
    for seconds, doubted in ((253_402_300_799, False), (253_402_300_800, True)):  # the last second of the year 9999
        assert bool(whole(pd.Series(np.array([seconds], dtype="datetime64[s]"))).note) == doubted


def test_what_is_no_time_has_no_span() -> None:
    assert span(["soon", "later"]) is None
    assert span([None, None]) is None
    assert span([]) is None


def test_a_doubt_about_day_and_month_is_told() -> None:
    assert "month before the day" in whole(["01/02/2024", "03/04/2024"]).note
    assert whole(["01/02/2024", "13/04/2024"]).note == ""
