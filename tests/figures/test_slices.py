"""Dots with intervals: what is told is full, the rest hollow and faint, nothing is drawn for what is not known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.figures.slice_captions import of_model
from ctrcore.figures.slices import (
    FAINT,
    LEAD,
    OF_MODEL,
    Dot,
    Measure,
    Series,
    dots_of,
    interval_dots,
    leads,
    worst_first,
)
from ctrcore.figures.style import NEGATIVE, POSITIVE, model_color

NAN = float("nan")
TOLD, UNTOLD, UNKNOWN = Dot(0.6, 0.5, 0.7, True), Dot(0.65, 0.4, 0.9, False), Dot(NAN, NAN, NAN, False)
PLACES, NOTES = ["hour = 3", "shoes", "tiny"], ["10 rows", "20 rows", "1 row"]


def test_values_and_intervals_are_those_handed_in() -> None:
    figure = interval_dots(PLACES, NOTES, [Series("FM", "fm", [TOLD, UNTOLD, UNKNOWN], 0.8)], x="AUC")
    line, legend, told, untold = figure.data
    assert (line.mode, line.showlegend, list(legend.x)) == ("lines", False, [None])  # no symbol is cut by the frame
    assert list(line.x) == [0.8, 0.8]
    assert (told.x[0], untold.x[0]) == (0.6, 0.65)
    assert told.x[0] + told.error_x.array[0] == pytest.approx(0.7)
    assert untold.x[0] - untold.error_x.arrayminus[0] == pytest.approx(0.4)
    assert (list(told.y), list(untold.y)) == ([0], [1])


def test_what_is_not_told_is_hollow_and_faint() -> None:
    *_, told, untold = interval_dots(PLACES, NOTES, [Series("FM", "fm", [TOLD, UNTOLD, UNKNOWN], 0.8)], x="AUC").data
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


def test_the_lead_on_all_rows_is_a_dotted_line_beside_zero() -> None:
    dots = [Dot(0.1, 0.05, 0.15, True)]
    figure = interval_dots(["a"], [""], [Series("A - B", None, dots, 0.016)], x="difference", zero=0.0)
    line, legend, _ = figure.data
    assert (list(line.x), line.line.dash, legend.name) == ([0.016, 0.016], "dot", "A - B, all rows 0.0160")
    assert figure.layout.showlegend


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


def test_long_names_are_wrapped_and_the_lines_grow_with_them() -> None:
    long = "training rows of the user are at most 12 and category is shoes and price is below 20.5"
    dots = [Series("FM", "fm", [TOLD])]
    short, tall = (interval_dots([name], ["9 rows"], dots, x="AUC") for name in ("hour: 3", long))
    text = tall.layout.yaxis.ticktext[0]
    assert text.replace("<br>", " ").startswith(long)
    assert max(len(line) for line in text.split("<br>")) <= 38
    assert tall.layout.height > short.layout.height


def test_an_end_that_is_not_known_has_no_whisker() -> None:
    one = Dot(1.2, 0.8, float("inf"), True)
    (trace,) = interval_dots(["a"], [""], [Series("FM", "fm", [one])], x="PCOC").data
    assert trace.error_x.array[0] is None
    assert trace.error_x.arrayminus[0] == pytest.approx(0.4)


def slices() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "auc": [0.7, 0.8, 0.6],
            "auc_low": [0.6, 0.7, 0.3],
            "auc_high": [0.8, 0.9, 0.9],
            "against_high": [-0.1, 0.2, 0.15],
            "against_rest": [-0.2, 0.3, -0.1],
            "told": [True, False, None],
            "pcoc_told": [False, True, True],
            "log_loss": [0.5, 0.7, 0.9],
            "log_loss_low": [0.4, 0.6, 0.1],
            "log_loss_high": [0.6, 0.8, 1.7],
            "pcoc_low": [0.9, 1.3, 0.2],
            "pcoc_high": [1.1, 1.9, 0.6],
        },
        index=["sure", "fine", "wide"],
    )


@pytest.mark.parametrize(
    ("measure", "order"),
    [
        ("auc", ["sure", "wide", "fine"]),
        ("log_loss", ["fine", "sure", "wide"]),
        ("pcoc", ["wide", "fine", "sure"]),  # 0.4 below 1 at best, 0.3 above it at best, 1 is possible
    ],
)
def test_the_worst_is_what_is_surely_bad(measure: Measure, order: list[str]) -> None:
    assert worst_first(slices(), measure).index.tolist() == order


def test_what_is_told_to_be_bad_stands_above_what_may_be_chance() -> None:
    table = slices().assign(told=[False, True, True], against_rest=[-0.2, 0.3, -0.1])
    assert worst_first(table, "auc").index.tolist() == ["wide", "sure", "fine"]  # 'fine' is told to be better
    table = slices().assign(pcoc_told=[True, True, False])
    assert worst_first(table, "pcoc").index.tolist() == ["fine", "sure", "wide"]


def test_dots_are_told_only_where_that_is_known() -> None:
    dots = dots_of(slices(), OF_MODEL["auc"])
    assert [(dot.value, dot.low, dot.high, dot.told) for dot in dots] == [
        (0.7, 0.6, 0.8, True),
        (0.8, 0.7, 0.9, False),
        (0.6, 0.3, 0.9, False),
    ]
    assert all(dot.told for dot in dots_of(slices(), OF_MODEL["log_loss"]))


def test_leads_are_above_zero_where_a_is_better() -> None:
    table = pd.DataFrame(
        {"difference": [0.1], "low": [0.05], "high": [0.2], "told": [True], "beyond": [0.02], "beyond_told": [False]}
        | {"loss_difference": [0.3], "loss_low": [0.1], "loss_high": [0.4], "loss_told": [False]}
        | {"loss_beyond": [0.2], "loss_beyond_told": [True]}
    )
    columns = [*LEAD, "lead_told", "lead_beyond"]
    assert leads(table, "auc")[columns].iloc[0].tolist() == [0.1, 0.05, 0.2, False, True, 0.02]
    assert leads(table, "log_loss")[columns].iloc[0].tolist() == [-0.3, -0.4, -0.1, True, False, -0.2]


def test_slices_whose_lead_differs_from_that_elsewhere_come_first() -> None:
    table = pd.DataFrame({"difference": [0.0, 0.1, 0.2, 0.3], "beyond_told": [False, True, False, True]}).assign(
        low=0.0, high=0.5, told=True, beyond=0.1
    )
    assert leads(table, "auc")["difference"].tolist() == [0.1, 0.3, 0.0, 0.2]


@pytest.mark.parametrize(("measure", "says"), [("auc", True), ("pcoc", True), ("log_loss", False)])
def test_the_order_that_is_said_is_the_order_that_is_drawn(measure: Measure, says: bool) -> None:
    read = of_model(measure, "DIN", 12, 94)["read"]
    assert ("first those where DIN is told to be bad (full dots)" in read) == says
    assert "sorted by the better end of the interval" in read
    assert "surely bad" not in read
