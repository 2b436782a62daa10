from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.timescales import as_times_together
from ctrcore.errors import DataError

SECONDS = np.array([1_717_171_200, 1_717_257_600, 1_717_344_000])  # 31 May to 2 June 2024, 16:00
DATES = pd.to_datetime(SECONDS, unit="s")
WAYS: dict[str, Any] = {
    "seconds": SECONDS,
    "milliseconds": SECONDS * 1000,
    "microseconds": SECONDS * 1_000_000,
    "counts as text": (SECONDS * 1000).astype(str),
    "dates": DATES,
    "dates of a zone": DATES.tz_localize("UTC").tz_convert("Asia/Tokyo"),
    "ISO": DATES.strftime("%Y-%m-%dT%H:%M:%S"),
    "ISO as categories": DATES.strftime("%Y-%m-%d %H:%M").astype("category"),
    "day first": DATES.strftime("%d/%m/%Y %H:%M"),
    "names of months": DATES.strftime("%d %b %Y %H:%M"),
    "several": ["2024-05-31 16:00", "1717257600", "2 June 2024 16:00"],
}


@pytest.mark.parametrize("other", WAYS)
@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_write_a_time_beside_every_other(way: str, other: str) -> None:
    first, second = as_times_together([pd.Series(WAYS[way]), pd.Series(WAYS[other])], "when")
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(np.diff(first) / np.diff(first)[0], [1, 1])


def test_fractions_of_a_second_stay() -> None:
    counts, texts = pd.Series([1_717_171_200_123]), pd.Series(["2024-05-31T16:00:00.123"])
    first, second = as_times_together([counts, texts], "when")
    assert first.tolist() == second.tolist() == [1_717_171_200.123]


def test_one_order_of_day_and_month_for_all_tables() -> None:
    log, rows = pd.Series(["31/05/2024", "01/06/2024"]), pd.Series(["02/06/2024", None], index=[7, 8])
    first, second = as_times_together([log, rows], "when")
    np.testing.assert_array_equal((second - first[1]) / 86_400, [1, np.nan])


@pytest.mark.parametrize("counter", [[3, 1, 2], ["3", "1", "2"], [3.0, 1.0, 2.0]])
def test_counters_stay_as_they_are(counter: list[Any]) -> None:
    first, second = as_times_together([pd.Series(counter), pd.Series([9, None])], "step")
    assert first.tolist() == [3, 1, 2]
    np.testing.assert_array_equal(second, [9, np.nan])


def test_one_time_out_of_the_ordinary_makes_no_other_scale() -> None:
    first, second = as_times_together([pd.Series([0, *SECONDS]), pd.Series(SECONDS)], "when")
    assert first.tolist() == [0, *SECONDS]
    assert second.tolist() == SECONDS.tolist()


def test_a_counter_that_grows_into_the_numbers_of_seconds() -> None:
    first, second = as_times_together([pd.Series([10, 200_000_000]), pd.Series([300_000_000])], "step")
    assert first[1] < second[0] == 300_000_000


@pytest.mark.parametrize("empty", [pd.Series([None, None]), pd.Series([np.nan]), pd.Series([], dtype="str")])
@pytest.mark.parametrize("cells", [[5, 6], ["2024-05-31"]])
def test_a_table_without_times_has_no_scale(empty: pd.Series, cells: list[Any]) -> None:
    first, second = as_times_together([pd.Series(cells), empty], "when")
    assert not np.isnan(first).any()
    assert np.isnan(second).all()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("counter", [[12, 40], ["12", "40"], [20240531, 20240601]])
@pytest.mark.parametrize("turned", [False, True])
def test_counters_beside_points_in_time(way: str, counter: list[Any], turned: bool) -> None:
    tables = [pd.Series(WAYS[way]), pd.Series(counter)]
    with pytest.raises(DataError, match=f"numbers such as {counter[0]} in another") as caught:
        as_times_together(tables[::-1] if turned else tables, "when")
    assert caught.value.problem.count(".") == caught.value.remedy.count(".") == 1


def test_what_is_no_time() -> None:
    with pytest.raises(DataError, match="holds 'soon'"):
        as_times_together([pd.Series(["2024-05-31"]), pd.Series(["soon"])], "when")
