"""Where two models agree and where they do not: the score of one against the score of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from ctrcore.figures.style import CLICK, MARK, NEUTRAL, NO_CLICK, finish, safe, shorten
from ctrcore.language import mark, say

Scale = Literal["probability", "rank"]
# Clear where there are no rows, so that it lies on a light and on a dark page alike.
CLOUD = [[0.0, "rgba(132,139,152,0.0)"], [0.01, "rgba(132,139,152,0.25)"], [1.0, "rgba(132,139,152,0.85)"]]
SYMBOLS = ((0, mark("no click"), NO_CLICK, "circle-open", 5), (1, mark("click"), CLICK, "diamond", 6))


@dataclass(frozen=True)
class Points:
    """Rows as two models score them.

    Attributes:
        row: (n,) their numbers in the table: the `customdata` of a click.
        label: (n,) 1 for a click.
        a, b: (n,) what either model says, from 0 to 1.
    """

    row: Sequence[int] | npt.NDArray[np.integer]
    label: Sequence[int] | npt.NDArray[np.integer]
    a: Sequence[float] | npt.NDArray[np.floating]
    b: Sequence[float] | npt.NDArray[np.floating]


def score_against_score(
    points: Points,
    names: tuple[str, str],
    scale: Scale,
    *,
    counts: npt.NDArray[np.integer] | None = None,
    limit: float = 1.0,
    chosen: tuple[float, float] | None = None,
) -> go.Figure:
    """Rows by their score from model A (across) and from model B (up); on the dotted line the two say the same.

    Args:
        points: those drawn one by one. A click on one gives its row.
        names: of A and of B.
        scale: what the scores are: probabilities, or shares of the rows that a row ranks above.
        counts: (bins, bins) all rows, counted in squares from 0 to `limit`, A's bins first; a cloud below the points.
        limit: where both axes end.
        chosen: the scores of the row looked at, which is framed.
    """
    figure = go.Figure()
    if counts is not None:
        _add_cloud(figure, counts, limit)
    figure.add_scatter(
        x=[0, limit],
        y=[0, limit],
        mode="lines",
        line={"color": NEUTRAL, "dash": "dot", "width": 1.5},
        name=say("the same"),
        hoverinfo="skip",
    )
    _add_points(figure, points, names, scale)
    if chosen is not None:
        figure.add_scatter(
            x=[chosen[0]],
            y=[chosen[1]],
            mode="markers",
            marker={"symbol": "circle-open", "size": 17, "color": MARK, "line": {"width": 3}},
            name=say("the row looked at"),
            hoverinfo="skip",
        )
    pad = 0.02 * limit
    figure.update_xaxes(range=[-pad, limit + pad], tickformat=".0%")
    figure.update_yaxes(range=[-pad, limit + pad], tickformat=".0%")
    what = say("probability") if scale == "probability" else say("rank: share of rows it is above")
    finish(figure, height=580, x=f"{shorten(names[0], 20)}, {what}", y=f"{shorten(names[1], 20)}, {what}")
    return figure.update_layout(clickmode="event+select", dragmode="zoom")


def _add_cloud(figure: go.Figure, counts: npt.NDArray[np.integer], limit: float) -> None:
    """All rows as a cloud: the darker a square, the more rows, on a logarithmic scale."""
    bins = len(counts)
    middle = (np.arange(bins) + 0.5) / bins * limit
    figure.add_heatmap(
        x=middle,
        y=middle,
        z=np.log1p(np.asarray(counts, dtype=float)).T,
        colorscale=CLOUD,
        zmin=0,
        showscale=False,
        hoverinfo="skip",
    )


def _add_points(figure: go.Figure, points: Points, names: tuple[str, str], scale: Scale) -> None:
    """Clicked and other rows, told apart by colour and by shape."""
    label = np.asarray(points.label)
    row, a, b = np.asarray(points.row), np.asarray(points.a, dtype=float), np.asarray(points.b, dtype=float)
    text = (
        mark("row %{{customdata[0]}}, {kind}<br>{a}: %{{x:.1%}}<br>{b}: %{{y:.1%}}")
        if scale == "probability"
        else mark("row %{{customdata[0]}}, {kind}<br>{a}: above %{{x:.1%}}<br>{b}: above %{{y:.1%}}")
    )
    for kind, name, color, symbol, size in SYMBOLS:
        here = label == kind
        figure.add_scatter(
            x=a[here],
            y=b[here],
            mode="markers",
            marker={
                "color": color,
                "symbol": symbol,
                "size": size,
                "opacity": 0.7,
                "line": {"width": 1.2, "color": color},
            },
            # Otherwise the row that is clicked would fade all others until the page has answered.
            selected={"marker": {"opacity": 1.0}},
            unselected={"marker": {"opacity": 0.7}},
            name=say(name),
            # Lists, as plotly's compact arrays come back from a click as zeros.
            customdata=[[int(one)] for one in row[here]],
            hovertemplate=say(text, kind=say(name), a=safe(names[0]), b=safe(names[1])) + "<extra></extra>",
        )
