"""What a table looks like before any model sees it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import NEUTRAL, POSITIVE, WHISKER, finish, safe, shorten
from ctrcore.language import say


def class_balance(clicks: int, rows: int) -> go.Figure:
    """Clicked and other rows as one bar."""
    figure = go.Figure()
    for name, count, color in ((say("click"), clicks, POSITIVE), (say("no click"), rows - clicks, NEUTRAL)):
        share = count / rows if rows else 0.0
        figure.add_bar(
            y=[""],
            x=[count],
            orientation="h",
            name=name,
            marker={"color": color},
            text=[f"{count:,} ({share:.1%})"],
            textposition="inside",
            insidetextanchor="middle",
            hovertemplate=say("{name}: {count:,} rows<extra></extra>", name=name, count=count),
        )
    finish(figure, height=150, x=say("rows"))
    figure.update_layout(barmode="stack", legend_traceorder="normal")
    return figure


def score_histogram(clicks: Sequence[float], others: Sequence[float], edges: Sequence[float]) -> go.Figure:
    """Where the scores of clicked rows lie against those of the others.

    Args:
        clicks, others: share of the clicked and of the other rows in each bin.
        edges: of the bins, one more than there are shares.
    """
    left, right = np.asarray(edges[:-1], dtype=float), np.asarray(edges[1:], dtype=float)
    figure = go.Figure()
    for name, shares, color in ((say("no click"), others, NEUTRAL), (say("click"), clicks, POSITIVE)):
        figure.add_bar(
            x=(left + right) / 2,
            y=shares,
            width=right - left,
            name=name,
            marker={"color": color, "line": {"width": 0}},
            opacity=0.65,
            customdata=np.column_stack([left, right]),
            hovertemplate=name + say(": %{y:.1%} from %{customdata[0]:.2f} to %{customdata[1]:.2f}<extra></extra>"),
        )
    finish(figure, height=400, x=say("predicted probability"), y=say("share of the rows of each kind"))
    figure.update_layout(barmode="overlay", bargap=0.02)
    figure.update_yaxes(tickformat=".0%")
    return figure


def value_rates(
    values: Sequence[str],
    counts: Sequence[float],
    rates: Sequence[float],
    overall: float,
    intervals: Sequence[tuple[float, float]] | None = None,
) -> go.Figure:
    """Values of a field: how many rows each has, and its click rate beside the overall one.

    Args:
        values: what is shown. counts: rows of each. rates: click rate of each, NaN where it is not known.
        overall: click rate of all rows.
        intervals: 95 % interval of each rate, drawn as a line.
    """
    labels = [f"{shorten(str(value), 24)}{chr(8203) * position}" for position, value in enumerate(values)]
    figure = make_subplots(
        rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.04, subplot_titles=("rows", say("click rate"))
    )
    figure.add_bar(
        y=labels,
        x=counts,
        orientation="h",
        marker={"color": NEUTRAL},
        hovertemplate=say("%{y}: %{x:,} rows<extra></extra>"),
        row=1,
        col=1,
    )
    ends = np.array(intervals, dtype=float) if intervals else None
    shares = np.asarray(rates, dtype=float)
    figure.add_bar(
        y=labels,
        x=rates,
        orientation="h",
        marker={"color": POSITIVE},
        error_x=None
        if ends is None
        else {"array": ends[:, 1] - shares, "arrayminus": shares - ends[:, 0], "color": WHISKER, "width": 3},
        customdata=ends,
        hovertemplate=say("%{y}: %{x:.1%} clicked")
        + (say(" (95 % interval %{customdata[0]:.1%} to %{customdata[1]:.1%})") if intervals else "")
        + "<extra></extra>",
        row=1,
        col=2,
    )
    figure.add_vline(x=overall, line={"color": NEUTRAL, "dash": "dot", "width": 2}, row=1, col=2)
    finish(figure, height=120 + 26 * len(labels), legend=False, top=30)
    # Else values that look like dates or numbers would be laid out as such.
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    figure.update_xaxes(title_text=say("rows"), row=1, col=1)
    figure.update_xaxes(title_text=say("share of the rows that was clicked"), tickformat=".0%", row=1, col=2)
    return figure


def distribution(edges: Sequence[float], counts: Sequence[int], x: str, logarithmic: bool = False) -> go.Figure:
    """How many cells lie between each two edges.

    Args:
        edges: increasing, one more than there are counts.
        counts: cells of each range.
        x: what the numbers are.
        logarithmic: ranges grow by a factor: each gets the same width on the page, and is named by its edges.
    """
    left, right = np.asarray(edges[:-1], dtype=float), np.asarray(edges[1:], dtype=float)
    whole = len(left) > 1 and bool(np.allclose(right - left, 1)) and bool(np.allclose(left % 1, 0.5))
    names = [
        f"{(a + b) / 2:.0f}" if whole else say("{a:.4g} to {b:.4g}", a=a, b=b) for a, b in zip(left, right, strict=True)
    ]
    places = np.arange(len(left)) if logarithmic else (left + right) / 2
    figure = go.Figure()
    figure.add_bar(
        x=places,
        y=counts,
        # A single number has a range without width, which would not be seen.
        width=1.0 if logarithmic else np.where(right > left, right - left, 1.0),
        marker={"color": POSITIVE, "line": {"width": 0}},
        customdata=names,
        hovertemplate=say("%{customdata}: %{y:,} rows<extra></extra>"),
    )
    finish(figure, height=280, x=safe(x), y=say("rows"), legend=False)
    figure.update_layout(bargap=0.03)
    if logarithmic:
        shown = np.unique(np.linspace(0, len(edges) - 1, 7).round().astype(int))
        figure.update_xaxes(tickvals=shown - 0.5, ticktext=[f"{edges[place]:.3g}" for place in shown])
    return figure


def rows_over_time(
    starts: Sequence[str], rows: Sequence[int], labelled: Sequence[int], clicks: Sequence[int], unit: str
) -> go.Figure:
    """Rows of each step of time, and below them the share that was clicked.

    Args:
        starts: of the steps. rows, labelled, clicks: how many each has.
        unit: what a step is: 'day', or 'range' for the numbers of a counter.
    """
    rates = [click / told if told else None for click, told in zip(clicks, labelled, strict=True)]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08, row_heights=[0.6, 0.4])
    figure.add_bar(
        x=starts, y=rows, marker={"color": NEUTRAL}, hovertemplate=say("%{x}: %{y:,} rows<extra></extra>"), row=1, col=1
    )
    figure.add_scatter(
        x=starts,
        y=rates,
        mode="lines+markers" if len(starts) <= 40 else "lines",
        line={"color": POSITIVE, "width": 2.5},
        hovertemplate=say("%{x}: %{y:.1%} clicked<extra></extra>"),
        row=2,
        col=1,
    )
    finish(figure, height=400, legend=False)
    step = say("each range") if unit == "range" else say("each {unit}", unit=unit)
    figure.update_yaxes(title_text=say("rows in {step}", step=step), row=1, col=1)
    figure.update_yaxes(title_text=say("click rate"), tickformat=".0%", rangemode="tozero", row=2, col=1)
    figure.update_xaxes(title_text="number" if unit == "range" else say("start of the {unit}", unit=unit), row=2, col=1)
    return figure
