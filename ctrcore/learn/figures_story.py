"""Attention, contribution and removal side by side: all pairs of a row, and one pair over many rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import MARK, NEGATIVE, NEUTRAL, POSITIVE, finish, safe, sign_color
from ctrcore.learn.story import MEASURES, Many, Measured

_LINE = 21  # pixels that a pair needs
_SHOWN = 400  # rows drawn: more would only cover each other


@dataclass(frozen=True)
class Words:
    """What the figures say, in the reader's language.

    `measures` by name; `truth` is the real effect, `raises` and `lowers` what it does, `here` the row looked at.
    """

    measures: Mapping[str, str]
    truth: str
    raises: str
    lowers: str
    here: str


def pairs_figure(pairs: Sequence[Measured], planted: str, truth: bool, words: Words) -> go.Figure:
    """A line a pair, from top to bottom as they come; a column a measure. The planted pair is bold.

    Args:
        pairs: of one row.
        planted: id of the pair that has an effect.
        truth: whether its real effect is shown beside its contribution.
        words: titles.
    """
    titles = [words.measures[name] for name in MEASURES]
    figure = make_subplots(1, 3, shared_yaxes=True, horizontal_spacing=0.03, subplot_titles=titles)
    places = list(range(len(pairs)))
    names = [f"{pair.id.replace('-', ' × ')}: {' × '.join(pair.values)}" for pair in pairs]
    for column, measure in enumerate(MEASURES, 1):
        numbers = [pair.by(measure) for pair in pairs]
        figure.add_bar(
            x=numbers,
            y=places,
            orientation="h",
            marker_color=[NEUTRAL if measure == "attention" else sign_color(number) for number in numbers],
            customdata=[safe(name) for name in names],
            hovertemplate="%{customdata}<br>%{x:.3f}<extra></extra>",
            row=1,
            col=column,
        )
    if truth:
        figure.add_scatter(
            x=[pair.truth for pair in pairs],
            y=places,
            mode="markers",
            marker={"symbol": "diamond-open", "size": 9, "color": MARK, "line": {"width": 2}},
            hovertemplate=safe(words.truth) + ": %{x:.2f}<extra></extra>",
            row=1,
            col=2,
        )
    finish(figure, height=70 + _LINE * len(pairs), legend=False, top=30)
    figure.update_annotations(font_size=13)
    figure.update_xaxes(fixedrange=True, zeroline=True, nticks=5)
    figure.update_xaxes(tickformat=".0%", rangemode="tozero", col=1)
    labels = [f"<b>{_fields(pair)}</b>" if pair.id == planted else _fields(pair) for pair in pairs]
    figure.update_yaxes(fixedrange=True, range=[len(pairs) - 0.5, -0.5], tickvals=places, ticktext=labels)
    return figure


def rows_figure(many: Many, measure: str, here: Measured, words: Words) -> go.Figure:
    """A point a row: the real effect of the planted pair, and what a measure says of it.

    Args:
        many: the planted pair over the rows.
        measure: which of the measures is drawn upwards.
        here: the planted pair of the row that is looked at.
        words: titles.
    """
    figure = go.Figure()
    truth, numbers = many.truth[:_SHOWN], many.measures[measure][:_SHOWN]
    aside = np.random.default_rng(0).uniform(-0.05, 0.05, len(truth))  # equal effects would hide each other
    for name, color, symbol, mine in (
        (words.raises, POSITIVE, "circle", truth > 0),
        (words.lowers, NEGATIVE, "triangle-down", truth < 0),
    ):
        figure.add_scatter(
            x=(truth + aside)[mine],
            y=numbers[mine],
            mode="markers",
            name=name,
            marker={"color": color, "symbol": symbol, "size": 6, "opacity": 0.6},
            customdata=[" × ".join(values) for values in many.values[:_SHOWN][mine]],
            hovertemplate="%{customdata}: %{y:.2f}<extra></extra>",
        )
    figure.add_scatter(
        x=[here.truth],
        y=[here.by(measure)],
        mode="markers",
        name=words.here,
        marker={"color": MARK, "symbol": "circle-open", "size": 15, "line": {"width": 3}},
        hovertemplate=" × ".join(here.values) + ": %{y:.2f}<extra></extra>",
    )
    finish(figure, height=330, x=words.truth, y=words.measures[measure])
    figure.update_yaxes(zeroline=True, rangemode="tozero", fixedrange=True)
    return figure.update_xaxes(fixedrange=True)


def _fields(pair: Measured) -> str:
    return safe(pair.id.replace("-", " × "))
