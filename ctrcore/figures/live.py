"""Training curves while they grow. Altair, because a plotly chart is rebuilt at each update and loses its zoom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from ctrcore.figures.style import DASHES, model_color, occurrences
from ctrcore.language import say

VEGA_DASHES: dict[str, list[int]] = {
    "solid": [1, 0],
    "dash": [8, 4],
    "dot": [2, 3],
    "dashdot": [8, 3, 2, 3],
    "longdash": [14, 5],
}


def live_curve(
    points: pd.DataFrame,
    runs: Sequence[str],
    models: Sequence[str],
    *,
    x: str,
    y: str,
    x_title: str,
    y_title: str,
    height: int = 340,
) -> alt.Chart:
    """One line a run, in the colour of its model; it grows as rows are added.

    Args:
        points: columns run (its label), `x` and `y`.
        runs: the labels, in legend order.
        models: the model of each run.
    """
    dashes = [VEGA_DASHES[DASHES[nth % len(DASHES)]] for nth in occurrences(list(models))]
    colors = [model_color(model) for model in models]
    whole = alt.Axis(tickMinStep=1, format=",d") if x in ("epoch", "step") else alt.Axis()
    chart: alt.Chart = (
        alt.Chart(points)
        .mark_line(point={"size": 28} if len(points) < 400 else False, strokeWidth=2.2)
        .encode(
            x=alt.X(f"{x}:Q", title=x_title, axis=whole, scale=alt.Scale(zero=False, nice=False)),
            y=alt.Y(f"{y}:Q", title=y_title, scale=alt.Scale(zero=False)),
            color=alt.Color(
                "run:N",
                scale=alt.Scale(domain=list(runs), range=colors),
                legend=alt.Legend(title=None, orient="top", labelLimit=260, columns=3),
            ),
            strokeDash=alt.StrokeDash("run:N", scale=alt.Scale(domain=list(runs), range=dashes), legend=None),
            tooltip=[
                alt.Tooltip("run:N", title=say("run")),
                alt.Tooltip(f"{x}:Q", title=x_title, format=",.4~g"),
                alt.Tooltip(f"{y}:Q", title=y_title, format=".4f"),
            ],
        )
        .properties(height=height)
    )
    return chart


def points_of(records: Mapping[str, Sequence[Mapping[str, Any]]], kind: str) -> pd.DataFrame:
    """The records of one kind ('step' or 'epoch') of several runs as rows, with the run's label in `run`.

    Args:
        records: per run label its records, as `ctrcore.training.events.as_record` writes them.
        kind: which of them.
    """
    measured = ["loss"] if kind == "step" else ["train_loss", "valid_auc", "valid_log_loss"]
    columns = ["run", "epoch", "step", "seconds", *measured]
    rows = [
        {"run": label, **{name: record.get(name) for name in columns[1:]}}
        for label, lines in records.items()
        for record in lines
        if record.get("kind") == kind
    ]
    return pd.DataFrame(rows, columns=columns)


def thin(points: pd.DataFrame, most: int = 1000) -> pd.DataFrame:
    """At most about `most` rows in all, evenly spaced within each run, its last row always kept."""
    if len(points) <= most:
        return points
    share = most / len(points)
    kept = []
    for _, part in points.groupby("run", sort=False):
        step = max(1, int(1 / share))
        kept.append(part.iloc[::-step].iloc[::-1])
    return pd.concat(kept, ignore_index=True)
