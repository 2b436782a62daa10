"""The lesson on calibration: the measures are the project's, and what the texts say is true of its models."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from ctrcore.learn.calibration import KEPT, SHOP, Learnt, Moves, Promise, corrected, go, learnt, moved, promise, typical
from ctrcore.learn.figures_calibration import promises
from ctrcore.learn.tiny import trained
from ctrcore.metrics import sigmoid
from ctrcore.training.predicting import predict
from pages.shared.learn.lessons.calibration import LESSON
from tests.learn.stages import facts_of


@pytest.fixture(scope="module")
def models() -> Learnt:
    return learnt()


def after(models: Learnt, moves: Moves, part: str = "test") -> Promise:
    way = go(models, moves, "valid" if part == "valid" else "test")
    return promise(way.label, way.final)


def test_the_measures_are_what_they_are_called(models: Learnt) -> None:
    way = go(models, Moves(shift=0.3, stretch=1.4), "test")
    click = 1 / (1 + np.exp(-way.final))
    found = promise(way.label, way.final)
    assert found.auc == pytest.approx(roc_auc_score(way.label, click), abs=1e-9)
    assert found.log_loss == pytest.approx(log_loss(way.label, click), abs=1e-9)
    assert found.pcoc == pytest.approx(click.sum() / way.label.sum(), abs=1e-9)
    edges = np.quantile(click, np.arange(1, 10) / 10)
    member = (click[:, None] > edges).sum(1)
    far = [
        abs(click[member == one].mean() - way.label[member == one].mean()) * (member == one).sum() for one in range(10)
    ]
    assert found.ece == pytest.approx(sum(far) / len(click), abs=1e-9)
    assert found.bins.rows.sum() == len(click) == 4_000


def test_the_scores_are_the_models_own(models: Learnt) -> None:
    tiny = trained("fm", SHOP, seed=2)
    np.testing.assert_allclose(models.whole["test"].logit, predict(tiny.model, tiny.rows), atol=1e-6)
    np.testing.assert_array_equal(models.whole["test"].label, models.thinned["test"].label)


def test_moves_come_one_after_the_other(models: Learnt) -> None:
    moves = Moves(rows="thinned", corrected=True, shift=0.5, stretch=1.5, repaired=True)
    way = go(models, moves, "test")
    np.testing.assert_allclose(way.corrected, way.raw + math.log(KEPT))
    np.testing.assert_allclose(way.moved, 1.5 * way.corrected + 0.5)
    assert way.line is not None
    np.testing.assert_allclose(way.final, way.line.slope * way.moved + way.line.intercept)
    plain = go(models, Moves(corrected=True), "test")
    np.testing.assert_array_equal(plain.final, models.whole["test"].logit)  # nothing to correct with all rows
    np.testing.assert_array_equal(moved(plain.final, 0, 1), plain.final)
    row = typical(way.final, 0.2)
    assert abs(sigmoid(way.final)[row] - 0.2) == np.abs(sigmoid(way.final) - 0.2).min()


def test_the_model_keeps_its_promises(models: Learnt) -> None:
    found = after(models, Moves())
    assert found.pcoc == pytest.approx(1, abs=0.02)
    assert found.ece < 0.012
    assert 0.08 <= found.bins.mean[2] <= 0.14
    assert found.bins.low[2] < found.bins.mean[2] < found.bins.high[2]


def test_more_buckets_mean_longer_whiskers_and_a_larger_ece(models: Learnt) -> None:
    rows = models.whole["test"]
    ten, forty = (promise(rows.label, rows.logit, count) for count in (10, 40))
    assert forty.ece > 2 * ten.ece
    assert np.mean(forty.bins.high - forty.bins.low) > 1.5 * np.mean(ten.bins.high - ten.bins.low)
    assert (forty.auc, forty.log_loss, forty.pcoc) == (ten.auc, ten.log_loss, ten.pcoc)


@pytest.mark.parametrize("moves", [Moves(shift=0.8), Moves(shift=-1), Moves(stretch=2), Moves(shift=0.75, stretch=2)])
def test_auc_does_not_notice_what_the_others_do(models: Learnt, moves: Moves) -> None:
    before, now = after(models, Moves()), after(models, moves)
    assert now.auc == pytest.approx(before.auc, abs=1e-12)
    assert now.log_loss > before.log_loss + 0.02
    assert now.ece > before.ece + 0.05


def test_shifts_promise_too_much_or_too_little(models: Learnt) -> None:
    up, down = after(models, Moves(shift=0.8)), after(models, Moves(shift=-1))
    assert up.pcoc > 1.5
    assert (up.bins.mean > up.bins.rate).all()
    assert down.pcoc < 0.6
    assert (down.bins.mean < down.bins.rate).all()


def test_a_stretch_crosses_the_diagonal(models: Learnt) -> None:
    bins = after(models, Moves(stretch=2)).bins
    assert (bins.mean[:8] < bins.rate[:8]).all()
    assert bins.mean[-1] > bins.rate[-1]


def test_right_on_average_and_wrong_everywhere(models: Learnt) -> None:
    found = after(models, Moves(shift=0.75, stretch=2))
    assert found.pcoc == pytest.approx(1, abs=0.03)
    assert found.ece > 0.07
    outside = (found.bins.mean < found.bins.low) | (found.bins.mean > found.bins.high)
    assert outside.sum() >= 7, "hardly a bucket keeps its promise"


def test_thinning_shifts_by_the_logarithm_of_the_share_kept(models: Learnt) -> None:
    whole, thinned, mended = (
        after(models, moves) for moves in (Moves(), Moves(rows="thinned"), Moves(rows="thinned", corrected=True))
    )
    assert thinned.pcoc > 2
    assert mended.pcoc == pytest.approx(1, abs=0.05)
    assert mended.ece < thinned.ece / 5
    assert mended.auc == pytest.approx(thinned.auc, abs=1e-12)
    assert thinned.auc < whole.auc, "what the rows would have taught does not come back"
    shift = np.mean(models.thinned["test"].logit - models.whole["test"].logit)
    assert shift == pytest.approx(-math.log(KEPT), abs=0.1)
    np.testing.assert_allclose(corrected(np.zeros(2), 0.1), math.log(0.1))


@pytest.mark.parametrize("moves", [Moves(shift=1, stretch=2), Moves(shift=-2, stretch=0.25), Moves(rows="thinned")])
def test_platt_finds_the_way_back(models: Learnt, moves: Moves) -> None:
    spoilt, mended = after(models, moves), after(models, Moves(**(vars(moves) | {"repaired": True})))
    assert mended.auc == pytest.approx(spoilt.auc, abs=1e-12)
    assert mended.pcoc == pytest.approx(1, abs=0.04)
    assert mended.ece < 0.03
    assert mended.log_loss < spoilt.log_loss


def test_the_repair_looks_better_where_it_was_fitted(models: Learnt) -> None:
    moves = Moves(shift=1, stretch=2, repaired=True)
    valid, test = after(models, moves, "valid"), after(models, moves, "test")
    assert valid.pcoc == pytest.approx(1, abs=0.001)
    assert abs(test.pcoc - 1) > 0.01
    assert test.ece > valid.ece
    fitted, used = go(models, moves, "valid").line, go(models, moves, "test").line
    assert fitted == used, "the test rows teach the repair nothing"


def test_the_figure_shows_the_buckets_and_the_chosen_one(models: Learnt) -> None:
    now, before = after(models, Moves(shift=1)).bins, after(models, Moves()).bins
    figure = promises(now, before, 3)
    shown = {trace.name: trace for trace in figure.data}
    np.testing.assert_array_equal(shown["one bucket each, with its 95 % interval"].x, now.mean)
    np.testing.assert_array_equal(shown["untouched model"].x, before.mean)
    assert list(shown["chosen bucket"].x) == [now.mean[3]]
    assert "untouched model" not in {trace.name for trace in promises(before, before, 3).data}


def test_what_an_address_says_never_breaks_the_stage() -> None:
    found = facts_of(LESSON, 9, {"bucket": "0", "buckets": "7", "shift": "inf", "stretch": "-3", "part": "x"})
    assert found["stretch"] == 0.25
