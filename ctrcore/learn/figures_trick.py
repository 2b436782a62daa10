"""The square of all products, and what both ways of adding up the pairs cost."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from ctrcore.figures.style import MODEL_COLORS, finish

LARGEST = 7  # fields up to which the products are written into their cells


def square_picture(products: npt.NDArray[np.floating], part: str) -> go.Figure:
    """All F x F products of one place; what is not in the part pales.

    Args:
        products: (F, F).
        part: 'all', 'diagonal', 'upper' (each pair once) or 'both' (each pair twice).
    """
    size = len(products)
    row, column = np.indices(products.shape)
    kept = {"diagonal": row == column, "upper": row < column, "both": row != column}.get(part, row >= 0)
    largest = float(np.abs(products).max()) or 1.0
    places = [str(place + 1) for place in range(size)]
    figure = go.Figure()
    for shown, opacity in ((kept, 1.0), (~kept, 0.13)):
        figure.add_heatmap(
            z=np.where(shown, products, np.nan),
            x=places,
            y=places,
            texttemplate="%{z:.2f}" if size <= LARGEST and opacity == 1.0 else None,
            opacity=opacity,
            autocolorscale=True,
            zmin=-largest,
            zmax=largest,
            showscale=False,
            hovertemplate="%{y} × %{x}: %{z:.3f}<extra></extra>",
            xgap=1 if size <= 30 else 0,
            ygap=1 if size <= 30 else 0,
        )
    few = size <= 20  # beyond that the ticks would be a blur
    ticks = {"showgrid": False, "showticklabels": few, "ticks": "outside" if few else ""}
    figure.update_xaxes(type="category", side="top", constrain="domain", **ticks)
    figure.update_yaxes(type="category", autorange="reversed", scaleanchor="x", **ticks)
    return finish(figure, height=320, legend=False)


def cost_picture(
    fields: list[int], pairs: list[int], trick: list[int], here: int, *, names: tuple[str, str], x: str, y: str
) -> go.Figure:
    """Multiplications over the number of fields for both ways; a dot marks the present number.

    Args:
        fields: numbers of fields. pairs: multiplications of the double loop. trick: those of the trick.
        here: the present number of fields.
        names: of the double loop and of the trick.
        x: title of the axis of fields. y: title of the other one.
    """
    figure = go.Figure()
    for values, name, color in ((pairs, names[0], MODEL_COLORS["afm"]), (trick, names[1], MODEL_COLORS["fm"])):
        figure.add_scatter(x=fields, y=values, name=name, mode="lines", line={"color": color, "width": 2.5})
        figure.add_scatter(
            x=[here],
            y=[values[fields.index(here)]],
            mode="markers",
            marker={"color": color, "size": 11},
            showlegend=False,
            hoverinfo="skip",
        )
    return finish(figure, height=250, x=x, y=y)
