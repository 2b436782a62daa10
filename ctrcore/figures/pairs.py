"""Pairs of fields: how their attention and contribution spread over rows, and which values are strongest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import (
    MARK,
    MODEL_COLORS,
    NEUTRAL,
    WHISKER,
    finish,
    safe,
    shorten,
    sign_color,
    small_numbers,
)
from ctrcore.language import say

BARS = 30  # of a histogram
LABELLED = 4  # pairs with a name beside their mark


def off_diagonal(matrix: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(F, F) a copy without the diagonal (NaN): a field is no pair with itself."""
    values = np.array(matrix, dtype=float)
    np.fill_diagonal(values, np.nan)
    return values


def pairs_table(fields: Sequence[str], **matrices: npt.NDArray[np.floating]) -> pd.DataFrame:
    """Symmetric (F, F) matrices as one row a pair: left, right, and a column a matrix."""
    i, j = np.triu_indices(len(fields), 1)
    names = np.array(fields, dtype=object)
    columns = {name: values[i, j] for name, values in matrices.items()}
    return pd.DataFrame({"left": names[i], "right": names[j]} | columns)


def strongest_pair(fields: Sequence[str], contribution: npt.ArrayLike) -> tuple[str, str]:
    """The pair with the largest contribution, whichever its sign; (F, F), at least two fields."""
    place = int(np.abs(np.triu(np.array(contribution, dtype=float), 1)).argmax())
    return fields[place // len(fields)], fields[place % len(fields)]


def pair_spread(
    attention: npt.NDArray[np.floating],
    contribution: npt.NDArray[np.floating],
    even: float,
    own: tuple[float, float] | None = None,
) -> go.Figure:
    """Two histograms over n rows: the pair's attention, and what it adds to the logit.

    Args:
        attention, contribution: (n,) of the pair.
        even: what the attention would be if all pairs had the same.
        own: both numbers of the row looked at, marked.
    """
    figure = make_subplots(
        rows=1, cols=2, horizontal_spacing=0.1, subplot_titles=(say("attention"), say("contribution"))
    )
    zero = {"line": {"color": NEUTRAL, "dash": "dot", "width": 1.5}}
    for column, (values, marked) in enumerate(((attention, even), (contribution, 0.0)), start=1):
        counts, edges = np.histogram(values, bins=BARS)
        middle, width = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
        colors = [MODEL_COLORS["afm"]] * len(middle) if column == 1 else [sign_color(value) for value in middle]
        figure.add_bar(
            x=middle,
            y=counts,
            width=width,
            marker={"color": colors, "line": {"width": 0}},
            customdata=np.column_stack([edges[:-1], edges[1:]]),
            hovertemplate=say("%{customdata[0]:.4~g} to %{customdata[1]:.4~g}<br>%{y:,} rows<extra></extra>"),
            row=1,
            col=column,
        )
        figure.add_vline(x=marked, row=1, col=column, **zero)
        if own is not None:
            figure.add_vline(x=own[column - 1], row=1, col=column, line={"color": MARK, "width": 2.5})
    finish(figure, height=300, legend=False, top=30)
    figure.update_layout(bargap=0)
    figure.update_annotations(font_size=13)
    figure.update_yaxes(title_text=say("rows"), row=1, col=1)
    figure.update_xaxes(title_text=say("attention weight"), row=1, col=1)
    figure.update_xaxes(title_text=say("change of logit"), row=1, col=2)
    return small_numbers(figure.update_xaxes(nticks=6))


def value_pairs(table: pd.DataFrame, count: int = 12) -> go.Figure:
    """What the pair adds for its strongest combinations of values, with 95 % intervals and the number of rows.

    Args:
        table: left, right, rows, mean, low, high, attention; the strongest first.
        count: combinations shown.
    """
    top = table.head(count)
    labels = [
        f"{shorten(str(left), 18)} × {shorten(str(right), 18)} ({rows:,}){chr(8203) * place}"
        for place, (left, right, rows) in enumerate(zip(top["left"], top["right"], top["rows"], strict=True))
    ]
    mean = top["mean"].to_numpy(dtype=float)
    figure = go.Figure(
        go.Bar(
            y=labels,
            x=mean,
            orientation="h",
            marker={"color": [sign_color(value) for value in mean]},
            error_x={
                "array": np.nan_to_num(top["high"].to_numpy(dtype=float) - mean),
                "color": WHISKER,
                "thickness": 1.6,
                "width": 3,
            },
            customdata=[
                [safe(str(left)), safe(str(right)), int(rows), float(attention)]
                for left, right, rows, attention in zip(
                    top["left"], top["right"], top["rows"], top["attention"], strict=True
                )
            ],
            hovertemplate=say(
                "%{customdata[0]} × %{customdata[1]}<br>adds %{x:+.4f} on average"
                "<br>attention %{customdata[3]:.4f}<br>%{customdata[2]:,} rows<extra></extra>"
            ),
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return small_numbers(
        finish(figure, height=120 + 27 * len(top), x=say("mean contribution to the logit"), legend=False)
    )


def attention_against_contribution(
    table: pd.DataFrame, even: float, chosen: tuple[str, str] | None = None
) -> go.Figure:
    """All pairs: how much the model looks at each, against what it makes of it. A click gives [left, right].

    Args:
        table: left, right, attention, contribution, size: means over rows.
        even: what the attention would be if all pairs had the same.
        chosen: the pair to frame.
    """
    value = table["contribution"].to_numpy(dtype=float)
    names = [f"{safe(str(a))} × {safe(str(b))}" for a, b in zip(table["left"], table["right"], strict=True)]
    order = (table["attention"].rank(pct=True) + table["size"].rank(pct=True)).to_numpy().argsort()[::-1]
    named = set(order[:LABELLED].tolist())
    framed = [chosen is not None and {a, b} == set(chosen) for a, b in zip(table["left"], table["right"], strict=True)]
    figure = go.Figure(
        go.Scatter(
            x=table["attention"],
            y=value,
            mode="markers+text",
            text=[shorten(name, 26) if place in named else "" for place, name in enumerate(names)],
            textposition="top center",
            textfont={"size": 11},
            marker={
                "size": 11,
                "color": [sign_color(one) for one in value],
                "line": {
                    "color": [MARK if one else NEUTRAL for one in framed],
                    "width": [3 if one else 0.5 for one in framed],
                },
            },
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}, "textfont": {"color": None}},
            customdata=[
                [a, b, float(size)] for a, b, size in zip(table["left"], table["right"], table["size"], strict=True)
            ],
            hovertext=names,
            hovertemplate=say(
                "%{hovertext}<br>attention %{x:.4f}<br>contribution %{y:+.4f}"
                "<br>mean size of it %{customdata[2]:.4f}<extra></extra>"
            ),
        )
    )
    figure.add_hline(y=0, line={"color": NEUTRAL, "dash": "dot", "width": 1.5})
    figure.add_vline(x=even, line={"color": NEUTRAL, "dash": "dot", "width": 1.5})
    finish(
        figure,
        height=420,
        x=say("mean attention (dotted: an even share)"),
        y=say("mean contribution"),
        legend=False,
        top=20,
    )
    figure.update_layout(clickmode="event+select", dragmode=False)
    low, high = float(table["attention"].min()), float(table["attention"].max())
    pad = 0.12 * ((high - low) or high)  # room for the names of the outermost pairs
    return small_numbers(figure.update_xaxes(range=[low - pad, high + 1.5 * pad]))


def with_removal(figure: go.Figure, removal: npt.ArrayLike) -> go.Figure:
    """`signed_bars` with a diamond at what each bar's part really takes from the logit when it goes.

    Args:
        figure: made by `signed_bars`.
        removal: in the order of its bars.
    """
    figure.add_scatter(
        x=np.asarray(removal, dtype=float),
        y=figure.data[0].y,
        mode="markers",
        marker={"symbol": "diamond", "size": 10, "color": "#ffffff", "line": {"width": 1.6, "color": "#1f2937"}},
        hovertemplate=say("without it the logit falls by %{x:+.4~g}<extra></extra>"),
        showlegend=False,
    )
    return figure
