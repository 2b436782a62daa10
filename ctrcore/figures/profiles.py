"""What a table looks like before any model sees it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import NEUTRAL, POSITIVE, finish, shorten


def class_balance(clicks: int, rows: int) -> go.Figure:
    """Clicked and other rows as one bar."""
    figure = go.Figure()
    for name, count, color in (("click", clicks, POSITIVE), ("no click", rows - clicks, NEUTRAL)):
        share = count / rows if rows else 0.0
        figure.add_bar(
            y=[""],
            x=[count],
            orientation="h",
            name=name,
            marker={"color": color},
            text=[f"{count:,} ({share:.1%})"],
            textposition="inside",
            insidetextanchor="middle",
            hovertemplate=f"{name}: {count:,} rows<extra></extra>",
        )
    finish(figure, height=150, x="rows")
    figure.update_layout(barmode="stack", legend_traceorder="normal")
    return figure


def score_histogram(clicks: Sequence[float], others: Sequence[float], edges: Sequence[float]) -> go.Figure:
    """Where the scores of clicked rows lie against those of the others.

    Args:
        clicks, others: share of the clicked and of the other rows in each bin.
        edges: of the bins, one more than there are shares.
    """
    left, right = np.asarray(edges[:-1], dtype=float), np.asarray(edges[1:], dtype=float)
    figure = go.Figure()
    for name, shares, color in (("no click", others, NEUTRAL), ("click", clicks, POSITIVE)):
        figure.add_bar(
            x=(left + right) / 2,
            y=shares,
            width=right - left,
            name=name,
            marker={"color": color, "line": {"width": 0}},
            opacity=0.65,
            customdata=np.column_stack([left, right]),
            hovertemplate=name + ": %{y:.1%} from %{customdata[0]:.2f} to %{customdata[1]:.2f}<extra></extra>",
        )
    finish(figure, height=400, x="predicted probability", y="share of the rows of each kind")
    figure.update_layout(barmode="overlay", bargap=0.02)
    figure.update_yaxes(tickformat=".0%")
    return figure


def value_rates(values: Sequence[str], counts: Sequence[float], rates: Sequence[float], overall: float) -> go.Figure:
    """Values of a field: how many rows each has, and its click rate beside the overall one."""
    labels = [f"{shorten(str(value), 24)}{chr(8203) * position}" for position, value in enumerate(values)]
    figure = make_subplots(
        rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.04, subplot_titles=("rows", "click rate")
    )
    figure.add_bar(
        y=labels,
        x=counts,
        orientation="h",
        marker={"color": NEUTRAL},
        hovertemplate="%{y}: %{x:,} rows<extra></extra>",
        row=1,
        col=1,
    )
    figure.add_bar(
        y=labels,
        x=rates,
        orientation="h",
        marker={"color": POSITIVE},
        hovertemplate="%{y}: %{x:.1%} clicked<extra></extra>",
        row=1,
        col=2,
    )
    figure.add_vline(x=overall, line={"color": NEUTRAL, "dash": "dot", "width": 2}, row=1, col=2)
    finish(figure, height=120 + 26 * len(labels), legend=False, top=30)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(tickformat=".0%", row=1, col=2)
    return figure
