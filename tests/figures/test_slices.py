"""Dots with intervals: what is told is full, the rest hollow and faint, nothing is drawn for what is not known."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.figures.slices import FAINT, Dot, Series, interval_dots
from ctrcore.figures.style import NEGATIVE, POSITIVE, model_color

NAN = float("nan")
TOLD, UNTOLD, UNKNOWN = Dot(0.6, 0.5, 0.7, True), Dot(0.65, 0.4, 0.9, False), Dot(NAN, NAN, NAN, False)
PLACES, NOTES = ["hour = 3", "shoes", "tiny"], ["10 rows", "20 rows", "1 row"]


def test_values_and_intervals_are_those_handed_in() -> None:
    figure = interval_dots(PLACES, NOTES, [Series("FM", "fm", [TOLD, UNTOLD, UNKNOWN], 0.8)], x="AUC")
    line, told, untold = figure.data
    assert list(line.x) == [0.8, 0.8]
    assert (told.x[0], untold.x[0]) == (0.6, 0.65)
    assert told.x[0] + told.error_x.array[0] == pytest.approx(0.7)
    assert untold.x[0] - untold.error_x.arrayminus[0] == pytest.approx(0.4)
    assert (list(told.y), list(untold.y)) == ([0], [1])


def test_what_is_not_told_is_hollow_and_faint() -> None:
    _, told, untold = interval_dots(PLACES, NOTES, [Series("FM", "fm", [TOLD, UNTOLD, UNKNOWN], 0.8)], x="AUC").data
    assert (told.opacity, untold.opacity) == (1.0, FAINT)
    assert untold.marker.symbol == f"{told.marker.symbol}-open"
    assert told.marker.color == untold.marker.color == model_color("fm")


def test_models_stand_side_by_side_within_their_place() -> None:
    two = [Series("FM", "fm", [TOLD] * 3), Series("FM again", "fm", [TOLD] * 3)]
    first, second = interval_dots(PLACES, NOTES, two, x="AUC").data
    assert np.all(np.asarray(first.y) < np.asarray(second.y))
    assert np.all(np.abs(np.asarray(second.y) - np.arange(3)) < 0.5)
    assert first.marker.symbol != second.marker.symbol


def test_a_difference_has_the_colour_of_its_sign_and_a_line_at_zero() -> None:
    dots = [Dot(0.1, 0.05, 0.15, True), Dot(-0.1, -0.15, -0.05, True)]
    figure = interval_dots(["a", "b"], ["", ""], [Series("A - B", None, dots)], x="difference", zero=0.0)
    assert {trace.marker.color: trace.x[0] for trace in figure.data} == {POSITIVE: 0.1, NEGATIVE: -0.1}
    assert figure.layout.shapes[0].x0 == figure.layout.shapes[0].x1 == 0.0
    assert figure.layout.showlegend is False


def test_the_first_place_is_on_top_and_named_with_its_note() -> None:
    axis = interval_dots(PLACES, NOTES, [Series("FM", "fm", [TOLD] * 3)], x="AUC").layout.yaxis
    assert axis.range[0] > axis.range[1]
    assert axis.ticktext[0].startswith("hour = 3")
    assert "10 rows" in axis.ticktext[0]


def test_nothing_and_hostile_names_draw() -> None:
    assert len(interval_dots([], [], [], x="AUC").data) == 0
    evil = "<a href='x'>%{x}</a>"
    dot = Dot(0.5, 0.4, 0.6, True, evil)
    text = interval_dots([evil], [evil], [Series(evil, "fm", [dot], 0.5)], x="AUC").to_json()
    assert "<a" not in text
    assert "\\u003ca" not in text
