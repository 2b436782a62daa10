"""SENet: what a gate says beside what happens when it is taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ctrcore.figures.style import MODEL_COLORS, NEUTRAL, WHISKER, finish, shorten, sign_color, small_numbers
from ctrcore.language import say

DEAD = 0.5


def dead_fields(summary: Mapping[str, Any], share: float = DEAD) -> list[str]:
    """Fields whose gate is exactly zero in at least that share of the rows."""
    return [f for f, dead in zip(summary["fields"], summary["dead_share"], strict=True) if dead >= share]


def gates_picture(
    summary: Mapping[str, Any],
    order: Sequence[str] | None = None,
    *,
    deviation: bool = False,
    shapley: Mapping[str, float] | None = None,
) -> go.Figure:
    """Aligned columns per field: the gate's distribution, the gate ablation, the permutation AUC drop, mean |Shapley|.

    Args:
        summary: fields, gate_mean, gate_quantiles (F x 5: 5 %, 25 %, 50 %, 75 %, 95 %), dead_share,
            ablation, permutation_auc_drop, permutation_std; each a list over the fields.
        order: the fields from top to bottom; by permutation AUC drop if not given.
        deviation: draw the gates less their field's mean: how far they tell rows apart.
        shapley: mean |Shapley| by field, for a fourth column.
    """
    fields = list(summary["fields"])
    drop = np.asarray(summary["permutation_auc_drop"], dtype=float)
    order = list(order or [fields[i] for i in np.argsort(-np.nan_to_num(drop, nan=-np.inf), kind="stable")])
    index = [fields.index(field) for field in order]
    names = [shorten(field, 22) for field in order]
    dead = set(dead_fields(summary))
    colors = [NEUTRAL if field in dead else MODEL_COLORS["fibinet"] for field in order]
    titles = (say("gate"), say("ablation"), say("permutation")) + (() if shapley is None else ("Shapley",))
    figure = make_subplots(
        rows=1,
        cols=len(titles),
        shared_yaxes=True,
        horizontal_spacing=0.04,
        subplot_titles=titles,
        column_widths=[0.4, *[0.6 / (len(titles) - 1)] * (len(titles) - 1)],
    )
    mean = np.asarray(summary["gate_mean"], dtype=float)[index]
    zero = mean if deviation else np.zeros_like(mean)
    quantiles = np.asarray(summary["gate_quantiles"], dtype=float)[index] - zero[:, None]
    mean = mean - zero
    for color in dict.fromkeys(colors):  # one trace for the living and one for the dead, as a trace has one colour
        rows = [row for row, other in enumerate(colors) if other == color]
        low, quarter, middle, three_quarters, high = quantiles[rows].T
        figure.add_box(
            y=[names[row] for row in rows],
            lowerfence=low,
            q1=quarter,
            median=middle,
            q3=three_quarters,
            upperfence=high,
            mean=mean[rows],
            orientation="h",
            boxmean=True,
            marker={"color": color},
            fillcolor="rgba(0,0,0,0)",
            line={"width": 1.8},
            showlegend=False,
            hoverinfo="x",
            row=1,
            col=1,
        )
    figure.add_vline(x=0 if deviation else 1, line={"color": NEUTRAL, "dash": "dot", "width": 1}, row=1, col=1)
    figure.add_bar(
        y=names,
        x=np.asarray(summary["ablation"], dtype=float)[index],
        orientation="h",
        marker={"color": colors},
        showlegend=False,
        hovertemplate=say("%{y}: the logit moves by %{x:.4f} on average<extra></extra>"),
        row=1,
        col=2,
    )
    figure.add_bar(
        y=names,
        x=drop[index],
        orientation="h",
        error_x={
            "type": "data",
            "array": np.asarray(summary["permutation_std"], dtype=float)[index],
            "thickness": 1.5,
            "color": WHISKER,
        },
        marker={"color": colors},
        showlegend=False,
        hovertemplate=say("%{y}: the AUC falls by %{x:.4f} ± %{error_x.array:.4f}<extra></extra>"),
        row=1,
        col=3,
    )
    if shapley is not None:
        figure.add_bar(
            y=names,
            x=[shapley.get(field) for field in order],
            orientation="h",
            marker={"color": colors},
            showlegend=False,
            hovertemplate=say("%{y}: mean size of the Shapley value %{x:.4f}<extra></extra>"),
            row=1,
            col=4,
        )
    finish(figure, height=130 + 28 * len(names), legend=False, top=34)
    figure.update_annotations(font_size=13)
    figure.update_yaxes(autorange="reversed", showgrid=False, categoryorder="array", categoryarray=names)
    figure.update_xaxes(nticks=4, tickangle=0, exponentformat="power", tickfont_size=11)
    figure.update_xaxes(nticks=3, row=1, col=2)  # of powers of ten more would run into each other
    gate = say("gate less its mean") if deviation else say("gate, 1: open")
    for place, title in enumerate(
        (gate, say("change of logit"), say("AUC lost"), say("logit"))[: len(titles)], start=1
    ):
        figure.update_xaxes(title_text=title, row=1, col=place)
    return figure


def row_gates(fields: Sequence[str], gates: Sequence[float], means: Sequence[float]) -> go.Figure:
    """One row's gates as their deviation from the field's mean: the mean itself says nothing on this row."""
    names = [shorten(field, 22) for field in fields]
    deviation = np.asarray(gates, dtype=float) - np.asarray(means, dtype=float)
    figure = go.Figure(
        go.Bar(
            y=names,
            x=deviation,
            orientation="h",
            marker={"color": [sign_color(value) for value in deviation]},
            customdata=np.column_stack([gates, means]),
            hovertemplate=say("%{y}: gate %{customdata[0]:.4f}, mean of the field %{customdata[1]:.4f}<extra></extra>"),
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    finish(figure, height=110 + 26 * len(names), x=say("gate of this row minus the field's mean gate"), legend=False)
    return small_numbers(figure)
