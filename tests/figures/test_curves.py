"""Curves carry the numbers they were given."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ctrcore.figures.curves import Curve, auc_over, calibration, roc
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


def test_roc_of_nothing_is_the_diagonal() -> None:
    assert len(roc([]).data) == 1
    assert len(roc([], zoom=0.1).data) == 1


def test_the_best_epoch_carries_a_star() -> None:
    figure = auc_over([Curve("AFM", "afm", [1, 2, 3], [0.6, 0.7, 0.65])], "epoch")
    star = [trace for trace in figure.data if trace.marker.symbol == "star"]
    assert len(star) == 1
    assert (star[0].x[0], star[0].y[0]) == (2, 0.7)


def test_a_run_without_epochs_has_no_star() -> None:
    assert len(auc_over([Curve("AFM", "afm", [], [])], "epoch").data) == 1
    assert len(auc_over([Curve("AFM", "afm", [1], [float("nan")])], "epoch").data) == 1


def test_calibration_axes_are_equal_and_hold_all_points() -> None:
    figure = calibration([Curve("LR", "lr", [0.1, 0.2], [0.15, 0.4])])
    assert figure.layout.xaxis.range == figure.layout.yaxis.range
    assert figure.layout.xaxis.range[1] >= 0.4


def records() -> dict[str, list[dict[str, object]]]:
    steps = [{"kind": "step", "epoch": 1, "step": s, "loss": 1.0 / s, "seconds": 0.1 * s} for s in range(1, 6)]
    epoch = {"kind": "epoch", "epoch": 1, "step": 5, "seconds": 0.5, "train_loss": 0.4, "valid_auc": 0.7}
    return {"A": [*steps, epoch], "B": []}


def test_points_are_the_records_of_one_kind() -> None:
    steps, epochs = points_of(records(), "step"), points_of(records(), "epoch")
    assert steps["step"].tolist() == [1, 2, 3, 4, 5]
    assert epochs[["run", "epoch", "valid_auc"]].to_numpy().tolist() == [["A", 1, 0.7]]
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
