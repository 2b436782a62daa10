"""Slices beside loops over the rows of each, planted weak spots, and the rate of false alarms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore import metrics
from ctrcore.comparing.delong import DeLong
from ctrcore.comparing.groupings import Grouping
from ctrcore.comparing.ranked import Ranked
from ctrcore.comparing.slice_words import (
    caution,
    differences_in_words,
    lead_in_words,
    weak_slices_in_words,
)
from ctrcore.comparing.slices import difference_table, slice_table, too_small
from ctrcore.comparing.slicing import MOST, losses, nearly_all
from tests.comparing.worlds import field, sheet_of_scores, world

Z = 1.959963984540054


def _random(n: int, seed: int, ties: bool = True):
    rng = np.random.default_rng(seed)
    true = rng.normal(size=n)
    label = rng.random(n) < 1 / (1 + np.exp(-true))
    scores = {"a": np.round(true, 1) if ties else true, "b": true + rng.normal(size=n)}
    return sheet_of_scores(label, scores), field("f", rng.integers(-1, 5, n))


def _as_any(values: np.ndarray, label: np.ndarray, of_slice: np.ndarray) -> float:
    """The variance of the AUC of a slice whose rows are any rows: each class varies as among all rows."""
    return sum(values[label == one].var() / (of_slice == one).sum() for one in (0, 1))


@pytest.mark.parametrize("seed", range(3))
def test_every_number_is_that_of_the_rows_of_the_slice(seed: int):
    sheet, grouping = _random(1500, seed)
    table = slice_table(sheet, [grouping], ["a", "b"], least_rows=1, least_class=2)
    assert len(table) == 10
    for row in table.to_dict("records"):
        inside = grouping.codes == row["place"]
        label, logit = sheet.label[inside], sheet.logit[row["model"]][inside]
        assert (row["rows"], row["clicks"]) == (inside.sum(), label.sum())
        assert row["slice"] == "abcde"[row["place"]]
        assert row["auc"] == pytest.approx(metrics.auc(label, logit), abs=1e-12)
        assert row["log_loss"] == pytest.approx(metrics.log_loss(label, logit), abs=1e-9)
        assert row["pcoc"] == pytest.approx(metrics.pcoc(label, metrics.sigmoid(logit)), abs=1e-9)
        own = DeLong([Ranked(label, logit)]).variances()[0]
        everywhere = Ranked(sheet.label, sheet.logit[row["model"]]).placements()
        error = np.sqrt(max(own, _as_any(everywhere, sheet.label, label)))
        assert row["auc_high"] - row["auc"] == pytest.approx(Z * error, rel=1e-9)
        loss = losses(sheet, row["model"])[inside]
        assert row["log_loss_high"] - row["log_loss"] == pytest.approx(
            Z * loss.std(ddof=1) / np.sqrt(len(loss)), rel=1e-9
        )
        out_label, out_logit = sheet.label[~inside], sheet.logit[row["model"]][~inside]
        assert row["against_rest"] == pytest.approx(row["auc"] - metrics.auc(out_label, out_logit), abs=1e-12)
        rest = DeLong([Ranked(out_label, out_logit)]).variances()[0]
        assert row["against_high"] - row["against_rest"] == pytest.approx(Z * np.sqrt(error**2 + rest), rel=1e-9)


def test_the_rest_is_right_where_scores_are_grouped_for_the_variance():
    sheet, grouping = _random(9000, 0, ties=False)
    table = slice_table(sheet, [grouping], ["a"], least_rows=1)
    for row in table.to_dict("records"):
        outside = grouping.codes != row["place"]
        rest = DeLong([Ranked(sheet.label[outside], sheet.logit["a"][outside])])
        assert row["against_rest"] == pytest.approx(row["auc"] - rest.areas[0], abs=1e-12)
        own = (row["auc_high"] - row["auc"]) / Z
        expected = Z * np.sqrt(own**2 + rest.variances()[0])
        assert row["against_high"] - row["against_rest"] == pytest.approx(expected, rel=1e-4)


@given(seed=st.integers(0, 10_000), n=st.integers(2, 60), levels=st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_tiny_slices_with_ties_equal_a_loop(seed: int, n: int, levels: int):
    rng = np.random.default_rng(seed)
    scores = {name: rng.integers(0, levels, n) for name in ("a", "b")}
    sheet = sheet_of_scores(rng.integers(0, 2, n), scores)
    grouping = field("f", rng.integers(-1, 3, n), ["a", "b", "c"])
    table = slice_table(sheet, [grouping], ["a"], least_rows=1, least_class=0)
    for row in table.to_dict("records"):
        inside = grouping.codes == row["place"]
        expected = metrics.auc(sheet.label[inside], sheet.logit["a"][inside])
        assert row["auc"] == pytest.approx(expected, abs=1e-12, nan_ok=True)
    pairs = difference_table(sheet, [grouping], "a", "b", least_rows=1, least_class=0)
    there = {one for one in range(3) if 0 < (grouping.codes == one).sum() <= MOST * n}
    assert set(pairs["place"]) == set(table["place"]) == there
    assert nearly_all(sheet, [grouping]) == len(set(grouping.codes.tolist()) - {-1} - there)
    for row in pairs.to_dict("records"):
        inside = grouping.codes == row["place"]
        gap = [metrics.auc(sheet.label[inside], sheet.logit[name][inside]) for name in ("a", "b")]
        assert row["difference"] == pytest.approx(gap[0] - gap[1], abs=1e-12, nan_ok=True)


def test_differences_equal_delongs_paired_test_on_the_rows_of_the_slice():
    sheet, grouping = _random(1500, 4)
    table = difference_table(sheet, [grouping], "a", "b")
    everywhere = [Ranked(sheet.label, sheet.logit[name]).placements() for name in ("a", "b")]
    for row in table.to_dict("records"):
        inside = grouping.codes == row["place"]
        parts = DeLong([Ranked(sheet.label[inside], sheet.logit[name][inside]) for name in ("a", "b")])
        assert (row["auc_a"], row["auc_b"]) == pytest.approx(tuple(parts.areas), abs=1e-12)
        apart = everywhere[0] - everywhere[1]
        larger = max(parts.variance_of_difference(0, 1), _as_any(apart, sheet.label, sheet.label[inside]))
        half = Z * np.sqrt(larger)
        assert (row["high"] - row["difference"], row["difference"] - row["low"]) == pytest.approx((half, half))
        gap = losses(sheet, "a")[inside] - losses(sheet, "b")[inside]
        assert row["loss_difference"] == pytest.approx(gap.mean())
        assert row["loss_high"] - gap.mean() == pytest.approx(Z * gap.std(ddof=1) / np.sqrt(len(gap)))
        assert row["loss_a"] - row["loss_b"] == pytest.approx(gap.mean())
    assert (table["adjusted"] >= table["p"]).all()


def test_a_model_that_is_spoilt_in_one_slice_is_found_there_first():
    sheet, groupings, _ = world(1, n=4000)
    spoilt = groupings[2].codes == 3
    rng = np.random.default_rng(0)
    sheet.logit["a"][spoilt] = rng.permutation(sheet.logit["a"][spoilt])
    first = difference_table(sheet, groupings, "a", "b").iloc[0]
    assert (first["grouping"], first["slice"], first["told"]) == ("field 2", "d", True)
    assert first["high"] < 0
    table = difference_table(sheet, groupings, "b", "a", worst="b")
    assert (table.iloc[0]["grouping"], table.iloc[0]["slice"]) == ("field 2", "d")
    by_loss = difference_table(sheet, groupings, "a", "b", by="log_loss").iloc[0]
    assert (by_loss["grouping"], by_loss["slice"], by_loss["loss_told"]) == ("field 2", "d", True)
    assert by_loss["loss_low"] > 0
    weak = slice_table(sheet, groupings, ["b", "a"]).iloc[0]
    assert (weak["model"], weak["grouping"], weak["slice"], weak["told"]) == ("a", "field 2", "d", True)
    says = differences_in_words(difference_table(sheet, groupings, "a", "b"), "DIN", "FM")
    assert says[0].startswith("Where field 2 is d (")
    assert "FM ranks better than DIN by 0." in says[0]
    weak_words = weak_slices_in_words(slice_table(sheet, groupings, ["a", "b"]), "a", "DIN")
    assert weak_words[0].startswith("Where field 2 is d (")
    assert "DIN ranks worse than elsewhere" in weak_words[0]


def test_promises_of_too_many_clicks_are_told():
    sheet, groupings, true = world(2, n=4000)
    sheet.logit["a"][:] = true
    sheet.logit["a"][groupings[0].codes == 1] += 1
    table = slice_table(sheet, groupings[:1], ["a"])
    told = table[table["pcoc_told"]]
    assert told[["grouping", "slice"]].to_numpy().tolist() == [["field 0", "b"]]
    assert told.iloc[0]["pcoc_low"] > 1
    assert not told["told"].any()  # within the slice the order is as good as elsewhere


def test_the_interval_of_the_ratio_holds_1_where_the_p_value_is_above_5_percent():
    for seed in range(15):
        sheet, groupings, _ = world(seed, n=600)
        table = slice_table(sheet, groupings, ["a"], least_rows=50)
        inside = (table["pcoc_low"] <= 1) & (table["pcoc_high"] >= 1)
        assert (inside == (table["pcoc_p"] >= 0.05)).all()


def test_equal_models_give_no_more_false_alarms_than_the_level():
    seeds = 80
    alarms, p = np.zeros(3), {"p": [], "loss_p": [], "against": []}
    for seed in range(seeds):
        sheet, groupings, _ = world(seed, n=1200)
        pairs, single = difference_table(sheet, groupings, "a", "b"), slice_table(sheet, groupings, ["a"])
        alarms += [pairs["told"].any(), pairs["loss_told"].any(), single["told"].any()]
        p["p"] += pairs["p"].tolist()
        p["loss_p"] += pairs["loss_p"].tolist()
        p["against"] += single["p"].tolist()
    assert (alarms / seeds < 0.14).all()  # 5 % expected; above 13 % once in 1,000 times
    for values in p.values():
        assert 0.03 < np.mean(np.array(values) < 0.05) < 0.075


def test_slices_of_the_very_same_rows_count_once():
    sheet, groupings, _ = world(4, n=2000)
    once = [slice_table(sheet, groupings, ["a"]), difference_table(sheet, groupings, "a", "b")]
    again = [*groupings, field("the same", groupings[0].codes)]
    twice = [slice_table(sheet, again, ["a"]), difference_table(sheet, again, "a", "b")]
    for first, second, p in zip(once, twice, ("pcoc_adjusted", "loss_adjusted"), strict=True):
        assert len(second) == len(first) + 4
        kept = second[second["grouping"] != "the same"]
        copies = second[second["grouping"] == "the same"].set_index("place")
        for column in ("adjusted", p):
            assert kept[column].tolist() == first[column].tolist()
            original = first[first["grouping"] == "field 0"].set_index("place")[column]
            assert copies[column].sort_index().tolist() == original.sort_index().tolist()


def test_slices_with_too_few_rows_or_clicks_are_left_out_and_counted():
    label = np.r_[np.ones(50), np.zeros(50), np.ones(3), np.zeros(120), np.ones(120), np.zeros(120)]
    codes = np.r_[np.zeros(100), np.ones(123), np.full(120, 2), np.full(120, 2)].astype(int)
    rng = np.random.default_rng(0)
    sheet = sheet_of_scores(label, {name: rng.normal(size=len(label)) for name in "ab"})
    groupings = [field("f", codes), field("one class", label.astype(int))]
    table = slice_table(sheet, groupings, ["a"])
    assert table.dropna(subset=["auc"])["place"].tolist() in ([0, 2], [2, 0])
    assert table["pcoc"].notna().all()  # the model promises enough clicks wherever there are rows
    assert len(table) == 5
    assert difference_table(sheet, groupings, "a", "b")["slice"].isin(["a", "c"]).all()
    assert too_small(sheet, groupings) == 3
    assert too_small(sheet, groupings, least_rows=1, least_class=0) == 0
    says = caution(slice_table(sheet, groupings, ["a"]), 3)
    assert says.startswith("2 slices were looked at. By chance alone about 0.1 of them")
    assert "3 slices were left out: fewer than 100 rows" in says


def test_no_slice_at_all():
    sheet, groupings, _ = world(0, n=30)
    for nothing in ([], groupings):
        table = slice_table(sheet, nothing, ["a"])
        pairs = difference_table(sheet, nothing, "a", "b")
        assert len(table) == len(pairs) == 0
        assert {"auc", "told", "pcoc_adjusted", "model"} <= set(table.columns)
        assert {"difference", "told", "loss_told", "auc_a"} <= set(pairs.columns)
        assert differences_in_words(pairs, "A", "B") == []
    assert caution(pairs, 4).startswith("No slice is large enough to be judged. 4 slices were left out")
    empty = sheet_of_scores([], {"a": [], "b": []})
    assert len(slice_table(empty, [field("f", [])], ["a"])) == 0


@pytest.mark.parametrize(("rest", "left_out"), [(0, 1), (19, 1), (20, 0)])
def test_slices_of_nearly_all_rows_are_left_out_and_counted(rest: int, left_out: int):
    sheet, _, _ = world(0, n=400)
    codes = np.r_[np.zeros(400 - rest), np.ones(rest)].astype(int)
    grouping = field("f", codes)
    assert nearly_all(sheet, [grouping]) == left_out
    assert (slice_table(sheet, [grouping], ["a"])["place"] == 0).sum() == 1 - left_out
    pairs = difference_table(sheet, [grouping], "a", "b")
    assert (pairs["place"] == 0).sum() == 1 - left_out
    assert ("1 slice holds more than 95 % of the rows" in caution(pairs, 0, nearly_all=left_out)) == bool(left_out)
    assert grouping.codes.tolist() == codes.tolist()  # what was handed in stays as it is


def test_a_lead_beside_that_elsewhere_equals_two_samples():
    sheet, grouping = _random(1500, 6)
    for row in difference_table(sheet, [grouping], "a", "b").to_dict("records"):
        outside = grouping.codes != row["place"]
        label = sheet.label[outside]
        parts = DeLong([Ranked(label, sheet.logit[name][outside]) for name in ("a", "b")])
        assert row["beyond"] == pytest.approx(row["difference"] - (parts.areas[0] - parts.areas[1]), abs=1e-12)
        own = (row["high"] - row["low"]) / 2 / Z
        half = Z * np.sqrt(own**2 + parts.variance_of_difference(0, 1))
        assert (row["beyond_high"] - row["beyond_low"]) / 2 == pytest.approx(half, rel=0.01)
        gap = losses(sheet, "a") - losses(sheet, "b")
        mine, rest = gap[~outside], gap[outside]
        assert row["loss_beyond"] == pytest.approx(mine.mean() - rest.mean())
        half = Z * np.sqrt(mine.var(ddof=1) / len(mine) + rest.var(ddof=1) / len(rest))
        assert (row["loss_beyond_high"] - row["loss_beyond_low"]) / 2 == pytest.approx(half)


def test_a_lead_that_is_the_same_everywhere_makes_no_slice_a_finding():
    findings, leads = 0, 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        true = rng.normal(size=3000)
        label = rng.random(3000) < 1 / (1 + np.exp(-2 * true))
        scores = {"a": true, "b": true + 2 * rng.normal(size=3000)}
        sheet = sheet_of_scores(label, scores)
        table = difference_table(sheet, [field("f", rng.integers(0, 5, 3000))], "a", "b")
        findings += int(table["beyond_told"].any())
        leads += int(table["told"].all())
    assert leads > 25  # the model leads in every slice
    assert findings <= 5  # 1.5 expected; more than 5 by chance in one of two hundred tries


def test_a_slice_in_which_the_lead_is_lost_is_the_finding():
    rng = np.random.default_rng(3)
    true, codes = rng.normal(size=4000), rng.integers(0, 5, 4000)
    label = rng.random(4000) < 1 / (1 + np.exp(-2 * true))
    worse = true + 2 * rng.normal(size=4000)
    sheet = sheet_of_scores(label, {"a": np.where(codes == 2, worse, true), "b": worse})
    table = difference_table(sheet, [field("f", codes)], "a", "b")
    lost = table[table["place"] == 2].iloc[0]
    assert lost["beyond_told"]
    assert lost["beyond"] < -0.1
    assert not lost["told"]
    said = lead_in_words(table, "DIN", "FM", 0.123)
    assert said.startswith("On all rows DIN leads by 0.123 of AUC, and in 4 of the 5 slices DIN is ahead beyond chance")
    assert differences_in_words(table, "DIN", "FM")[0].startswith("Where f is c (")
    assert "less than elsewhere" in differences_in_words(table, "DIN", "FM")[0]


def test_a_slice_ranked_perfectly_tells_nothing_by_itself():
    label = np.tile([0, 1], 200)
    sheet = sheet_of_scores(label, {"a": label, "b": label * 2.0})
    pairs = difference_table(sheet, [field("f", np.arange(400) % 4 // 2)], "a", "b")
    assert (pairs["difference"] == 0).all()
    assert (pairs["p"] == 1).all()
    assert np.isnan(pairs["low"]).all()
    assert not pairs["told"].any()


def test_many_slices_of_large_numbers_are_told_apart():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 300, 20_000)
    sheet = sheet_of_scores(rng.integers(0, 2, 20_000), {"a": rng.normal(size=20_000)})
    table = slice_table(sheet, [field("f", codes)], ["a"], least_rows=1)
    assert len(table) == 300
    row = table.iloc[7]
    inside = codes == row["place"]
    assert row["auc"] == pytest.approx(metrics.auc(sheet.label[inside], sheet.logit["a"][inside]))


def test_the_verb_agrees_with_the_subject():
    sheet, groupings, _ = world(3, n=3000)
    sheet.logit["a"][groupings[0].codes == 0] *= -1
    counted = Grouping("training rows of the user", "activity", ["none", "1", "2", "3"], groupings[0].codes)
    says = differences_in_words(difference_table(sheet, [counted], "a", "b"), "A", "B")
    assert says[0].startswith("Where training rows of the user are none (")
