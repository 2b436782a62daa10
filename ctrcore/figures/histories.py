"""DIN: a user's history in time order, with attention and what it did to the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import NEUTRAL, finish, shorten, sign_color, small_numbers
from ctrcore.language import say

OWN_COLUMNS = ("back", "attention", "contribution", "leave_one_out")


def behaviour_labels(history: pd.DataFrame) -> list[str]:
    """One label a behaviour: how many clicks back it lies, then its values, as '3 back · item 12 · shoes'."""
    columns = [column for column in history.columns if column not in OWN_COLUMNS]
    return [
        say("{back} back", back=record["back"])
        + f" · {shorten(' · '.join(str(record[column]) for column in columns), 34)}"
        for record in history.to_dict("records")
    ]


def history_cards(history: pd.DataFrame) -> go.Figure:
    """The behaviours, the first row on top: bar length is attention, colour the signed contribution.

    Beside it the contribution (bar) and what leaving the behaviour out really does (diamond).

    Args:
        history: one row a behaviour: back (1 is the most recent), the history's columns, attention,
            contribution, leave_one_out (logit with it minus logit without).
    """
    labels = behaviour_labels(history)
    attention = history["attention"].to_numpy(dtype=float)
    contribution = history["contribution"].to_numpy(dtype=float)
    removal = history["leave_one_out"].to_numpy(dtype=float)
    largest = float(max(np.abs(contribution).max(initial=0.0), 1e-9))
    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.03,
        column_widths=[0.55, 0.45],
        subplot_titles=(say("attention"), say("contribution, ◇ left out")),
    )
    marker = {
        "color": contribution,
        "autocolorscale": True,
        "cmin": -largest,
        "cmax": largest,
        "line": {"color": NEUTRAL, "width": 1},
    }
    hover = say(
        "%{y}<br>attention %{customdata[0]:.4f}<br>contribution %{customdata[1]:+.4f}<br>left out %{customdata[2]:+.4f}"
    )
    numbers = np.column_stack([attention, contribution, removal])
    common = {"y": labels, "orientation": "h", "customdata": numbers, "hovertemplate": hover + "<extra></extra>"}
    figure.add_bar(x=attention, marker=marker, row=1, col=1, **common)
    figure.add_bar(x=contribution, marker=marker, row=1, col=2, **common)
    figure.add_scatter(
        x=removal,
        y=labels,
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 10,
            "color": "#ffffff",
            "line": {"width": 1.6, "color": "#1f2937"},
        },
        hovertemplate=say("%{y}<br>logit with it minus logit without it: %{x:+.4f}<extra></extra>"),
        row=1,
        col=2,
    )
    finish(figure, height=130 + 27 * len(labels), legend=False, top=30)
    figure.update_annotations(font_size=13)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    small_numbers(figure)
    figure.update_xaxes(nticks=6, title_text=say("attention weight"), row=1, col=1)
    figure.update_xaxes(nticks=5, title_text=say("change of logit"), row=1, col=2)
    return figure


def recency_bars(records: Sequence[Mapping[str, float]]) -> go.Figure:
    """Mean size of the attention by how many clicks back a behaviour lies, coloured by the mean contribution.

    Args:
        records: back, attention, contribution, behaviours of each place.
    """
    places = [int(record["back"]) for record in records]
    values = np.array([record["contribution"] for record in records], dtype=float)
    largest = float(max(np.abs(values).max(initial=0.0), 1e-9))
    figure = go.Figure(
        go.Bar(
            x=places,
            y=[record["attention"] for record in records],
            marker={
                "color": values,
                "autocolorscale": True,
                "cmin": -largest,
                "cmax": largest,
                "line": {"color": NEUTRAL, "width": 1},
                "colorbar": {
                    "title": {"text": say("contribution"), "side": "right"},
                    "thickness": 12,
                    "outlinewidth": 0,
                },
            },
            customdata=np.column_stack([values, [record["behaviours"] for record in records]]),
            hovertemplate=say(
                "%{x} back<br>attention %{y:.4f}<br>contribution %{customdata[0]:+.4f}"
                "<br>%{customdata[1]:,} behaviours<extra></extra>"
            ),
        )
    )
    return finish(
        figure, height=320, x=say("clicks back (1: the most recent)"), y=say("mean size of the attention"), legend=False
    )


def group_bars(groups: pd.DataFrame) -> go.Figure:
    """Behaviours by value: attention on the left; on the right contribution, removal of all, and one by one.

    Args:
        groups: value, behaviours, attention, contribution, removal, one_by_one.
    """
    labels = [
        f"{shorten(str(value), 26)} ({count}){chr(8203) * place}"
        for place, (value, count) in enumerate(zip(groups["value"], groups["behaviours"], strict=True))
    ]
    numbers = groups[["attention", "contribution", "removal", "one_by_one"]].to_numpy(dtype=float)
    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.03,
        column_widths=[0.4, 0.6],
        subplot_titles=(say("attention"), say("contribution, ◆ all out, ○ singly")),
    )
    hover = say(
        "%{y}<br>attention %{customdata[0]:.4f}<br>contribution %{customdata[1]:+.4f}"
        "<br>all left out %{customdata[2]:+.4f}<br>sum of one by one %{customdata[3]:+.4f}<extra></extra>"
    )
    colors = [sign_color(value) for value in numbers[:, 1]]
    common = {"y": labels, "customdata": numbers, "hovertemplate": hover}
    for column in (1, 2):
        figure.add_bar(x=numbers[:, column - 1], orientation="h", marker={"color": colors}, row=1, col=column, **common)
    dark, light = "#1f2937", "#ffffff"  # each with a rim of the other, to be seen on any bar and in any theme
    for place, symbol, fill, rim in ((3, "circle", light, dark), (2, "diamond", dark, light)):
        marker = {"symbol": symbol, "size": 11, "color": fill, "line": {"width": 1.6, "color": rim}}
        figure.add_scatter(x=numbers[:, place], mode="markers", marker=marker, row=1, col=2, **common)
    finish(figure, height=130 + 30 * len(labels), legend=False, top=30)
    figure.update_annotations(font_size=13)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(nticks=5, title_text=say("attention, summed"), row=1, col=1)
    figure.update_xaxes(nticks=6, title_text=say("change of logit"), row=1, col=2)
    return small_numbers(figure)


def attention_cloud(cloud: pd.DataFrame) -> go.Figure:
    """Every behaviour: attention against what leaving it out takes from the logit; colour is the contribution.

    Args:
        cloud: back, attention, contribution, leave_one_out.
    """
    values = cloud["contribution"].to_numpy(dtype=float)
    largest = float(np.quantile(np.abs(values), 0.98)) if len(values) else 0.0
    figure = go.Figure(
        go.Scatter(
            x=cloud["attention"],
            y=cloud["leave_one_out"],
            mode="markers",
            marker={
                "size": 6,
                "opacity": 0.75,
                "color": values,
                "autocolorscale": True,
                "cmin": -(largest or 1e-9),
                "cmax": largest or 1e-9,
                "line": {"color": NEUTRAL, "width": 0.5},
                "colorbar": {
                    "title": {"text": say("contribution"), "side": "right"},
                    "thickness": 12,
                    "outlinewidth": 0,
                },
            },
            customdata=np.column_stack([cloud["back"], values]),
            hovertemplate=say(
                "%{customdata[0]} back<br>attention %{x:.4f}<br>left out %{y:+.4f}"
                "<br>contribution %{customdata[1]:+.4f}<extra></extra>"
            ),
        )
    )
    figure.add_hline(y=0, line={"color": NEUTRAL, "dash": "dot", "width": 1.5})
    return small_numbers(
        finish(figure, height=380, x=say("attention weight"), y=say("logit lost when it is left out"), legend=False)
    )
