"""What each cutoff brings: a measure over all cutoffs, for all runs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ctrcore.figures.curves import Curve, height_for
from ctrcore.figures.style import MARK, finish, line_style, occurrences, safe
from ctrcore.language import say


@dataclass(frozen=True)
class Best:
    """The best cutoff of a run and what it brings there; NaN where there is none."""

    cutoff: float
    value: float


def over_cutoffs(
    curves: Sequence[Curve], best: Sequence[Best], cutoff: float, y_title: str, *, top: float, share: bool = False
) -> go.Figure:
    """A measure over the cutoff; a star marks the best cutoff of each run, a line the one that is looked at.

    Args:
        curves: x cutoff, y measure.
        best: of each curve.
        cutoff: the one that is looked at.
        y_title: what is measured.
        top: the largest cutoff shown.
        share: show the measure in percent.
    """
    figure = go.Figure()
    written = "%{y:.2%}" if share else "%{y:.4~g}"
    for curve, one, nth in zip(curves, best, occurrences([curve.model for curve in curves]), strict=True):
        style, name = line_style(curve.model, nth), safe(curve.label)
        figure.add_scatter(
            x=curve.x,
            y=curve.y,
            mode="lines",
            line=style,
            name=name,
            legendgroup=name,
            hovertemplate=say("cutoff %{{x:.3f}}: {value}", value=written) + f"<extra>{name}</extra>",
        )
        figure.add_scatter(
            x=[one.cutoff],
            y=[one.value],
            mode="markers",
            marker={"size": 14, "symbol": "star", "color": style["color"], "line": {"width": 1, "color": "white"}},
            legendgroup=name,
            showlegend=False,
            hovertemplate=say("best cutoff %{{x:.4f}}: {value}", value=written) + f"<extra>{name}</extra>",
        )
    figure.add_vline(x=cutoff, line={"color": MARK, "width": 2, "dash": "dash"})
    figure.update_xaxes(range=[-0.01 * top, 1.01 * top])
    if share:
        figure.update_yaxes(tickformat=".0%")
    return finish(
        figure,
        height=height_for(curves, 400),
        x=say("cutoff (rows from this probability on are called clicks)"),
        y=y_title,
    )
