"""Slices of few clicks on which nothing is to be found, and how often something is."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore import metrics
from ctrcore.comparing.slice_words import caution
from ctrcore.comparing.slices import difference_table, slice_table, too_small
from tests.comparing.worlds import field, sheet_of_scores


def _small_slices(seed: int, size: int = 200, slices: int = 100, mean: float = -3.2):
    """Slices of about 15 clicks that are alike; the true logits as one model, two others that add noise to them."""
    rng = np.random.default_rng(seed)
    true = 1.3 * rng.normal(size=size * slices) + mean
    label = rng.random(len(true)) < metrics.sigmoid(true)
    scores = {"true": true} | {name: true + 0.7 * rng.normal(size=len(true)) for name in ("a", "b")}
    names = [str(at) for at in range(slices)]
    return sheet_of_scores(label, scores), field("f", np.repeat(np.arange(slices), size), names)


def test_noise_in_slices_of_few_clicks_is_hardly_ever_told():
    seeds = 25
    alarms = dict.fromkeys(["worse", "better", "difference", "loss", "too many", "too few"], 0)
    inside = []
    for seed in range(seeds):
        sheet, grouping = _small_slices(seed)
        table, pairs = slice_table(sheet, [grouping], ["true"]), difference_table(sheet, [grouping], "a", "b")
        assert 12 < table["clicks"].median() < 18
        assert len(table) > 90
        told, promised = table[table["told"]], table[table["pcoc_told"]]
        alarms["worse"] += (told["against_rest"] < 0).any()
        alarms["better"] += (told["against_rest"] > 0).any()
        alarms["difference"] += pairs["told"].any()
        alarms["loss"] += pairs["loss_told"].any()
        alarms["too many"] += (promised["pcoc"] > 1).any()
        alarms["too few"] += (promised["pcoc"] < 1).any()
        judged = table.dropna(subset=["pcoc"])
        inside.append(((judged["pcoc_low"] <= 1) & (judged["pcoc_high"] >= 1)).mean())
    assert max(alarms.values()) <= 4, alarms
    assert 0.94 < np.mean(inside) < 0.985


def test_which_slices_are_judged_does_not_make_a_model_seem_to_promise_too_little():
    """Of those with at least ten clicks a model that is right would seem to promise a tenth too few."""
    sheet, grouping = _small_slices(0, size=120, slices=1000, mean=-3.2)
    table = slice_table(sheet, [grouping], ["true"])
    probability = metrics.sigmoid(sheet.logit["true"])
    promised = np.bincount(grouping.codes, weights=probability)
    judged = table[table["pcoc"].notna()]
    assert sorted(judged["place"]) == np.flatnonzero(promised >= 10).tolist()
    assert promised[judged["place"]].sum() / judged["clicks"].sum() == pytest.approx(1, abs=0.04)
    ordered = table[table["auc"].notna()]
    assert (ordered["clicks"] >= 10).all()
    assert promised[ordered["place"]].sum() / ordered["clicks"].sum() < 0.9
    assert (table["auc"].notna() | table["pcoc"].notna()).all()
    assert judged["clicks"].min() < 10
    assert too_small(sheet, [grouping], promised_by="true") == 1000 - len(judged)
    assert "10 promised clicks" in caution(table, 1000 - len(judged), column="pcoc_p")


def test_clicks_that_were_promised_and_never_came_are_told():
    label, logit = np.zeros(400), np.full(400, -2.0)
    label[200:230] = 1
    sheet = sheet_of_scores(label, {"a": logit})
    row = slice_table(sheet, [field("f", np.arange(400) // 200)], ["a"]).set_index("place").loc[0]
    assert row["clicks"] == 0
    assert row["pcoc"] == row["pcoc_high"] == np.inf
    assert row["pcoc_low"] > 1
    assert row["pcoc_told"]
    assert np.isnan(row[["auc", "against_rest", "p", "log_loss"]].astype(float)).all()


@pytest.mark.parametrize("times", [0.7, 1.0, 1.25])
def test_the_interval_of_the_ratio_holds_the_true_one_as_often_as_it_says(times: float):
    rng = np.random.default_rng(0)
    size, slices = 150, 1000
    probability = metrics.sigmoid(rng.normal(size=size * slices) - 0.7)
    label = rng.random(len(probability)) < probability
    promised = np.minimum(probability * times, 0.999)
    codes = np.repeat(np.arange(slices), size)
    sheet = sheet_of_scores(label, {"a": np.log(promised) - np.log1p(-promised)})
    table = slice_table(sheet, [field("f", codes, [str(at) for at in range(slices)])], ["a"]).sort_values("place")
    true = np.bincount(codes, weights=promised) / np.bincount(codes, weights=probability)
    held = (table["pcoc_low"] <= true) & (true <= table["pcoc_high"])
    assert 0.94 < held.mean() < 0.99


def test_predictions_that_are_too_extreme_are_not_taken_for_too_many_promises():
    """Clicks at even odds everywhere: predictions of 5 and 95 % are right on average, and clicks vary more than these
    would let them."""
    rng = np.random.default_rng(0)
    size, slices = 100, 500
    sheet = sheet_of_scores(rng.random(size * slices) < 0.5, {"a": np.tile([-3.0, 3.0], size * slices // 2)})
    names = [str(at) for at in range(slices)]
    table = slice_table(sheet, [field("f", np.repeat(np.arange(slices), size), names)], ["a"])
    assert 0.02 < (table["pcoc_p"] < 0.05).mean() < 0.06
