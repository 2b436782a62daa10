"""The playground's pictures. Altair, as they change while one looks; plain values in, without torch."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy.typing as npt
import pandas as pd

from ctrcore.data.tiny_shop import LEVELS
from ctrcore.figures.style import CLICK, MARK, NEGATIVE, NEUTRAL, NO_CLICK, OUTSIDE, POSITIVE, model_color
from ctrcore.language import mark, say

MEASURES = {
    "truth": mark("truth"),
    "attention": mark("attention"),
    "gate": mark("gate"),
    "contribution": mark("contribution"),
    "shapley": mark("Shapley value"),
}
LOOKS = {
    "attention": (OUTSIDE, "triangle-up"),
    "gate": (OUTSIDE, "triangle-up"),
    "contribution": (POSITIVE, "circle"),
    "shapley": (NO_CLICK, "diamond"),
}
Picture = alt.LayerChart | alt.FacetChart
HEIGHT = 250


def auc_curve(points: pd.DataFrame, model: str, best: float, additive: float | None) -> Picture:
    """Validation AUC over epochs, with the best reachable one as a line.

    Args:
        points: columns epoch and valid_auc.
        model: picks the colour.
        best: AUC of the true logit. additive: that of the best sum of single values, drawn dotted; None for not.
    """
    lines = [alt.Chart(points).mark_line(color=model_color(model), strokeWidth=2.5).encode(**_over("valid_auc", "AUC"))]
    ends = pd.DataFrame({"epoch": [points["epoch"].max()], "valid_auc": [points["valid_auc"].iloc[-1]]})
    lines.append(
        alt.Chart(ends).mark_point(color=model_color(model), filled=True, size=60).encode(**_over("valid_auc", "AUC"))
    )
    lines += _level(best, say("best reachable"), [6, 3])
    if additive is not None:
        lines += _level(additive, say("best sum of single values"), [1, 3])
    return alt.layer(*lines).properties(height=HEIGHT)


def loss_curve(points: pd.DataFrame, best: float) -> Picture:
    """Training and validation loss over epochs, with that of the true logit; columns epoch, train_loss, valid_loss."""
    names = {"train_loss": say("training rows"), "valid_loss": say("validation rows")}
    long = points.rename(columns=names).melt("epoch", list(names.values()), var_name="rows", value_name="loss").dropna()
    color = alt.Color(
        "rows:N",
        scale=alt.Scale(domain=list(names.values()), range=[NEUTRAL, MARK]),
        legend=alt.Legend(title=None, orient="top"),
    )
    line = alt.Chart(long).mark_line(strokeWidth=2.2).encode(**_over("loss", say("log-loss")), color=color)
    return alt.layer(line, *_level(best, say("true logit"), [6, 3])).properties(height=HEIGHT)


def logit_picture(true: npt.ArrayLike, learnt: npt.ArrayLike, clicks: npt.ArrayLike) -> Picture:
    """A dot a row: its true logit across, the learnt one up. On the diagonal both are the same."""
    words = {0: say("not clicked"), 1: say("clicked")}
    rows = pd.DataFrame({"true": true, "learnt": learnt, "click": clicks})
    rows["click"] = rows["click"].map(words)
    ends = [float(rows["true"].min()) - 0.3, float(rows["true"].max()) + 0.3]
    scale = alt.Scale(domain=ends, nice=False)
    x = alt.X("true:Q", title=say("true logit"), scale=scale)
    y = alt.Y("learnt:Q", title=say("learnt logit"), scale=alt.Scale(domain=[ends[0] - 0.5, ends[1] + 0.5], clamp=True))
    dots = (
        alt.Chart(rows)
        .mark_circle(size=26, opacity=0.55)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "click:N",
                scale=alt.Scale(domain=list(words.values()), range=[NO_CLICK, CLICK]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=[
                alt.Tooltip("true:Q", title=say("true logit"), format=".2f"),
                alt.Tooltip("learnt:Q", title=say("learnt logit"), format=".2f"),
                alt.Tooltip("click:N", title=say("row")),
            ],
        )
    )
    diagonal = alt.Chart(pd.DataFrame({"true": ends, "learnt": ends})).mark_line(color=NEUTRAL, strokeDash=[4, 4])
    return alt.layer(diagonal.encode(x=x, y=y), dots).properties(height=HEIGHT)


def shares_picture(table: pd.DataFrame, order: Sequence[str]) -> Picture:
    """The truth as grey bars, what the model says of itself as marks on the same lines.

    Args:
        table: line, measure, value, share, as in `ctrcore.learn.playground_shares`.
        order: the lines from top to bottom.
    """
    table = table.assign(said=[say(MEASURES[name]) for name in table["measure"]]).dropna(subset=["share"])
    shown = [name for name in MEASURES if name in set(table["measure"])]
    marks = [name for name in shown if name != "truth"]
    y = alt.Y("line:N", sort=list(order), title=None, axis=alt.Axis(labelLimit=220))
    x = alt.X("share:Q", title=say("share of all lines"), axis=alt.Axis(format=".0%"), scale=alt.Scale(domainMin=0))
    tooltip = [
        alt.Tooltip("line:N", title=say("line")),
        alt.Tooltip("said:N", title=say("measure")),
        alt.Tooltip("share:Q", title=say("share"), format=".1%"),
        alt.Tooltip("value:Q", title=say("mean size"), format=".3f"),
    ]
    domain = [say(MEASURES[name]) for name in shown]
    colors = [NEUTRAL if name == "truth" else LOOKS[name][0] for name in shown]
    shapes = ["square" if name == "truth" else LOOKS[name][1] for name in shown]
    color = alt.Color(
        "said:N", scale=alt.Scale(domain=domain, range=colors), legend=alt.Legend(title=None, orient="top")
    )
    shape = alt.Shape(
        "said:N", scale=alt.Scale(domain=domain, range=shapes), legend=alt.Legend(title=None, orient="top")
    )
    bars = alt.Chart(table[table["measure"] == "truth"]).mark_bar(color=NEUTRAL, opacity=0.35, size=17)
    dots = alt.Chart(table[table["measure"].isin(marks)]).mark_point(filled=True, size=90, opacity=0.9)
    # the bar has no entry in the legend of shapes; an empty mark with its colour gives it one
    return alt.layer(
        bars.encode(x=x, y=y, tooltip=tooltip), dots.encode(x=x, y=y, color=color, shape=shape, tooltip=tooltip)
    ).properties(height=60 + 26 * len(order))


def behaviours_picture(table: pd.DataFrame, measure: str) -> Picture:
    """One number for each category at hand and category of a past behaviour; blue raises, orange lowers.

    Args:
        table: candidate, behaviour, measure, value.
        measure: 'truth', 'contribution' or 'attention'.
    """
    part = table[table["measure"] == measure]
    most = max(float(part["value"].abs().max()), 1e-6)
    scale = alt.Scale(domain=[-most, 0, most], range=[NEGATIVE, "#ffffff00", POSITIVE])
    x = alt.X("behaviour:N", sort=list(LEVELS["category"]), title=say("past behaviour"), axis=alt.Axis(labelAngle=0))
    y = alt.Y("candidate:N", sort=list(LEVELS["category"]), title=say("item at hand"))
    cells = (
        alt.Chart(part)
        .mark_rect()
        .encode(
            x=x,
            y=y,
            color=alt.Color("value:Q", scale=scale, legend=None),
            tooltip=[
                alt.Tooltip("candidate:N", title=say("item at hand")),
                alt.Tooltip("behaviour:N", title=say("past behaviour")),
                alt.Tooltip("value:Q", title=say(MEASURES[measure]), format="+.3f"),
            ],
        )
    )
    numbers = (
        alt.Chart(part).mark_text(color=NEUTRAL, fontSize=12).encode(x=x, y=y, text=alt.Text("value:Q", format="+.2f"))
    )
    return alt.layer(cells, numbers).properties(height=200)


def _over(name: str, title: str) -> dict[str, alt.X | alt.Y]:
    return {
        "x": alt.X("epoch:Q", title=say("epoch"), scale=alt.Scale(domainMin=0, nice=False)),
        "y": alt.Y(f"{name}:Q", title=title, scale=alt.Scale(zero=False)),
    }


def _level(value: float, name: str, dash: list[int]) -> list[alt.Chart]:
    """A line across with its name above it."""
    at = pd.DataFrame({"value": [value], "name": [f"{name} {value:.3f}"]})
    rule = alt.Chart(at).mark_rule(strokeDash=dash, strokeWidth=1.6, color=NEUTRAL).encode(y="value:Q")
    text = alt.Chart(at).mark_text(align="left", dx=6, dy=-7, color=NEUTRAL, fontSize=12)
    return [rule, text.encode(y="value:Q", x=alt.value(0), text="name:N")]
