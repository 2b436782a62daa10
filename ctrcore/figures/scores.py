"""What the scores of new rows look like, whether their labels are known or not."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from ctrcore.figures.style import NEUTRAL, finish, model_color
from ctrcore.language import say


def probability_histogram(counts: Sequence[int], model: str, mean: float) -> go.Figure:
    """Rows by predicted probability.

    Args:
        counts: rows in bins of equal width from 0 to 1.
        model: whose scores they are: its colour.
        mean: the mean probability, drawn as a line.
    """
    width, total = 1 / max(len(counts), 1), max(sum(counts), 1)
    edges = [(place * width, (place + 1) * width) for place in range(len(counts))]
    figure = go.Figure()
    figure.add_bar(
        x=[(left + right) / 2 for left, right in edges],
        y=list(counts),
        width=width,
        marker={"color": model_color(model), "line": {"width": 0}},
        customdata=[[left, right, count / total] for (left, right), count in zip(edges, counts, strict=True)],
        hovertemplate=say("%{y:,} rows (%{customdata[2]:.1%}) from %{customdata[0]:.3f} to %{customdata[1]:.3f}")
        + "<extra></extra>",
    )
    figure.add_vline(x=mean, line={"dash": "dot", "width": 2, "color": NEUTRAL})
    figure.add_annotation(
        x=mean,
        y=1,
        yref="paper",
        text=say("mean {mean:.3f}", mean=mean),
        showarrow=False,
        xanchor="left",
        xshift=6,
        yanchor="top",
    )
    finish(figure, height=340, x=say("predicted probability"), y=say("rows"), legend=False)
    return figure.update_layout(bargap=0.02)
