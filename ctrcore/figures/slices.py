"""Values with their intervals, a slice of the rows a line."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from ctrcore.figures.style import DASHES, NEUTRAL, SYMBOLS, finish, model_color, occurrences, safe, sign_color
from ctrcore.language import say

FAINT = 0.45
LINE, MOST_LINES = 38, 4  # characters beside the axis, and how often they are wrapped
Measure = Literal["auc", "log_loss", "pcoc"]
Columns = tuple[str, str, str, str | None]  # of a value, the ends of its interval, and whether it is told
OF_MODEL: dict[Measure, Columns] = {
    "auc": ("auc", "auc_low", "auc_high", "told"),
    "log_loss": ("log_loss", "log_loss_low", "log_loss_high", None),
    "pcoc": ("pcoc", "pcoc_low", "pcoc_high", "pcoc_told"),
}
LEAD = ("lead", "lead_low", "lead_high", "lead_apart")


@dataclass(frozen=True)
class Dot:
    """A value with its 95 % interval; NaN draws nothing.

    Attributes:
        told: it differs beyond chance; drawn full, any other one hollow and faint.
        hover: what else to say of it.
    """

    value: float
    low: float
    high: float
    told: bool
    hover: str = ""


@dataclass(frozen=True)
class Series:
    """The dots of one model, a place each.

    Attributes:
        label: its name.
        model: picks the colour; None: each dot has the colour of its sign.
        dots: as many as there are places.
        overall: the value of all rows, drawn as a line.
    """

    label: str
    model: str | None
    dots: Sequence[Dot]
    overall: float | None = None


def interval_dots(
    places: Sequence[str],
    notes: Sequence[str],
    series: Sequence[Series],
    *,
    x: str,
    zero: float | None = None,
    percent: bool = False,
) -> go.Figure:
    """Dots with intervals, the first place on top.

    Args:
        places: what each line is on. notes: what stands small below it, such as its number of rows.
        series: one for each model.
        x: what the values are.
        zero: the value that means no difference, drawn as a line.
        percent: values are shares.
    """
    figure = go.Figure()
    if zero is not None:
        figure.add_vline(x=zero, line={"color": NEUTRAL, "width": 1.5})
    step = 0.6 / max(len(series), 1)
    nth = occurrences([one.model or "" for one in series])
    for number, one in enumerate(series):
        if one.overall is not None:
            _add_overall(figure, one, nth[number], len(places))
        heights = np.arange(len(places)) + (number - (len(series) - 1) / 2) * step
        _add_dots(figure, one, places, heights, SYMBOLS[nth[number] % len(SYMBOLS)])
    figure.update_traces(
        hovertemplate="%{customdata[0]}<br>"
        + say("%{x:VALUE} (95 % %{customdata[1]:VALUE} to %{customdata[2]:VALUE})").replace(
            "VALUE", ".2%" if percent else ".4f"
        )
        + "<br>%{customdata[3]}",
        selector={"mode": "markers"},
    )
    names = [_wrapped(place) for place in places]
    ticks = ["<br>".join([*lines, f"<i>{safe(note)}</i>"]) for lines, note in zip(names, notes, strict=True)]
    tall = max(20 + 16 * max(map(len, names), default=1), 14 + 12 * len(series))
    height = 110 + tall * max(len(places), 1)
    finish(figure, height=height, x=x, legend=any(one.overall is not None for one in series))
    figure.update_xaxes(tickformat=".0%" if percent else None)
    return figure.update_yaxes(
        tickvals=list(range(len(places))),
        ticktext=ticks,
        tickfont={"size": 12},
        range=[len(places) - 0.45, -0.55],
        showgrid=False,
        zeroline=False,
    )


def _wrapped(place: str) -> list[str]:
    """A long name on several lines, so that a narrow window has room for the dots."""
    return textwrap.wrap(safe(place), LINE, max_lines=MOST_LINES, placeholder=" …") or [""]


def _add_dots(
    figure: go.Figure, one: Series, places: Sequence[str], heights: npt.NDArray[np.floating], symbol: str
) -> None:
    """The dots of one model: a trace for each look, as the bars of a trace have one colour and one opacity."""
    looks: dict[tuple[bool, str], list[int]] = {}
    for at, dot in enumerate(one.dots):
        if np.isfinite(dot.value):
            color = sign_color(dot.value) if one.model is None else model_color(one.model)
            looks.setdefault((dot.told, color), []).append(at)
    for (told, color), index in looks.items():
        dots = [one.dots[at] for at in index]
        figure.add_scatter(
            x=[dot.value for dot in dots],
            y=heights[index],
            error_x={
                # An end that is not known, or infinite, has no whisker.
                "array": [dot.high - dot.value if np.isfinite(dot.high) else None for dot in dots],
                "arrayminus": [dot.value - dot.low if np.isfinite(dot.low) else None for dot in dots],
                "color": color,
                "thickness": 2 if told else 1.2,
                "width": 3,
            },
            mode="markers",
            opacity=1.0 if told else FAINT,
            marker={
                "color": color,
                "size": 11 if told else 9,
                "symbol": symbol if told else f"{symbol}-open",
                "line": {"width": 2, "color": color},
            },
            name=safe(one.label),
            showlegend=False,
            customdata=[
                [safe(places[at]), dot.low, dot.high, safe(dot.hover)] for at, dot in zip(index, dots, strict=True)
            ],
        )


def _add_overall(figure: go.Figure, one: Series, nth: int, places: int) -> None:
    """The value of all rows as an upright line, which also names the model in the legend."""
    color = NEUTRAL if one.model is None else model_color(one.model)
    look = {
        "line": {"color": color, "dash": DASHES[2 if nth == 0 else nth % len(DASHES)], "width": 2},
        "name": say("{label}, all rows {overall:.4f}", label=safe(one.label), overall=one.overall),
        "legendgroup": str(len(figure.data)),
        "hoverinfo": "skip",
    }
    figure.add_scatter(x=[one.overall, one.overall], y=[-0.55, places - 0.45], mode="lines", showlegend=False, **look)
    if one.model is None:
        figure.add_scatter(x=[None], y=[None], mode="lines", **look)
        return
    # The symbol of the dots stands in the legend only: on the line the frame would cut it in half.
    marker = {"size": 9, "symbol": SYMBOLS[nth % len(SYMBOLS)], "color": color}
    figure.add_scatter(x=[None], y=[None], mode="lines+markers", marker=marker, **look)


def dots_of(table: pd.DataFrame, columns: Columns) -> list[Dot]:
    """The dots of a table with a line a slice.

    Args:
        table: a line that is NaN draws nothing.
        columns: of the value, the ends of its interval, and whether it is told; None: nothing is tested, so that all
            are drawn full.
    """
    value, low, high, told = columns
    sure = [True] * len(table) if told is None else table[told].eq(True).tolist()
    return [Dot(*one) for one in zip(table[value], table[low], table[high], sure, strict=True)]


def worst_first(table: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """A table of slices: first those that are told to be bad, then those that may be so by chance.

    Either are sorted by the end of the interval on the good side, so that a slice of few rows, whose interval is wide,
    does not come first by chance.

    Args:
        table: as `comparing.slices.slice_table` gives it.
        measure: bad is an AUC below that of the other rows, a high log-loss, which is not tested, or predictions far
            from what happened.
    """
    bad = {
        "auc": lambda: -table["against_high"],
        "log_loss": lambda: table["log_loss_low"],
        "pcoc": lambda: (table["pcoc_low"] - 1).clip(lower=1 - table["pcoc_high"]),
    }[measure]()
    told = {
        "auc": lambda: table["told"].eq(True) & (table["against_rest"] < 0),
        "log_loss": lambda: pd.Series(False, index=table.index),
        "pcoc": lambda: table["pcoc_told"].eq(True),
    }[measure]()
    order = pd.DataFrame({"told": told.astype(bool), "bad": bad}).sort_values(
        ["told", "bad"], ascending=False, kind="stable"
    )
    return table.loc[order.index]


def leads(table: pd.DataFrame, measure: Literal["auc", "log_loss"]) -> pd.DataFrame:
    """A table of differences with the lead of model A: above 0 A is better.

    Those slices come first whose lead differs from that elsewhere, both in the order that they had.

    Args:
        table: as `comparing.slices.difference_table` gives it; its log-losses are above 0 where A is worse.
        measure: of what.

    Returns:
        The table with the columns lead, lead_low, lead_high; lead_told: it differs from 0; lead_beyond: the lead less
        that on all other rows; lead_apart: this differs from 0.
    """
    if measure == "auc":
        value, low, high = table["difference"], table["low"], table["high"]
        told, beyond, apart = table["told"], table["beyond"], table["beyond_told"]
    else:
        value, low, high = -table["loss_difference"], -table["loss_high"], -table["loss_low"]
        told, beyond, apart = table["loss_told"], -table["loss_beyond"], table["loss_beyond_told"]
    found = table.assign(
        lead=value, lead_low=low, lead_high=high, lead_told=told, lead_beyond=beyond, lead_apart=apart.eq(True)
    )
    return found.sort_values("lead_apart", ascending=False, kind="stable")
