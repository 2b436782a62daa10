"""An explanation's order of the parts against random orders: what the score loses without, and with only, the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.explain.trust.words import method_words
from ctrcore.figures.style import MODEL_COLORS, NEUTRAL, finish, safe
from ctrcore.language import say

OF_METHODS = ("#2f7ed8", MODEL_COLORS["afm"], MODEL_COLORS["din"], MODEL_COLORS["fibinet"], "#c93f7e")
PLACES = {"attention": 0, "gate": 0, "contribution": 1, "interaction": 2, "leave-one-out": 2, "gate spread": 2}
PLACES |= {"gate ablation": 3, "permutation": 4}
DASHES = ("solid", "dash", "longdash")
BAND = "rgba(132,139,152,0.28)"
Curve = Sequence[float | None]


def method_color(method: str) -> str:
    """The colour of a way to explain, the same in every figure of trust."""
    return OF_METHODS[PLACES.get(method, 4)]


@dataclass(frozen=True)
class Order:
    """What happens to the score as the parts that a method puts first are taken away, or are all that is left.

    Attributes:
        label: the method.
        values: one for each number of parts.
    """

    label: str
    values: Curve


@dataclass(frozen=True)
class Orders:
    """Orders of the parts, judged in one way.

    Attributes:
        title: of the panel.
        counts: how many parts are taken or kept.
        orders: the methods; the first is the one looked at.
        random: the mean of random orders, with the low and high end of them.
        best, worst: the order by what each part does when it alone is left out, and the same turned round.
    """

    title: str
    counts: Sequence[int]
    orders: Sequence[Order]
    random: tuple[Curve, Curve, Curve]
    best: Curve
    worst: Curve


def order_curves(panels: Sequence[Orders], y: str) -> go.Figure:
    """A panel for each way to judge an order: the methods as lines, random orders as a grey band around their mean."""
    figure = make_subplots(
        rows=1, cols=len(panels), horizontal_spacing=0.09, subplot_titles=[panel.title for panel in panels]
    )
    for place, panel in enumerate(panels, start=1):
        _random(figure, panel, place)
        _bounds(figure, panel, place)
        for nth, order in enumerate(panel.orders):
            figure.add_scatter(
                x=list(range(len(panel.counts))),
                y=list(order.values),
                mode="lines+markers",
                name=safe(method_words(order.label)),
                legendgroup=order.label,
                showlegend=place == 1,
                line={
                    "color": method_color(order.label),
                    "dash": DASHES[nth % len(DASHES)],
                    "width": 3 if nth == 0 else 2,
                },
                marker={"size": 8},
                customdata=list(panel.counts),
                hovertemplate=say("{number} parts", number="%{customdata}")
                + ": %{y:.3f}<extra>"
                + safe(method_words(order.label))
                + "</extra>",
                row=1,
                col=place,
            )
        figure.update_xaxes(
            tickvals=list(range(len(panel.counts))),
            ticktext=[str(count) for count in panel.counts],
            title_text=say("parts"),
            row=1,
            col=place,
        )
    finish(figure, height=440, top=44)
    # Below, as it takes several lines on a narrow page and would be cut off above.
    figure.update_layout(legend={"y": -0.2, "yanchor": "top"})
    figure.update_annotations(font_size=13)
    figure.update_yaxes(title_text=y, row=1, col=1)
    return figure


def _random(figure: go.Figure, panel: Orders, place: int) -> None:
    known = [
        place for place, ends in enumerate(zip(*panel.random, strict=True)) if all(value is not None for value in ends)
    ]
    mean, low, high = ([curve[place] for place in known] for curve in panel.random)
    x = known
    figure.add_scatter(
        x=[*x, *reversed(x)],
        y=[*high, *reversed(low)],
        mode="lines",
        fill="toself",
        fillcolor=BAND,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        row=1,
        col=place,
    )
    figure.add_scatter(
        x=x,
        y=mean,
        mode="lines",
        name=say("random orders"),
        legendgroup="random orders",
        showlegend=place == 1,
        line={"color": NEUTRAL, "dash": "dashdot", "width": 2},
        customdata=[[a, b] for a, b in zip(low, high, strict=True)],
        hovertemplate=say(
            "random: {value} ({low} to {high})",
            value="%{y:.3f}",
            low="%{customdata[0]:.3f}",
            high="%{customdata[1]:.3f}",
        )
        + "<extra></extra>",
        row=1,
        col=place,
    )


def _bounds(figure: go.Figure, panel: Orders, place: int) -> None:
    """The order by what each part does alone, and its reverse: another order can beat it, as parts act together."""
    for name, values, symbol in (
        (say("by leaving out one by one"), panel.best, "triangle-up"),
        (say("the same, turned round"), panel.worst, "triangle-down"),
    ):
        figure.add_scatter(
            x=list(range(len(panel.counts))),
            y=list(values),
            mode="lines+markers",
            name=name,
            legendgroup=name,
            showlegend=place == 1,
            line={"color": NEUTRAL, "dash": "dot", "width": 1},
            marker={"symbol": symbol, "size": 7, "color": NEUTRAL},
            hovertemplate="%{y:.3f}<extra>" + name + "</extra>",
            row=1,
            col=place,
        )
