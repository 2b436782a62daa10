"""Curves that compare runs: how well each orders the rows, and how it learnt to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from ctrcore.figures.style import NEUTRAL, SYMBOLS, finish, line_style, occurrences, safe
from ctrcore.language import say

HEIGHT = 440
LEGEND_ROW = 19  # pixels


@dataclass(frozen=True)
class Curve:
    """One run's line: `x` and `y` of equal length; `label` names the run, `model` picks the colour."""

    label: str
    model: str
    x: Sequence[float] | np.ndarray
    y: Sequence[float] | np.ndarray


def start_of(curve: Curve, zoom: float) -> Curve:
    """A curve up to that `x` and the one point beyond it, so that its line reaches the edge."""
    count = int(np.searchsorted(np.asarray(curve.x), zoom, side="right")) + 1
    return Curve(curve.label, curve.model, curve.x[:count], curve.y[:count])


def roc(curves: Sequence[Curve], zoom: float | None = None) -> go.Figure:
    """ROC curves over the line of a random order.

    Args:
        curves: x false-positive rate, y true-positive rate.
        zoom: show false-positive rates up to this value only, for lists whose top alone is seen.
    """
    figure = go.Figure()
    add_guide(figure, [0, 1], [0, 1], say("random order"))
    for curve, nth in _in_turn(curves):
        _add_line(figure, curve, nth, say("%{x:.4f} of the non-clicks, %{y:.4f} of the clicks found"))
    limit = 1.0 if zoom is None else zoom
    top = 1.0
    if zoom is not None and curves:
        top = max(limit, *(float(np.interp(limit, np.asarray(c.x), np.asarray(c.y))) for c in curves))
    figure.update_xaxes(range=[-0.01 * limit, limit * 1.01])
    figure.update_yaxes(range=[-0.01 * top, min(1.01, top * 1.1)])
    return finish(
        figure,
        height=height_for(curves),
        x=say("false-positive rate (share of non-clicks)"),
        y=say("true-positive rate (share of clicks)"),
    )


def precision_recall(curves: Sequence[Curve], click_rate: float) -> go.Figure:
    """Precision against recall, over the line of a random order: the click rate.

    Args:
        curves: x recall, y precision.
        click_rate: share of clicks among all rows.
    """
    figure = go.Figure()
    add_guide(figure, [0, 1], [click_rate, click_rate], say("random order"))
    for curve, nth in _in_turn(curves):
        _add_line(figure, curve, nth, say("%{x:.3f} of the clicks found, %{y:.3f} of the called rows are clicks"))
    figure.update_xaxes(range=[-0.01, 1.01])
    figure.update_yaxes(range=[0, 1.02])
    return finish(
        figure,
        height=height_for(curves),
        x=say("recall (share of clicks found)"),
        y=say("precision (share of called rows clicked)"),
    )


def gain(curves: Sequence[Curve], click_rate: float) -> go.Figure:
    """Cumulative gain: clicks found in the best part of the list, between a random and a perfect order.

    Args:
        curves: x share of the rows, best first; y share of the clicks among them.
        click_rate: share of clicks among all rows: a perfect order has found all of them there.
    """
    figure = go.Figure()
    add_guide(figure, [0, 1], [0, 1], say("random order"))
    add_guide(figure, [0, click_rate, 1], [0, 1, 1], say("perfect order"), dash="dash")
    for curve, nth in _in_turn(curves):
        _add_line(figure, curve, nth, say("best %{x:.1%} of the rows hold %{y:.1%} of the clicks"))
    figure.update_xaxes(range=[-0.01, 1.01], tickformat=".0%")
    figure.update_yaxes(range=[-0.01, 1.03], tickformat=".0%")
    return finish(
        figure,
        height=height_for(curves),
        x=say("share of the rows, best score first"),
        y=say("share of all clicks found"),
    )


def lift(curves: Sequence[Curve], least: float = 0.002) -> go.Figure:
    """Lift: how many times more clicks the best part of the list holds than a random part of that size.

    Args:
        curves: x share of the rows, best first; y lift.
        least: shorter lists are not drawn: the lift of a handful of rows swings far up and down.
    """
    figure = go.Figure()
    add_guide(figure, [0, 1], [1, 1], say("random order"))
    highest = 1.0
    for curve, nth in _in_turn(curves):
        x, y = np.asarray(curve.x, dtype=float), np.asarray(curve.y, dtype=float)
        x, y = x[x >= least], y[x >= least]
        drawn = Curve(curve.label, curve.model, x, y)
        _add_line(figure, drawn, nth, say("best %{x:.1%} of the rows: %{y:.2f} times the click rate"))
        highest = max([highest, *y[np.isfinite(y)]])
    figure.update_xaxes(range=[-0.01, 1.01], tickformat=".0%")
    figure.update_yaxes(range=[0, 1.08 * highest])
    return finish(
        figure,
        height=height_for(curves),
        x=say("share of the rows, best score first"),
        y=say("lift (times the click rate)"),
    )


def learning(
    curves: Sequence[Curve], x_title: str, y_title: str, best: Literal["highest", "lowest"] | None = None
) -> go.Figure:
    """A measure over the training; the best epoch of each run carries a star.

    Args:
        curves: x epoch, step or seconds; y the measure. A run without records has an empty one.
        best: which value is the best one; None where the measure chose no epoch, such as the loss of a step.
    """
    figure = go.Figure()
    for curve, nth in _in_turn(curves):
        style, name = line_style(curve.model, nth), safe(curve.label)
        y = np.asarray(curve.y, dtype=float)
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            mode="lines+markers" if len(y) <= 60 else "lines",
            line=style,
            marker={"size": 6, "symbol": SYMBOLS[nth % len(SYMBOLS)]},
            name=name,
            legendgroup=name,
            hovertemplate=f"{x_title} %{{x:.4~g}}: %{{y:.4f}}<extra>{name}</extra>",
        )
        if best is None or not np.isfinite(y).any():
            continue
        place = int(np.nanargmax(y) if best == "highest" else np.nanargmin(y))
        figure.add_scatter(
            x=[curve.x[place]],
            y=[y[place]],
            mode="markers",
            marker={"size": 14, "symbol": "star", "color": style["color"], "line": {"width": 1, "color": "white"}},
            legendgroup=name,
            showlegend=False,
            hovertemplate=say("best: %{{y:.4f}} at {axis} %{{x:.4~g}}", axis=x_title) + f"<extra>{name}</extra>",
        )
    return finish(figure, height=height_for(curves), x=x_title, y=y_title)


def height_for(runs: Sequence[object], height: int = HEIGHT) -> int:
    """Pixels for a figure of so many runs: beyond six the legend needs room that the plot shall not lose."""
    return height + LEGEND_ROW * max(0, (len(runs) - 5) // 2)


def add_guide(figure: go.Figure, x: Sequence[float], y: Sequence[float], name: str, dash: str = "dot") -> None:
    """A thin grey line to measure the others by."""
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"color": NEUTRAL, "dash": dash, "width": 1.5}, name=name, hoverinfo="skip"
    )


def _in_turn(curves: Sequence[Curve]) -> Iterator[tuple[Curve, int]]:
    """Each curve with the number of earlier curves of its model."""
    return zip(curves, occurrences([curve.model for curve in curves]), strict=True)


def _add_line(figure: go.Figure, curve: Curve, nth: int, hover: str) -> None:
    figure.add_scatter(
        x=curve.x,
        y=curve.y,
        mode="lines",
        line=line_style(curve.model, nth),
        name=safe(curve.label),
        hovertemplate=f"{hover}<extra>{safe(curve.label)}</extra>",
    )
