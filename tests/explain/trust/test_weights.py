from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import Background
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.support import supports
from ctrcore.explain.trust.check import Thresholds, verdict
from ctrcore.explain.trust.methods import scores_of
from ctrcore.explain.trust.weights import alive_check, residual_check, support_check
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict
from tests.explain.conftest import SmallShop

USUAL = Thresholds()


@pytest.mark.parametrize("name", ["lr", "fm", "afm", "fibinet", "din"])
def test_every_models_terms_add_up_to_its_logit(shop: SmallShop, rows: Encoded, name: str) -> None:
    model = shop.model(name)
    check = residual_check(own_terms(model, rows), predict(model, rows))
    assert verdict(check, USUAL) == "green"
    assert check.rows == len(rows)


def test_a_part_that_is_missing_is_found(shop: SmallShop, rows: Encoded) -> None:
    model = shop.model("fm")
    terms = own_terms(model, rows)
    less = replace(terms, share=terms.share * (np.arange(terms.share.shape[1]) > 0))
    logit = predict(model, rows)
    expected = np.abs(terms.share[:, 0]) / np.maximum(1, np.abs(logit))
    check = residual_check(less, logit)
    assert check.value == pytest.approx(expected.max(), rel=1e-4)
    assert verdict(check, USUAL) == "red"


@pytest.mark.parametrize("name", ["din", "fibinet"])
def test_a_wrong_gradient_of_the_hidden_layers_is_found(
    shop: SmallShop, rows: Encoded, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What holds the hidden layers' gates gives a gradient and, by a way of its own, the constant beside it."""
    model, module = shop.model(name), f"ctrcore.models.{name}"
    right = importlib.import_module(module).held_at

    def wrong(mlp: torch.nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        gradient, rest = right(mlp, x)
        return 1.1 * gradient, rest

    monkeypatch.setattr(f"{module}.held_at", wrong)
    check = residual_check(own_terms(model, rows), predict(model, rows))
    assert verdict(check, USUAL) == "red"


def test_dead_relu_gates_are_red(shop: SmallShop, rows: Encoded, background: Background) -> None:
    model = shop.model("fibinet", excitation="relu")
    found = scores_of(model, "gate", rows, background)
    check = alive_check(model, found)
    with torch.no_grad():
        gates = model.gates(model.embedding(to_batch(rows)).v)  # type: ignore[operator]
    assert check.value == pytest.approx(float((gates == 0).double().mean()))
    assert verdict(check, USUAL) == "red"  # about half of all fresh ReLU gates are dead
    sigmoid = shop.model("fibinet")
    assert verdict(alive_check(sigmoid, scores_of(sigmoid, "gate", rows, background)), USUAL) == "green"


def test_a_dead_gate_beside_a_live_one_of_the_same_history_is_counted(
    shop: SmallShop, rows: Encoded, background: Background
) -> None:
    model = shop.model("fibinet", excitation="relu")
    found = scores_of(model, "gate", rows, background)
    assert found.gates is not None
    history = [place for place, field in enumerate(model.fields) if field.kind == "history"]
    assert len(history) == found.gates.shape[1] - found.score.shape[1] + 1 > 1  # the columns are one part
    gates = np.ones_like(found.gates)
    gates[:, history[0]] = 0
    check = alive_check(model, replace(found, gates=gates))
    assert check.value == pytest.approx(1 / gates.shape[1])
    assert check.details["zeros_by_field"][model.fields[history[0]].name] == 1.0


def test_sigmoid_gates_at_an_end_are_red(shop: SmallShop, rows: Encoded, background: Background) -> None:
    model = shop.model("fibinet")
    with torch.no_grad():
        model.senet.squeeze.weight.mul_(100)  # type: ignore[union-attr,operator]
        model.senet.excite.weight.mul_(100)  # type: ignore[union-attr,operator]
    check = alive_check(model, scores_of(model, "gate", rows, background))
    assert check.details["saturated"] > 0.5
    assert verdict(check, USUAL) == "red"


def test_attention_on_one_part_alone_is_red(shop: SmallShop, rows: Encoded, background: Background) -> None:
    model = shop.model("afm")
    spread = alive_check(model, scores_of(model, "attention", rows, background))
    assert verdict(spread, USUAL) == "green"
    with torch.no_grad():
        model.h.mul_(1000)  # type: ignore[operator]
    found = scores_of(model, "attention", rows, background)
    check = alive_check(model, found)
    assert check.details["saturated"] == pytest.approx((found.score.max(1) > 0.9).mean())
    assert check.details["entropy"] < spread.details["entropy"]
    assert verdict(check, USUAL) == "red"


def test_rows_with_one_behaviour_are_not_taken_for_saturated(
    shop: SmallShop, rows: Encoded, background: Background
) -> None:
    model = shop.model("din", softmax=True)
    found = scores_of(model, "attention", rows, background)
    several = np.flatnonzero(found.mask.sum(1) > 3)
    assert alive_check(model, found.take(several)).details["entropy"] > 0.5
    alone = replace(found, mask=found.mask & (np.arange(found.mask.shape[1]) == 0))
    assert alive_check(model, alone).details["saturated"] == 0.0


def test_contributions_have_no_weights(shop: SmallShop, rows: Encoded, background: Background) -> None:
    model = shop.model("din")
    assert alive_check(model, scores_of(model, "contribution", rows, background)).value is None


def test_unknown_and_rare_values_are_counted(shop: SmallShop, rows: Encoded) -> None:
    model, encoder = shop.model("fm"), shop.prepared.encoder
    dense = [field for field in model.fields if not field.is_bag]
    unknown = rare = total = 0
    for field in model.fields:
        ids = rows.bags[field.name].ids if field.is_bag else rows.ids[:, model.fields.index(field)]
        if field.kind == "numeric":
            continue
        for id_ in ids:
            total += 1
            unknown += id_ == field.start
            rare += id_ != field.start and encoder.counts[id_] < 5
    check = support_check(model, encoder, rows)
    assert f"Of {total:,} values {unknown:,} are unknown, and {rare:,} were seen fewer than 5 times" in check.says
    one = rows.take([0])
    states = [found.state for found in supports(encoder, one) if found.seen is not None]
    assert support_check(model, encoder, one).details["values"] == len(states)
    assert support_check(model, encoder, one).details["unknown"] == states.count("unknown")
    assert support_check(model, encoder, one).details["rare"] == states.count("rare")
    assert (check.details["unknown"], check.details["rare"], check.details["values"]) == (unknown, rare, total)
    assert check.value == pytest.approx((unknown + rare) / total)
    ids = rows.ids.copy()
    for place, field in enumerate(dense):
        if field.kind != "numeric":
            ids[:, place] = field.start
    strange = support_check(model, encoder, replace(rows, ids=ids))
    assert strange.details["unknown"] >= len(rows) * (len(dense) - len(rows.numeric))
    assert verdict(strange, USUAL) in ("amber", "red")
