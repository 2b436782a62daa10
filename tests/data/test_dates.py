from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.dates import epoch_unit
from ctrcore.data.values import as_times, times_and_doubt
from ctrcore.errors import DataError


def read(*cells: Any) -> list[str | None]:
    times = as_times(pd.Series(list(cells), dtype=object), "when")
    return [None if np.isnan(t) else str(pd.Timestamp(t, unit="s")) for t in times]


def test_four_layouts_in_one_column() -> None:
    found = read("2024-05-31 18:00", "31.05.2024", None, "05/31/2024", "1717178400", "31.05.2024")
    day = "2024-05-31 00:00:00"
    assert found == ["2024-05-31 18:00:00", day, None, day, "2024-05-31 18:00:00", day]


WRITTEN = {
    "2024/05/31 6:05": "2024-05-31 06:05:00",
    "5/31/24 6:00 PM": "2024-05-31 18:00:00",
    "5/31/24 12:05 am": "2024-05-31 00:05:00",
    "31-05-2024 18:00:30": "2024-05-31 18:00:30",
    "31.5.1999": "1999-05-31 00:00:00",
    "May 31, 2024": "2024-05-31 00:00:00",
    "31 May 2024 18:00": "2024-05-31 18:00:00",
    "Fri May 31 18:00:00 2024": "2024-05-31 18:00:00",
    "2024-05-31T18:00:00+02:00": "2024-05-31 16:00:00",
    "31/05/2024 18:00 +0200": "2024-05-31 16:00:00",
    "20240531": "2024-05-31 00:00:00",
    "1717178400000": "2024-05-31 18:00:00",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_one_layout_beside_an_iso_date(text: str) -> None:
    assert read("2020-01-01", text)[1] == WRITTEN[text]


def test_months_of_any_length_are_one_layout() -> None:
    assert read("31 May 2024", "1 Jun 2024", "2 September 2024") == [
        "2024-05-31 00:00:00",
        "2024-06-01 00:00:00",
        "2024-09-02 00:00:00",
    ]


@pytest.mark.parametrize(
    ("cells", "first", "doubt"),
    [
        (("01/02/2024", "13/04/2024"), "2024-02-01 00:00:00", ""),
        (("01/02/2024", "04/13/2024"), "2024-01-02 00:00:00", ""),
        (("01/02/2024", "03/04/2024"), "2024-01-02 00:00:00", "month before the day"),
        (("01.02.2024", "03.04.2024"), "2024-02-01 00:00:00", "day before the month"),
        (("01.02.2024", "03.14.2024"), "2024-01-02 00:00:00", ""),
        (("02/02/2024", "03/03/2024"), "2024-02-02 00:00:00", ""),
    ],
)
def test_day_and_month_are_decided_by_the_whole_column(cells: tuple[str, ...], first: str, doubt: str) -> None:
    assert read(*cells)[0] == first
    said = times_and_doubt(pd.Series(cells), "when")[1]
    assert bool(said) == bool(doubt)
    assert doubt in said


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        (("2024-05-31", "soon", "later"), "'soon'"),
        (("30/02/2024",), "'30/02/2024'"),
        (("2024-05-31", "2024-05-30", "7"), "'7'"),
        (("31/05/2024", "30/05/2024", "05/31/2024"), "'05/31/2024'"),
        (("2024-05-31 18:00", "31.05.2024 25:00"), "'31.05.2024 25:00'"),
        (("2024-05-31", "inf"), "'inf'"),
    ],
)
def test_what_is_no_date_is_named(cells: tuple[str, ...], wrong: str) -> None:
    with pytest.raises(DataError, match="neither a number nor a date") as caught:
        read(*cells)
    assert wrong in caught.value.problem
    # Texts that are stored once, in another order than the rows, some of them unused.
    kept = pd.Series(pd.Categorical(cells, categories=["unused", *sorted(set(cells), reverse=True)]))
    with pytest.raises(DataError) as again:
        as_times(kept, "when")
    assert again.value.problem == caught.value.problem


def test_numbers_stay_as_they_are() -> None:
    np.testing.assert_array_equal(as_times(pd.Series(["12", "7", None]), "t"), [12, 7, np.nan])
    np.testing.assert_array_equal(as_times(pd.Series([3, 1]), "t"), [3, 1])


def test_counts_since_1970_are_known_by_their_size() -> None:
    assert epoch_unit(np.array([1.7e9, 1.8e9, np.nan])) == ("seconds", 1.0)
    assert epoch_unit(np.array([1.7e12])) == ("milliseconds", 1e3)
    assert epoch_unit(np.array([5.0, 1.7e9])) is None
    assert epoch_unit(np.array([np.nan])) is None
