"""The figures of pairs and of grouped behaviours draw the numbers they are given."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ctrcore.figures import captions
from ctrcore.figures.explanations import signed_bars
from ctrcore.figures.gates import gates_picture
from ctrcore.figures.histories import attention_cloud, group_bars
from ctrcore.figures.inside_captions import attention_against_contribution as words_of_scatter
from ctrcore.figures.inside_captions import value_pairs as words_of_values
from ctrcore.figures.pairs import attention_against_contribution, pair_spread, value_pairs, with_removal
from ctrcore.figures.style import MARK, sign_color
from tests.figures.test_inside import GATES

PAIRS = pd.DataFrame(
    {
        "left": ["age", "age", "<b>"],
        "right": ["item", "hour", "item"],
        "attention": [0.5, 0.3, 0.2],
        "contribution": [-0.4, 0.1, 0.0],
        "size": [0.5, 0.2, 0.1],
    }
)


def test_every_row_is_counted_once_and_the_own_row_is_marked() -> None:
    rng = np.random.default_rng(0)
    figure = pair_spread(rng.random(300), rng.normal(size=300), 0.25, (0.4, -0.1))
    assert [int(np.sum(bar.y)) for bar in figure.data] == [300, 300]
    lines = {(shape.xref, shape.x0): shape.line.color for shape in figure.layout.shapes}
    assert lines["x", 0.4] == lines["x2", -0.1] == MARK
    assert ("x", 0.25) in lines
    constant = pair_spread(np.full(5, 0.2), np.zeros(5), 0.2)
    assert [int(np.sum(bar.y)) for bar in constant.data] == [5, 5]


def test_values_carry_their_rows_and_intervals() -> None:
    table = pd.DataFrame(
        {
            "left": ["a", "a", "=2"],
            "right": ["x", "x", "<i>"],
            "rows": [1200, 7, 5],
            "mean": [0.5, -0.25, 0.1],
            "low": [0.4, np.nan, 0.0],
            "high": [0.6, np.nan, 0.2],
            "attention": [0.1, 0.2, 0.3],
        }
    )
    bars = value_pairs(table).data[0]
    assert len(set(bars.y)) == 3
    assert bars.y[0] == "a × x (1,200)"
    assert list(bars.error_x.array) == pytest.approx([0.1, 0.0, 0.1])
    assert list(bars.marker.color) == [sign_color(value) for value in table["mean"]]
    assert "<i>" not in json.dumps(value_pairs(table).to_plotly_json(), default=str)
    assert len(value_pairs(table, count=2).data[0].y) == 2
    assert "1,234 combinations" in words_of_values("a × b", "20 rows", 5, 1234)["read"]
    assert "combinations" not in words_of_values("a × b", "20 rows", 5, 0)["read"]


def test_a_click_on_a_pair_gives_its_fields() -> None:
    marks = attention_against_contribution(PAIRS, 1 / 3, ("item", "age")).data[0]
    assert [point[:2] for point in marks.customdata] == PAIRS[["left", "right"]].to_numpy().tolist()
    assert list(marks.y) == PAIRS["contribution"].tolist()
    assert list(marks.marker.line.color).index(MARK) == 0
    assert list(marks.marker.line.color).count(MARK) == 1
    assert "<b>" not in str(marks.text) + str(marks.hovertext)
    assert "**53%" in words_of_scatter("all rows", 0.531)["read"]


def test_removal_stands_at_the_bar_of_its_pair() -> None:
    parts = pd.DataFrame({"name": ["a", "b"], "value": ["1", "2"], "contribution": [0.1, -0.4], "weight": [0.2, 0.8]})
    figure = with_removal(signed_bars(parts), [-0.5, 0.2])
    assert list(figure.data[1].y) == list(figure.data[0].y)
    assert figure.data[0].x[0] == -0.4


def test_gates_can_be_drawn_as_deviations_and_beside_shapley_values() -> None:
    plain, moved = gates_picture(GATES), gates_picture(GATES, deviation=True, shapley={"item": 0.3})
    assert len(moved.data) == len(plain.data) + 1
    fields = list(moved.layout.yaxis.categoryarray)
    for before, after in zip(plain.data, moved.data, strict=False):
        if before.type == "box":
            means = [GATES["gate_mean"][GATES["fields"].index(field)] for field in before.y]
            assert list(after.median) == pytest.approx(np.array(before.median) - means)
            assert list(after.mean) == pytest.approx(np.zeros(len(means)))
    assert dict(zip(fields, moved.data[-1].x, strict=True))["item"] == 0.3
    assert captions.gates("x", shapley="500 rows")["title"].startswith("Four")
    assert "Shapley" not in captions.gates("x")["read"]


def test_groups_show_removal_and_the_sum_of_single_ones() -> None:
    groups = pd.DataFrame(
        {
            "value": ["shoes", "books"],
            "behaviours": [3, 1],
            "attention": [0.8, 0.2],
            "contribution": [0.9, -0.1],
            "removal": [1.2, -0.1],
            "one_by_one": [0.2, -0.1],
        }
    )
    figure = group_bars(groups)
    drawn = [list(trace.x) for trace in figure.data]
    assert drawn == [groups[name].tolist() for name in ("attention", "contribution", "one_by_one", "removal")]
    assert list(figure.data[0].y) == ["shoes (3)", "books (1)\u200b"]


def test_the_cloud_has_a_mark_a_behaviour_even_if_there_is_none() -> None:
    columns = ["row", "back", "attention", "contribution", "leave_one_out"]
    cloud = pd.DataFrame([[0, 1, 0.5, 0.1, -0.2], [0, 2, 0.5, -0.1, 0.3]], columns=columns)
    assert list(attention_cloud(cloud).data[0].y) == [-0.2, 0.3]
    assert len(attention_cloud(cloud.head(0)).data[0].x) == 0
