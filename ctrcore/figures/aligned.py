"""The same fields by several models, and the same model's parts of two rows: what is aligned can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from ctrcore.explain.explanation import Explanation
from ctrcore.explain.sentences import LEAST, part_name, part_value
from ctrcore.figures.explanations import part_label
from ctrcore.figures.logits import SURE, standard_errors
from ctrcore.figures.style import NEUTRAL, SYMBOLS, finish, model_color, occurrences, safe, small_numbers
from ctrcore.language import say

A_COLOR, B_COLOR = "#848b98", "#c93f7e"


@dataclass(frozen=True)
class FieldParts:
    """One model's contributions by field: `label` names the run, `model` picks the colour.

    Attributes:
        parts: columns name, value, contribution and, where sampled, standard_error, as in `Explanation.parts`.
    """

    label: str
    model: str
    parts: pd.DataFrame


def field_order(models: Sequence[FieldParts]) -> list[str]:
    """Every part that a model has, the one with the largest contribution by any of them first."""
    largest: dict[str, float] = {}
    for one in models:
        for name, contribution in zip(one.parts["name"], one.parts["contribution"], strict=True):
            largest[str(name)] = max(largest.get(str(name), 0.0), abs(float(contribution)))
    return sorted(largest, key=lambda name: -largest[name])


def fields_by_model(models: Sequence[FieldParts], count: int = 20) -> go.Figure:
    """A line a field, a mark a model: right of zero the field speaks for a click, left against. Whiskers: 95 %."""
    order = field_order(models)[:count]
    values: dict[str, str] = {}
    for one in models:
        values |= {str(name): str(value) for name, value in zip(one.parts["name"], one.parts["value"], strict=True)}
    labels = {name: f"{part_label(name, values[name])}{chr(8203) * n}" for n, name in enumerate(order)}
    figure = go.Figure()
    hover = f"%{{customdata[0]}} = %{{customdata[1]}}<br>{say('contribution')} %{{x:+.4f}}<extra>"
    for one, nth in zip(models, occurrences([one.model for one in models]), strict=True):
        parts = one.parts[one.parts["name"].isin(order)]
        color, label = model_color(one.model), safe(one.label)
        errors = standard_errors(parts)
        figure.add_scatter(
            x=parts["contribution"].to_numpy(dtype=float),
            y=[labels[str(name)] for name in parts["name"]],
            mode="markers",
            name=label,
            marker={"color": color, "size": 11, "symbol": SYMBOLS[nth % len(SYMBOLS)]},
            error_x={"array": SURE * errors, "color": color, "thickness": 1.2, "width": 3} if errors.any() else None,
            customdata=[
                [safe(part_name(str(name))), safe(part_value(str(value)))]
                for name, value in zip(parts["name"], parts["value"], strict=True)
            ],
            hovertemplate=hover + label + "</extra>",
        )
    figure.add_vline(x=0, line={"color": NEUTRAL, "dash": "dot", "width": 1})
    figure.update_yaxes(
        categoryorder="array", categoryarray=[labels[name] for name in order], autorange="reversed", showgrid=True
    )
    return small_numbers(finish(figure, height=120 + 27 * len(order), x=say("contribution to logit")))


def differing_parts(a: Explanation, b: Explanation) -> pd.DataFrame:
    """The parts of two rows side by side: name, value and contribution of either, and `difference` (b minus a).

    Parts are matched by name, a behaviour by how far back it lies; a part that a row does not have counts as 0 there.
    The largest difference comes first; the differences sum to that of the logits, but for base and residual.
    """
    left, right = (_numbered(one.parts) for one in (a, b))
    both = left.merge(right, how="outer", left_index=True, right_index=True, suffixes=("_a", "_b"))
    table = pd.DataFrame(
        {
            "name": both["name_a"].fillna(both["name_b"]),
            "value_a": both["value_a"].fillna("–"),
            "value_b": both["value_b"].fillna("–"),
            "a": both["contribution_a"].fillna(0.0).astype(float),
            "b": both["contribution_b"].fillna(0.0).astype(float),
        }
    )
    table["difference"] = table["b"] - table["a"]
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def parts_that_moved(differences: pd.DataFrame, count: int) -> pd.DataFrame:
    """The parts that differ by as much as is written, at most `count` of them; columns of `differing_parts`."""
    return differences[differences["difference"].abs() >= LEAST].head(count)


def _numbered(parts: pd.DataFrame) -> pd.DataFrame:
    """The parts by name and, where a name occurs several times, by their number among those."""
    nth = parts.groupby("name", sort=False).cumcount()
    return parts[["name", "value", "contribution"]].set_index(pd.MultiIndex.from_arrays([parts["name"], nth]))


def two_rows(differences: pd.DataFrame, names: tuple[str, str], count: int = 15) -> go.Figure:
    """What a part adds in either row, joined by a line, the largest difference on top.

    Args:
        differences: of `differing_parts`.
        names: what the rows are called.
        count: parts shown.
    """
    top = differences.head(count)
    labels = [f"{part_label(str(name), '')}{chr(8203) * place}" for place, name in enumerate(top["name"])]
    figure = go.Figure()
    hover = f"%{{customdata[0]}} = %{{customdata[1]}}<br>{say('adds')} %{{x:+.4f}}<extra>"
    for label, a, b in zip(labels, top["a"], top["b"], strict=True):
        figure.add_scatter(
            x=[a, b], y=[label, label], mode="lines", line={"color": NEUTRAL, "width": 2}, hoverinfo="skip",
            showlegend=False,
        )  # fmt: skip
    for side, name, color, symbol in (("a", names[0], A_COLOR, "circle"), ("b", names[1], B_COLOR, "diamond")):
        figure.add_scatter(
            x=top[side],
            y=labels,
            mode="markers",
            name=safe(name),
            marker={"color": color, "size": 11, "symbol": symbol},
            customdata=[
                [safe(part_name(str(part))), safe(part_value(str(value)))]
                for part, value in zip(top["name"], top[f"value_{side}"], strict=True)
            ],
            hovertemplate=hover + safe(name) + "</extra>",
        )
    figure.add_vline(x=0, line={"color": NEUTRAL, "dash": "dot", "width": 1})
    figure.update_yaxes(categoryorder="array", categoryarray=labels, autorange="reversed")
    return small_numbers(finish(figure, height=120 + 27 * len(top), x=say("contribution to logit")))
