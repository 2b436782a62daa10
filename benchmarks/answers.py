"""What the app promises its visitors, and tables of what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

from benchmarks.browsing import HEAVY, Took

PROMISED = {  # seconds, and by whose clock
    "the demo, opened from Home": (2.0, "browser"),
    "first visit": (0.5, "server"),
    "visited again": (0.5, "server"),
    "while a model trains": (0.5, "server"),
    "a row explained": (0.3, "server"),
    "a cutoff moved": (0.2, "server"),
    "Shapley of a row with 10 fields": (1.0, "server"),
}
Measured = dict[tuple[str, str], list[Took]]  # by what is promised and where it was looked at
Starts = dict[str, list[dict[str, Any]]]  # by when the heavy libraries are loaded


def spread(values: list[float]) -> str:
    """Least, median and largest."""
    return " / ".join(f"{value:.2f}" for value in (min(values), statistics.median(values), max(values)))


def starts_table(starts: Starts) -> Iterator[str]:
    """Cold starts, with libraries loaded late, at once and never."""
    yield "| what models need is loaded | server answers, s | heading of Home, s | loaded by then | loaded later |"
    yield "|---|---|---|---|---|"
    for when, told in starts.items():
        counts = [
            ", ".join(f"{name} in {sum(name in one[key] for one in told)} of {len(told)}" for name in HEAVY)
            for key in ("loaded", "loaded later")
        ]
        times = [spread([one[key] for one in told]) for key in ("health", "heading")]
        yield f"| {when} | {' | '.join(times + counts)} |"


def answers_table(measured: Measured) -> Iterator[str]:
    """All answers beside what was promised: kept by each, by the median, or not."""
    yield "| what | where | promised, s | server, s | browser, s | processor, s | kept |"
    yield "|---|---|---|---|---|---|---|"
    for (what, where), took in measured.items():
        seconds, clock = PROMISED[what]
        values = [getattr(one, clock) for one in took]
        kept = "yes" if max(values) <= seconds else "by the median" if statistics.median(values) <= seconds else "no"
        columns = [spread([getattr(one, name) for one in took]) for name in Took._fields]
        yield f"| {what} | {where} | {seconds:g} ({clock}) | {' | '.join(columns)} | {kept} |"
