"""The cells of the world of pairs: how often they are clicked, and how far off each model is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import MARK, finish

Floats = npt.NDArray[np.floating]


def cells_picture(
    truth: Floats,
    off: Sequence[Floats],
    *,
    titles: Sequence[str],
    rows: Sequence[str],
    columns: Sequence[str],
    here: tuple[int, int],
) -> go.Figure:
    """The true probability of a click in each cell, and beside it each model's distance from it.

    Args:
        truth: (R, C) probabilities.
        off: per model (R, C) its probability less the true one, orange below zero and blue above.
        titles: of the first picture and of one a model.
        rows: the R names. columns: the C names.
        here: the cell that is framed.
    """
    figure = make_subplots(rows=1, cols=1 + len(off), shared_yaxes=True, horizontal_spacing=0.03, subplot_titles=titles)
    places, heights = list(range(len(columns))), list(range(len(rows)))
    for picture, values in enumerate((truth, *off), start=1):
        signed = picture > 1
        text = [[f"{value:+z.0%}"[:-1] if signed else f"{value:.0%}" for value in line] for line in values]
        scale: dict[str, object] = (
            {"autocolorscale": True, "zmin": -0.5, "zmax": 0.5} if signed else {"zmin": 0.0, "zmax": 1.0}
        )
        figure.add_heatmap(
            z=values,
            x=places,
            y=heights,
            text=text,
            texttemplate="%{text}",
            hoverinfo="skip",
            xgap=1.5,
            ygap=1.5,
            showscale=False,
            row=1,
            col=picture,
            **scale,
        )
        figure.add_shape(
            type="rect",
            x0=here[1] - 0.5,
            x1=here[1] + 0.5,
            y0=here[0] - 0.5,
            y1=here[0] + 0.5,
            line={"color": MARK, "width": 2.5},
            row=1,
            col=picture,
        )
    figure.update_xaxes(
        tickvals=places, ticktext=list(columns), showgrid=False, zeroline=False, tickangle=0, tickfont_size=11
    )
    figure.update_yaxes(tickvals=heights, ticktext=list(rows), autorange="reversed", showgrid=False, zeroline=False)
    figure.update_annotations(font_size=12.5)
    return finish(figure, height=190, legend=False, top=24)
