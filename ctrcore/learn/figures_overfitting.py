"""Figures of the lesson on overfitting: what the loss says and what the AUC says, up to the epoch shown."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import MODEL_COLORS, NEUTRAL, finish
from ctrcore.language import say
from ctrcore.learn.overfitting import Course, Epoch


def curves(course: Course, shown: int, best: Epoch | None = None) -> go.Figure:
    """Log-loss above, validation AUC below, over the epochs; the axes stay while epochs appear.

    Args:
        course: the training run.
        shown: the last epoch drawn.
        best: set off by a star and a line.
    """
    seen, numbers = course.epochs[: shown + 1], list(range(shown + 1))
    titles = (say("log-loss (lower is better)"), say("validation AUC (higher is better)"))
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.16, subplot_titles=titles)
    train, valid = say("training rows"), say("validation rows")
    figure.add_scatter(x=numbers, y=[one.train_loss for one in seen], name=train, line=_line(NEUTRAL), row=1, col=1)
    figure.add_scatter(x=numbers, y=[one.valid_loss for one in seen], name=valid, line=_line(), row=1, col=1)
    figure.add_scatter(
        x=numbers, y=[one.valid_auc for one in seen], name=valid, line=_line(), showlegend=False, row=2, col=1
    )
    figure.update_traces(mode="lines+markers", hovertemplate="%{x}: %{y:.3f}<extra>%{fullData.name}</extra>")
    above = course.epochs[-1].valid_loss < 0.95 * course.click_rate_loss  # the words stand where no curve ends
    figure.add_hline(
        y=course.click_rate_loss,
        line={"color": NEUTRAL, "dash": "dot", "width": 1.5},
        annotation={"text": say("always the click rate"), "font": {"size": 11, "color": NEUTRAL}},
        annotation_position="top right" if above else "bottom right",
        row=1,
        col=1,
    )
    if best is not None:
        _set_off(figure, best)
    losses = [number for one in course.epochs for number in (one.train_loss, one.valid_loss)]
    scores = [one.valid_auc for one in course.epochs]
    figure.update_xaxes(range=[-0.3, len(course.epochs) - 0.7], dtick=1)
    figure.update_yaxes(range=[0, 1.08 * max(losses)], row=1, col=1)
    figure.update_yaxes(range=[min(*scores, 0.5) - 0.02, max(*scores, 0.7) + 0.04], row=2, col=1)
    figure.update_xaxes(title_text=say("epoch"), row=2, col=1)
    return finish(figure, height=350, top=22).update_layout(legend_y=1.08)


def _line(color: str = MODEL_COLORS["din"]) -> dict[str, object]:
    return {"color": color, "width": 2.5}


def _set_off(figure: go.Figure, best: Epoch) -> None:
    for row in (1, 2):
        figure.add_vline(x=best.number, line={"color": MODEL_COLORS["fibinet"], "width": 1.5}, row=row, col=1)
    figure.add_scatter(
        x=[best.number],
        y=[best.valid_auc],
        mode="markers",
        marker={"size": 15, "symbol": "star", "color": MODEL_COLORS["fibinet"]},
        name=say("best epoch"),
        hovertemplate="%{x}: %{y:.3f}<extra></extra>",
        row=2,
        col=1,
    )
