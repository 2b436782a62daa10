"""Rows aligned over measures: every number stands on its own line, in its model's colour, with its interval."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.figures.importance_captions import behaviours, effects, importances
from ctrcore.figures.importances import Dots, Line, Panel, aligned, curves
from ctrcore.figures.style import MODEL_COLORS

NAN = float("nan")
FM = Dots("FM", "fm", ["a", "b"], [0.3, 0.1], [0.2, NAN], [0.5, NAN], frozenset({"b"}), {"a": "9 rows"})
DIN = Dots("DIN", "din", ["b", "c"], [0.7, 0.6], [0.6, 0.5], [0.8, 0.7])


def test_dots_stand_on_their_lines_in_every_panel() -> None:
    figure = aligned([Panel("first", "x", [FM, DIN]), Panel("second", "y", [DIN])], ["c", "b", "a"], {"c": "see"})
    assert next(iter(figure.layout.yaxis.ticktext)).startswith("see")
    fm, din, again = figure.data
    assert [round(y) for y in fm.y] == [2, 1]
    assert [round(y) for y in din.y] == [round(y) for y in again.y] == [1, 0]
    assert fm.y[1] != din.y[0]  # two models on one line do not cover each other
    assert din.y == again.y
    assert list(fm.x) == [0.3, 0.1]
    assert fm.marker.color == MODEL_COLORS["fm"]
    assert fm.error_x.array.tolist() == pytest.approx([0.2, 0])
    assert fm.error_x.arrayminus.tolist() == pytest.approx([0.1, 0])
    assert [symbol.endswith("-open") for symbol in fm.marker.symbol] == [False, True]
    assert "0.2 to 0.5" in fm.customdata[0][1]
    assert fm.customdata[0][2] == "9 rows"
    assert fm.customdata[1][1] == "no interval"
    assert [trace.showlegend for trace in figure.data] == [True, True, False]
    assert [annotation.text for annotation in figure.layout.annotations] == ["first", "second"]


def test_what_is_not_in_the_order_is_not_drawn_and_one_model_needs_no_legend() -> None:
    figure = aligned([Panel("", "x", [FM])], ["b"])
    assert list(figure.data[0].x) == [0.1]
    assert not figure.layout.showlegend


def test_runs_of_one_model_differ_by_symbol() -> None:
    figure = aligned([Panel("", "x", [FM, Dots("FM 2", "fm", ["a"], [1.0], [NAN], [NAN])])], ["a", "b"])
    assert figure.data[0].marker.symbol[0] != figure.data[1].marker.symbol[0]


def test_hostile_names_are_text() -> None:
    name = "<a href='x'>%{y}"
    figure = aligned([Panel("", "x", [Dots(name, "lr", [name], [1.0], [NAN], [NAN])])], [name])
    assert "<a" not in str(figure.to_json())
    assert "%{y}" not in figure.data[0].customdata[0][0]


def test_a_curve_has_a_band_where_there_is_an_interval() -> None:
    line = Line(
        "FM", "fm", [1.0, 2.0, 3.0], [0.1, 0.2, 0.3], [0.0, 0.1, NAN], [0.2, 0.3, NAN], ["1", "2", "3"], [5, 5, 1]
    )
    band, shown = curves([line], "price", "logit").data
    assert list(band.x) == [1, 2, 2, 1]
    assert list(band.y) == [0.2, 0.3, 0.1, 0.0]
    assert np.allclose(shown.y, [0.1, 0.2, 0.3])
    assert [one[1] for one in shown.customdata] == ["5", "5", "1"]


def test_captions_say_what_is_there() -> None:
    with_gate = importances("shuffling: a sample", ["permutation", "gate"], 50, 40)
    assert "one deviation" in with_gate["read"]
    assert "first 40 of 50" in with_gate["read"]
    assert "deviation" not in importances("all rows", ["permutation"], 3, 40)["read"]
    assert "Shapley value" in effects("age", "Means over all", "shapley", "")["read"]
    assert "Left out" not in behaviours("category", "Means over all", left_out=False)["read"]
