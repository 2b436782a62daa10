from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ctrcore import metrics
from ctrcore.data.encoded import Bag, Encoded
from ctrcore.explain.trust.check import Thresholds, overall, verdict
from ctrcore.explain.trust.without_attention import (
    SHUFFLED_ROWS,
    attention_check,
    forward_with,
    shuffled,
    uniform,
    weights_of,
)
from ctrcore.models.base import CTRModel
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict
from tests.explain.conftest import SmallShop

USUAL = Thresholds()


def labelled_by(model: CTRModel, rows: Encoded) -> Encoded:
    """The rows with clicks drawn from the model's own probabilities: then what it computes is the truth."""
    logit = 2 * predict(model, rows)
    drawn = np.random.default_rng(0).random(len(rows)) < metrics.sigmoid(logit - np.median(logit))
    return replace(rows, label=drawn.astype(np.float32))


def test_uniform_weights_keep_the_total_of_the_real_parts() -> None:
    weights = torch.tensor([[0.2, 0.4, 0.0], [1.0, 2.0, 6.0], [0.0, 0.0, 0.0]])
    mask = torch.tensor([[True, True, False], [True, True, True], [False, False, False]])
    expected = torch.tensor([[0.3, 0.3, 0.0], [3.0, 3.0, 3.0], [0.0, 0.0, 0.0]])
    torch.testing.assert_close(uniform(weights, mask), expected)


def test_shuffled_weights_are_the_same_ones_of_the_row_on_its_real_parts() -> None:
    generator = torch.Generator().manual_seed(0)
    weights = torch.rand(50, 6)
    mask = torch.arange(6) < torch.randint(0, 7, (50, 1), generator=generator)
    weights = weights * mask
    found = shuffled(weights, mask, generator)
    assert bool((found[~mask] == 0).all())
    torch.testing.assert_close(found.sort(1).values, weights.sort(1).values)
    assert bool((found != weights).any())


@pytest.mark.parametrize("name", ["afm", "fibinet", "din"])
def test_the_value_is_the_auc_lost_with_uniform_weights(shop: SmallShop, name: str) -> None:
    model = shop.model(name)
    rows = labelled_by(model, shop.prepared.test)
    check = attention_check(model, "attention", rows)
    batch = to_batch(rows)
    weights, mask = weights_of(model, batch)
    replaced = weights.mean(0).expand_as(weights) if name == "fibinet" else uniform(weights, mask)
    with torch.no_grad():
        even = forward_with(model, batch, replaced)
    expected = metrics.auc(rows.label, predict(model, rows)) - metrics.auc(rows.label, even.numpy())
    assert check.value == pytest.approx(expected, abs=1e-6)
    assert check.low is not None
    assert check.high is not None
    assert check.low < expected < check.high
    assert check.details["shuffled_rows"] == len(rows)


def test_attention_that_the_clicks_rest_on_matters(shop: SmallShop) -> None:
    model = shop.model("afm")
    with torch.no_grad():
        model.h.mul_(5)  # type: ignore[operator]
        model.p.mul_(5)  # type: ignore[operator]
    rows = labelled_by(model, shop.prepared.test)
    check = attention_check(model, "attention", rows)
    assert verdict(check, USUAL) == "green"
    assert check.details["shuffled"] > 0


def inert(shop: SmallShop, name: str) -> CTRModel:
    """Models whose attention does nothing, though the picture of it looks like any other."""
    model = shop.model(name)
    with torch.no_grad():
        if name == "afm":
            model.p.zero_()  # type: ignore[operator]  # attended pairs do not reach the logit
        elif name == "din":
            first = model.mlp.linears[0].weight  # type: ignore[union-attr,index]
            first[:, -2 * model.width :] = 0  # type: ignore[index,operator]  # neither interest nor its match does
        else:
            model.senet.excite.weight.zero_()  # type: ignore[union-attr,operator]  # every gate is 1
    return model


@pytest.mark.parametrize("name", ["afm", "fibinet", "din"])
def test_inert_attention_is_red(shop: SmallShop, name: str) -> None:
    model = inert(shop, name)
    check = attention_check(model, "attention", shop.prepared.test)
    assert verdict(check, USUAL) == "red"
    assert overall([check], USUAL) == "red"
    assert check.value == pytest.approx(0.0, abs=1e-3)


def test_uniform_attention_is_red_too(shop: SmallShop) -> None:
    model = shop.model("afm")
    with torch.no_grad():
        model.h.zero_()  # type: ignore[operator]
    assert verdict(attention_check(model, "attention", shop.prepared.test), USUAL) == "red"


def test_it_does_not_apply_to_contributions_nor_to_rows_of_one_label(shop: SmallShop, rows: Encoded) -> None:
    model = shop.model("afm")
    assert attention_check(model, "contribution", rows).value is None
    same = replace(rows, label=np.zeros(len(rows), np.float32))
    assert attention_check(model, "attention", same).value is None


def test_progress_is_told(shop: SmallShop) -> None:
    told: list[float] = []
    attention_check(shop.model("afm"), "attention", shop.prepared.test, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def with_labels(rows: Encoded, clicks: int) -> Encoded:
    label = np.zeros(len(rows), np.float32)
    label[np.random.default_rng(1).choice(len(rows), clicks, replace=False)] = 1
    return replace(rows, label=label)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("clicks", "users"), [(1, None), (9, None), (100, 1), (100, 19)])
def test_few_clicks_or_users_give_a_figure_and_no_verdict(shop: SmallShop, clicks: int, users: int | None) -> None:
    rows = with_labels(shop.prepared.train, clicks)
    if users is None:
        rows = replace(rows, group=np.full(len(rows), -1, rows.group.dtype))
    else:
        rows = replace(rows, group=(np.arange(len(rows)) % users).astype(rows.group.dtype))
    check = attention_check(shop.model("afm"), "attention", rows)
    assert check.value is not None
    assert check.low is check.high is None
    assert verdict(check, USUAL) == "shown"
    assert "cannot be told" in check.says
    assert "nan" not in check.says


@pytest.mark.filterwarnings("error")
def test_a_rare_click_is_among_the_rows_whose_weights_are_shuffled(shop: SmallShop) -> None:
    rows = shop.prepared.train
    rows = with_labels(rows.take(np.arange(2 * SHUFFLED_ROWS) % len(rows)), 2)
    check = attention_check(shop.model("afm"), "attention", rows)
    assert check.details["shuffled_rows"] == SHUFFLED_ROWS
    assert np.isfinite(check.details["shuffled"])
    assert "the same" not in check.says or abs(check.details["shuffled"]) < 1e-4


def test_raw_attention_has_the_rows_mean_weight_for_even_ones(shop: SmallShop) -> None:
    rows = shop.prepared.test
    assert "at the row's mean weight" in attention_check(shop.model("din"), "attention", rows).says
    assert "uniform weights" in attention_check(shop.model("din", softmax=True), "attention", rows).says


def test_single_parts_have_no_weights_to_deal_out(shop: SmallShop) -> None:
    model, rows = shop.model("din", softmax=True), shop.prepared.test
    first = {name: Bag(bag.ids[:0], np.zeros_like(bag.offsets)) for name, bag in rows.bags.items()}
    check = attention_check(model, "attention", replace(rows, bags=first))
    assert check.value is None
    assert "two parts" in check.says
