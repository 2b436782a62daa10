"""Pictures of explanations: the percent axis, scores on one axis, fields by models, two rows; nothing hidden."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from ctrcore.explain.explanation import COLUMNS, Explanation
from ctrcore.explain.sentences import percent_of, signed
from ctrcore.figures.aligned import FieldParts, differing_parts, field_order, fields_by_model, two_rows
from ctrcore.figures.explanations import part_label, waterfall
from ctrcore.figures.logits import APART, Score, percent_ticks, scores_picture
from ctrcore.figures.style import MODEL_COLORS

EVIL = '<a href="https://x">y</a> %{x}'


def made(numbers: dict[str, float], base: float = -1.0, values: str = "v", errors: float = np.nan) -> Explanation:
    table = pd.DataFrame([("field", k, values, v, np.nan, errors) for k, v in numbers.items()], columns=list(COLUMNS))
    return Explanation(base, table, base + sum(numbers.values()), "test", exact=True)


@pytest.mark.parametrize(("low", "high"), [(-5, 5), (-0.2, 0.3), (-12, -6), (2, 2.4), (-8, 9)])
def test_percent_ticks_lie_within_and_apart(low: float, high: float) -> None:
    ticks = percent_ticks(low, high)
    places = [np.log(t / (100 - t)) for t in ticks]
    assert all(low <= place <= high for place in places)
    assert all(b - a >= APART * (high - low) - 1e-9 for a, b in pairwise(places))
    assert len(ticks) <= 8


def test_the_percent_axis_says_the_probability_of_the_logit_below() -> None:
    axis = waterfall(made({"a": 2.0})).layout.xaxis2
    for place, text in zip(axis.tickvals, axis.ticktext, strict=True):
        assert float(text.removesuffix(" %")) == pytest.approx(100 / (1 + np.exp(-place)))
    assert (axis.overlaying, axis.side, axis.matches) == ("x", "top", "x")
    assert "50 %" in axis.ticktext


def test_every_model_has_its_score_its_colour_and_what_is_usual() -> None:
    scores = [Score("FM 1", "fm", 1.5, spread=(-2, -1, 0)), Score("DIN", "din", -0.5, before=0.7)]
    figure = scores_picture(scores)
    marks = [trace for trace in figure.data if trace.mode == "markers+text"]
    assert [(list(trace.x), trace.marker.color) for trace in marks] == [
        ([1.5], MODEL_COLORS["fm"]),
        ([-0.5], MODEL_COLORS["din"]),
    ]
    assert [trace.text[0] for trace in marks] == [f"{signed(s.logit)} · {percent_of(s.logit)}" for s in scores]
    arrow = next(trace for trace in figure.data if trace.mode == "lines+markers")
    assert list(arrow.x) == [0.7, -0.5]
    low, high = figure.layout.xaxis.range
    assert low < -2
    assert high > 1.5


def test_whiskers_stand_where_the_part_ends_and_only_if_sampled() -> None:
    found = waterfall(made({"a": 2.0, "b": -0.5}, errors=0.1))
    whiskers = next(trace for trace in found.data if trace.type == "scatter" and trace.error_x.array is not None)
    assert list(whiskers.x) == [pytest.approx(1.0), pytest.approx(0.5)]
    assert list(whiskers.error_x.array) == [pytest.approx(0.196)] * 2
    assert all(trace.error_x.array is None for trace in waterfall(made({"a": 2.0})).data if trace.type == "scatter")


def test_fields_are_aligned_however_each_model_orders_them() -> None:
    models = [
        FieldParts("FM", "fm", made({"a": 0.1, "b": -2.0, "c": 0.5}).parts),
        FieldParts("DIN", "din", made({"c": 3.0, "a": -0.2, "b": 0.0}, errors=0.05).parts),
    ]
    assert field_order(models) == ["c", "b", "a"]
    first, second = fields_by_model(models).data
    at = {label.split(" = ")[0]: x for label, x in zip(second.y, second.x, strict=True)}
    assert at == {"c": 3.0, "a": -0.2, "b": 0.0}
    assert set(first.y) == set(second.y)
    assert first.error_x.array is None
    assert list(second.error_x.array) == [pytest.approx(1.96 * 0.05)] * 3


def test_differences_of_two_rows_sum_to_that_of_their_logits() -> None:
    a, b = made({"x": 1.0, "y": -0.5, "old": 0.3}), made({"x": 0.2, "y": -0.4, "new": 0.9}, values="w")
    table = differing_parts(a, b)
    assert table["difference"].sum() == pytest.approx(b.logit - a.logit)
    assert list(table["name"]) == ["new", "x", "old", "y"]
    new = table.iloc[0]
    assert (new["a"], new["b"], new["value_a"], new["value_b"]) == (0.0, 0.9, "–", "w")


def test_parts_of_one_name_are_matched_one_by_one() -> None:
    twice = pd.DataFrame([("group", "g", "v", x, np.nan, np.nan) for x in (0.5, 0.1)], columns=list(COLUMNS))
    a, b = Explanation(0, twice, 0.6, "t", exact=True), Explanation(0, twice.iloc[:1], 0.5, "t", exact=True)
    table = differing_parts(a, b)
    assert len(table) == 2
    assert table["difference"].sum() == pytest.approx(-0.1)


def test_two_rows_of_one_part_are_joined_by_a_line() -> None:
    figure = two_rows(differing_parts(made({"x": 1.0, "y": 0.5}), made({"x": -1.0, "y": 0.4})), ("A", "B"), count=1)
    line, left, right = figure.data
    assert list(line.x) == [1.0, -1.0]
    assert (list(left.x), list(right.x)) == ([1.0], [-1.0])
    assert [left.name, right.name] == ["A", "B"]


def test_labels_are_short_and_keep_the_count() -> None:
    assert part_label("item_id + category + brand", "12") == "item_id + 2 = 12"
    assert part_label("history_category: shoes", "3 behaviours") == "shoes · 3 clicks"
    assert part_label("history_item: i1", "1 behaviour") == "i1 · 1 click"
    assert part_label("history: " + "x" * 90, "30 behaviours").endswith("… · 30 clicks")
    assert len(part_label("f", "x" * 90)) <= 34


def test_text_of_the_user_cannot_become_a_link() -> None:
    hostile = made({EVIL: 1.0}, values=EVIL)
    figures = [
        scores_picture([Score(EVIL, "fm", 0.0, before=1.0, spread=(0, 0, 0))]),
        fields_by_model([FieldParts(EVIL, "fm", hostile.parts)]),
        two_rows(differing_parts(hostile, hostile), (EVIL, EVIL)),
        waterfall(hostile),
    ]
    for figure in figures:
        text = figure.to_json()
        assert "<a" not in text
        assert "\\u003ca" not in text
