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
    figure.update_layout(barmode="stack")
    return finish(figure, height=150, x="rows")


def histogram(counts: Sequence[float], edges: Sequence[float], x: str) -> go.Figure:
    """Counts between edges (one more edge than counts)."""
    left, right = np.asarray(edges[:-1], dtype=float), np.asarray(edges[1:], dtype=float)
    figure = go.Figure(
        go.Bar(
            x=(left + right) / 2,
            y=counts,
            width=right - left,
            marker={"color": POSITIVE, "line": {"width": 0}},
            customdata=np.column_stack([left, right]),
            hovertemplate="%{customdata[0]:.4g} to %{customdata[1]:.4g}: %{y:,} rows<extra></extra>",
        )
    )
    finish(figure, height=280, x=x, y="rows", legend=False)
    figure.update_layout(bargap=0.02)
    return figure


def value_rates(
    values: Sequence[str], counts: Sequence[float], rates: Sequence[float], overall: float, field: str
) -> go.Figure:
    """The commonest values of a field: how many rows each has, and its click rate beside the overall one."""
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
    figure.update_yaxes(title_text=shorten(field, 30), row=1, col=1)
    figure.update_xaxes(tickformat=".0%", row=1, col=2)
    return figure
