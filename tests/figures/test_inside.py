"""Gates, histories and explanations: what is drawn is what was handed in, in the order promised."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.explain.explanation import Explanation
from ctrcore.figures.explanations import percent, signed_bars, waterfall
from ctrcore.figures.gates import dead_fields, gates_picture, row_gates
from ctrcore.figures.histories import behaviour_labels, history_cards, recency_bars
from ctrcore.figures.profiles import class_balance, score_histogram, value_rates
from ctrcore.figures.style import MODEL_COLORS, NEGATIVE, NEUTRAL, POSITIVE

GATES: dict[str, list[Any]] = {
    "fields": ["user", "item", "hour"],
    "gate_mean": [1.0, 0.0, 1.2],
    "gate_quantiles": [[0.8, 0.9, 1.0, 1.1, 1.2], [0.0] * 5, [1.0, 1.1, 1.2, 1.3, 1.4]],
    "dead_share": [0.0, 1.0, 0.1],
    "ablation": [0.2, 0.0, 0.1],
    "permutation_auc_drop": [0.01, None, 0.05],
    "permutation_std": [0.001, None, 0.002],
}


def parts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": "pair",
            "name": ["a × b", "a × c", "b × c", "a × d"],
            "value": ["1 × 2", "1 × 3", "2 × 3", "1 × 3"],
            "contribution": [0.1, -0.8, 0.3, 0.05],
            "weight": [0.5, 0.1, 0.3, 0.1],
        }
    )


def test_gates_are_aligned_and_ordered_by_permutation_unless_told_otherwise() -> None:
    figure = gates_picture(GATES)
    order = ["hour", "user", "item"]
    assert {tuple(axis.categoryarray) for axis in (figure.layout.yaxis, figure.layout.yaxis2)} == {tuple(order)}
    ablation, drop = (trace for trace in figure.data if trace.type == "bar")
    assert list(ablation.y) == list(drop.y) == order
    assert list(ablation.x) == [0.1, 0.2, 0.0]
    assert list(gates_picture(GATES, ["item", "user", "hour"]).layout.yaxis.categoryarray) == ["item", "user", "hour"]


def test_boxes_show_the_quantiles_of_their_field() -> None:
    boxes = {
        name: (box.lowerfence[at], box.q1[at], box.median[at], box.q3[at], box.upperfence[at])
        for box in gates_picture(GATES).data
        if box.type == "box"
        for at, name in enumerate(box.y)
    }
    assert boxes == {name: tuple(q) for name, q in zip(GATES["fields"], GATES["gate_quantiles"], strict=True)}


def test_a_dead_gate_is_grey() -> None:
    assert dead_fields(GATES) == ["item"]
    assert dead_fields(GATES, share=0.05) == ["item", "hour"]
    figure = gates_picture(GATES)
    assert list(figure.data[-1].marker.color) == [MODEL_COLORS["fibinet"], MODEL_COLORS["fibinet"], NEUTRAL]
    assert {box.marker.color: tuple(box.y) for box in figure.data if box.type == "box"} == {
        MODEL_COLORS["fibinet"]: ("hour", "user"),
        NEUTRAL: ("item",),
    }


def test_row_gates_show_the_deviation_from_the_mean() -> None:
    bar = row_gates(["a", "b"], [1.5, 0.5], [1.0, 0.7]).data[0]
    np.testing.assert_allclose(np.asarray(bar.x, dtype=float), [0.5, -0.2])
    assert list(bar.marker.color) == [POSITIVE, NEGATIVE]


def history() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "back": [3, 2, 1],
            "item": ["i1", "i2", "i3"],
            "category": ["shoes", "books", "shoes"],
            "attention": [0.5, -0.1, 0.2],
            "contribution": [0.3, -0.2, 0.0],
            "leave_one_out": [0.25, -0.3, 0.01],
        }
    )


def test_behaviours_are_named_by_how_far_back_they_lie() -> None:
    assert behaviour_labels(history()) == ["3 back · i1 · shoes", "2 back · i2 · books", "1 back · i3 · shoes"]
    assert behaviour_labels(history().iloc[:0]) == []


def test_history_length_is_attention_and_colour_the_signed_contribution() -> None:
    attention, contribution, removal = history_cards(history()).data
    assert list(attention.x) == [0.5, -0.1, 0.2]
    assert list(attention.marker.color) == list(contribution.x) == [0.3, -0.2, 0.0]
    assert (attention.marker.cmin, attention.marker.cmax) == (-0.3, 0.3)
    assert list(removal.x) == [0.25, -0.3, 0.01]
    assert list(attention.y) == list(removal.y) == behaviour_labels(history())


def test_recency_bars_take_the_records() -> None:
    records = [
        {"back": 1, "attention": 0.5, "contribution": 0.1, "behaviours": 10},
        {"back": 2, "attention": 0.4, "contribution": -0.2, "behaviours": 9},
    ]
    bar = recency_bars(records).data[0]
    assert (list(bar.x), list(bar.y)) == ([1, 2], [0.5, 0.4])


def test_a_waterfall_ends_at_the_logit_and_hides_nothing() -> None:
    explanation = Explanation(-1.0, parts(), -1.0 + parts()["contribution"].sum() + 0.2, "test", exact=False)
    trace = waterfall(explanation, count=2).data[0]
    labels = [label.replace(chr(8203), "") for label in trace.y]
    assert labels[0].startswith("start")
    assert labels[1].startswith("a × c")
    assert labels[3:] == ["2 smaller parts", "not explained", "logit"]
    steps = [x for x, measure in zip(trace.x, trace.measure, strict=True) if measure != "total"]
    assert sum(steps) == pytest.approx(explanation.logit)


def test_an_exact_waterfall_has_no_unexplained_step() -> None:
    explanation = Explanation(-1.0, parts(), -1.0 + parts()["contribution"].sum(), "test", exact=True)
    labels = [label.replace(chr(8203), "") for label in waterfall(explanation).data[0].y]
    assert "not explained" not in labels
    assert len(labels) == len(set(waterfall(explanation).data[0].y))


def test_signed_bars_are_ordered_by_size_and_thicker_with_attention() -> None:
    bar = signed_bars(parts(), count=3).data[0]
    assert list(bar.x) == [-0.8, 0.3, 0.1]
    assert list(bar.marker.color) == [NEGATIVE, POSITIVE, POSITIVE]
    assert bar.width[2] > bar.width[1] > bar.width[0]


def test_signed_bars_without_weights_are_all_alike() -> None:
    bar = signed_bars(parts().assign(weight=float("nan")), weight=None).data[0]
    assert len(set(bar.width)) == 1
    assert len(set(bar.y)) == 4


def test_text_of_the_user_cannot_become_a_link() -> None:
    evil = '<a href="https://x">y</a> %{x}'
    hostile = parts().assign(name=evil, value=evil)
    for figure in (signed_bars(hostile), waterfall(Explanation(0.0, hostile, 1.0, "test", exact=False))):
        text = figure.to_json()
        assert "<a" not in text
        assert "\\u003ca" not in text
    assert "<a" not in history_cards(history().assign(item=evil)).to_json()


def test_percent_is_the_sigmoid() -> None:
    assert percent(0.0) == 50
    assert percent(2.0) == pytest.approx(100 * np.exp(2) / (1 + np.exp(2)))


def test_profile_figures_carry_their_counts() -> None:
    click, other = class_balance(20, 100).data
    assert (click.x[0], other.x[0]) == (20, 80)
    others, clicks = score_histogram([0.1, 0.9], [0.7, 0.3], [0, 0.5, 1]).data
    assert (list(clicks.x), list(clicks.width), list(clicks.y)) == ([0.25, 0.75], [0.5, 0.5], [0.1, 0.9])
    assert (others.name, list(others.y)) == ("no click", [0.7, 0.3])
    counts, rates = value_rates(["a", "b"], [10, 5], [0.2, 0.4], 0.25).data
    assert (list(counts.x), list(rates.x)) == ([10, 5], [0.2, 0.4])
