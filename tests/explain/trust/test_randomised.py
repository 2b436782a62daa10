from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from ctrcore.data.encoded import Encoded
from ctrcore.explain.trust.check import Thresholds, verdict
from ctrcore.explain.trust.profiles import Profile, likeness, profile_of, row_likeness
from ctrcore.explain.trust.randomised import (
    ATTENTION,
    forget_attention,
    forget_everything,
    label_check,
    parameter_check,
)
from ctrcore.explain.trust.stability import seed_check
from tests.explain.conftest import SmallShop

USUAL = Thresholds()
PAIRS = ((0, 1), (0, 2), (1, 2))


def named(*global_scores: float) -> Profile:
    size = np.array([global_scores] * 3)
    return Profile(size, np.ones(size.shape, bool), named=True)


@pytest.mark.parametrize("name", ["afm", "fibinet", "din"])
def test_only_the_attention_is_forgotten(shop: SmallShop, name: str) -> None:
    model = shop.model(name)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    other = forget_attention(model, 5)
    assert other is not None
    changed = {key for key, value in other.state_dict().items() if not torch.equal(value, before[key])}
    assert changed
    assert all(key.startswith(ATTENTION[name]) for key in changed)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    table = forget_everything(model, 5).embedding.table
    assert not torch.equal(table, model.embedding.table)


def test_a_dot_product_has_nothing_to_forget(shop: SmallShop, rows: Encoded) -> None:
    model = shop.model("din", scorer="dot")
    assert forget_attention(model, 0) is None
    found = parameter_check(model, "attention", rows, profile_of(model, "attention", rows))
    assert found.details["attention"] is None
    assert found.value == found.details["everything"]


@pytest.mark.parametrize("name", ["afm", "din"])
def test_scores_that_come_from_the_parameters_change_with_them(shop: SmallShop, rows: Encoded, name: str) -> None:
    model = shop.model(name)
    found = parameter_check(model, "attention", rows, profile_of(model, "attention", rows))
    assert found.value is not None
    assert found.value < 0.6


def test_scores_that_do_not_come_from_the_parameters_are_red(shop: SmallShop, rows: Encoded) -> None:
    model = shop.model("afm")
    with torch.no_grad():
        model.attention.weight.zero_()  # type: ignore[union-attr,operator]
    same = parameter_check(model, "attention", rows, profile_of(model, "attention", rows))
    assert same.value is None  # uniform attention has no order to lose
    steady = shop.model("fm")
    profile = profile_of(steady, "contribution", rows)
    assert row_likeness(profile, profile) == pytest.approx(1.0)


def test_global_scores_are_compared_where_parts_have_names_and_rows_where_not() -> None:
    one, other = named(4, 3, 2, 1, 0, 0.5), named(4, 3, 1, 2, 0, 0.5)
    correlation, overlap = likeness(one, other)
    assert correlation == pytest.approx(1 - 6 * 2 / (6 * 35))
    assert overlap == 1.0  # of the top two
    rows = Profile(np.array([[3.0, 2, 1, 0], [1, 2, 3, 4]]), np.ones((2, 4), bool), named=False)
    turned = Profile(rows.size[::-1], rows.mask, named=False)
    assert likeness(rows, turned)[0] == pytest.approx(-1.0)
    assert likeness(rows, turned)[1] == pytest.approx(2 / 4)  # two of the top three are common


def test_concentration_is_0_of_equal_scores_and_1_of_one_alone() -> None:
    assert named(1, 1, 1, 1).concentration == pytest.approx(0.0)
    assert named(0, 5, 0, 0).concentration == pytest.approx(1.0)
    assert named(0, 0, 0).concentration is None


MODEL = named(9, 8, 7, 6, 5, 4, 3, 2, 1)
ALIKE = named(9, 8, 7, 6, 5, 4, 2, 3, 1)
OTHER = named(1, 9, 3, 7, 2, 8, 4, 5, 6)


def test_labels_are_judged_by_what_the_true_ones_give_back_and_shuffled_ones_do_not() -> None:
    lost = label_check(MODEL, ALIKE, OTHER, 3)
    assert lost.value == pytest.approx(lost.details["true_labels"] - lost.details["shuffled_labels"])
    assert verdict(lost, USUAL) == "green"
    kept = label_check(MODEL, ALIKE, ALIKE, 3)
    assert kept.value == pytest.approx(0.0)
    assert verdict(kept, USUAL) == "red"  # the structure does not come from the labels
    gone = label_check(MODEL, ALIKE, named(*[1] * 9), 3)  # shuffled clicks leave all parts alike
    assert verdict(gone, USUAL) == "green"


def test_a_training_too_short_for_the_structure_says_nothing_about_its_loss() -> None:
    check = label_check(MODEL, OTHER, named(5, 1, 9, 2, 8, 3, 7, 4, 6), 3)
    assert check.value is None
    assert "cannot be judged" in check.says


def test_seeds_are_judged_by_the_correlation_beside_an_overlap_and_its_chance() -> None:
    assert verdict(seed_check([MODEL, ALIKE], 3, trained=False), USUAL) == "green"
    assert verdict(seed_check([MODEL, OTHER], 3, trained=True), USUAL) == "red"
    assert seed_check([MODEL], 3, trained=False).value is None
    three = seed_check([MODEL, ALIKE, OTHER], 3, trained=False)
    sizes = [one.size[0] for one in (MODEL, ALIKE, OTHER)]
    assert three.value == pytest.approx(np.mean([spearmanr(sizes[a], sizes[b]).statistic for a, b in PAIRS]))
    tops = [set(np.argsort(-size)[:3].tolist()) for size in sizes]
    assert three.details["jaccard"] == pytest.approx(
        np.mean([len(tops[a] & tops[b]) / len(tops[a] | tops[b]) for a, b in PAIRS])
    )
    any_three = [set(one) for one in combinations(range(9), 3)]
    assert three.details["jaccard_by_chance"] == pytest.approx(
        np.mean([len(one & {0, 1, 2}) / len(one | {0, 1, 2}) for one in any_three])
    )


def test_a_correlation_of_few_parts_is_no_verdict() -> None:
    few = named(7, 6, 5, 4, 3, 2, 1)
    assert label_check(few, few, few, 3).value is None
    assert seed_check([few, few], 3, trained=False).value is None
    rows = Profile(np.random.default_rng(0).random((4, 2)), np.ones((4, 2), bool), named=False)
    assert seed_check([rows, rows], 4, trained=False).value == pytest.approx(1.0)  # eight behaviours, two a row


def test_what_a_fresh_model_has_no_order_of_cannot_be_kept(shop: SmallShop, rows: Encoded) -> None:
    lr = shop.model("lr")
    check = parameter_check(lr, "contribution", rows, profile_of(lr, "contribution", rows))
    assert check.value is None
    assert "fresh model" in check.says


def test_an_order_turned_round_is_still_an_order_kept(
    shop: SmallShop, rows: Encoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = shop.model("fm")
    own = profile_of(model, "contribution", rows)
    turned = Profile(own.size.max() - own.size, own.mask, named=True)
    monkeypatch.setattr("ctrcore.explain.trust.randomised.profile_of", lambda *_: turned)
    check = parameter_check(model, "contribution", rows, own)
    assert check.value == pytest.approx(1.0)
    assert verdict(check, USUAL) == "red"
