"""Matrices: field pairs that can be clicked, and confusion matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from ctrcore.figures.style import MARK, finish, safe, shorten
from ctrcore.language import say

# Below the plot, as a narrow window needs the width for the cells.
COLORBAR = {
    "orientation": "h",
    "y": -0.02,
    "yanchor": "top",
    "thickness": 10,
    "len": 0.7,
    "outlinewidth": 0,
    "nticks": 5,
    "exponentformat": "power",
}


def field_pairs(
    values: npt.NDArray[np.floating],
    fields: Sequence[str],
    *,
    value: str,
    signed: bool = False,
    chosen: tuple[str, str] | None = None,
    hint: str | None = None,
) -> go.Figure:
    """A field by field matrix whose cells can be clicked.

    plotly.js reports no click on a heatmap, so an invisible marker lies on each cell. Clicking it gives the point's
    `customdata`: [row field, column field, value].

    Args:
        values: (F, F); NaN leaves a cell empty (the diagonal of a pair matrix).
        fields: the F names.
        value: what the numbers are, for the colour bar and the hover.
        signed: centre the colours at zero, orange below and blue above.
        chosen: the pair whose two cells are framed.
        hint: what the hover says that a click does; that it shows the formula, if not given.
    """
    hint = hint or say("click for the formula")
    names = [shorten(field, 16) for field in fields]
    grid = np.asarray(values, dtype=float)
    largest = float(np.nanmax(np.abs(grid))) if np.isfinite(grid).any() else 1.0
    largest = largest or 1.0
    scale = {"autocolorscale": True, "zmin": -largest, "zmax": largest} if signed else {"zmin": 0.0, "zmax": largest}
    cells: list[tuple[str, str, float]] = [
        (a, b, float(grid[i, j])) for i, a in enumerate(fields) for j, b in enumerate(fields) if np.isfinite(grid[i, j])
    ]
    place = {field: position for position, field in enumerate(fields)}
    figure = go.Figure(
        [
            go.Heatmap(
                z=grid,
                x=list(range(len(fields))),
                y=list(range(len(fields))),
                hoverinfo="skip",
                xgap=1,
                ygap=1,
                colorbar=COLORBAR | {"title": {"text": value, "side": "right"}},
                **scale,
            ),
            go.Scatter(
                x=[place[b] for _, b, _ in cells],
                y=[place[a] for a, _, _ in cells],
                customdata=cells,
                mode="markers",
                marker={"symbol": "square", "size": 26, "opacity": 0, "color": "black"},
                selected={"marker": {"opacity": 0.0}},
                unselected={"marker": {"opacity": 0.0}},
                showlegend=False,
                text=[f"{safe(a)} × {safe(b)}" for a, b, _ in cells],
                hovertemplate=f"%{{text}}<br>{value} %{{customdata[2]:.4~g}}<br>{hint}<extra></extra>",
            ),
        ]
    )
    if chosen is not None and chosen[0] in place and chosen[1] in place:
        for a, b in {chosen, (chosen[1], chosen[0])}:
            x, y = place[b], place[a]
            figure.add_shape(
                type="rect", x0=x - 0.5, x1=x + 0.5, y0=y - 0.5, y1=y + 0.5, line={"color": MARK, "width": 3}
            )
    ticks = {"tickvals": list(range(len(fields))), "ticktext": names, "showgrid": False, "zeroline": False}
    figure.update_xaxes(side="top", tickangle=-45, ticklabeloverflow="allow", range=[-0.5, len(fields) - 0.5], **ticks)
    figure.update_yaxes(range=[len(fields) - 0.5, -0.5], **ticks)
    finish(figure, height=150 + (30 if len(fields) < 12 else 25) * max(len(fields), 5), legend=False, top=40)
    # Without this only a click right on the marker counts, not one anywhere in the cell.
    figure.update_layout(margin_r=60, hoverdistance=-1, clickmode="event+select", dragmode=False)
    return figure


def confusion(counts: Mapping[str, int], title: str) -> go.Figure:
    """The four outcomes of one cutoff, coloured by their share of the row (what really happened).

    Args:
        counts: tp, fp, fn, tn.
        title: the run's name.
    """
    grid = np.array([[counts["tp"], counts["fn"]], [counts["fp"], counts["tn"]]], dtype=float)
    share = grid / np.maximum(grid.sum(axis=1, keepdims=True), 1)
    names = [[say("found"), say("missed")], [say("false<br>alarm"), say("rightly<br>left out")]]
    text = [[f"{grid[i, j]:,.0f}<br>{share[i, j]:.0%}<br>{names[i][j]}" for j in range(2)] for i in range(2)]
    # Built in one go: a slider redraws one of these for each model.
    return go.Figure(
        go.Heatmap(
            z=share,
            x=[say("click"), say("no click")],
            y=[say("really<br>click"), say("really<br>no click")],
            zmin=0,
            # Above 1: the darkest colours of the scale would swallow the numbers written on them.
            zmax=1.8,
            text=text,
            texttemplate="%{text}",
            textfont={"size": 13},
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate=say("%{y}, predicted %{x}<br>%{text}<extra></extra>"),
        ),
        {
            "title": {"text": shorten(title, 32), "font": {"size": 15}, "x": 0},
            "height": 290,
            "margin": {"l": 4, "r": 4, "t": 36, "b": 4},
            "showlegend": False,
            "xaxis": {"automargin": True, "title": {"text": say("predicted"), "standoff": 4}},
            "yaxis": {"automargin": True, "autorange": "reversed"},
        },
    )
