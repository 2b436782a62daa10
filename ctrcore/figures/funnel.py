"""The way from all items to the list a user sees: the stages, and where one item stands in each of them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ctrcore.figures.style import MARK, NEUTRAL, OUTSIDE, POSITIVE, WHISKER, finish, model_color, safe, shorten
from ctrcore.language import say, say_count
from ctrcore.recommend.path import Stop

HEAD_WIDTH = 16  # letters of a line above a stage, so that four stand side by side on a small screen
TOP = 0.72  # where the bars begin on the axis of ranks: a little above rank 1
COLORS = (NEUTRAL, OUTSIDE, POSITIVE)  # all items, recalled, ranked by a model without a colour of its own


@dataclass(frozen=True)
class Step:
    """A stage of the way.

    Attributes:
        name: what it is called.
        count: items that are left after it.
        seconds: how long it took; None if that is not known or of no interest.
        how: what decides here, for example 'FM 200 + popular 50'.
    """

    name: str
    count: int
    seconds: float | None = None
    how: str = ""


def milliseconds(seconds: float) -> str:
    """A short time in words: '0.4 ms', '12 ms', '1.3 s'."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"


def funnel(steps: Sequence[Step], path: Sequence[Stop | None] = (), item: str = "", model: str = "") -> go.Figure:
    """Stages from left to right on one axis of ranks, and the path of one item through them.

    Args:
        steps: from all items to the list.
        path: where the item stands at each stage; None where that is not known, and once it was left out.
        item: its name.
        model: that ranks, for the colour of the last two stages.
    """
    places = list(range(len(steps)))
    ranked = model_color(model) if model else COLORS[2]
    colors = [COLORS[0], COLORS[1], *[ranked] * (len(steps) - 2)][: len(steps)]
    figure = go.Figure(
        go.Bar(
            x=places,
            y=[max(step.count, 0) + 0.5 - TOP if step.count else 0 for step in steps],
            base=TOP,
            width=0.62,
            marker={"color": colors, "opacity": [0.28, 0.4, 0.55, 0.85][-len(steps) :] if len(steps) < 5 else 0.5},
            customdata=[[safe(step.name), step.count, safe(step.how)] for step in steps],
            hovertemplate="%{customdata[0]}: "
            + say("{number} items", number="%{customdata[1]:,}")
            + "<br>%{customdata[2]}<extra></extra>",
        )
    )
    _path(figure, steps, path, item)
    lowest = max([step.count for step in steps] + [stop.rank for stop in path if stop is not None] + [1])
    finish(figure, height=350, y=say("rank (logarithmic)"), legend=False)
    figure.update_xaxes(
        tickvals=places,
        ticktext=[_head(step) for step in steps],
        side="top",
        tickangle=0,
        showgrid=False,
        zeroline=False,
        range=[-0.5, len(steps) - 0.5],
        fixedrange=True,
    )
    ticks = [10**power for power in range(8) if 10**power <= lowest]
    figure.update_yaxes(
        type="log", range=[_log(lowest * 1.25), _log(TOP)], tickvals=ticks, ticktext=[f"{tick:,}" for tick in ticks]
    )
    return figure


def _path(figure: go.Figure, steps: Sequence[Step], path: Sequence[Stop | None], item: str) -> None:
    """The line of one item; a cross where it is left out."""
    stops = [(at, stop) for at, stop in enumerate(path) if stop is not None]
    if not stops:
        return
    hover = {"stage": "%{customdata[0]}", "rank": "%{y:,}", "by": "%{customdata[1]}", "kept": "%{customdata[2]}"}
    figure.add_scatter(
        x=[at for at, _ in stops],
        y=[stop.rank for _, stop in stops],
        mode="lines+markers",
        line={"color": MARK, "width": 2.5},
        marker={"color": MARK, "size": 12, "symbol": ["circle" if stop.kept else "x" for _, stop in stops]},
        customdata=[
            [safe(steps[at].name), safe(say(stop.by)), say("kept") if stop.kept else say("left out here")]
            for at, stop in stops
        ],
        hovertemplate=shorten(item, 40)
        + "<br>"
        + say("{stage}: rank {rank} by {by}, {kept}", **hover)
        + "<extra></extra>",
    )
    plate = {"showarrow": False, "bgcolor": MARK, "font": {"color": "#ffffff", "size": 13}, "borderpad": 3}
    figure.update_layout(  # under the number, so that it can be read on bars and line, light and dark
        annotations=[
            {
                "x": at,
                "y": _log(stop.rank),
                "text": f"<b>{stop.rank:,}</b>" if stop.kept else f"<b>✕ {stop.rank:,}</b>",
                **plate,
            }
            for at, stop in stops
        ]
    )


def _head(step: Step) -> str:
    """What stands above a stage: always as many lines, so that all stand level."""
    lines = [f"<b>{safe(step.name)}</b>", say_count("<b>{count:,}</b> item", "<b>{count:,}</b> items", step.count)]
    how = safe(step.how).replace(" + ", " +\n").split("\n", 1)  # two channels stand below each other
    if len(how) == 1:
        how = textwrap.wrap(how[0], HEAD_WIDTH, max_lines=2, placeholder="…")
    lines += [*how, *[" "] * (2 - len(how))]
    lines.append(milliseconds(step.seconds) if step.seconds is not None else " ")
    return "<br>".join(lines)


def _log(value: float) -> float:
    """The place of a value on a logarithmic axis."""
    return math.log10(value)


def ranks_by_model(titles: Sequence[str], models: Sequence[str], ranks: Sequence[int | None], top: int) -> go.Figure:
    """One item's rank by every model, each a dot; the list ends at the line.

    Args:
        titles: names of the runs.
        models: the model of each.
        ranks: of the item among the same candidates; None if a run did not rank it.
        top: the length of the list.
    """
    known = [(safe(title), model, rank) for title, model, rank in zip(titles, models, ranks, strict=True) if rank]
    labels = [f"{shorten(title, 32)}{chr(8203) * at}" for at, (title, _, _) in enumerate(known)]
    figure = go.Figure(
        go.Scatter(
            x=[rank for _, _, rank in known],
            y=labels,
            mode="markers+text",
            marker={"size": 13, "color": [model_color(model) for _, model, _ in known]},
            text=[f"{rank:,}" for _, _, rank in known],
            textposition="middle right",
            customdata=[title for title, _, _ in known],
            hovertemplate="%{customdata}: " + say("rank {rank}", rank="%{x:,}") + "<extra></extra>",
        )
    )
    worst = max([rank for _, _, rank in known] + [top])
    figure.add_vline(top + 0.5, line={"color": WHISKER, "dash": "dash"})
    figure.add_annotation(
        x=_log(top + 0.5),
        y=1,
        yref="paper",
        yanchor="bottom",
        text=say("top {count}", count=top),
        showarrow=False,
        xshift=-24,
    )
    finish(figure, height=100 + 32 * len(known), x=say("rank among the candidates, the best at the left"), legend=False)
    ticks = [tick for power in range(7) for tick in (10**power, 3 * 10**power) if tick <= worst * 1.3]
    figure.update_xaxes(
        type="log", range=[_log(0.8), _log(worst * 1.8)], tickvals=ticks, ticktext=[f"{tick:,}" for tick in ticks]
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(margin={"t": 30})
    return figure
