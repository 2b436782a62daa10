"""The playground's pictures as Vega-Lite: they change several times a second, and a specification as plain values takes
a hundredth of the time that altair takes to check it. Data stand apart from it, so that only they change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt
import pandas as pd

from ctrcore.data.tiny_shop import LEVELS
from ctrcore.figures.style import CLICK, NEGATIVE, NEUTRAL, NO_CLICK, OUTSIDE, POSITIVE
from ctrcore.language import mark, say

MEASURES = {
    "truth": mark("truth"),
    "attention": mark("attention"),
    "gate": mark("gate"),
    "contribution": mark("contribution"),
    "shapley": mark("Shapley value"),
}
LOOKS = {  # colour, shape, and a letter that looks like it; the truth is a bar
    "truth": (NEUTRAL, "square", "■"),
    "attention": (OUTSIDE, "triangle-up", "▲"),
    "gate": (OUTSIDE, "triangle-up", "▲"),
    "contribution": (POSITIVE, "circle", "●"),
    "shapley": (NO_CLICK, "diamond", "◆"),
}
HEIGHT = 220
Spec = dict[str, Any]


def logit_picture(true: npt.ArrayLike, learnt: npt.ArrayLike, clicks: npt.ArrayLike) -> Spec:
    """A dot a row: its true logit across, the learnt one up. On the diagonal both are the same."""
    rows = pd.DataFrame({"true": true, "learnt": learnt, "click": clicks})
    words = {0: say("not clicked"), 1: say("clicked")}
    rows["click"] = rows["click"].map(words)
    low, high = float(rows["true"].min()) - 0.5, float(rows["true"].max()) + 0.5
    scale = {"domain": [low, high], "nice": False, "clamp": True}
    dots = {
        "data": {"name": "rows"},
        "mark": {"type": "circle", "size": 26, "opacity": 0.55},
        "encoding": {
            "color": legend("click", list(words.values()), [NO_CLICK, CLICK]),
            "tooltip": [_tip("true", say("true logit"), ".2f"), _tip("learnt", say("learnt logit"), ".2f")],
        },
    }
    diagonal = {"data": {"name": "ends"}, "mark": {"type": "line", "color": NEUTRAL, "strokeDash": [4, 4]}}
    return {
        "datasets": {"rows": rows, "ends": pd.DataFrame({"true": [low, high], "learnt": [low, high]})},
        "height": HEIGHT,
        "encoding": {
            "x": {"field": "true", "type": "quantitative", "title": say("true logit"), "scale": scale},
            "y": {"field": "learnt", "type": "quantitative", "title": say("learnt logit"), "scale": scale},
        },
        "layer": [diagonal, dots],
    }


def shares_picture(table: pd.DataFrame, order: Sequence[str]) -> Spec:
    """The truth as grey bars, what the model says of itself as marks on the same lines.

    Args:
        table: line, measure, value, share, as in `ctrcore.learn.playground_shares`.
        order: the lines from top to bottom.
    """
    shown = [name for name in MEASURES if name in set(table["measure"])]
    words = [say(MEASURES[name]) for name in shown]
    table = table.assign(said=table["measure"].map(dict(zip(shown, words, strict=True)))).dropna(subset=["share"])
    encoding = {
        "y": {
            "field": "line",
            "type": "nominal",
            "sort": list(order),
            "title": None,
            "axis": {"labelLimit": 170, "labelOverlap": False, "labelFlush": False},
        },
        "x": {
            "field": "share",
            "type": "quantitative",
            "title": say("share of all lines"),
            "axis": {"format": ".0%", "tickCount": 5},
            "scale": {"domainMin": 0},
        },
        "tooltip": [
            _tip("line", say("line")),
            _tip("said", say("measure")),
            _tip("share", say("share"), ".1%"),
            _tip("value", say("mean size"), ".3f"),
        ],
    }
    looks = {
        channel: {"field": "said", "type": "nominal", "scale": {"domain": words, "range": values}, "legend": None}
        for channel, values in (
            ("color", [LOOKS[name][0] for name in shown]),
            ("shape", [LOOKS[name][1] for name in shown]),
        )
    }
    return {
        "datasets": {"bars": table[table["measure"] == "truth"], "marks": table[table["measure"] != "truth"]},
        "height": 95 + 19 * len(order),
        "encoding": encoding,
        "layer": [
            {"data": {"name": "bars"}, "mark": {"type": "bar", "color": NEUTRAL, "opacity": 0.35, "size": 14}},
            {
                "data": {"name": "marks"},
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 0.9},
                "encoding": looks,
            },
        ],
    }


def shares_legend(table: pd.DataFrame) -> str:
    """What the marks of `shares_picture` mean, as HTML; inside of it a legend would take the room of the bars."""
    shown = [name for name in MEASURES if name in set(table["measure"])]
    marks = (
        f"<span style='white-space:nowrap'><span style='color:{LOOKS[name][0]}'>{LOOKS[name][2]}</span> "
        f"{say(MEASURES[name])}</span>"
        for name in shown
    )
    return f"<div style='display:flex;flex-wrap:wrap;gap:0 1rem;font-size:0.85rem'>{''.join(marks)}</div>"


def behaviours_picture(table: pd.DataFrame, measure: str) -> Spec:
    """One number for each category at hand and category of a past behaviour; blue raises, orange lowers.

    Args:
        table: candidate, behaviour, measure, value.
        measure: 'truth', 'contribution' or 'attention'.
    """
    part = table[table["measure"] == measure]
    most = max(float(part["value"].abs().max()), 1e-6)
    scale = {"domain": [-most, 0, most], "range": [NEGATIVE, "#ffffff00", POSITIVE]}
    order = list(LEVELS["category"])
    behaviour = {
        "field": "behaviour",
        "type": "nominal",
        "sort": order,
        "axis": {"labelAngle": -35, "labelOverlap": False},
    }
    return {
        "datasets": {"cells": part},
        "data": {"name": "cells"},
        "height": 180,
        "encoding": {
            "x": behaviour | {"title": say("past behaviour")},
            "y": {"field": "candidate", "type": "nominal", "sort": order, "title": say("item at hand")},
        },
        "layer": [
            {
                "mark": "rect",
                "encoding": {
                    "color": {"field": "value", "type": "quantitative", "scale": scale, "legend": None},
                    "tooltip": [
                        _tip("candidate", say("item at hand")),
                        _tip("behaviour", say("past behaviour")),
                        _tip("value", say(MEASURES[measure]), "+.3f"),
                    ],
                },
            },
            {
                "mark": {"type": "text", "fontSize": 12, "fontWeight": 600},
                "encoding": {
                    "text": {"field": "value", "type": "quantitative", "format": ".1f"},
                    "color": {
                        "condition": {"test": f"abs(datum.value) > {most / 2}", "value": "white"},
                        "value": NEUTRAL,
                    },
                },
            },
        ],
    }


def legend(name: str, domain: Sequence[str], colors: Sequence[str]) -> Spec:
    """The colours of a column's values, with a legend on top."""
    return {
        "field": name,
        "type": "nominal",
        "scale": {"domain": list(domain), "range": list(colors)},
        "legend": {"title": None, "orient": "top"},
    }


def _tip(name: str, title: str, form: str = "") -> Spec:
    kind = {"type": "quantitative", "format": form} if form else {"type": "nominal"}
    return {"field": name, "title": title, **kind}
