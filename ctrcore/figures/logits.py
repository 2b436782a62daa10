"""The logit as an axis that also tells percent, and several models' scores of one row on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from ctrcore.explain.sentences import percent_of, signed
from ctrcore.figures.style import NEUTRAL, SYMBOLS, finish, model_color, occurrences, safe, shorten, small_numbers
from ctrcore.language import say

# The percentages worth a tick, the most telling first: one that stands too close to an earlier one is left out.
TICKS = (50, 10, 90, 1, 99, 25, 75, 5, 95, 0.1, 99.9, 2, 98, 30, 70, 20, 80, 3, 97, 0.5, 99.5, 15, 85, 40, 60, 35, 65)
FINE = (45, 55, 7, 93, 12, 88, 0.2, 99.8, 0.01, 99.99, 8, 6, 4, 94, 96, 0.3, 0.7, 9, 91, 11, 13, 17, 22, 27, 33, 37, 43)
APART = 0.24  # of the axis: the figure may stand in a narrow column
SURE = 1.96  # standard errors to either side of a 95 % interval


def percent_axis(figure: go.Figure, low: float, high: float, row: object) -> go.Figure:
    """A second axis on top that says the probability of each logit; it follows when the figure is zoomed.

    Args:
        figure: logits across.
        low, high: where the axis ends.
        row: any value of the other axis: plotly shows an axis only if something lies on it.
    """
    ticks = percent_ticks(low, high)
    figure.add_scatter(x=[low], y=[row], xaxis="x2", mode="markers", opacity=0, hoverinfo="skip", showlegend=False)
    figure.update_layout(
        xaxis2={
            "overlaying": "x",
            "side": "top",
            "matches": "x",
            "showgrid": False,
            "zeroline": False,
            "tickvals": [float(np.log(tick / (100 - tick))) for tick in ticks],
            "ticktext": [f"{tick:g} %" for tick in ticks],
            "ticks": "outside",
            "tickangle": 0,
        }
    )
    return figure


def percent_ticks(low: float, high: float) -> list[float]:
    """Percentages whose logits lie between `low` and `high`, far enough apart to be read."""
    chosen: dict[float, float] = {}
    for tick in (*TICKS, *FINE):
        place = float(np.log(tick / (100 - tick)))
        if low <= place <= high and all(abs(place - other) >= APART * (high - low) for other in chosen.values()):
            chosen[tick] = place
    return sorted(chosen)


def standard_errors(parts: pd.DataFrame) -> npt.NDArray[np.float64]:
    """(n,) how unsure each part is by the sample it was computed from, 0 where nothing was sampled."""
    if "standard_error" not in parts:
        return np.zeros(len(parts))
    errors: npt.NDArray[np.float64] = np.nan_to_num(parts["standard_error"].to_numpy(dtype=float))
    return errors


@dataclass(frozen=True)
class Score:
    """One model's score of a row.

    Attributes:
        label: the run's name.
        model: picks the colour.
        logit: the score.
        before: the score of the row as it was, where this one is of a changed row.
        spread: logits of the 5 %, 50 % and 95 % of the rows that judge the model, to tell what is usual.
    """

    label: str
    model: str
    logit: float
    before: float | None = None
    spread: tuple[float, float, float] | None = None


def scores_picture(scores: Sequence[Score]) -> go.Figure:
    """Several models' logits of one row on one axis, with a percent axis on top; grey: what is usual for the model."""
    figure = go.Figure()
    labels = [f"{shorten(score.label, 24)}{chr(8203) * place}" for place, score in enumerate(scores)]
    for score, label, nth in zip(scores, labels, occurrences([score.model for score in scores]), strict=True):
        _add_score(figure, score, label, SYMBOLS[nth % len(SYMBOLS)])
    ends = [0.0]
    for score in scores:
        ends += [score.logit, score.before if score.before is not None else score.logit, *(score.spread or ())]
    pad = 0.18 * (max(ends) - min(ends) or 1.0)
    low, high = min(ends) - pad, max(ends) + pad
    figure.add_vline(x=0, line={"color": NEUTRAL, "dash": "dot", "width": 1})
    figure.update_xaxes(range=[low, high])
    figure.update_yaxes(categoryorder="array", categoryarray=labels, autorange="reversed", showgrid=False)
    finish(figure, height=112 + 34 * len(scores), x=say("logit (on top: percent)"), legend=False, top=26)
    return small_numbers(percent_axis(figure, low, high, labels[0]))


def _add_score(figure: go.Figure, score: Score, label: str, symbol: str) -> None:
    color = model_color(score.model)
    if score.spread is not None:
        low, middle, high = score.spread
        figure.add_scatter(
            x=[low, high],
            y=[label, label],
            mode="lines",
            line={"color": NEUTRAL, "width": 7},
            opacity=0.28,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=[middle],
            y=[label],
            mode="markers",
            marker={"symbol": "line-ns-open", "size": 13, "color": NEUTRAL, "line": {"width": 2}},
            hovertemplate=f"{safe(score.label)}<br>{say('the middle of its rows %{x:+.3f}')}<extra></extra>",
        )
    if score.before is not None and abs(score.before - score.logit) > 1e-9:
        figure.add_scatter(
            x=[score.before, score.logit],
            y=[label, label],
            mode="lines+markers",
            line={"color": color, "width": 2},
            marker={"symbol": ["circle-open", "arrow"], "size": [9, 1], "angleref": "previous", "color": color},
            hovertemplate=f"{safe(score.label)}<br>{say('as it was %{x:+.3f}')}<extra></extra>",
        )
    figure.add_scatter(
        x=[score.logit],
        y=[label],
        mode="markers+text",
        marker={"symbol": symbol, "size": 13, "color": color},
        text=[f"{signed(score.logit)} · {percent_of(score.logit)}"],
        textposition="top center",
        cliponaxis=False,
        hovertemplate=f"{safe(score.label)}<br>logit %{{x:+.4f}}, {percent_of(score.logit)}<extra></extra>",
    )
