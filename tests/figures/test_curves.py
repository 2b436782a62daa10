"""Curves carry the numbers they were given."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import pytest

from ctrcore.figures.curves import Curve, gain, learning, lift, precision_recall, roc, start_of
from ctrcore.figures.live import live_curve, points_of, thin
from ctrcore.figures.style import model_color

FPR = np.linspace(0, 1, 101)
TWO = [Curve("FM a", "fm", FPR, FPR**0.5), Curve("DIN b", "din", FPR, FPR**0.25)]


def test_roc_draws_every_curve_in_its_colour_over_the_diagonal() -> None:
    figure = roc(TWO)
    names = [trace.name for trace in figure.data]
    assert names == ["random order", "FM a", "DIN b"]
    assert figure.data[1].line.color == model_color("fm")
    np.testing.assert_allclose(np.asarray(figure.data[2].y, dtype=float), FPR**0.25)


def test_roc_zoom_shows_the_start_and_leaves_room_for_the_best_curve() -> None:
    figure = roc(TWO, zoom=0.05)
    assert 0.05 <= figure.layout.xaxis.range[1] < 0.06
    highest = 0.05**0.25
    assert highest < figure.layout.yaxis.range[1] < 1.2 * highest


def test_the_start_of_a_curve_reaches_the_edge() -> None:
    found = start_of(TWO[0], 0.05)
    assert (found.label, found.model) == ("FM a", "fm")
    np.testing.assert_allclose(found.x, [0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06])
    np.testing.assert_allclose(found.y, np.asarray(found.x) ** 0.5)
    assert len(start_of(TWO[0], 1.0).x) == 101


def test_roc_of_nothing_is_the_diagonal() -> None:
    assert len(roc([]).data) == 1
    assert len(roc([], zoom=0.1).data) == 1


def test_precision_and_recall_lie_over_the_click_rate() -> None:
    figure = precision_recall([Curve("FM", "fm", [0.0, 0.5, 1.0], [1.0, 0.6, 0.3])], 0.3)
    guide, line = figure.data
    assert list(guide.y) == [0.3, 0.3]
    assert list(line.y) == [1.0, 0.6, 0.3]


def test_gain_lies_between_the_random_and_the_perfect_order() -> None:
    random, perfect, line = gain([Curve("FM", "fm", [0, 0.5, 1], [0, 0.8, 1])], 0.25).data
    assert list(random.y) == [0, 1]
    assert list(zip(perfect.x, perfect.y, strict=True)) == [(0, 0), (0.25, 1), (1, 1)]
    assert list(line.x) == [0, 0.5, 1]


def test_a_handful_of_rows_does_not_set_the_scale_of_the_lift() -> None:
    figure = lift([Curve("FM", "fm", [0.0001, 0.01, 1.0], [50.0, 4.0, 1.0])])
    assert 4 < figure.layout.yaxis.range[1] < 5
    assert lift([]).layout.yaxis.range[1] > 1


@pytest.mark.parametrize(("best", "place"), [("highest", (2, 0.7)), ("lowest", (1, 0.6)), (None, None)])
def test_the_best_epoch_carries_a_star(
    best: Literal["highest", "lowest"] | None, place: tuple[float, float] | None
) -> None:
    figure = learning([Curve("AFM", "afm", [1, 2, 3], [0.6, 0.7, 0.65])], "epoch", "AUC", best)
    stars = [(trace.x[0], trace.y[0]) for trace in figure.data if trace.marker.symbol == "star"]
    assert stars == ([place] if place else [])
    assert figure.layout.yaxis.title.text == "AUC"


def test_a_run_without_epochs_has_no_star() -> None:
    assert len(learning([Curve("AFM", "afm", [], [])], "epoch", "AUC", "highest").data) == 1
    assert len(learning([Curve("AFM", "afm", [1], [float("nan")])], "epoch", "AUC", "highest").data) == 1


def test_many_points_are_a_line_without_markers() -> None:
    curves = [Curve("A", "fm", np.arange(60), [0.5] * 60), Curve("B", "fm", np.arange(61), [0.5] * 61)]
    few, many = learning(curves, "step", "loss").data
    assert (few.mode, many.mode) == ("lines+markers", "lines")


def records() -> dict[str, list[dict[str, object]]]:
    steps = [{"kind": "step", "epoch": 1, "step": s, "loss": 1.0 / s, "seconds": 0.1 * s} for s in range(1, 6)]
    epoch = {"kind": "epoch", "epoch": 1, "step": 5, "seconds": 0.5, "train_loss": 0.4, "valid_auc": 0.7}
    epoch["valid_log_loss"] = 0.5
    return {"A": [*steps, epoch], "B": []}


def test_points_are_the_records_of_one_kind() -> None:
    steps, epochs = points_of(records(), "step"), points_of(records(), "epoch")
    assert steps["step"].tolist() == [1, 2, 3, 4, 5]
    assert epochs[["run", "epoch", "valid_auc", "valid_log_loss"]].to_numpy().tolist() == [["A", 1, 0.7, 0.5]]
    assert points_of({}, "epoch").empty


def test_thinning_keeps_each_runs_last_point() -> None:
    points = pd.DataFrame({"run": ["a"] * 3000 + ["b"] * 5, "step": [*range(3000), *range(5)], "loss": 0.5})
    few = thin(points, 500)
    assert len(few) <= 520
    assert few.groupby("run")["step"].max().to_dict() == {"a": 2999, "b": 4}
    assert few[few["run"] == "a"]["step"].is_monotonic_increasing
    pd.testing.assert_frame_equal(thin(points, 10_000), points)


def test_live_curves_use_the_models_colours_and_tell_equal_models_apart() -> None:
    points = points_of(records(), "step")
    spec = live_curve(points, ["A", "B"], ["fm", "fm"], x="step", y="loss", x_title="step", y_title="loss").to_dict()
    assert spec["encoding"]["color"]["scale"]["range"] == [model_color("fm")] * 2
    dashes = spec["encoding"]["strokeDash"]["scale"]["range"]
    assert dashes[0] != dashes[1]
    assert spec["encoding"]["y"]["scale"]["zero"] is False
