"""Texts as points in time, whatever way a date is written, several ways in one column included."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.language import say

Points = npt.NDArray[np.float64]
Texts = pd.Series  # distinct texts of a column

# Lowest and highest plausible count since 1970 (1978 to 2128), its unit, and how many make a second.
EPOCHS = ((2.5e8, 5e9, "seconds", 1.0), (2.5e11, 5e12, "milliseconds", 1e3), (2.5e14, 5e15, "microseconds", 1e6))
_DAY = r"^\s*(?:(?P<y1>\d{4})(?P<s1>[./-])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})"
_DAY += r"|(?P<a>\d{1,2})(?P<s2>[./-])(?P<b>\d{1,2})(?P=s2)(?P<y2>\d{4}|\d{2}))"
_CLOCK = r"(?:[ T,]+(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)"
_CLOCK += r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
_WRITTEN = re.compile(_DAY + _CLOCK + r"\s*$")


def epoch_unit(numbers: Points) -> tuple[str, float] | None:
    """The unit of counts since 1970 and how many of it make a second; None if the numbers do not look like one."""
    known = numbers[~np.isnan(numbers)]
    for low, high, unit, per_second in EPOCHS:
        if len(known) and low <= known.min() and known.max() <= high:
            return unit, per_second
    return None


def read_dates(texts: Texts[Any]) -> tuple[Points, str]:
    """Points in time of distinct texts, in epoch seconds.

    ISO dates come first; then dates of numbers such as 31.05.2024, 05/31/2024 or 2024/05/31, whose order of day and
    month is decided for all texts with the same mark between the numbers; then dates with the names of months, layout
    by layout; at last counts since 1970, by their size.

    Returns:
        (n,) epoch seconds, NaN for what is no date; and a sentence if nothing in the column told day from month, so
        that the month was taken to come first (with dots: the day), else an empty text.
    """
    points, doubt = np.full(len(texts), np.nan), ""
    left = np.arange(len(texts))
    for read in (_iso, _numbers_with_marks, _layouts, _counts):
        if not len(left):
            break
        found, unsure = read(texts.iloc[left].reset_index(drop=True))
        points[left] = found
        doubt = doubt or unsure
        left = left[np.isnan(found)]
    return points, doubt


def epoch_seconds(dates: pd.Series[Any]) -> Points:
    """Dates as epoch seconds; NaN where one is missing. Dates without a zone count as UTC."""
    if dates.dt.tz is not None:
        dates = dates.dt.tz_convert("UTC").dt.tz_localize(None)
    # Microseconds reach 290,000 years either way; the nanoseconds of pandas end in 2262.
    ticks = dates.to_numpy(dtype="datetime64[us]", na_value=np.datetime64("NaT"))
    return np.where(np.isnat(ticks), np.nan, ticks.astype(np.int64) / 1e6)


def _iso(texts: Texts[Any]) -> tuple[Points, str]:
    # Of bare digits only eight are a date by ISO's rules that nobody takes for a count: 20240531.
    digits = texts.str.fullmatch(r"\s*\d+\s*").to_numpy(dtype=bool) & (texts.str.len() != 8).to_numpy(dtype=bool)
    return epoch_seconds(pd.to_datetime(texts.mask(digits), errors="coerce", utc=True, format="ISO8601")), ""


def _numbers_with_marks(texts: Texts[Any]) -> tuple[Points, str]:
    """31.05.2024 18:00, 5/31/24 6:00 PM, 2024/05/31."""
    parts = texts.astype("str").str.extract(_WRITTEN)
    points, doubt = np.full(len(texts), np.nan), ""
    rows = np.flatnonzero(parts["y1"].notna())
    if len(rows):
        points[rows] = _join(parts.iloc[rows], *(_int(parts[name].iloc[rows]) for name in ("y1", "m1", "d1")))
    for mark in (".", "/", "-"):
        rows = np.flatnonzero((parts["s2"] == mark).fillna(False))
        if not len(rows):
            continue
        group = parts.iloc[rows]
        first, second, year = (_int(group[name]) for name in ("a", "b", "y2"))
        year = np.where(year >= 100, year, np.where(year < 69, 2000 + year, 1900 + year))
        # Each order contradicts the texts in which its 'month' is above 12.
        wrong_if_day_first, wrong_if_month_first = int((second > 12).sum()), int((first > 12).sum())
        undecided = wrong_if_day_first == wrong_if_month_first
        day_first = mark == "." if undecided else wrong_if_day_first < wrong_if_month_first
        month, day = (second, first) if day_first else (first, second)
        points[rows] = _join(group, year, month, day)
        if undecided and (first != second).any() and not doubt:
            doubt = _doubt(str(texts.iloc[rows[int((first != second).argmax())]]), day_first)
    return points, doubt


def _doubt(text: str, day_first: bool) -> str:
    order = say("day before the month") if day_first else say("month before the day")
    return say(
        "Nothing in the column tells day from month, so '{value}' and the like were read with the {order}.",
        value=text[:30],
        order=order,
    )


def _int(texts: pd.Series[Any]) -> npt.NDArray[np.int64]:
    return texts.to_numpy(dtype=object).astype(np.int64)


def _join(
    parts: pd.DataFrame,
    year: npt.NDArray[np.int64],
    month: npt.NDArray[np.int64],
    day: npt.NDArray[np.int64],
) -> Points:
    """Epoch seconds of dates in parts; NaN where there is no such day or time."""
    days = [f"{y:04d}-{m:02d}-{d:02d}" for y, m, d in zip(year.tolist(), month.tolist(), day.tolist(), strict=True)]
    seconds = epoch_seconds(pd.Series(pd.to_datetime(days, errors="coerce", utc=True, format="%Y-%m-%d")))
    written = parts["clock"].fillna("0:00:00")
    clock = written.where(written.str.count(":") == 2, written + ":00").str.split(":", expand=True)
    hour, minute, second = (clock[place].to_numpy(dtype=object).astype(np.float64) for place in range(3))
    half = parts["half"].fillna("").str.lower().str[:1].to_numpy(dtype=object)
    twelve = half != ""
    wrong = (hour > np.where(twelve, 12, 23)) | (twelve & (hour < 1)) | (minute > 59) | (second >= 61)
    hour = np.where(twelve, hour % 12 + 12 * (half == "p"), hour)
    zone = parts["zone"].fillna("Z").str.replace("Z", "+0000").str.replace(":", "").to_numpy(dtype=object)
    shift = np.array([(-1 if z[0] == "-" else 1) * (int(z[1:3]) * 60 + int(z[3:5])) for z in zone], dtype=np.float64)
    return np.where(wrong, np.nan, seconds + hour * 3600 + minute * 60 + second - shift * 60)


def _layouts(texts: Texts[Any]) -> tuple[Points, str]:
    """31 May 2024, May 31, 2024 6:00 PM, Fri May 31 18:00:00 2024: texts that differ in digits and letters only."""
    points = np.full(len(texts), np.nan)
    shape = texts.astype("str").str.replace(r"\d+", "0", regex=True).str.replace(r"[^\W\d_]+", "a", regex=True)
    for rows in shape.groupby(shape.to_numpy(dtype=object)).indices.values():
        # 'May' is a month's short and its full name: what the first text suggests need not read all of them.
        for _ in range(4):
            left = rows[np.isnan(points[rows])]
            layout = _layout(str(texts.iloc[left[0]])) if len(left) else None
            if layout is None:
                break
            found = pd.to_datetime(texts.iloc[left], errors="coerce", utc=True, format=layout)
            points[left] = epoch_seconds(found)
    return points, ""


def _layout(text: str) -> str | None:
    if not re.search(r"\d", text) or not re.search(r"[^\W\d_]{3}", text):
        return None  # without a month's name the numbers alone have been judged already
    with warnings.catch_warnings(action="ignore"):
        return pd.tseries.api.guess_datetime_format(text, dayfirst=False)


def _counts(texts: Texts[Any]) -> tuple[Points, str]:
    """Counts since 1970 that stand among dates."""
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    points = np.full(len(texts), np.nan)
    for low, high, _, per_second in EPOCHS:
        fits = (numbers >= low) & (numbers <= high)
        points[fits] = numbers[fits] / per_second
    return points, ""
