"""What fields, values, pairs and past clicks are worth: rows aligned over several measures, a dot per model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import (
    NEUTRAL,
    SYMBOLS,
    finish,
    line_style,
    model_color,
    occurrences,
    safe,
    shorten,
    small_numbers,
)
from ctrcore.language import say

Numbers = npt.ArrayLike
TICKS = {1: 6, 2: 4}  # by the number of panels: numbers must not run into each other on a narrow page
BETWEEN = 90  # pixels between panels above each other: the numbers below one, the title of the next
SPREAD = 0.5  # of the height of a line, which the dots of several models share


@dataclass(frozen=True)
class Dots:
    """One model's numbers in one panel.

    Attributes:
        label: names the run.
        model: picks the colour.
        names: the lines they stand on.
        values, low, high: one number a name; low and high are NaN where there is no interval.
        hollow: names whose dots are drawn hollow, as they rest on little.
        notes: for the hover, by name.
        whisker: what low and high are, for the hover.
    """

    label: str
    model: str
    names: Sequence[str]
    values: Numbers
    low: Numbers
    high: Numbers
    hollow: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)
    whisker: str = ""


@dataclass(frozen=True)
class Panel:
    """One measure: its name above, the unit below, and the models' numbers."""

    title: str
    unit: str
    dots: Sequence[Dots]
    zero: bool = True


def aligned(panels: Sequence[Panel], order: Sequence[str], names: Mapping[str, str] | None = None) -> go.Figure:
    """Panels over the same lines, two side by side; in each a dot with its 95 % interval per model.

    Args:
        panels: from left to right, a third one and more below: three would be too narrow on a small window.
        order: the lines from top to bottom; what is not in it is not drawn.
        names: what a line is called on the axis, if that is not its name.
    """
    labels = {name: f"{shorten((names or {}).get(name, name), 36)}{chr(8203) * at}" for at, name in enumerate(order)}
    runs = list(dict.fromkeys((dots.label, dots.model) for panel in panels for dots in panel.dots))
    wide, high, line = min(max(len(panels), 1), 2), max((len(panels) + 1) // 2, 1), 24 + 5 * max(0, len(runs) - 2)
    figure = make_subplots(
        rows=high,
        cols=wide,
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=BETWEEN / (line * len(order) * high + BETWEEN * high),
        subplot_titles=[panel.title for panel in panels],
    )
    nth = dict(zip(runs, occurrences([model for _, model in runs]), strict=True))
    places = {name: at for at, name in enumerate(order)}
    for nr, panel in enumerate(panels):
        row, column = nr // 2 + 1, nr % 2 + 1
        for dots in panel.dots:
            at = runs.index((dots.label, dots.model))
            offset = SPREAD * ((at + 0.5) / len(runs) - 0.5) if len(runs) > 1 else 0.0
            first = all(dots.label != one.label for earlier in panels[:nr] for one in earlier.dots)
            symbol = SYMBOLS[nth[dots.label, dots.model] % len(SYMBOLS)]
            figure.add_trace(_trace(dots, places, offset, symbol, legend=first and len(runs) > 1), row, column)
        if panel.zero:
            figure.add_vline(x=0, line={"color": NEUTRAL, "dash": "dot", "width": 1}, row=row, col=column)
        figure.update_xaxes(title_text=panel.unit, row=row, col=column)
    drawn = (line * len(order)) * high + BETWEEN * (high - 1)
    finish(figure, height=130 + drawn, legend=len(runs) > 1, top=30)
    figure.update_layout(legend_y=1.0 + 32 / (drawn + 60))
    figure.update_annotations(font_size=13)
    figure.update_xaxes(nticks=TICKS[wide], tickangle=0, tickfont_size=11)
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(order))),
        ticktext=[labels[name] for name in order],
        range=[len(order) - 0.4, -0.6],
        showgrid=True,
        zeroline=False,
    )
    return small_numbers(figure)


def _trace(dots: Dots, places: Mapping[str, int], offset: float, symbol: str, *, legend: bool) -> go.Scatter:
    shown = [at for at, name in enumerate(dots.names) if name in places]
    names = [dots.names[at] for at in shown]
    values, low, high = (np.asarray(one, dtype=float)[shown] for one in (dots.values, dots.low, dots.high))
    color, label = model_color(dots.model), safe(dots.label)
    reach = say("{whisker} {low:.4g} to {high:.4g}").format
    interval = [
        reach(whisker=dots.whisker or say("95 % interval"), low=a, high=b) if np.isfinite(a + b) else say("no interval")
        for a, b in zip(low, high, strict=True)
    ]
    return go.Scatter(
        x=values,
        y=[places[name] + offset for name in names],
        mode="markers",
        name=label,
        legendgroup=label,
        showlegend=legend,
        marker={
            "color": color,
            "size": 8,
            "symbol": [f"{symbol}-open" if name in dots.hollow else symbol for name in names],
            "line": {"width": 1.5, "color": color},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": np.nan_to_num(high - values),
            "arrayminus": np.nan_to_num(values - low),
            "color": color,
            "thickness": 1.4,
            "width": 0,
        },
        customdata=[
            [safe(name), text, safe(dots.notes.get(name, ""))] for name, text in zip(names, interval, strict=True)
        ],
        hovertemplate="%{customdata[0]}: %{x:.4~g}<br>%{customdata[1]}<br>%{customdata[2]}<extra>" + label + "</extra>",
    )


@dataclass(frozen=True)
class Line:
    """One model's effect of a number: the middle of each bin, the mean with its interval, the bin's text and rows."""

    label: str
    model: str
    middle: Numbers
    mean: Numbers
    low: Numbers
    high: Numbers
    bins: Sequence[str]
    rows: Sequence[int]


def curves(lines: Sequence[Line], x: str, y: str) -> go.Figure:
    """Mean effect over a number, a line per model with its band."""
    figure = go.Figure()
    for line, nth in zip(lines, occurrences([line.model for line in lines]), strict=True):
        color, label = model_color(line.model), safe(line.label)
        middle, low, high = (np.asarray(one, dtype=float) for one in (line.middle, line.low, line.high))
        known = np.isfinite(low) & np.isfinite(high)
        figure.add_scatter(
            x=np.concatenate([middle[known], middle[known][::-1]]),
            y=np.concatenate([high[known], low[known][::-1]]),
            fill="toself",
            fillcolor=color,
            opacity=0.15,
            line={"width": 0},
            mode="lines",
            showlegend=False,
            hoverinfo="skip",
            legendgroup=label,
        )
        figure.add_scatter(
            x=middle,
            y=np.asarray(line.mean, dtype=float),
            mode="lines+markers",
            name=label,
            legendgroup=label,
            line=line_style(line.model, nth),
            marker={"size": 6, "color": color},
            customdata=[[_bin(text), f"{rows:,}"] for text, rows in zip(line.bins, line.rows, strict=True)],
            hovertemplate="%{customdata[0]}: %{y:+.4~g}<br>"
            + say("{number} rows", number="%{customdata[1]}")
            + "<extra>"
            + label
            + "</extra>",
        )
    figure.add_hline(y=0, line={"color": NEUTRAL, "dash": "dot", "width": 1})
    return small_numbers(finish(figure, height=380, x=safe(x), y=y, legend=len(lines) > 1))


def _bin(text: str) -> str:
    """'0.1 to 0.5' in the reader's language; a bin of a single number is that number."""
    low, to, high = text.partition(" to ")
    return say("{low} to {high}", low=low, high=high) if to else text
