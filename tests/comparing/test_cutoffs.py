"""Cutoffs and the top of a list, against loops over the rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from ctrcore import metrics
from ctrcore.comparing import cutoffs
from ctrcore.comparing.ranked import Ranked
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.tops import tops


def sheet(rows: int = 400, shift: float = 0.0, seed: int = 0) -> Sheet:
    rng = np.random.default_rng(seed)
    label = (rng.random(rows) < 0.3).astype(np.uint8)
    logit = (rng.normal(size=rows) + label - 1 + shift).round(1).astype(np.float32)  # with ties
    return Sheet(np.arange(rows), label, np.full(rows, -1, np.int32), {"a": logit})


@pytest.mark.parametrize("cutoff", [0.0, 0.05, 0.2, 0.5, 0.77, 1.0])
def test_counts_are_those_of_the_probabilities(cutoff: float) -> None:
    rows = sheet()
    called = metrics.sigmoid(rows.logit["a"]) >= cutoff
    expected = confusion_matrix(rows.label, called, labels=[0, 1])
    found = cutoffs.at(rows, "a", cutoff)
    assert [[found.tn, found.fp], [found.fn, found.tp]] == expected.tolist()


def test_how_many_rows_the_best_model_calls_clicks() -> None:
    rows = sheet(shift=-1.0)
    share = np.mean(metrics.sigmoid(rows.logit["a"]) >= 0.25)
    said = f"accuracy and F1 are at a cutoff of 0.25, where DIN calls {share:.1%} of the rows clicks"
    assert cutoffs.reached(rows, {"a": "DIN"}, 0.25) == said
    assert cutoffs.reached(rows, {}, 0.25) == ""


def test_many_cutoffs_are_each_of_them() -> None:
    rows, grid = sheet(), np.linspace(0, 1, 41)
    many = cutoffs.over(rows, "a", grid)
    for place, cutoff in enumerate(grid):
        one = cutoffs.at(rows, "a", float(cutoff))
        assert (many.tp[place], many.fp[place]) == (one.tp, one.fp)
        assert many.f1[place] == pytest.approx(one.f1)


def test_the_best_cutoff_beats_every_other() -> None:
    rows = sheet()
    every = np.unique(metrics.sigmoid(rows.logit["a"])) - 1e-9
    for goal, value in (("f1", "f1"), ("accuracy", "accuracy")):
        cutoff, best = cutoffs.best(rows, "a", goal)  # type: ignore[arg-type]
        tried = [getattr(cutoffs.at(rows, "a", float(one)), value) for one in every]
        assert best == pytest.approx(max(tried))
        assert getattr(cutoffs.at(rows, "a", cutoff), value) == pytest.approx(best)
    cutoff, best = cutoffs.best(rows, "a", "cost", false_alarm=1, missed=3)
    assert best == pytest.approx(min(cutoffs.at(rows, "a", float(one)).cost(1, 3) for one in every))
    assert cutoffs.at(rows, "a", cutoff).cost(1, 3) == pytest.approx(best)


def test_where_alarms_cost_most_nothing_is_called() -> None:
    label, logit = np.array([0, 1, 0], np.uint8), np.array([3, 2, 1], np.float32)
    rows = Sheet(np.arange(3), label, np.full(3, -1, np.int32), {"a": logit})
    cutoff, value = cutoffs.best(rows, "a", "cost", false_alarm=2, missed=1)
    assert (cutoff, value) == (1.0, 1 / 3)


@pytest.mark.parametrize(("shift", "top"), [(0.0, 1.0), (-3.0, 0.5), (-8.0, 0.01)])
def test_the_axis_ends_where_the_probabilities_do(shift: float, top: float) -> None:
    assert cutoffs.top_of(sheet(shift=shift), ["a"]) == top
    assert cutoffs.top_of(sheet(), []) == 1.0


def test_the_top_of_a_list_by_hand() -> None:
    ranked = Ranked([1, 0, 1, 0, 0, 1, 0, 0, 0, 0], np.arange(10, 0, -1))
    top, half, whole = tops(ranked, [0.1, 0.5, 1.0])
    assert (top.rows, top.recall, top.precision, top.lift) == pytest.approx((1, 1 / 3, 1.0, 10 / 3))
    assert (half.recall, half.precision, half.lift) == pytest.approx((2 / 3, 0.4, 4 / 3))
    assert (whole.recall, whole.precision, whole.lift) == pytest.approx((1, 0.3, 1))


def test_tied_rows_at_the_edge_count_as_their_mean_over_all_orders() -> None:
    rng = np.random.default_rng(1)
    label, score = (rng.random(60) < 0.4).astype(int), rng.integers(0, 4, 60)
    (found,) = tops(Ranked(label, score), [0.25])
    drawn = []
    for _ in range(4000):
        order = np.lexsort((rng.random(60), -score))[:15]
        drawn.append(label[order].mean())
    assert found.precision == pytest.approx(np.mean(drawn), abs=0.005)


def test_a_list_without_clicks_or_rows() -> None:
    (none,) = tops(Ranked([0, 0], [1.0, 2.0]), [0.5])
    assert np.isnan(none.recall)
    assert none.precision == 0
    (empty,) = tops(Ranked([], []), [0.5])
    assert np.isnan(empty.precision)
