"""One user's behaviour log above the rows made of it, over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from ctrcore.data.logs.timeline import Timeline, UserEvent, UserRow
from ctrcore.figures.style import MARK, NEGATIVE, POSITIVE, finish, safe
from ctrcore.language import mark, say

EVENTS, ROWS = mark("events of the log"), mark("rows made of them")
STEP = 0.16  # between points of one time, so that a click and its negatives stand in a column


def user_lanes(timeline: Timeline, chosen_row: int | None = None) -> go.Figure:
    """Events in the upper lane, rows in the lower one; blue for a click, orange for none, hollow for a drawn item.

    Points of one time are stacked. Each point carries its place in `customdata`: the lane ('event' or 'row') and its
    position in `timeline.events` or `timeline.rows`.

    Args:
        timeline: one user's events and rows.
        chosen_row: position in `timeline.rows`: it and the events in its history get a frame and a line between them.
    """
    event_y = [STEP * (place + 2) for place in _stacked([event.time for event in timeline.events])]
    row_y = [-STEP * (place + 2) for place in _stacked([row.time for row in timeline.rows])]
    figure = go.Figure()
    chosen = timeline.rows[chosen_row] if chosen_row is not None else None
    if chosen is not None and chosen_row is not None:
        _add_history(figure, timeline, chosen, (event_y, row_y[chosen_row]))
    for name, label, drawn, color in (
        (say("click"), 1, False, POSITIVE),
        (say("no click"), 0, False, NEGATIVE),
        (say("no click, drawn"), 0, True, NEGATIVE),
    ):
        events = [i for i, event in enumerate(timeline.events) if not drawn and event.click == bool(label)]
        rows = [i for i, row in enumerate(timeline.rows) if (row.label, row.drawn) == (label, drawn)]
        if not events and not rows:
            continue
        figure.add_scatter(
            x=[*(timeline.events[i].time for i in events), *(timeline.rows[i].time for i in rows)],
            y=[*(event_y[i] for i in events), *(row_y[i] for i in rows)],
            mode="markers",
            name=name,
            marker={
                "color": color,
                "size": 10,
                "symbol": "circle-open" if drawn else "circle",
                "line": {"width": 2 * drawn},
            },
            customdata=[*(["event", i] for i in events), *(["row", i] for i in rows)],
            text=[*(_about_event(timeline.events[i]) for i in events), *(_about_row(timeline.rows[i]) for i in rows)],
            hovertemplate="%{text}<extra></extra>",
        )
    low, high = min(row_y, default=-STEP), max(event_y, default=STEP)
    finish(figure, height=int(min(700, 200 + 110 * (high - low))), x=say("time"))
    figure.update_yaxes(
        tickvals=[2 * STEP, -2 * STEP],
        ticktext=[say(EVENTS), say(ROWS)],
        range=[low - STEP, high + STEP],
        zeroline=False,
    )
    figure.update_yaxes(showgrid=False)
    return figure.add_hline(y=0, line={"color": "#94a3b8", "width": 1})


def _stacked(times: Sequence[str | float]) -> list[int]:
    """For each point how many before it have its time."""
    seen: dict[str | float, int] = {}
    places = []
    for time in times:
        places.append(seen.get(time, 0))
        seen[time] = places[-1] + 1
    return places


def _add_history(figure: go.Figure, timeline: Timeline, row: UserRow, heights: tuple[list[float], float]) -> None:
    """Lines from the chosen row to each event that it remembers, and frames around them all, below the points."""
    event_y, y = heights
    behaviours = [place for place in row.behaviours if place >= 0]
    line_x: list[Any] = []
    line_y: list[float | None] = []
    for place in behaviours:
        line_x += [row.time, timeline.events[place].time, None]
        line_y += [y, event_y[place], None]
    figure.add_scatter(
        x=line_x, y=line_y, mode="lines", line={"color": MARK, "width": 1}, opacity=0.5, showlegend=False,
        hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=[row.time, *(timeline.events[place].time for place in behaviours)],
        y=[y, *(event_y[place] for place in behaviours)],
        mode="markers",
        name=say("the chosen row and its history"),
        marker={"color": "rgba(0,0,0,0)", "size": 18, "line": {"color": MARK, "width": 2.5}},
        hoverinfo="skip",
    )


def _about_event(event: UserEvent) -> str:
    done = [
        f"{event.action}" if event.action else "",
        say("rating {rating}", rating=event.rating) if event.rating else "",
    ]
    return _hover(event.time, event.item, say("click") if event.click else say("no click"), *done)


def _about_row(row: UserRow) -> str:
    label = say("click") if row.label else say("no click, drawn") if row.drawn else say("no click")
    return _hover(
        row.time,
        row.item,
        say("row {position}: {label}", position=row.position, label=label),
        say("{count} in the history", count=len(row.history)),
        row.part,
    )


def _hover(time: str | float, item: str | None, *lines: str | None) -> str:
    when = time.replace("T", " ") if isinstance(time, str) else f"{time:.15g}"
    texts = [say("item {item}", item=item) if item is not None else say("no item"), when, *lines]
    return "<br>".join(safe(text) for text in texts if text)


def in_even_steps(figure: go.Figure, ticks: int = 4) -> go.Figure:
    """The figure with the same step from each time to the next, so that what happened within seconds can be told apart.

    Args:
        figure: made by `user_lanes`; it is changed.
        ticks: times written below the axis, at most.
    """
    times = sorted({time for trace in figure.data for time in trace.x if time is not None})
    place = {time: number for number, time in enumerate(times)}
    for trace in figure.data:
        trace.x = [None if time is None else place[time] for time in trace.x]
    shown = times[:: max(1, -(-len(times) // ticks))]
    texts = [time.replace("T", "<br>") if isinstance(time, str) else f"{time:.15g}" for time in shown]
    figure.update_xaxes(type="linear", tickvals=[place[time] for time in shown], ticktext=texts, tickangle=0)
    return figure.update_xaxes(title_text=say("time, in even steps"))
