"""Measures per user: a column each, a line a model."""

from __future__ import annotations

import pytest

from ctrcore.figures.per_user import Lists, measures_by_model
from ctrcore.figures.style import model_color

NAN = float("nan")
TWO = [
    Lists("DIN", "din", {"HR@5": (0.7, 0.65, 0.75), "coverage": (0.4, NAN, NAN)}),
    Lists("FM", "fm", {"HR@5": (0.6, 0.55, 0.65)}),
]


def test_each_measure_has_its_axis_and_each_model_its_line() -> None:
    figure = measures_by_model(TWO, ["HR@5", "coverage"])
    assert [(trace.name, trace.x[0], trace.y[0], trace.xaxis) for trace in figure.data] == [
        ("DIN", 0.7, 0, "x"),
        ("FM", 0.6, 1, "x"),
        ("DIN", 0.4, 0, "x2"),
    ]
    assert [trace.marker.color for trace in figure.data[:2]] == [model_color("din"), model_color("fm")]
    assert [note.text for note in figure.layout.annotations] == ["HR@5", "coverage"]


def test_intervals_are_drawn_where_they_are_known() -> None:
    din, _, coverage = measures_by_model(TWO, ["HR@5", "coverage"]).data
    assert din.x[0] + din.error_x.array[0] == pytest.approx(0.75)
    assert din.x[0] - din.error_x.arrayminus[0] == pytest.approx(0.65)
    assert coverage.error_x.array is None


def test_more_measures_than_columns_go_below_and_one_model_is_enough() -> None:
    names = [f"m{number}" for number in range(6)]
    figure = measures_by_model([Lists("A", "lr", dict.fromkeys(names, (0.5, 0.4, 0.6)))], names, columns=4)
    assert len(figure.data) == 6
    assert figure.data[5].xaxis == "x6"
    assert figure.layout.height > measures_by_model(TWO, names, columns=6).layout.height


def test_names_cannot_become_tags() -> None:
    evil = "<a href='x'>%{x}</a>"
    text = measures_by_model([Lists(evil, "fm", {"HR": (0.5, 0.4, 0.6)})], ["HR"]).to_json()
    assert "<a" not in text
    assert "\\u003ca" not in text
