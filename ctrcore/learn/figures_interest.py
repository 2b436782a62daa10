"""One history beside two candidates: attention and contribution of every behaviour."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import NEUTRAL, finish, safe, sign_color
from ctrcore.language import say
from ctrcore.learn.interest import Judged

RANGE = (-1.4, 2.6)
"""Of both axes, whatever is shown: what moves are the bars."""


def two_candidates(left: Judged, right: Judged) -> go.Figure:
    """The behaviours in their order, twice: grey is attention, blue or orange what it adds to the logit."""
    titles = [safe(say("for {candidate}", candidate=judged.candidate)) for judged in (left, right)]
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.04, subplot_titles=titles)
    for column, judged in enumerate((left, right), start=1):
        _add_bars(figure, judged, column)
    count = len(left.behaviours)
    finish(figure, height=115 + 34 * max(count, 4), legend=False, top=30)
    figure.update_annotations(font_size=14)
    figure.update_layout(barmode="group", bargap=0.25, bargroupgap=0.05)
    figure.update_xaxes(range=RANGE, zeroline=True, zerolinecolor=NEUTRAL, title_text=say("attention, contribution"))
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def _add_bars(figure: go.Figure, judged: Judged, column: int) -> None:
    names = [
        f"{place} {safe(one.category)}"
        if one.on
        else say("{place} {category} (off)", place=place, category=one.category)
        for place, one in enumerate(judged.behaviours, start=1)
    ]
    attention = [one.attention if one.on else 0.0 for one in judged.behaviours]
    contribution = [one.contribution for one in judged.behaviours]
    figure.add_bar(
        y=names,
        x=attention,
        orientation="h",
        marker={"color": NEUTRAL, "opacity": 0.55},
        text=[f"{number:z.2f}" for number in attention],
        hovertemplate=say("%{y}<br>attention %{x:.3f}<extra></extra>"),
        row=1,
        col=column,
    )
    figure.add_bar(
        y=names,
        x=contribution,
        orientation="h",
        marker={"color": [sign_color(number) for number in contribution]},
        text=[f"{number:+z.2f}" for number in contribution],
        hovertemplate=say("%{y}<br>contribution %{x:+.3f}<extra></extra>"),
        row=1,
        col=column,
    )
    figure.update_traces(textposition="outside", cliponaxis=False, textfont_size=11)
