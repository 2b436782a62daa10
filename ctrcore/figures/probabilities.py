"""Whether probabilities keep their promise, and how far clicks and non-clicks lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.curves import add_guide, height_for
from ctrcore.figures.style import NEUTRAL, SYMBOLS, finish, line_style, model_color, occurrences, safe
from ctrcore.language import say

PANEL, GAP = 100, 36  # pixels of a histogram, and of its name above it
Numbers = Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Reliability:
    """A run's rows in bins of equally many, lowest probability first.

    Attributes:
        label: names the run. model: picks its colour.
        mean, rate: mean probability and click rate of each bin.
        low, high: 95 % interval of each click rate.
        rows: how many rows each bin holds.
        color: in place of the model's.
    """

    label: str
    model: str
    mean: Numbers
    rate: Numbers
    low: Numbers
    high: Numbers
    rows: Numbers
    color: str | None = None


@dataclass(frozen=True)
class Spread:
    """Where a run's scores lie: share of the clicked and of the other rows between each two `edges`."""

    label: str
    model: str
    clicks: Numbers
    others: Numbers
    edges: Numbers


def calibration(runs: Sequence[Reliability]) -> go.Figure:
    """Click rate against mean predicted probability, per bin; on the diagonal a model promises what happens."""
    figure = go.Figure()
    ends = [np.asarray(part, dtype=float) for run in runs for part in (run.mean, run.high)]
    highest = max((float(np.nanmax(part)) for part in ends if part.size), default=1.0)
    limit = min(1.0, 1.05 * highest) or 1.0
    add_guide(figure, [0, limit], [0, limit], say("as predicted"))
    for run, nth in zip(runs, occurrences([run.model for run in runs]), strict=True):
        rate = np.asarray(run.rate, dtype=float)
        low, high = np.asarray(run.low, dtype=float), np.asarray(run.high, dtype=float)
        style = line_style(run.model, nth) | ({"color": run.color} if run.color else {})
        figure.add_scatter(
            x=run.mean,
            y=rate,
            mode="lines+markers",
            line=style,
            marker={"size": 8, "symbol": SYMBOLS[nth % len(SYMBOLS)]},
            name=safe(run.label),
            error_y={"array": high - rate, "arrayminus": rate - low, "thickness": 1, "width": 3},
            customdata=np.column_stack([low, high, np.asarray(run.rows, dtype=float)]),
            hovertemplate=say(
                "predicted %{x:.4f}, clicked %{y:.4f}<br>95 %: %{customdata[0]:.4f} to %{customdata[1]:.4f}"
                "<br>%{customdata[2]:,} rows"
            )
            + f"<extra>{safe(run.label)}</extra>",
        )
    figure.update_xaxes(range=[0, limit])
    figure.update_yaxes(range=[0, limit])
    return finish(
        figure, height=height_for(runs, 460), x=say("mean predicted probability"), y=say("share that was clicked")
    )


def score_histograms(runs: Sequence[Spread]) -> go.Figure:
    """The probabilities that each run gives to clicks and to the others, all on one axis, a run below the other."""
    rows = max(len(runs), 1)
    figure = make_subplots(rows=rows, cols=1, shared_xaxes=True, vertical_spacing=GAP / (rows * (PANEL + GAP)))
    for place, run in enumerate(runs, start=1):
        left, right = np.asarray(run.edges[:-1], dtype=float), np.asarray(run.edges[1:], dtype=float)
        for name, shares, color, shape in (
            (say("no click"), run.others, NEUTRAL, "/"),
            (say("click"), run.clicks, model_color(run.model), ""),
        ):
            figure.add_bar(
                x=(left + right) / 2,
                y=shares,
                width=right - left,
                name=name,
                marker={"color": color, "line": {"width": 0}, "pattern": {"shape": shape}},
                opacity=0.6,
                showlegend=False,
                customdata=np.column_stack([left, right]),
                hovertemplate=say("{kind}: %{{y:.1%}} from %{{customdata[0]:.3f}} to %{{customdata[1]:.3f}}", kind=name)
                + f"<extra>{safe(run.label)}</extra>",
                row=place,
                col=1,
            )
        figure.add_annotation(
            text=f"<b>{safe(run.label)}</b>",
            x=0,
            y=1,
            xref="x domain" if place == 1 else f"x{place} domain",
            yref="y domain" if place == 1 else f"y{place} domain",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
        )
    finish(figure, height=60 + (PANEL + GAP) * rows, legend=False, top=GAP)
    figure.update_layout(barmode="overlay", bargap=0.02)
    figure.update_yaxes(tickformat=".0%", nticks=4)
    figure.update_xaxes(title_text=say("predicted probability"), row=rows, col=1)
    return figure
