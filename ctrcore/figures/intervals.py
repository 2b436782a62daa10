"""Numbers with their 95 % intervals, one below the other: what is told apart from chance, and what is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ctrcore.figures.style import NEUTRAL, POSITIVE, finish, model_color, safe, shorten
from ctrcore.language import mark, say

ROW = 34  # pixels that a line of the figure needs


@dataclass(frozen=True)
class Span:
    """A number and its 95 % interval.

    Attributes:
        label: what it belongs to.
        value, low, high: the number and the ends of its interval.
        model: picks the colour; '' for a difference of two models.
        told: of a difference: it is told apart from zero, after the correction for many tests.
        note: more for the hover.
    """

    label: str
    value: float
    low: float
    high: float
    model: str = ""
    told: bool = True
    note: str = ""


def in_words(spans: Sequence[Span]) -> str:
    """The numbers with their intervals for those who cannot see the figure; what is not known is said to be so."""
    said = []
    for one in spans:
        if math.isnan(one.value):
            said.append(say("{label} not known", label=one.label))
        elif math.isnan(one.low):
            said.append(say("{label} {value:.4f} (interval not known)", label=one.label, value=one.value))
        else:
            text = mark("{label} {value:.4f} ({low:.4f} to {high:.4f})")
            said.append(say(text, label=one.label, value=one.value, low=one.low, high=one.high))
    return say("; ").join(said)


def auc_intervals(spans: Sequence[Span]) -> go.Figure:
    """The AUC of each run as a point with its interval, the first span on top."""
    figure = go.Figure()
    for place, span in enumerate(spans):
        _add(figure, [place], [span], (model_color(span.model), "circle", safe(span.label)))
    return _rows_named(figure, spans, "AUC")


def forest(spans: Sequence[Span], x: str) -> go.Figure:
    """Differences as points with their intervals around the line of no difference, the first span on top.

    Blue and filled where the difference is told apart from chance, grey and hollow where it is not.

    Args:
        spans: `label` names the pair.
        x: what is different, for example 'difference of AUC'.
    """
    figure = go.Figure()
    for told, color, symbol, name in (
        (True, POSITIVE, "circle", say("told apart")),
        (False, NEUTRAL, "diamond-open", say("may be chance")),
    ):
        places = [place for place, span in enumerate(spans) if span.told is told]
        if places:
            _add(figure, places, [spans[place] for place in places], (color, symbol, name))
    figure.add_vline(x=0, line={"color": NEUTRAL, "dash": "dot", "width": 2})
    return _rows_named(figure, spans, x, legend=True)


def _add(figure: go.Figure, places: Sequence[int], spans: Sequence[Span], look: tuple[str, str, str]) -> None:
    """Points with their intervals; `look` is their colour, their symbol and their name in the legend."""
    color, symbol, name = look
    figure.add_scatter(
        x=[span.value for span in spans],
        y=list(places),
        mode="markers",
        name=name,
        marker={"size": 10, "symbol": symbol, "color": color, "line": {"width": 2, "color": color}},
        error_x={
            "array": [span.high - span.value for span in spans],
            "arrayminus": [span.value - span.low for span in spans],
            "color": color,
            "thickness": 2,
            "width": 5,
        },
        customdata=[[safe(span.label), span.low, span.high, safe(span.note)] for span in spans],
        hovertemplate="%{customdata[0]}: %{x:.4f}<br>"
        + say("95 %: %{customdata[1]:.4f} to %{customdata[2]:.4f}")
        + "<br>%{customdata[3]}<extra></extra>",
    )


def _rows_named(figure: go.Figure, spans: Sequence[Span], x: str, *, legend: bool = False) -> go.Figure:
    lines = ROW * max(len(spans), 3)
    finish(figure, height=110 + lines + (30 if legend else 0), x=x, legend=legend)
    figure.update_layout(legend_y=1 + 6 / lines)  # pixels above the plot, however tall it is
    figure.update_xaxes(nticks=6)
    return figure.update_yaxes(
        tickvals=list(range(len(spans))),
        ticktext=[shorten(span.label, 34) for span in spans],
        range=[max(len(spans), 3) - 0.4, -0.6],
        showgrid=False,
        zeroline=False,
    )
