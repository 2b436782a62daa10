"""What each field is worth to each of several models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ctrcore.figures.style import NEUTRAL, SYMBOLS, finish, model_color, occurrences, safe, shorten, small_numbers
from ctrcore.language import say


@dataclass(frozen=True)
class Worth:
    """One model's fields: `label` names the run, `model` picks the colour; `lost` and `spread` go with `fields`."""

    label: str
    model: str
    fields: Sequence[str]
    lost: Sequence[float]
    spread: Sequence[float]


def permutation_dots(worths: Sequence[Worth]) -> go.Figure:
    """The AUC that each model loses when a field is shuffled: a line a field, a dot a model, the largest on top."""
    largest: dict[str, float] = {}
    for worth in worths:
        for field, lost in zip(worth.fields, worth.lost, strict=True):
            largest[field] = max(largest.get(field, -np.inf), float(np.nan_to_num(lost, nan=-np.inf)))
    order = sorted(largest, key=lambda field: -largest[field])
    names = {field: f"{shorten(field, 22)}{chr(8203) * place}" for place, field in enumerate(order)}
    figure = go.Figure()
    hover = say("{field}: the AUC falls by {lost}", field="%{y}", lost="%{x:.4f} ± %{error_x.array:.4f}")
    for worth, nth in zip(worths, occurrences([worth.model for worth in worths]), strict=True):
        color, label = model_color(worth.model), safe(worth.label)
        figure.add_scatter(
            x=np.asarray(worth.lost, dtype=float),
            y=[names[field] for field in worth.fields],
            mode="markers",
            name=label,
            marker={"color": color, "size": 9, "symbol": SYMBOLS[nth % len(SYMBOLS)]},
            error_x={"array": np.asarray(worth.spread, dtype=float), "color": color, "thickness": 1.2, "width": 0},
            hovertemplate=hover + "<extra>" + label + "</extra>",
        )
    figure.add_vline(x=0, line={"color": NEUTRAL, "dash": "dot", "width": 1})
    finish(figure, height=120 + 26 * len(order), x=say("AUC lost when the field is shuffled"))
    figure.update_yaxes(categoryorder="array", categoryarray=[names[field] for field in order], autorange="reversed")
    return small_numbers(figure)
