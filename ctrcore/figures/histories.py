"""DIN: a user's history in time order, with attention and what it did to the score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import NEUTRAL, finish, shorten

OWN_COLUMNS = ("position", "attention", "contribution", "leave_one_out")


def behaviour_labels(history: pd.DataFrame) -> list[str]:
    """One label a behaviour: how long ago in clicks, then its values, as 'newest · item 12 · shoes'."""
    columns = [column for column in history.columns if column not in OWN_COLUMNS]
    last = len(history) - 1
    return [
        ("newest" if row == last else f"{last - row} before")
        + " · "
        + shorten(" · ".join(str(history.iloc[row][column]) for column in columns), 34)
        for row in range(len(history))
    ]


def history_cards(history: pd.DataFrame, off: Sequence[int] = ()) -> go.Figure:
    """The behaviours in time order, oldest on top: bar length is attention, colour the signed contribution.

    Beside it the contribution (bar) and what leaving the behaviour out really does (diamond).

    Args:
        history: one row a behaviour, oldest first: position, the history's columns, attention, contribution,
            leave_one_out (logit with it minus logit without).
        off: positions that are switched off; drawn empty.
    """
    labels = behaviour_labels(history)
    attention = history["attention"].to_numpy(dtype=float)
    contribution = history["contribution"].to_numpy(dtype=float)
    removal = history["leave_one_out"].to_numpy(dtype=float)
    largest = float(max(np.abs(contribution).max(initial=0.0), 1e-9))
    hidden = np.isin(history["position"].to_numpy(), list(off))
    opacity = np.where(hidden, 0.25, 1.0)
    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.03,
        column_widths=[0.55, 0.45],
        subplot_titles=("attention (bar), contribution (colour)", "contribution (bar), left out (diamond)"),
    )
    marker = {
        "color": contribution,
        "autocolorscale": True,
        "cmin": -largest,
        "cmax": largest,
        "opacity": opacity,
        "line": {"color": NEUTRAL, "width": 1},
    }
    hover = (
        "%{y}<br>attention %{customdata[0]:.4f}<br>contribution %{customdata[1]:+.4f}<br>left out %{customdata[2]:+.4f}"
    )
    numbers = np.column_stack([attention, contribution, removal])
    common = {"y": labels, "orientation": "h", "customdata": numbers, "hovertemplate": hover + "<extra></extra>"}
    figure.add_bar(x=attention, marker=marker, row=1, col=1, **common)
    figure.add_bar(x=contribution, marker=marker, row=1, col=2, **common)
    figure.add_scatter(
        x=removal,
        y=labels,
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 10,
            "color": "#ffffff",
            "line": {"width": 1.6, "color": "#1f2937"},
            "opacity": opacity,
        },
        hovertemplate="%{y}<br>logit with it minus logit without it: %{x:+.4f}<extra></extra>",
        row=1,
        col=2,
    )
    finish(figure, height=130 + 27 * len(labels), legend=False, top=30)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(title_text="attention weight", row=1, col=1)
    figure.update_xaxes(title_text="change of the logit", row=1, col=2)
    return figure


def group_bars(names: Sequence[str], attention: Sequence[float], contribution: Sequence[float]) -> go.Figure:
    """Attention and contribution summed over groups of behaviours, for example categories."""
    labels = [shorten(str(name), 24) for name in names]
    values = np.asarray(contribution, dtype=float)
    largest = float(max(np.abs(values).max(initial=0.0), 1e-9))
    figure = go.Figure(
        go.Bar(
            x=labels,
            y=attention,
            marker={
                "color": values,
                "autocolorscale": True,
                "cmin": -largest,
                "cmax": largest,
                "line": {"color": NEUTRAL, "width": 1},
                "colorbar": {"title": {"text": "contribution", "side": "right"}, "thickness": 12},
            },
            customdata=values,
            hovertemplate="%{x}<br>attention %{y:.4f}<br>contribution %{customdata:+.4f}<extra></extra>",
        )
    )
    return finish(figure, height=320, y="attention, summed", legend=False)
