"""What was promised against what happened, in buckets, with one bucket set off."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ctrcore.comparing.probabilities import Bins
from ctrcore.figures.curves import add_guide
from ctrcore.figures.style import MARK, MODEL_COLORS, NEUTRAL, finish
from ctrcore.language import say


def promises(now: Bins, before: Bins, chosen: int) -> go.Figure:
    """Click rate against mean predicted probability; the axes stay, so that what moves are the points.

    Args:
        now: the buckets as they are.
        before: those of the untouched model, drawn weakly behind.
        chosen: the bucket that is set off, from 0.
    """
    figure = go.Figure()
    add_guide(figure, [0, 1], [0, 1], say("promise kept"))
    if not np.array_equal(now.mean, before.mean):
        figure.add_scatter(
            x=before.mean,
            y=before.rate,
            mode="markers",
            marker={"color": NEUTRAL, "size": 7, "symbol": "circle-open"},
            name=say("untouched model"),
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=now.mean,
        y=now.rate,
        mode="lines+markers",
        line={"color": MODEL_COLORS["fm"], "width": 2},
        marker={"size": 9},
        error_y={"array": now.high - now.rate, "arrayminus": now.rate - now.low, "thickness": 1, "width": 3},
        customdata=np.column_stack([now.low, now.high, now.rows]),
        name=say("one bucket each, with its 95 % interval"),
        hovertemplate=say(
            "promised %{x:.1%}, clicked %{y:.1%}<br>95 %: %{customdata[0]:.1%} to %{customdata[1]:.1%}"
            "<br>%{customdata[2]:,} rows<extra></extra>"
        ),
    )
    figure.add_scatter(
        x=[now.mean[chosen]],
        y=[now.rate[chosen]],
        mode="markers",
        marker={"size": 17, "symbol": "circle-open", "color": MARK, "line": {"width": 3}},
        name=say("chosen bucket"),
        hoverinfo="skip",
    )
    figure.update_xaxes(range=[-0.02, 1], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1], tickformat=".0%")
    return finish(figure, height=400, x=say("promised: mean predicted probability"), y=say("happened: share clicked"))
