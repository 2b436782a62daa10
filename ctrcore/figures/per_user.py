"""Measures of the lists that users get: a column each, as their units differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import SYMBOLS, finish, model_color, occurrences, safe, shorten
from ctrcore.language import say

Value = tuple[float, float, float]  # the mean over users, and the ends of its 95 % interval


@dataclass(frozen=True)
class Lists:
    """One model's lists: `values` by the name of the measure."""

    label: str
    model: str
    values: Mapping[str, Value]


def measures_by_model(models: Sequence[Lists], measures: Sequence[str], columns: int = 4) -> go.Figure:
    """The measures side by side, each on its own axis, the models from top to bottom in the order given.

    Args:
        models: what is drawn; an interval that is not known (NaN) is left out.
        measures: the names, which are also the titles.
        columns: measures beside one another; more go below.
    """
    across = max(1, min(columns, len(measures)))
    down = -(-len(measures) // across)
    lines = max(len(models), 1)
    figure = make_subplots(
        rows=down,
        cols=across,
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=min(0.9 / max(down, 2), 90 / (down * (60 + 34 * lines))),
        subplot_titles=[safe(name) for name in measures],
    )
    nth = occurrences([one.model for one in models])
    for place, measure in enumerate(measures):
        for at, one in enumerate(models):
            value, low, high = one.values.get(measure, (np.nan, np.nan, np.nan))
            if not np.isfinite(value):
                continue
            color = model_color(one.model)
            known = bool(np.isfinite(low) and np.isfinite(high))
            figure.add_scatter(
                x=[value],
                y=[at],
                error_x={"array": [high - value], "arrayminus": [value - low], "color": color, "width": 3}
                if known
                else None,
                mode="markers",
                marker={"color": color, "size": 10, "symbol": SYMBOLS[nth[at] % len(SYMBOLS)]},
                name=safe(one.label),
                hovertemplate=f"{safe(one.label)}: {safe(measure)} %{{x:.4f}}"
                + (" " + say("(95 % {low:.4f} to {high:.4f})", low=low, high=high) if known else "")
                + "<extra></extra>",
                row=place // across + 1,
                col=place % across + 1,
            )
    finish(figure, height=down * (90 + 34 * lines), legend=False, top=28)
    figure.update_annotations(font_size=13)
    figure.update_xaxes(nticks=4, tickangle=0, tickfont_size=11)
    figure.update_xaxes(title_text=say("mean"), title_font_size=12, row=down)
    return figure.update_yaxes(
        tickvals=list(range(len(models))),
        ticktext=[shorten(one.label, 20) for one in models],
        range=[lines - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
    )
