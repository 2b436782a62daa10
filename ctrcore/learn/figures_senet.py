"""Figures of the lesson on SENet: its two matrices, the gates of many rows, and what gates do not say."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import MODEL_COLORS, NEUTRAL, finish
from ctrcore.language import say
from ctrcore.learn.senet import GateSurvey, Weights


def matrices(weights: Weights, field: str) -> go.Figure:
    """Both matrices as numbers on colours, turned so that the fields stand above them; the chosen field is framed."""
    squeeze, excite = np.array(weights.squeeze), np.array(weights.excite).T
    figure = make_subplots(
        rows=2,
        cols=1,
        vertical_spacing=0.14,
        shared_xaxes=True,
        subplot_titles=(say("W1: means in"), say("W2: gates out")),
    )
    largest = float(max(np.abs(squeeze).max(), np.abs(excite).max()))
    units = [f"h{number}" for number in range(1, len(squeeze) + 1)]
    for row, grid in enumerate((squeeze, excite), start=1):
        figure.add_heatmap(
            z=grid,
            x=list(weights.fields),
            y=units,
            zmin=-largest,
            zmax=largest,
            autocolorscale=True,
            showscale=False,
            texttemplate="%{z:.2f}",
            hovertemplate="%{x} × %{y}: %{z:.3f}<extra></extra>",
            xgap=2,
            ygap=2,
            row=row,
            col=1,
        )
        place = weights.fields.index(field)
        frame = {"x0": place - 0.5, "x1": place + 0.5, "y0": -0.5, "y1": len(units) - 0.5}
        figure.add_shape(type="rect", line={"color": MODEL_COLORS["fibinet"], "width": 3}, row=row, col=1, **frame)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(showgrid=False)
    return finish(figure, height=300, legend=False, top=28)


def gates_of_rows(survey: GateSurvey) -> go.Figure:
    """One column a row, one line a field; a gate that is exactly 0 leaves its cell grey."""
    gates = np.array(survey.gates).T
    names = [
        say("{field} ({share:.0%} dead)", field=field, share=share)
        for field, share in zip(survey.fields, survey.dead_share, strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=np.where(gates == 0, np.nan, gates),
            x=list(range(1, gates.shape[1] + 1)),
            y=names,
            zmin=0,
            colorbar={"title": {"text": say("gate")}, "thickness": 10},
            hoverongaps=False,
            hovertemplate="%{y}: %{z:.3f}<extra></extra>",
            xgap=1,
            ygap=2,
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False, zeroline=False)
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_layout(plot_bgcolor="rgba(132,139,152,0.45)")
    return finish(figure, height=290, x=say("test row"), legend=False)


def gates_and_effects(survey: GateSurvey) -> go.Figure:
    """Each field's mean gate beside what happens to the logit when the field is taken out; the greatest on top."""
    order = np.argsort(survey.effect)
    names = [survey.fields[place] for place in order]
    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.06,
        subplot_titles=(say("mean gate"), say("logit moves without the field by")),
    )
    for column, (numbers, color) in enumerate(
        ((survey.mean, MODEL_COLORS["fibinet"]), (survey.effect, NEUTRAL)), start=1
    ):
        shown = [numbers[place] for place in order]
        figure.add_bar(
            x=shown,
            y=names,
            orientation="h",
            marker={"color": color},
            texttemplate="%{x:.2f}",
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
            row=1,
            col=column,
        )
        figure.update_xaxes(range=[0, 1.25 * max(shown)], showticklabels=False, row=1, col=column)
    figure.update_traces(textposition="outside", cliponaxis=False)
    return finish(figure, height=290, legend=False, top=28)
