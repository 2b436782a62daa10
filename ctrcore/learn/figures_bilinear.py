"""Figures of the lesson on the bilinear interaction: the matrix, all pairs of categories, and what W costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import MARK, MODEL_COLORS, finish
from ctrcore.language import say
from ctrcore.learn.bilinear import CATEGORIES, Matrix


def matrix(cells: Matrix, chosen: tuple[int, int] | None = None) -> go.Figure:
    """W as numbers on colours: from number a of the candidate (down) to number d of the past (across)."""
    count = range(1, len(cells) + 1)
    figure = go.Figure(
        _heat(
            cells,
            [say("past number {number}", number=d) for d in count],
            [say("candidate number {number}", number=a) for a in count],
            2.0,
        )
    )
    if chosen is not None:
        down, across = chosen
        frame = {"x0": across - 0.5, "x1": across + 0.5, "y0": down - 0.5, "y1": down + 0.5}
        figure.add_shape(type="rect", line={"color": MARK, "width": 3}, **frame)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(side="top", showgrid=False)
    return finish(figure, height=260, legend=False)


def tables(truth: Mapping[tuple[str, str], float], by_fm: Matrix, by_matrix: Matrix | None = None) -> go.Figure:
    """Candidates down, past categories across: the shop's truth, an FM's inner products, and `(v W) * u` if given."""
    true = [[truth[candidate, past] for past in CATEGORIES] for candidate in CATEGORIES]
    grids = [true, by_fm] if by_matrix is None else [true, by_fm, by_matrix]
    titles = (say("truth"), say("FM: inner product"), say("with the W above"))[: len(grids)]
    figure = make_subplots(rows=1, cols=len(grids), shared_yaxes=True, horizontal_spacing=0.03, subplot_titles=titles)
    for column, grid in enumerate(grids, start=1):
        largest = float(np.abs(np.array(grid)).max()) or 1.0
        figure.add_trace(_heat(grid, CATEGORIES, CATEGORIES, largest, digits=1), row=1, col=column)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_yaxes(title_text=say("candidate"), row=1, col=1)
    figure.update_xaxes(title_text=say("past"), tickangle=-45, showgrid=False)
    return finish(figure, height=300, legend=False, top=28)


def costs(counts: Mapping[str, int]) -> go.Figure:
    """Learned numbers by kind of matrix."""
    figure = go.Figure(
        go.Bar(
            y=list(counts),
            x=list(counts.values()),
            orientation="h",
            marker={"color": MODEL_COLORS["fibinet"]},
            texttemplate="%{x:,}",
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(range=[0, 1.25 * max(counts.values())], showticklabels=False)
    return finish(figure, height=200, legend=False, x=say("learned numbers in W"))


def _heat(
    grid: Sequence[Sequence[float]], x: Sequence[str], y: Sequence[str], largest: float, digits: int = 2
) -> go.Heatmap:
    return go.Heatmap(
        z=np.array(grid),
        x=list(x),
        y=list(y),
        zmin=-largest,
        zmax=largest,
        autocolorscale=True,
        showscale=False,
        texttemplate=f"%{{z:.{digits}f}}",
        hovertemplate="%{y} × %{x}: %{z:.3f}<extra></extra>",
        xgap=2,
        ygap=2,
    )
