"""The playground's curves over epochs as Vega-Lite: of the model that learns, and pale those of models before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ctrcore.figures.style import MARK, MODEL_TITLES, NEUTRAL, model_color
from ctrcore.language import say
from ctrcore.learn.playground_figures import HEIGHT, Spec, legend

PALE = 0.4


@dataclass(frozen=True)
class Level:
    """A line across a picture.

    Attributes:
        value: where it lies.
        name: what it is called.
        dash: how it is drawn, as in Vega-Lite.
        side: whether its name stands above (-1) or below (1).
        chance: how far chance may take a curve from it, as a pale band; 0 for none.
    """

    value: float
    name: str
    dash: tuple[int, int]
    side: int
    chance: float = 0.0


def auc_levels(best: float, best_chance: float, additive: float | None, additive_chance: float) -> list[Level]:
    """The AUC of the true logit, dashed, and that of the best sum of single values, dotted; None for not."""
    levels = [Level(best, say("best reachable ≈ {auc:.3f}", auc=best), (6, 3), -1, best_chance)]
    if additive is not None:
        name = say("best plain sum ≈ {auc:.3f}", auc=additive)
        levels.append(Level(additive, name, (1, 3), 1, additive_chance))
    return levels


def auc_curve(
    points: pd.DataFrame, model: str, levels: Sequence[Level], before: Mapping[str, pd.DataFrame] | None = None
) -> Spec:
    """Validation AUC over epochs, with lines across.

    Args:
        points: columns epoch and valid_auc.
        model: picks the colour.
        levels: the lines.
        before: the curves of other models, drawn pale with their names.
    """
    before = before or {}
    y = {"y": _y("valid_auc", say("AUC"))}
    look = {"type": "line", "color": model_color(model), "strokeWidth": 2.5}
    last = max(float(part["epoch"].max()) for part in (points, *before.values()))
    picture = _over_epochs(points, {"mark": look, "encoding": y}, levels, last)
    for name, part in before.items():
        _add_pale(picture, name, part, y)
    return picture


def _add_pale(picture: Spec, model: str, points: pd.DataFrame, y: Spec) -> None:
    """The curve of another model below the others, and its name at its end."""
    x = picture["layer"][-1]["encoding"]["x"]
    look = {"type": "line", "color": model_color(model), "strokeWidth": 2, "opacity": PALE}
    text = {"type": "text", "align": "right", "dy": 10, "color": model_color(model), "fontSize": 12}
    end = points.tail(1).assign(name=MODEL_TITLES[model])
    for data, layer in (
        (points, {"mark": look, "encoding": y | {"x": x}}),
        (end, {"mark": text, "encoding": y | {"x": x, "text": {"field": "name", "type": "nominal"}}}),
    ):
        key = f"before{len(picture['datasets'])}"
        picture["datasets"][key] = data
        picture["layer"].insert(0, {"data": {"name": key}, **layer})


def loss_curve(points: pd.DataFrame, best: float) -> Spec:
    """Training and validation loss over epochs, with that of the true logit; columns epoch, train_loss, valid_loss."""
    names = {"train_loss": say("training rows"), "valid_loss": say("validation rows")}
    long = points.rename(columns=names).melt("epoch", list(names.values()), var_name="rows", value_name="loss").dropna()
    lines = {
        "mark": {"type": "line", "strokeWidth": 2.2},
        "encoding": {"y": _y("loss", say("log-loss")), "color": legend("rows", list(names.values()), [NEUTRAL, MARK])},
    }
    level = Level(best, say("true logit {loss:.3f}", loss=best), (6, 3), 1)
    return _over_epochs(long, lines, [level], float(points["epoch"].max()))


def _over_epochs(points: pd.DataFrame, lines: Spec, levels: Sequence[Level], last: float) -> Spec:
    """Lines over epochs up to the `last`, and levels across; the lines come last, above the rest."""
    scale = {"domain": [0, max(1.0, last)], "nice": False}
    epoch = {"field": "epoch", "type": "quantitative", "title": say("epoch"), "scale": scale}
    layers: list[Spec] = []
    datasets = {"points": points}
    for number, level in enumerate(levels):
        data, y = {"name": f"level{number}"}, {"field": "value", "type": "quantitative"}
        band = {"type": "rect", "color": NEUTRAL, "opacity": 0.13}
        rule = {"type": "rule", "strokeDash": list(level.dash), "strokeWidth": 1.6, "color": NEUTRAL}
        text = {"type": "text", "align": "right", "dx": -4, "dy": level.side * 9, "color": NEUTRAL, "fontSize": 11}
        if level.chance:
            both = {"y": y | {"field": "low"}, "y2": {"field": "high"}}
            layers.append({"data": data, "mark": band, "encoding": both})
        layers.append({"data": data, "mark": rule, "encoding": {"y": y}})
        words = {"y": y, "x": {"value": "width"}, "text": {"field": "name", "type": "nominal"}}
        layers.append({"data": data, "mark": text, "encoding": words})
        ends = {"low": [level.value - level.chance], "high": [level.value + level.chance]}
        datasets[data["name"]] = pd.DataFrame({"value": [level.value], "name": [level.name], **ends})
    layers.append({"data": {"name": "points"}, **lines, "encoding": lines["encoding"] | {"x": epoch}})
    return {"datasets": datasets, "height": HEIGHT, "layer": layers}


def _y(name: str, title: str) -> Spec:
    return {"field": name, "type": "quantitative", "title": title, "scale": {"zero": False}}
