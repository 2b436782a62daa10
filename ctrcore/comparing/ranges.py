"""Numbers, counts and times as a few ranges with names that can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.dates import epoch_unit
from ctrcore.data.scaling import NumberScale
from ctrcore.data.values import as_numbers, as_times
from ctrcore.errors import DataError
from ctrcore.language import mark, say
from ctrcore.schema import Column

Codes = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float64]

RANGES = 5
COUNT_RANGES = 4
PERIODS = 6
CLOSED = mark("The end of a range belongs to the next one.")
EARLIEST, LATEST = -62_135_596_800.0, 253_402_300_799.0  # of the years 1 and 9999, in epoch seconds
# Steps to which the ends of periods are rounded, in seconds, with numpy's unit and how much of its text is shown.
STEPS = ((86_400.0, "D", 10), (3_600.0, "m", 16), (60.0, "m", 16), (1.0, "s", 19))


def in_ranges(numbers: Numbers, most: int = RANGES) -> tuple[list[str], Codes, str]:
    """At most `most` ranges of about equally many rows; each number by itself if there are no more than that plus one.

    Args:
        numbers: (n,) with NaN where missing.
        most: number of ranges.

    Returns:
        The name of each range, the range (n,) of each number (-1 where missing), and a note on how to read the names.
    """
    known = ~np.isnan(numbers)
    ordered = np.sort(numbers[known])
    if not len(ordered):
        return [], np.full(len(numbers), -1, dtype=np.int32), ""
    distinct = ordered[np.append(True, ordered[1:] > ordered[:-1])]
    edges = distinct[1:] if len(distinct) <= most + 1 else equally_full(ordered, most)
    codes = np.where(known, np.searchsorted(edges, numbers, side="right"), -1).astype(np.int32)
    starts = np.append(0, np.searchsorted(ordered, edges, side="left"))
    least, greatest = ordered[starts], ordered[np.append(starts[1:], len(ordered)) - 1]
    if (distinct == np.floor(distinct)).all():
        return [_range(a, b) for a, b in zip(least, greatest, strict=True)], codes, ""
    limits = np.concatenate([[ordered[0]], edges, [ordered[-1]]])
    alone = least == greatest
    low, high = np.where(alone, least, limits[:-1]), np.where(alone, least, limits[1:])
    return [_range(a, b) for a, b in zip(low, high, strict=True)], codes, say(CLOSED)


def in_counts(counts: npt.NDArray[np.int64], most: int = COUNT_RANGES) -> tuple[list[str], Codes]:
    """None at all, and ranges of about equally many rows among the others. A negative count is in no range."""
    labels, codes, _ = in_ranges(np.where(counts > 0, counts, np.nan).astype(np.float64), most)
    return [say("none"), *labels], np.where(counts > 0, codes + 1, np.where(counts == 0, 0, -1)).astype(np.int32)


def in_steps(counts: npt.NDArray[np.int64], steps: Sequence[int]) -> tuple[list[str], Codes]:
    """Ranges that start at 0 and at each of the steps."""
    starts = [0, *steps]
    labels = [_range(float(low), float(high - 1)) for low, high in zip(starts, steps, strict=False)]
    labels = [say("none") if label == "0" else label for label in labels]
    return [*labels, say("{least} and more", least=steps[-1])], np.searchsorted(steps, counts, side="right").astype(
        np.int32
    )


def periods(cells: pd.Series[Any], name: str) -> tuple[list[str], Codes, Numbers, bool] | None:
    """At most six periods of about equally many rows; None if the cells cannot be read as times.

    Counts since 1970 and dates get dates as names, cut at whole days, hours or minutes; other numbers are a counter.

    Returns:
        Names, the period (n,) of each row (-1 where missing), the points in time (n,), and whether these are dates (in
        epoch seconds).
    """
    try:
        points = as_times(cells, name)
    except DataError:
        return None
    known = ~np.isnan(points)
    if not known.any():
        return None
    unit = epoch_unit(points)
    if _are_dates(cells, points):
        seconds = points
    elif unit is not None:
        seconds = points / unit[1]
    else:
        return *in_ranges(points, PERIODS)[:2], points, False
    if seconds[known].min() < EARLIEST or seconds[known].max() > LATEST:
        return *in_ranges(seconds, PERIODS)[:2], seconds, False
    return *_of_dates(seconds, known), seconds, True


def _are_dates(cells: pd.Series[Any], points: Numbers) -> bool:
    """True if the cells are dates already, or texts that are more than numbers."""
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return True
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return False
    return bool((np.isnan(as_numbers(cells)) & ~np.isnan(points)).any())


def _of_dates(seconds: Numbers, known: npt.NDArray[np.bool_]) -> tuple[list[str], Codes]:
    """Periods cut at whole days if these are many enough, else at whole hours, minutes or seconds."""
    ordered = np.sort(seconds[known])
    edges, (step, unit, length) = date_edges(ordered, PERIODS)
    codes = np.where(known, np.searchsorted(edges, seconds, side="right"), -1).astype(np.int32)
    starts = [_date(moment, unit, length) for moment in (float(ordered[0]), *edges.tolist())]
    ends = [_date(moment - (step if unit == "D" else 0), unit, length) for moment in edges.tolist()]
    ends.append(_date(float(ordered[-1]), unit, length))
    return [a if a == b else as_range(a, b) for a, b in zip(starts, ends, strict=True)], codes


def date_edges(ordered: Numbers, most: int) -> tuple[Numbers, tuple[float, str, int]]:
    """Where sorted times are cut into at most `most` periods of about equally many rows, and the step they are cut at.

    The cuts are whole days if the times span two for each period or are days themselves, else whole hours, minutes or
    seconds.
    """
    first, last = float(ordered[0]), float(ordered[-1])
    fits = (found for found in STEPS if last - first >= 2 * most * found[0] or not (ordered % found[0]).any())
    step = next(fits, STEPS[-1])
    cuts = np.quantile(ordered, np.arange(1, most) / most, method="higher")
    edges = np.unique(np.floor(cuts / step[0]) * step[0])
    return edges[(edges > first) & (edges <= last)], step


def _date(seconds: float, unit: str, length: int) -> str:
    moment = np.datetime64(int(np.floor(seconds)), "s").astype(f"datetime64[{unit}]")
    return str(moment).replace("T", " ")[:length]


def date_in_words(seconds: float) -> str:
    """A point in time with no more of the clock than it needs, such as 2024-05-31 or 2024-05-31 18:00."""
    text = _date(seconds, "s", 19)
    return text.removesuffix(":00").removesuffix(" 00:00") if text.endswith(":00") else text


def equally_full(ordered: Numbers, most: int) -> Numbers:
    """Inner edges at readable numbers, by the rules that also make the buckets of a numeric field."""
    column = Column(name="-", kind="numeric", scale="quantile", buckets=most)
    edges = NumberScale.fit(column, ordered, np.arange(len(ordered))).edges
    return np.array([edge for edge in edges if edge <= ordered[-1]], dtype=np.float64)


def _range(low: float, high: float) -> str:
    return number(low) if low == high else as_range(number(low), number(high))


def as_range(low: str, high: str) -> str:
    """From one end to the other, in words."""
    return say("{low} to {high}", low=low, high=high)


def number(value: float) -> str:
    """A number as short as it can be read: whole ones entirely, others to four digits."""
    return f"{value:.15g}" if value == np.floor(value) else f"{value:.4g}"
