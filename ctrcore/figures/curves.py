"""Curves that compare runs: ROC, AUC over epochs or seconds, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ctrcore.figures.style import NEUTRAL, SYMBOLS, finish, line_style, occurrences, safe


@dataclass(frozen=True)
class Curve:
    """One run's line: `x` and `y` of equal length; `label` names the run, `model` picks the colour."""

    label: str
    model: str
    x: Sequence[float] | np.ndarray
    y: Sequence[float] | np.ndarray


def roc(curves: Sequence[Curve], zoom: float | None = None) -> go.Figure:
    """ROC curves over the line of a random order.

    Args:
        curves: x false-positive rate, y true-positive rate.
        zoom: show false-positive rates up to this value only, for lists whose top alone is seen.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": NEUTRAL, "dash": "dot", "width": 1.5},
        name="random order",
        hoverinfo="skip",
    )
    for curve, nth in zip(curves, occurrences([c.model for c in curves]), strict=True):
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            mode="lines",
            line=line_style(curve.model, nth),
            name=safe(curve.label),
            hovertemplate="%{x:.3f} of the non-clicks, %{y:.3f} of the clicks found<extra>"
            + safe(curve.label)
            + "</extra>",
        )
    limit = 1.0 if zoom is None else zoom
    top = 1.0
    if zoom is not None and curves:
        top = max(float(np.interp(limit, np.asarray(c.x), np.asarray(c.y))) for c in curves)
    figure.update_xaxes(range=[-0.01 * limit, limit * 1.01])
    figure.update_yaxes(range=[-0.01 * top, min(1.01, top * 1.1)])
    return finish(
        figure, height=440, x="false-positive rate (share of non-clicks)", y="true-positive rate (share of clicks)"
    )


def auc_over(curves: Sequence[Curve], x_title: str) -> go.Figure:
    """Validation AUC over epochs or seconds; the best epoch of each run carries a star."""
    figure = go.Figure()
    for curve, nth in zip(curves, occurrences([c.model for c in curves]), strict=True):
        style = line_style(curve.model, nth)
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            mode="lines+markers",
            line=style,
            marker={"size": 6, "symbol": SYMBOLS[nth % len(SYMBOLS)]},
            name=safe(curve.label),
            legendgroup=safe(curve.label),
            hovertemplate=f"{x_title} %{{x:.4g}}, AUC %{{y:.4f}}<extra>{safe(curve.label)}</extra>",
        )
        y = np.asarray(curve.y, dtype=float)
        if len(y) and np.isfinite(y).any():
            best = int(np.nanargmax(y))
            figure.add_scatter(
                x=[curve.x[best]],
                y=[y[best]],
                mode="markers",
                marker={"size": 13, "symbol": "star", "color": style["color"]},
                legendgroup=safe(curve.label),
                showlegend=False,
                hovertemplate=f"best: AUC %{{y:.4f}}<extra>{safe(curve.label)}</extra>",
            )
    return finish(figure, height=360, x=x_title, y="AUC on validation rows")


def calibration(curves: Sequence[Curve]) -> go.Figure:
    """Click rate against mean predicted probability, per bin; on the diagonal a model promises what happens."""
    figure = go.Figure()
    values = np.concatenate([np.concatenate([np.asarray(c.x), np.asarray(c.y)]) for c in curves] or [np.ones(1)])
    limit = float(min(1.0, 1.08 * values.max()))
    figure.add_scatter(
        x=[0, limit],
        y=[0, limit],
        mode="lines",
        line={"color": NEUTRAL, "dash": "dot", "width": 1.5},
        name="as predicted",
        hoverinfo="skip",
    )
    for curve, nth in zip(curves, occurrences([c.model for c in curves]), strict=True):
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            mode="lines+markers",
            line=line_style(curve.model, nth),
            marker={"size": 7, "symbol": SYMBOLS[nth % len(SYMBOLS)]},
            name=safe(curve.label),
            hovertemplate="predicted %{x:.3f}, clicked %{y:.3f}<extra>" + safe(curve.label) + "</extra>",
        )
    figure.update_xaxes(range=[0, limit])
    figure.update_yaxes(range=[0, limit])
    return finish(figure, height=400, x="mean predicted probability", y="share that was clicked")
