"""One look for every figure: the colours, the line styles, the layout. Every colour has a contrast of at least
3 to 1 on the light and on the dark background, so a figure does not need to know which of them it stands on."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

MODEL_COLORS = {"lr": "#848b98", "fm": "#2f7ed8", "afm": "#d9730d", "fibinet": "#0f9d78", "din": "#b05cc6"}
MODEL_TITLES = {"lr": "LR", "fm": "FM", "afm": "AFM", "fibinet": "FiBiNET", "din": "DIN"}
OUTSIDE = "#c93f7e"  # scores of another system
POSITIVE = "#2f7ed8"
NEGATIVE = "#d9730d"
NEUTRAL = "#848b98"
# Rows by what happened, where models are compared: far from the colour of every model.
CLICK = "#849000"
NO_CLICK = "#8b3df0"
REPAIRED = {None: NEUTRAL, "platt": CLICK, "isotonic": NO_CLICK}  # one model, before and after
MARK = "#e11d48"  # the frame around what was clicked
WHISKER = "#94a3b8"
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")


def model_color(model: str) -> str:
    """The colour of a model, the same on every page; pink for the scores of another system, else grey."""
    return OUTSIDE if model == "outside" else MODEL_COLORS.get(model, NEUTRAL)


def sign_color(value: float) -> str:
    """Blue for what raises the score, orange for what lowers it."""
    return POSITIVE if value >= 0 else NEGATIVE


def occurrences(models: Sequence[str]) -> list[int]:
    """For each run how many earlier runs have the same model: it picks the dash, as the colour is taken."""
    return [models[:position].count(model) for position, model in enumerate(models)]


def line_style(model: str, occurrence: int) -> dict[str, object]:
    """Plotly line of a run: the model's colour, and a dash that tells runs of one model apart."""
    return {"color": model_color(model), "dash": DASHES[occurrence % len(DASHES)], "width": 2.5}


def finish(
    figure: go.Figure, *, height: int, x: str = "", y: str = "", legend: bool = True, top: int = 16
) -> go.Figure:
    """Axis titles, margins and the legend above the plot, where it never covers the curves."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 16, "t": top + (34 if legend else 0), "b": 8},
        showlegend=legend,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "xanchor": "left", "x": 0, "title": None},
        hovermode="closest",
        bargap=0.3,
    )
    axis: dict[str, object] = {"automargin": True, "title_standoff": 8}
    figure.update_xaxes(axis | ({"title_text": x} if x else {}))
    figure.update_yaxes(axis | ({"title_text": y} if y else {}))
    return figure


def small_numbers(figure: go.Figure) -> go.Figure:
    """Powers of ten instead of '5µ' on the x axes of what may be tiny."""
    return figure.update_xaxes(exponentformat="power")


def safe(text: str) -> str:
    """Text of columns and values as plotly shows it: without the tags that it would follow, links among them."""
    return text.replace("<", "‹").replace(">", "›").replace("%{", "% {")


def shorten(text: str, length: int = 28) -> str:
    """A label that fits an axis; the full text belongs into the hover."""
    text = safe(text)
    return text if len(text) <= length else text[: length - 1] + "…"
