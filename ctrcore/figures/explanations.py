"""Any `Explanation` as a picture: a waterfall on the logit, or signed bars."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ctrcore.explain.explanation import Explanation
from ctrcore.explain.naming import BEHAVIOURS, WHOLE
from ctrcore.explain.sentences import CHARTED, part_name, part_value, signed
from ctrcore.figures.logits import SURE, percent_axis, standard_errors
from ctrcore.figures.style import NEUTRAL, WHISKER, finish, safe, shorten, sign_color, small_numbers
from ctrcore.language import say, say_count


def percent(logit: float) -> float:
    """The probability, in percent, that a logit stands for."""
    return float(100 / (1 + np.exp(-logit)))


def largest_parts(explanation: Explanation, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The `count` parts with the largest absolute contribution, largest first, and the rest."""
    parts = explanation.parts
    order = parts["contribution"].abs().sort_values(ascending=False, kind="stable").index
    return parts.loc[order[:count]], parts.loc[order[count:]]


def part_label(name: str, value: object, length: int = 34) -> str:
    """'field = value', cut to fit an axis; a part without a value is its name.

    Of tied columns the first stands for all; several behaviours of one value are 'value · 3 clicks'.
    """
    text = "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)
    if several := BEHAVIOURS.fullmatch(text):
        clicks = f" · {say_count('{count} click', '{count} clicks', int(several[1]))}"
        return (
            shorten(name.partition(": ")[2] or (say(WHOLE) if name == WHOLE else name), length - len(clicks)) + clicks
        )
    columns = name.split(" + ")
    name = f"{columns[0]} + {len(columns) - 1}" if len(columns) > 1 else part_name(name)
    text = part_value(text)
    return shorten(f"{name} = {text}" if text else name, length)


def waterfall(explanation: Explanation, count: int = CHARTED, start: str | None = None, length: int = 34) -> go.Figure:
    """From the base to the logit, part by part, largest first; the smaller parts and the residual stay visible.

    The axis on top says the probability. Whiskers: the 95 % interval of what was sampled.

    Args:
        explanation: any.
        count: parts shown one by one.
        start: what the base is; the model's bias if None.
        length: letters of a part's name that fit beside its bar.
    """
    top, rest = largest_parts(explanation, count)
    steps = [
        (
            say("start: {start}", start=start or say("model bias")),
            explanation.base,
            say("the logit before any part"),
            "absolute",
        )
    ]
    steps += [
        (
            part_label(str(name), value, length),
            float(contribution),
            safe(f"{part_name(str(name))} = {part_value(str(value))}" if value else part_name(str(name))),
            "relative",
        )
        for name, value, contribution in zip(top["name"], top["value"], top["contribution"], strict=True)
    ]
    if len(rest):
        steps.append((say("{count} smaller parts", count=len(rest)), float(rest["contribution"].sum()), "", "relative"))
    if abs(explanation.residual) > 1e-4 * max(1.0, abs(explanation.logit)):
        steps.append((say("not explained"), explanation.residual, say("logit minus base minus all parts"), "relative"))
    steps.append(("logit", explanation.logit, f"{percent(explanation.logit):.1f} % probability", "total"))
    labels = [f"{label}{chr(8203) * position}" for position, (label, *_) in enumerate(steps)]  # equal labels stay apart
    figure = go.Figure(
        go.Waterfall(
            y=labels,
            x=[value for _, value, _, _ in steps],
            measure=[measure for *_, measure in steps],
            orientation="h",
            customdata=[hover for _, _, hover, _ in steps],
            hovertemplate=say("%{customdata}<br>%{delta:+.4f}, sum %{final:.4f}<extra></extra>"),
            text=[signed(value) for _, value, _, _ in steps],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": sign_color(1)}},
            decreasing={"marker": {"color": sign_color(-1)}},
            totals={"marker": {"color": NEUTRAL}},
            connector={"line": {"color": NEUTRAL, "width": 1}},
        )
    )
    ends = np.cumsum([explanation.base, *[v for _, v, _, m in steps[1:] if m == "relative"]])
    _add_whiskers(figure, labels[1:], ends[1:], top)
    low, high = float(min(0, ends.min())), float(max(0, ends.max()))
    wide = high - low or 1.0  # beside the outermost bars stand their numbers, on the left only where a bar goes there
    start_at, end_at = low - (0.3 if low < 0 else 0.04) * wide, high + 0.28 * wide
    figure.update_xaxes(range=[start_at, end_at])
    figure.update_yaxes(autorange="reversed", showgrid=False)
    height = 140 + 28 * len(steps)
    finish(figure, height=height, x=say("logit (on top: percent)"), legend=False, top=30)
    return small_numbers(percent_axis(figure, start_at, end_at, labels[0]))


def _add_whiskers(figure: go.Figure, labels: list[str], ends: np.ndarray, parts: pd.DataFrame) -> None:
    """How far each part could be off by the sample it was computed from, around the end of its bar."""
    errors = standard_errors(parts)
    sampled = np.flatnonzero(errors > 0)
    if len(sampled):
        figure.add_scatter(
            x=ends[sampled],
            y=[labels[place] for place in sampled],
            mode="markers",
            marker={"size": 1, "color": WHISKER},
            error_x={"array": SURE * errors[sampled], "color": WHISKER, "thickness": 2, "width": 5},
            hovertemplate=say("the sample leaves it open by ± %{error_x.array:.4f}<extra></extra>"),
            showlegend=False,
        )


def signed_bars(parts: pd.DataFrame, *, weight: str | None = "attention", count: int = 20) -> go.Figure:
    """Signed contributions as bars, largest first; the thicker and stronger a bar, the larger the model's own weight.

    Args:
        parts: columns name, value, contribution and weight, as in `Explanation.parts`.
        weight: what the weight is called; None draws all bars alike.
        count: bars shown.
    """
    order = parts["contribution"].abs().sort_values(ascending=False, kind="stable").index[:count]
    top = parts.loc[order]
    values = top["contribution"].to_numpy(dtype=float)
    labels = [
        f"{part_label(str(name), value, 38)}{chr(8203) * position}"
        for position, (name, value) in enumerate(zip(top["name"], top["value"], strict=True))
    ]
    relative = np.full(len(top), 0.7)
    hover = say("%{customdata[0]} = %{customdata[1]}<br>contribution %{x:+.4~g}")
    title = say("contribution to logit")
    weights = top["weight"].to_numpy(dtype=float)
    if weight is not None:
        largest = float(np.nanmax(np.abs(weights), initial=0.0)) or 1.0
        relative = np.nan_to_num(np.abs(weights) / largest)
        hover += f"<br>{weight} %{{customdata[2]:.4f}}"
    figure = go.Figure(
        go.Bar(
            y=labels,
            x=values,
            orientation="h",
            width=0.2 + 0.65 * relative,
            marker={
                "color": [sign_color(value) for value in values],
                "opacity": 1.0 if weight is None else 0.35 + 0.65 * relative,
            },
            customdata=[
                [safe(str(name)), safe(str(value)), own]
                for name, value, own in zip(top["name"], top["value"], weights, strict=True)
            ],
            hovertemplate=hover + "<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return small_numbers(finish(figure, height=110 + 26 * len(top), x=title, legend=False))
