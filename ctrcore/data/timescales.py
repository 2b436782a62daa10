"""Times of several tables as points on one scale, so that what is earlier in one is earlier beside the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.dates import EPOCHS, epoch_unit
from ctrcore.data.values import as_times, as_words
from ctrcore.errors import DataError
from ctrcore.language import say

Points = npt.NDArray[np.float64]
DATES = "dates"
PER_SECOND = {unit: per_second for _, _, unit, per_second in EPOCHS}
RANGES = {unit: (low, high) for low, high, unit, _ in EPOCHS}


def as_times_together(columns: list[pd.Series[Any]], name: str) -> list[Points]:
    """The same column of several tables as points in time that can be compared; NaN where a cell is missing.

    Dates written as text are read in one go, so that one order of day and month holds for all tables. Where one table
    has dates and another counts since 1970, or counts in another unit, all become seconds. Other numbers stay.

    Args:
        columns: one for each table.
        name: of the column.

    Returns:
        Of each column an array as `as_times` gives it.

    Raises:
        DataError: a cell is neither a number nor a date, or one table has dates or counts since 1970, another has not.
    """
    points, scales = _read(columns, name)
    told = [place for place, found in enumerate(points) if not np.isnan(found).all()]
    known = {str(scales[place]) for place in told if scales[place] is not None}
    plain = [place for place in told if scales[place] is None]
    if known and plain:
        # One time out of the ordinary, such as a 0 among counts since 1970, makes no other scale.
        if len(known) > 1 or not all(_may_count(points[place], min(known)) for place in plain):
            raise DataError(
                say(
                    "The times in '{value}' are {known} in one table and numbers such as {value_2:.15g} in "
                    "another, so nobody can tell which is earlier.",
                    value=name[:60],
                    known=_shown(known),
                    value_2=_first(points[plain[0]]),
                ),
                say("Write the times of new rows as the times of the rows that the model learned from."),
            )
        return points
    if len(known) < 2:
        return points
    return [found / PER_SECOND.get(str(scale), 1.0) for scale, found in zip(scales, points, strict=True)]


def _read(columns: list[pd.Series[Any]], name: str) -> tuple[list[Points], list[str | None]]:
    """Points and scale of each column: dates, a unit of counts since 1970, or None for any other number.

    Each column is read by itself, but texts that are not all numbers together.
    """
    points, written, used = [], {}, {}
    for place, cells in enumerate(columns):
        if cells.dtype == object or isinstance(cells.dtype, (pd.StringDtype, pd.CategoricalDtype)):
            found = as_words(cells)
            texts = pd.Series(found.words[found.counts > 0], dtype=object)
            if not np.isfinite(pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)).all():
                written[place], used[place] = found, texts
        points.append(np.empty(0) if place in written else as_times(cells, name))
    if written:
        read = as_times(pd.concat(list(used.values()), ignore_index=True), name)
        parts = np.split(read, np.cumsum([len(texts) for texts in used.values()])[:-1])
        for (place, found), part in zip(written.items(), parts, strict=True):
            of_word = np.full(len(found.words) + 1, np.nan)
            of_word[np.flatnonzero(found.counts > 0)] = part
            points[place] = of_word[found.codes]
    units = [epoch_unit(found) for found in points]
    dates = [
        place in written or pd.api.types.is_datetime64_any_dtype(cells.dtype) for place, cells in enumerate(columns)
    ]
    return points, [DATES if date else unit and unit[0] for date, unit in zip(dates, units, strict=True)]


def _may_count(points: Points, unit: str) -> bool:
    """True if one of the numbers may be a count since 1970 in this unit, or nearly."""
    low, high = RANGES.get(unit, (np.inf, -np.inf))
    return bool(((points >= low / 10) & (points <= high * 10)).any())


def _shown(scales: set[str]) -> str:
    return " or ".join(DATES if scale == DATES else say("{scale} since 1970", scale=scale) for scale in sorted(scales))


def _first(points: Points) -> float:
    return float(points[~np.isnan(points)][0])
