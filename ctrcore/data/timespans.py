"""When the rows of a table happened: first, last, and how many in each step between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.cells import cells_of
from ctrcore.data.dates import epoch_unit, read_dates
from ctrcore.data.guesses.names import NOT_TIMES, TIMES, suggests
from ctrcore.data.profiles import DataWarning, TimePoint, TimeSpan
from ctrcore.data.values import as_words, times_and_doubt
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.schema import Schema

if TYPE_CHECKING:
    from ctrcore.data.stored import Table

GLANCE = 1000  # rows that show whether a column holds dates
MOST_STEPS = 120
RANGES = 40  # of a counter that is no time
HOUR, DAY = 3600.0, 86400.0
# Steps with the longest span for which they are used, in seconds, and how their start is written.
UNITS = (
    ("minute", 2 * HOUR, "%Y-%m-%d %H:%M"),
    ("hour", MOST_STEPS * HOUR, "%Y-%m-%d %H:%M"),
    ("day", MOST_STEPS * DAY, "%Y-%m-%d"),
    ("week", 7 * MOST_STEPS * DAY, "%Y-%m-%d"),
    ("month", 30.4 * MOST_STEPS * DAY, "%Y-%m"),
    ("year", np.inf, "%Y"),
)
SECONDS = {"minute": 60.0, "hour": HOUR, "day": DAY, "week": 7 * DAY}
FARTHEST = 290_000 * 365.0 * DAY
FIRST_DAY, LAST_DAY = -62_135_596_800.0, 253_402_300_799.0  # of the years 1 and 9999, in epoch seconds

Points = npt.NDArray[np.float64]


def time_span(table: Table, name: str, label: npt.NDArray[np.float32]) -> TimeSpan | None:
    """The span of a time column; None if it holds no time at all or cannot be read.

    Numbers count as seconds, milliseconds or microseconds since 1970 if they are of that size; others are a counter,
    which is cut into equal ranges. So are times outside the years 1 to 9999, with a note.
    """
    cells = table[name]
    try:
        times, note = times_and_doubt(cells, name)
    except DataError:
        return None
    known = ~np.isnan(times)
    if not known.any():
        return None
    unit = epoch_unit(times)
    written = not pd.api.types.is_numeric_dtype(cells.dtype) and not _all_numbers(cells)
    if unit is None and not written:
        return _counter(name, times, label)
    seconds = times / (1.0 if unit is None or written else unit[1])
    first, last = float(np.nanmin(seconds)), float(np.nanmax(seconds))
    if max(abs(first), abs(last)) > FARTHEST:
        return None
    if first < FIRST_DAY or last > LAST_DAY:
        return _far_away(name, seconds, label)
    step, layout = next((step, layout) for step, longest, layout in UNITS if last - first <= longest)
    place, starts = _steps(seconds[known], step)
    return TimeSpan(
        column=name,
        first=_written(first),
        last=_written(last),
        missing=int((~known).sum()),
        unit=step,
        points=_points(place, label[known], [start.item().strftime(layout) for start in starts]),
        note=note,
    )


def nearly_a_time(table: Table, schema: Schema) -> list[DataWarning]:
    """Where the schema names no time: a column that is called so and nearly is one, but for some cells.

    Such a column cannot order the rows, which a person who sees its name would not expect.
    """
    for column in schema.columns if schema.time is None else ():
        name = column.name
        if column.kind == "numeric" or not suggests(name, TIMES) or suggests(name, NOT_TIMES):
            continue
        if name == schema.label or name not in table.columns:
            continue
        chosen = np.unique(np.linspace(0, len(table) - 1, GLANCE).astype(np.int64)) if len(table) else np.arange(0)
        texts = pd.Series(as_words(cells_of(table, name, chosen)).words, dtype=object)
        if not len(texts) or np.isnan(read_dates(texts)[0]).mean() > 0.5:
            continue
        try:
            times_and_doubt(table[name], name)
        except DataError as error:
            remedy = say("Correct such cells: until then rows cannot be ordered or split by '{name}'.", name=name)
            return [DataWarning(problem=error.problem, remedy=remedy, column=name)]
    return []


def _all_numbers(cells: pd.Series[Any]) -> bool:
    """True for texts that are all numbers."""
    some = cells.dropna().iloc[:1000]
    return bool(len(some)) and not pd.to_numeric(some.astype(object), errors="coerce").isna().any()


def _written(seconds: float) -> str:
    return str(np.datetime64(int(np.floor(seconds)), "s")).replace("T", " ")


def _steps(seconds: Points, step: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.datetime64]]:
    """The step of each time, from 0, and where each step starts."""
    if step in SECONDS:
        # Weeks start on the weekday of the first row: so no step is cut short at the beginning.
        base = float(np.floor(seconds.min() / min(SECONDS[step], DAY)) * min(SECONDS[step], DAY))
        place = np.floor((seconds - base) / SECONDS[step]).astype(np.int64)
        starts = base + SECONDS[step] * np.arange(place.max() + 1)
        return place, starts.astype(np.int64).astype("datetime64[s]")
    unit = "datetime64[M]" if step == "month" else "datetime64[Y]"
    calendar = np.floor(seconds).astype(np.int64).astype("datetime64[s]").astype(unit).astype(np.int64)
    place = calendar - calendar.min()
    return place, (calendar.min() + np.arange(place.max() + 1)).astype(unit).astype("datetime64[s]")


def _far_away(name: str, seconds: Points, label: npt.NDArray[np.float32]) -> TimeSpan:
    """Times that nobody means, in equal ranges between the first and the last one, with a note that says so."""
    found = _counter(name, seconds, label, _written, _written)
    years = [end[: end.index("-", 1)] for end in (found.first, found.last)]
    note = say(
        "The times in '{value}' reach from the year {value_2} to the year {value_3}, which looks wrong: ",
        value=name[:60],
        value_2=years[0],
        value_3=years[1],
    )
    return found.model_copy(update={"note": note + say("milliseconds may have been stored as seconds.")})


def _counter(
    name: str,
    times: Points,
    label: npt.NDArray[np.float32],
    exact: Callable[[float], str] = "{:.15g}".format,
    short: Callable[[float], str] = "{:.6g}".format,
) -> TimeSpan:
    """Numbers in equal ranges; `exact` writes the first and the last of them, `short` where a range starts."""
    known = ~np.isnan(times)
    inside = times[known]
    low, high = float(inside.min()), float(inside.max())
    edges = np.linspace(low, high, RANGES + 1) if high > low else np.array([low, low + 1])
    place = np.clip(np.searchsorted(edges, inside, side="right") - 1, 0, len(edges) - 2)
    return TimeSpan(
        column=name,
        first=exact(low),
        last=exact(high),
        missing=int((~known).sum()),
        unit="range",
        points=_points(place, label[known], [short(edge) for edge in edges[:-1]]),
    )


def _points(place: npt.NDArray[np.int64], label: npt.NDArray[np.float32], starts: list[str]) -> list[TimePoint]:
    told = ~np.isnan(label)
    rows = np.bincount(place, minlength=len(starts)).tolist()
    labelled = np.bincount(place[told], minlength=len(starts)).tolist()
    clicks = np.bincount(place[label == 1], minlength=len(starts)).tolist()
    return [
        TimePoint(start=start, rows=a, labelled=b, clicks=c)
        for start, a, b, c in zip(starts, rows, labelled, clicks, strict=True)
    ]
