"""Draw the figures of the speed benchmark: a row a task, every library's rows a second on a logarithmic axis.

    python -m benchmarks.speed.draw FIGURES.json [--out benchmarks/speed.svg]

Dots are medians, lines go from the smallest to the largest round. Written as SVG by hand: nothing more is needed.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from xml.sax.saxutils import escape

from benchmarks.speed.figures import (
    OURS,
    Answer,
    Record,
    answers,
    fastest_peer,
    prediction_speed,
    ratios,
    training_speed,
)

# Okabe and Ito's colours, told apart by readers who do not see all of them; ours is the darkest and the largest.
COLOURS = {
    OURS: "#0b3d91",
    "deepctr": "#e69f00",
    "fuxictr": "#009e73",
    "recbole": "#cc79a7",
    "rechub": "#56b4e9",
    "torchfm": "#a05a2c",
}
SPEEDS: dict[str, Callable[[Answer], float]] = {"Training": training_speed, "Prediction": prediction_speed}
INK, QUIET, GRID, BAND = "#1a1a1a", "#6b6b6b", "#e3e3e3", "#f6f7f9"
LEFT, PANEL, GAP, RATIO, ROW, TOP, BOTTOM = 240, 330, 30, 62, 46, 108, 58
FONT = "font-family='Helvetica, Arial, sans-serif'"


def main() -> None:
    """Read the figures, write the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "speed.svg")
    chosen = parser.parse_args()
    tasks = json.loads(chosen.figures.read_text(encoding="utf-8"))["tasks"]
    records = [record for record in tasks.values() if OURS in record["runs"]]
    chosen.out.write_text(drawn(records), encoding="utf-8")
    print(chosen.out)


def drawn(records: list[Record]) -> str:
    """The SVG of the tasks that we took part in."""
    width = LEFT + len(SPEEDS) * (PANEL + RATIO) + GAP + 16
    height = TOP + ROW * len(records) + BOTTOM
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' "
        f"{FONT} role='img' aria-label='Rows a second of each library'>",
        f"<rect width='{width}' height='{height}' fill='white'/>",
        *_legend(records),
    ]
    for number, record in enumerate(records):
        y = TOP + ROW * number
        if number % 2 == 0:
            parts.append(f"<rect x='8' y='{y}' width='{width - 16}' height='{ROW}' fill='{BAND}'/>")
        parts.append(_text(18, y + ROW / 2 + 4, record["title"], size=13))
    for number, (name, speed) in enumerate(SPEEDS.items()):
        parts += _panel(LEFT + number * (PANEL + RATIO + GAP), name, speed, records)
    where = records[0]["machine"] if records else {"cores": "", "when": ""}
    said = f"Dot: median of the rounds; line: smallest to largest. {where['cores']} cores, {where['when'][:10]}."
    parts.append(_text(18, height - 14, said, size=11, fill=QUIET))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(left: float, name: str, speed: Callable[[Answer], float], records: list[Record]) -> Iterator[str]:
    """One axis and its dots."""
    found = [{entry: sorted(map(speed, answers(record, entry))) for entry in record["runs"]} for record in records]
    every = [value for speeds in found for values in speeds.values() for value in values] or [1.0, 10.0]
    low, high = math.log10(min(every)) - 0.1, math.log10(max(every)) + 0.1

    def place(value: float) -> float:
        return left + (math.log10(value) - low) / (high - low) * PANEL

    bottom = TOP + ROW * len(records)
    yield _text(left, TOP - 14, f"{name}, rows a second", size=13, weight="bold")
    yield _text(left + PANEL + RATIO, TOP - 14, "times the fastest peer", size=11, fill=QUIET, anchor="end")
    for power in range(math.floor(low), math.ceil(high) + 1):
        for step in (1, 2, 5):
            value = step * 10.0**power
            if low <= math.log10(value) <= high:
                x = place(value)
                colour = "#c4c4c4" if step == 1 else GRID
                yield f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{TOP}' y2='{bottom}' stroke='{colour}'/>"
                if step == 1 or high - low < 1.5:
                    yield _text(x, bottom + 17, _short(value), size=11, fill=QUIET, anchor="middle")
    for number, (record, speeds) in enumerate(zip(records, found, strict=True)):
        middle = TOP + ROW * (number + 0.5)
        drawn_last = sorted(speeds, key=lambda entry: entry == OURS)
        for entry in drawn_last:
            yield from _dot(place, speeds[entry], middle, COLOURS[entry], 7.5 if entry == OURS else 5.5)
        if peer := fastest_peer(record, speed):
            ratio = median(ratios(*(list(map(speed, answers(record, entry))) for entry in (OURS, peer))))
            yield _text(left + PANEL + RATIO, middle + 5, f"{ratio:.1f}×", size=14, weight="bold", anchor="end")


def _dot(place: Callable[[float], float], values: list[float], y: float, colour: str, radius: float) -> Iterator[str]:
    x = place(median(values))
    yield (
        f"<line x1='{place(values[0]):.1f}' x2='{place(values[-1]):.1f}' y1='{y}' y2='{y}' stroke='{colour}' "
        "stroke-width='3' stroke-linecap='round' opacity='0.55'/>"
    )
    yield f"<circle cx='{x:.1f}' cy='{y}' r='{radius}' fill='{colour}' stroke='white' stroke-width='1.5'/>"


def _legend(records: list[Record]) -> Iterator[str]:
    titles: dict[str, str] = {}
    for record in records:
        titles |= {entry: record["libraries"][entry]["title"] for entry in record["runs"]}
    yield _text(18, 30, "Training and prediction beside other libraries", size=17, weight="bold")
    x = 18.0
    for entry in (entry for entry in COLOURS if entry in titles):
        yield f"<circle cx='{x + 6}' cy='50' r='5.5' fill='{COLOURS[entry]}'/>"
        yield _text(x + 17, 54, titles[entry], size=12)
        x += 38 + 6.6 * len(titles[entry])


def _text(
    x: float, y: float, said: str, *, size: int, fill: str = INK, weight: str = "normal", anchor: str = "start"
) -> str:
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{fill}' font-weight='{weight}' "
        f"text-anchor='{anchor}'>{escape(said)}</text>"
    )


def _short(value: float) -> str:
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


if __name__ == "__main__":
    main()
