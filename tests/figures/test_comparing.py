"""Intervals, cutoffs, calibration and histograms carry the numbers they were given."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from ctrcore.figures.curves import Curve
from ctrcore.figures.cutoffs import Best, over_cutoffs
from ctrcore.figures.intervals import Span, auc_intervals, forest, in_words
from ctrcore.figures.probabilities import Reliability, Spread, calibration, score_histograms
from ctrcore.figures.style import NEUTRAL, POSITIVE, model_color

SPANS = [
    Span("DIN – FM", 0.02, 0.01, 0.03, told=True, note="p 0.001"),
    Span("AFM – FM", 0.001, -0.002, 0.004, told=False),
    Span("DIN – AFM", 0.019, 0.008, 0.03, told=True),
]


def test_a_forest_tells_clear_differences_from_unclear_ones() -> None:
    clear, unclear = forest(SPANS, "difference of AUC").data
    assert (clear.marker.color, unclear.marker.color) == (POSITIVE, NEUTRAL)
    assert list(clear.y) == [0, 2]
    assert list(unclear.y) == [1]
    np.testing.assert_allclose(clear.error_x.array, [0.01, 0.011])
    np.testing.assert_allclose(clear.error_x.arrayminus, [0.01, 0.011])
    assert clear.customdata[0][3] == "p 0.001"


def test_a_forest_marks_zero_and_grows_with_its_lines() -> None:
    figure = forest(SPANS, "difference")
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (0, 0)
    assert forest(SPANS * 5, "difference").layout.height > figure.layout.height
    assert list(figure.layout.yaxis.ticktext) == ["DIN – FM", "AFM – FM", "DIN – AFM"]


def test_a_forest_of_nothing_and_of_one_kind() -> None:
    assert len(forest([], "difference").data) == 0
    assert [trace.name for trace in forest(SPANS[:1], "difference").data] == ["told apart"]


def test_each_auc_has_the_colour_of_its_model() -> None:
    figure = auc_intervals([Span("DIN", 0.8, 0.7, 0.9, "din"), Span("XGB", 0.7, 0.6, 0.8, "outside")])
    assert [trace.marker.color for trace in figure.data] == [model_color("din"), model_color("outside")]
    assert [trace.y[0] for trace in figure.data] == [0, 1]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # the first one on top


def test_an_interval_that_is_not_known_is_left_out_of_the_drawing() -> None:
    figure = auc_intervals([Span("LR", 0.5, float("nan"), float("nan"), "lr")])
    assert np.isnan(figure.data[0].error_x.array[0])
    figure.to_json()


def cutoffs(share: bool = False) -> go.Figure:
    curves = [
        Curve("FM", "fm", [0.0, 0.5, 1.0], [0.4, 0.6, 0.0]),
        Curve("DIN", "din", [0.0, 0.5, 1.0], [0.4, 0.7, 0.0]),
    ]
    return over_cutoffs(curves, [Best(0.45, 0.61), Best(0.5, 0.7)], 0.3, "F1", top=1.0, share=share)


def test_the_best_cutoffs_carry_stars_and_the_slider_a_line() -> None:
    figure = cutoffs()
    stars = [(trace.x[0], trace.y[0], trace.marker.color) for trace in figure.data if trace.marker.symbol == "star"]
    assert stars == [(0.45, 0.61, model_color("fm")), (0.5, 0.7, model_color("din"))]
    assert figure.layout.shapes[0].x0 == 0.3


def test_shares_are_shown_in_percent() -> None:
    assert cutoffs(share=True).layout.yaxis.tickformat == ".0%"
    assert cutoffs().layout.yaxis.tickformat is None


def reliable(label: str = "LR", model: str = "lr") -> Reliability:
    return Reliability(label, model, [0.1, 0.2], [0.15, 0.4], [0.1, 0.3], [0.2, 0.5], [100, 90])


def test_calibration_axes_are_equal_and_hold_all_points_and_intervals() -> None:
    figure = calibration([reliable()])
    assert figure.layout.xaxis.range == figure.layout.yaxis.range
    assert 0.5 <= figure.layout.xaxis.range[1] < 0.6
    line = figure.data[1]
    np.testing.assert_allclose(line.error_y.array, [0.05, 0.1])
    np.testing.assert_allclose(line.error_y.arrayminus, [0.05, 0.1])
    np.testing.assert_allclose(np.asarray(line.customdata)[:, 2], [100, 90])


def test_before_and_after_of_one_model_differ_in_dash() -> None:
    figure = calibration([reliable("before"), reliable("after")])
    assert figure.data[1].line.dash != figure.data[2].line.dash
    assert figure.data[1].line.color == figure.data[2].line.color


def test_calibration_of_nothing_is_the_diagonal() -> None:
    assert len(calibration([]).data) == 1


@pytest.mark.parametrize("count", [1, 2, 12])
def test_histograms_lie_below_each_other_on_one_axis(count: int) -> None:
    spreads = [Spread(f"run {n} <b>", "fm", [0.2, 0.8], [0.7, 0.3], [0.0, 0.5, 1.0]) for n in range(count)]
    figure = score_histograms(spreads)
    assert len(figure.data) == 2 * count
    assert {trace.xaxis for trace in figure.data} == {"x"} | {f"x{n}" for n in range(2, count + 1)}
    others, clicks = figure.data[:2]
    assert (list(others.y), list(clicks.y)) == ([0.7, 0.3], [0.2, 0.8])
    assert list(clicks.x) == [0.25, 0.75]
    assert "<b>run 0 ‹b›</b>" in [note.text for note in figure.layout.annotations]
    bottoms = [figure.layout[f"yaxis{n if n > 1 else ''}"].domain for n in range(1, count + 1)]
    assert all(above[0] >= below[1] for above, below in pairwise(bottoms))


def test_histograms_of_nothing() -> None:
    assert len(score_histograms([]).data) == 0


def test_what_is_not_known_of_an_interval_is_said_in_words() -> None:
    nan = float("nan")
    spans = [Span("FM", 0.81234, 0.79, 0.83), Span("LR", 0.7, nan, nan), Span("DIN", nan, nan, nan)]
    assert in_words(spans) == "FM 0.8123 (0.7900 to 0.8300); LR 0.7000 (interval not known); DIN not known"
