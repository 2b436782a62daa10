"""The lesson on AUC: pairs, staircase and area are one number, counted here the slow way."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, roc_auc_score

from ctrcore.learn.order import CLICKED, RESCALED, ROWS, Shown, called, learnt, ordered, rounded, ten_rows
from ctrcore.metrics import auc
from ctrcore.training.predicting import predict
from pages.shared.learn.lessons.order import LESSON
from tests.learn.stages import facts_of


@pytest.fixture(scope="module")
def rows() -> tuple[Shown, ...]:
    return ten_rows(learnt())


def area(x: tuple[float, ...], y: tuple[float, ...]) -> float:
    """Of the polygon below a line, by trapezoids."""
    return sum((b - a) * (c + d) / 2 for a, b, c, d in zip(x, x[1:], y, y[1:], strict=False))


@pytest.mark.parametrize("seed", range(30))
def test_pairs_area_and_auc_are_one_number(seed: int) -> None:
    rng = np.random.default_rng(seed)
    clicked = [bool(one) for one in rng.permutation([True] * int(rng.integers(1, 9)) + [False] * 4)]
    score = rng.integers(0, 4 if seed % 2 else 10_000, len(clicked)).astype(float)  # with and without many ties
    found = ordered(clicked, score)
    counted = [
        1.0 if score[a] > score[b] else 0.5 if score[a] == score[b] else 0.0
        for a in range(len(clicked))
        for b in range(len(clicked))
        if clicked[a] and not clicked[b]
    ]
    assert found.auc == pytest.approx(np.mean(counted), abs=1e-9)
    assert found.right == pytest.approx(sum(counted), abs=1e-9)
    assert found.auc == pytest.approx(area(found.false_alarms, found.found), abs=1e-9)
    assert found.auc == pytest.approx(roc_auc_score(clicked, score), abs=1e-9)
    for mine, line in zip(found.clicked, found.pairs, strict=True):
        for other, value in zip(found.others, line, strict=True):
            assert value == (1 + np.sign(score[mine] - score[other])) / 2
            assert clicked[mine]
            assert not clicked[other]


def test_the_right_pairs_lie_below_the_staircase(rows: tuple[Shown, ...]) -> None:
    found = ordered([row.clicked for row in rows], [row.logit for row in rows])
    for y, line in enumerate(found.pairs):
        for x, value in enumerate(line):
            middle = (x + 0.5) / len(found.others)
            height = max(b for a, b in zip(found.false_alarms, found.found, strict=True) if a <= middle)
            assert value == ((y + 0.5) / len(found.clicked) < height)


def test_the_rows_are_real_and_all_different(rows: tuple[Shown, ...]) -> None:
    tiny = learnt()
    logits = predict(tiny.model, tiny.rows)
    assert len(rows) == ROWS
    assert sum(row.clicked for row in rows) == CLICKED
    assert len({row.logit for row in rows}) == ROWS
    assert [row.logit for row in rows] == sorted((row.logit for row in rows), reverse=True)
    words = tiny.encoder.inverse(tiny.rows)[["age", "gender", "device", "category"]].to_numpy()
    known = {
        (*map(str, values), bool(label), round(float(logit), 6))
        for values, label, logit in zip(words, tiny.rows.label, logits, strict=True)
    }
    assert all((*row.values, row.clicked, round(row.logit, 6)) in known for row in rows)
    whole = auc(tiny.rows.label, logits)
    few = ordered([row.clicked for row in rows], [row.logit for row in rows]).auc
    assert few == pytest.approx(whole, abs=0.1), "the ten stand for all"
    assert 0.7 <= few < 1


@pytest.mark.parametrize("scale", list(RESCALED))
def test_an_order_that_stays_keeps_pairs_and_auc(rows: tuple[Shown, ...], scale: str) -> None:
    clicked, score = [row.clicked for row in rows], np.array([row.logit for row in rows])
    before, after = ordered(clicked, score), ordered(clicked, RESCALED[scale](score))
    assert (before.rows, before.pairs, before.auc) == (after.rows, after.pairs, after.auc)
    if scale != "as they are":
        assert called(clicked, score, -0.4) != called(clicked, RESCALED[scale](score), -0.4)


@pytest.mark.parametrize("threshold", [-4.0, -1.0, -0.4, 0.0, 0.3, 5.0])
def test_the_threshold_gives_the_confusion_matrix_and_a_point_of_the_staircase(
    rows: tuple[Shown, ...], threshold: float
) -> None:
    clicked, score = [row.clicked for row in rows], [row.logit for row in rows]
    counts, found = called(clicked, score, threshold), ordered(clicked, score)
    tn, fp, fn, tp = confusion_matrix(clicked, np.array(score) >= threshold, labels=[False, True]).ravel()
    assert (counts.tn, counts.fp, counts.fn, counts.tp) == (tn, fp, fn, tp)
    points = set(zip(found.false_alarms, found.found, strict=True))
    assert (fp / len(found.others), tp / len(found.clicked)) in points


def test_rounding_ties_a_clicked_and_another_row(rows: tuple[Shown, ...]) -> None:
    clicked, score = [row.clicked for row in rows], [row.logit for row in rows]
    assert rounded(score, 0).tolist() == score
    for to in (1.0, 2.0):
        found = ordered(clicked, rounded(score, to))
        assert sum(line.count(0.5) for line in found.pairs) > 0
        np.testing.assert_allclose(np.mod(rounded(score, to), to), 0)


def test_the_same_score_for_all_is_worth_one_half() -> None:
    assert ordered([True, False, True], [1.0, 1.0, 1.0]).auc == 0.5


def test_what_an_address_says_never_breaks_the_stage() -> None:
    found = facts_of(LESSON, 9, {"order": "00x", "pair": "9-9", "threshold": "nan", "round": "7", "scale": "x"})
    assert found["scale"] == "as they are"
