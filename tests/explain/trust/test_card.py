from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.data.preparing import Prepared, prepare
from ctrcore.data.recipe import Recipe
from ctrcore.data.simulate import PLANTED_PAIRS, ShopConfig, simulate
from ctrcore.explain.background import Background
from ctrcore.explain.trust.card import Card, TrustOptions, make_card
from ctrcore.explain.trust.check import DEFINITIONS, LIVE, MODEL, Thresholds, overall, verdict
from ctrcore.explain.trust.live import live_checks
from ctrcore.explain.trust.methods import methods_of
from ctrcore.explain.trust.profiles import likeness, profile_of
from ctrcore.explain.trust.retold import known
from ctrcore.explain.trust.truth import planted_truth
from ctrcore.models.base import CTRModel
from ctrcore.models.config import CONFIGS
from ctrcore.models.registry import build
from ctrcore.schema import Column, Schema
from tests.explain.conftest import SmallShop

OPTIONS = TrustOptions(rows=60)


@dataclass(frozen=True)
class Run:
    id: str = "r1"
    name: str = "a run"


@dataclass(frozen=True)
class Opened:
    run: Any
    model: CTRModel
    encoder: Encoder
    prepared: Prepared
    judged: Encoded


def opened(shop: SmallShop, name: str, **options: object) -> Opened:
    model = shop.model(name, **options)
    return Opened(Run(), model, shop.prepared.encoder, shop.prepared, shop.prepared.test)


@pytest.mark.parametrize("name", ["lr", "fm", "afm", "fibinet", "din"])
def test_a_card_has_every_check_of_every_method_in_order(shop: SmallShop, name: str) -> None:
    told: list[float] = []
    one = opened(shop, name)
    card = make_card(one, OPTIONS, lambda done, _message: told.append(done))
    assert list(card.methods) == [*methods_of(one.model), MODEL]
    of_model = {check.id: check for check in card.methods[MODEL]}
    assert list(of_model) == ["T0", "T10", "T14"]
    assert all(check.value is not None and known(check.says) for check in of_model.values())
    assert len(card.background_rows) == 50
    assert set(card.background_rows) <= set(one.prepared.train.row.tolist())
    for method in methods_of(one.model):
        checks = card.methods[method]
        assert [check.id for check in checks] == [one for one in DEFINITIONS if one not in of_model]
        assert [check.says for check in checks if not known(check.says)] == []
        by = {check.id: check for check in checks}
        for always in ("T2", "T3", "T11"):
            assert by[always].value is not None, (always, method)
        assert (by["T1"].value is None) == (method == "contribution")
        assert (by["T13"].value is None) == (method == "contribution")
        for never in ("T8", "T9", "T12"):
            assert by[never].value is None
            assert verdict(by[never], Thresholds()) == "shown"
    assert card.rows == 60
    assert card.judged == len(one.judged)
    assert told == sorted(told)
    assert Card.model_validate_json(card.model_dump_json()) == card


@pytest.mark.parametrize("name", ["lr", "fm", "afm", "fibinet"])
@pytest.mark.filterwarnings("error")
def test_a_model_of_one_field_has_a_card_without_pairs(name: str) -> None:
    frame = pd.DataFrame({"color": ["red", "green", "blue", "red"] * 60, "click": [1, 0, 0, 0] * 60})
    schema = Schema(label="click", columns=[Column(name="color", kind="categorical")])
    prepared = prepare(frame, Recipe(data_schema=schema))
    model = build(CONFIGS[name](), prepared.encoder.fields, 0).eval()
    card = make_card(Opened(Run(), model, prepared.encoder, prepared, prepared.test), TrustOptions(rows=20))
    for method in methods_of(model):
        by = {check.id: check for check in card.methods[method]}
        for never in ("T2", "T3", "T4", "T6"):
            assert by[never].value is None, (method, never)


def test_the_same_seed_gives_the_same_card(shop: SmallShop) -> None:
    first, second = (make_card(opened(shop, "din"), OPTIONS) for _ in range(2))
    assert first.methods == second.methods
    assert first.curves == second.curves


def test_an_inert_model_is_red_all_over(shop: SmallShop) -> None:
    import torch

    one = opened(shop, "afm")
    with torch.no_grad():
        one.model.p.zero_()  # type: ignore[operator]
    card = make_card(one, OPTIONS)
    assert overall(card.methods["attention"], Thresholds()) == "red"
    by = {check.id: verdict(check, Thresholds()) for check in card.methods["attention"]}
    assert by["T1"] == by["T3"] == "red"


def test_siblings_and_short_trainings_give_the_checks_of_training(shop: SmallShop) -> None:
    asked: list[tuple[int, bool]] = []

    def retrain(seed: int, shuffled: bool) -> CTRModel:
        asked.append((seed, shuffled))
        return shop.model("afm", seed=seed + 10 * shuffled)

    one = opened(shop, "afm")
    options = TrustOptions(rows=40, seed=3, retrain=True)
    card = make_card(one, options, retrain=retrain)
    assert asked == [(4, False), (4, True), (5, False)]
    by = {check.id: check for check in card.methods["attention"]}
    assert by["T8"].details["true_labels"] is not None
    assert by["T9"].details["models"] == 2  # the short ones among themselves, the run was trained longer
    assert by["T9"].details["trained"]
    assert known(by["T8"].says)
    assert known(by["T9"].says)
    rows = one.judged.take(np.sort(np.random.default_rng(3).choice(len(one.judged), 40, replace=False)))
    short = [profile_of(shop.model("afm", seed=seed), "attention", rows) for seed in (4, 5)]
    assert by["T9"].value == pytest.approx(likeness(*short)[0])
    asked.clear()
    card = make_card(one, options, siblings=[shop.model("afm", seed=9)], retrain=retrain)
    assert asked == [(4, False), (4, True)]  # other seeds are there already
    by = {check.id: check for check in card.methods["attention"]}
    assert by["T9"].details["models"] == 2
    assert not by["T9"].details["trained"]
    asked.clear()
    make_card(one, OPTIONS, retrain=retrain)
    assert not asked  # only where it is asked for


def test_a_truth_of_other_histories_is_refused(shop: SmallShop) -> None:
    made = simulate(ShopConfig(users=120, items=60, impressions=2000, days=10))
    truth = planted_truth(made.impressions, made.truth, PLANTED_PAIRS)
    good = make_card(opened(shop, "din"), OPTIONS, truth=truth)
    assert good.planted is not None
    assert all(known(check.says) for checks in good.methods.values() for check in checks)
    other = replace(truth, histories={name: cells[::-1] for name, cells in truth.histories.items()})
    card = make_card(opened(shop, "din"), OPTIONS, truth=other)
    assert card.planted is None
    told = next(check for check in card.methods["attention"] if check.id == "T12")
    assert "not those that the truth is of" in told.says


@pytest.mark.parametrize("name", ["fm", "afm", "fibinet", "din"])
def test_live_checks_are_those_of_one_row(shop: SmallShop, background: Background, name: str) -> None:
    model, encoder, rows = shop.model(name), shop.prepared.encoder, shop.prepared.test
    lengths = next(iter(rows.bags.values())).lengths
    position = int(np.argmax(lengths))
    for method in methods_of(model):
        checks = live_checks(model, encoder, rows, position, method, background)
        assert tuple(check.id for check in checks) == LIVE
        assert all(check.rows <= 1 for check in checks)
        by = {check.id: check for check in checks}
        assert verdict(by["T0"], Thresholds()) == "green"
        assert by["T3"].value in (0.0, 1.0)
    empty = int(np.argmin(lengths))
    if name == "din" and lengths[empty] == 0:
        by = {check.id: check for check in live_checks(model, encoder, rows, empty, "attention", background)}
        assert by["T2"].value is by["T3"].value is by["T13"].value is None
