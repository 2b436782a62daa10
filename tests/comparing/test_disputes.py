"""Disputed rows beside loops and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from ctrcore import metrics
from ctrcore.comparing.disputes import agreement, disputed, joint, percentiles, sample
from ctrcore.comparing.sheet import Sheet
from tests.comparing.worlds import sheet_of_scores


def _sheet(n: int = 800, seed: int = 0, levels: int | None = None) -> Sheet:
    rng = np.random.default_rng(seed)
    true = rng.normal(size=n)
    scores = {name: true + rng.normal(size=n) for name in ("a", "b")}
    if levels:
        scores = {name: rng.integers(0, levels, n).astype(np.float64) for name in scores}
    sheet = sheet_of_scores(rng.random(n) < 0.2, scores)
    sheet.row[:] = rng.permutation(10 * n)[:n]
    return sheet


@pytest.mark.parametrize("levels", [None, 4, 1])
def test_percentiles_are_ranks_with_ties_at_their_mean(levels: int | None):
    sheet = _sheet(levels=levels)
    expected = (rankdata(sheet.logit["a"]) - 1) / (len(sheet) - 1)
    assert percentiles(sheet, "a") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("scale", ["probability", "rank"])
def test_every_row_is_counted_in_its_square(scale: str):
    sheet = _sheet()
    found = joint(sheet, "a", "b", bins=7, scale=scale)
    of_a, of_b = (
        metrics.sigmoid(sheet.logit[name]) if scale == "probability" else percentiles(sheet, name) for name in "ab"
    )
    edges = [found.edges, found.edges]
    for label, counts in ((1, found.clicked), (0, found.others)):
        mine = sheet.label == label
        assert (counts == np.histogram2d(of_a[mine], of_b[mine], bins=edges)[0]).all()
    assert found.counts.sum() == len(sheet)
    assert found.limit >= max(of_a.max(), of_b.max())


def test_small_probabilities_fill_the_squares():
    sheet = sheet_of_scores([0, 1, 0], {"a": [-9, -8, -3], "b": [-9, -9, -2]})
    found = joint(sheet, "a", "b")
    assert found.limit == pytest.approx(0.2)
    assert found.counts.sum() == 3
    assert joint(sheet_of_scores([1], {"a": [99], "b": [99]}), "a", "b").counts[-1, -1] == 1


def test_disputed_rows_come_by_the_size_of_the_gap():
    sheet = _sheet()
    gap = percentiles(sheet, "a") - percentiles(sheet, "b")
    table = disputed(sheet, "a", "b", count=30)
    order = np.argsort(-np.abs(gap), kind="stable")[:30]
    assert table["row"].tolist() == sheet.row[order].tolist()
    for at, row in zip(order, table.to_dict("records"), strict=True):
        assert row["label"] == sheet.label[at]
        assert row["probability_a"] == pytest.approx(float(metrics.sigmoid(sheet.logit["a"])[at]))
        assert row["gap"] == pytest.approx(row["percentile_a"] - row["percentile_b"])
        higher = "a" if row["percentile_a"] > row["percentile_b"] else "b"
        lower = "b" if higher == "a" else "a"
        assert row["right"] == (higher if row["label"] else lower)


def test_by_loss_the_right_model_is_the_one_that_loses_less():
    sheet = _sheet()
    table = disputed(sheet, "a", "b", by="loss", count=len(sheet))
    assert sorted(table["row"]) == sorted(sheet.row)
    assert (np.diff(np.abs(table["gap"])) <= 1e-12).all()
    said = table[["probability_a", "probability_b"]].to_numpy()
    distance = np.abs(said - table[["label"]].to_numpy())
    assert (table["right"] == np.where(distance[:, 0] < distance[:, 1], "a", "b")).all()


def test_models_that_agree_have_no_winner():
    label = [0, 1, 0, 1]
    table = disputed(sheet_of_scores(label, {"a": label, "b": label}), "a", "b")
    assert (table["gap"] == 0).all()
    assert (table["right"] == "").all()
    assert len(table) == 4


@pytest.mark.parametrize("count", [0, 1, 30, 799, 800, 5000])
def test_a_sample_holds_the_most_disputed_rows_and_nothing_twice(count: int):
    sheet = _sheet()
    table = sample(sheet, "a", "b", count=count)
    assert len(table) == min(count, 800)
    assert not table["row"].duplicated().any()
    first = table[table["disputed"]]
    assert first["row"].tolist() == disputed(sheet, "a", "b", count=len(first))["row"].tolist()
    assert len(first) == (800 if count >= 800 else count // 3)
    again = sample(sheet, "a", "b", count=count)
    assert again["row"].tolist() == table["row"].tolist()


def test_half_of_a_samples_other_rows_are_clicked_if_there_are_any():
    rng = np.random.default_rng(0)
    label = np.zeros(5000, dtype=int)
    label[:300] = 1
    sheet = sheet_of_scores(label, {name: rng.normal(size=5000) for name in "ab"})
    drawn = sample(sheet, "a", "b", count=300).query("not disputed")
    assert drawn["label"].sum() == 100
    few = sample(sheet_of_scores(label * 0, sheet.logit), "a", "b", count=300)
    assert len(few) == 300
    assert few["label"].sum() == 0
    only = sample(sheet_of_scores(label * 0 + 1, sheet.logit), "a", "b", count=300)
    assert len(only) == 300


def test_agreement_beside_scipy_and_a_loop():
    for levels in (None, 5):
        sheet = _sheet(levels=levels)
        found = agreement(sheet, "a", "b")
        expected = spearmanr(sheet.logit["a"], sheet.logit["b"]).statistic
        assert found.spearman == pytest.approx(expected, abs=1e-9)
    sheet = _sheet()
    tops = [set(np.argsort(-sheet.logit[name])[:40].tolist()) for name in "ab"]
    assert agreement(sheet, "a", "b").shared == pytest.approx(len(tops[0] & tops[1]) / 40)
    assert agreement(sheet, "a", "b").by_chance == pytest.approx(0.05)
    assert agreement(sheet, "a", "a").shared == 1


def test_a_model_with_rounded_scores_agrees_with_itself():
    scores = np.random.default_rng(0).normal(size=3000).round(1)
    sheet = sheet_of_scores(np.arange(3000) % 2, {"a": scores, "b": scores * 2})
    found = agreement(sheet, "a", "b")
    assert (found.shared, found.spearman) == (1, pytest.approx(1))
    assert found.by_chance == pytest.approx(0.05, abs=0.02)


def test_agreement_of_ties_and_of_nothing():
    rng = np.random.default_rng(0)
    flat = sheet_of_scores(rng.integers(0, 2, 20_000), {"a": np.zeros(20_000), "b": np.zeros(20_000)})
    found = agreement(flat, "a", "b")
    assert np.isnan(found.spearman)
    assert found.shared == found.by_chance == 1  # no model says more than the other
    halves = {name: rng.integers(0, 2, 20_000) for name in ("a", "b")}  # of half of the rows each, chance draws a tenth
    found = agreement(sheet_of_scores(flat.label, halves), "a", "b")
    assert found.by_chance == pytest.approx(0.5, abs=0.01)
    assert found.shared == pytest.approx(found.by_chance, abs=0.06)
    constant = sheet_of_scores(flat.label, {"a": np.zeros(20_000), "b": rng.normal(size=20_000)})
    found = agreement(constant, "a", "b")
    assert found.by_chance == pytest.approx(0.05)
    assert found.shared < 0.08
    empty = sheet_of_scores([], {"a": [], "b": []})
    assert np.isnan(agreement(empty, "a", "b").shared)
    assert len(disputed(empty, "a", "b")) == len(sample(empty, "a", "b")) == 0
    assert joint(empty, "a", "b").counts.sum() == 0
