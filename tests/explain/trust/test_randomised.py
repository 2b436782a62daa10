from __future__ import annotations

import numpy as np
import pytest
import torch

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


def test_labels_and_seeds_are_judged_by_how_alike_the_scores_are() -> None:
    model, alike, other = named(5, 4, 3, 2, 1, 0), named(6, 5, 4, 3, 2, 1), named(0, 3, 5, 1, 2, 4)
    assert verdict(label_check(model, alike, other, 3), USUAL) == "green"
    kept = label_check(model, alike, alike, 3)
    assert kept.value == pytest.approx(1.0)
    assert verdict(kept, USUAL) == "red"  # the structure does not come from the labels
    assert verdict(seed_check([model, alike], 3, trained=False), USUAL) == "green"
    assert verdict(seed_check([model, other], 3, trained=True), USUAL) == "red"
    assert seed_check([model], 3, trained=False).value is None
    three = seed_check([model, alike, other], 3, trained=False)
    pairs = [likeness(a, b) for a, b in ((model, alike), (model, other), (alike, other))]
    assert three.details["spearman"] == pytest.approx(np.mean([pair[0] for pair in pairs if pair[0] is not None]))
    assert three.details["jaccard"] == pytest.approx(np.mean([pair[1] for pair in pairs if pair[1] is not None]))
    assert three.value == min(three.details["spearman"], three.details["jaccard"])
