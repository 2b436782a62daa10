"""One recommended item: what it has for everybody and what for this user, and what puts it above another one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ctrcore.explain.sentences import part_name, part_value, percent_of, signed
from ctrcore.figures.style import NEUTRAL, finish, safe, shorten, sign_color, small_numbers
from ctrcore.language import say, say_count

SHOWN = 10


def appeal_and_fit(appeal: float, fit: float) -> go.Figure:
    """Two bars that add up to the score: the item for other users, then what this user adds.

    Args:
        appeal: mean logit of the item over other users.
        fit: the logit for this user minus that.
    """
    return score_steps([(say("mean with other users"), appeal), (say("what this user adds"), fit)])


def score_steps(steps: Sequence[tuple[str, float]]) -> go.Figure:
    """Bars, one after the other, that add up to the score; the sum also says the probability.

    Args:
        steps: a name and a part of the logit each.
    """
    score = sum(value for _, value in steps)
    ends = np.cumsum([value for _, value in steps])
    texts = [signed(value) for _, value in steps]
    bars = [
        *((name, value, "relative", text) for (name, value), text in zip(steps, texts, strict=True)),
        (say("score"), score, "total", f"{signed(score)} ({percent_of(score)})"),
    ]
    figure = go.Figure(
        go.Waterfall(
            y=[name for name, *_ in bars],
            x=[value for _, value, _, _ in bars],
            measure=[measure for _, _, measure, _ in bars],
            orientation="h",
            text=[text for *_, text in bars],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
            increasing={"marker": {"color": sign_color(1)}},
            decreasing={"marker": {"color": sign_color(-1)}},
            totals={"marker": {"color": NEUTRAL}},
            connector={"line": {"color": NEUTRAL, "width": 1}},
        )
    )
    low, high = min(0.0, *ends), max(0.0, *ends)
    pad = 0.6 * (high - low or 1.0)  # for the text beside a bar
    figure.update_xaxes(range=[low - (pad if low < 0 else 0.02 * pad), high + pad])
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return small_numbers(finish(figure, height=94 + 32 * len(bars), x=say("logit"), legend=False))


def difference_bars(parts: pd.DataFrame, total: float, above: str, below: str, count: int = SHOWN) -> go.Figure:
    """What puts one item above another, part by part; the last bar is their sum.

    Args:
        parts: columns name, value_a and value_b (of the one and of the other item) and difference (what the part adds
            to the logit of the one minus what it adds to the other).
        total: the whole difference.
        above: name of the one item. below: of the other.
        count: parts shown; the smaller ones are one bar.
    """
    order = parts["difference"].abs().sort_values(ascending=False, kind="stable").index
    top, rest = parts.loc[order[:count]], parts.loc[order[count:]]
    bars = [
        (_label(part_name(name), a, b), value, _hover(part_name(name), a, b))
        for name, a, b, value in zip(
            *(top[column].map(str) for column in ("name", "value_a", "value_b")),
            top["difference"].map(float),
            strict=True,
        )
    ]
    if len(rest):
        smaller = say_count("{count} smaller part", "{count} smaller parts", len(rest))
        bars.append((smaller, float(rest["difference"].sum()), say("all other parts together")))
    missing = total - float(parts["difference"].sum())
    if abs(missing) > 1e-4 * max(1.0, abs(total)):
        bars.append((say("not explained"), missing, say("the difference minus all parts")))
    bars.append((say("difference"), total, say("the sum of the bars above")))
    values = [value for _, value, _ in bars]
    figure = go.Figure(
        go.Bar(
            y=[f"{label}{chr(8203) * at}" for at, (label, *_) in enumerate(bars)],
            x=values,
            orientation="h",
            marker={"color": [*(sign_color(value) for value in values[:-1]), NEUTRAL]},
            text=[signed(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            customdata=[hover for *_, hover in bars],
            hovertemplate="%{customdata}<br>%{x:+.4f}<extra></extra>",
        )
    )
    low, high = min(0.0, *values), max(0.0, *values)
    pad = 0.18 * (high - low or 1.0)
    figure.update_xaxes(range=[low - pad, high + pad])
    figure.update_yaxes(autorange="reversed", showgrid=False)
    title = say(
        "◀ speaks for {below}     logit     speaks for {above} ▶", below=shorten(below, 24), above=shorten(above, 24)
    )
    return small_numbers(finish(figure, height=110 + 28 * len(bars), x=title, legend=False))


def _hover(name: str, a: str, b: str) -> str:
    lines = [safe(name), safe(part_value(a))]
    return "<br>".join(lines if a == b else [*lines, say("against {value}", value=safe(part_value(b)))])


def _label(name: str, a: str, b: str) -> str:
    """A part on an axis: of a pair the fields, as its values would not fit; of a field the values, too."""
    a, b = part_value(a), part_value(b)
    if " × " in name or not a:
        return shorten(name, 44)
    return shorten(f"{name}: {a}" if a == b else f"{name}: {shorten(a, 14)} | {shorten(b, 14)}", 44)
