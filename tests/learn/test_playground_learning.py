"""The playground's model learns like any other, a few batches at a time, and comes to where its preset promises."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import torch

from ctrcore.data.tiny_shop import TinyConfig
from ctrcore.language import say
from ctrcore.learn.playground_ground import Ground, make_ground
from ctrcore.learn.playground_presets import MODELS, PRESETS, WITHIN, shop_config, why_not
from ctrcore.learn.playground_training import MOST_EPOCHS, MOST_POINTS, Learner, Training
from ctrcore.learn.tiny import tiny_config
from ctrcore.metrics import auc
from ctrcore.models.registry import build
from ctrcore.training.config import TrainConfig
from ctrcore.training.events import EpochEvent
from ctrcore.training.predicting import predict
from ctrcore.training.trainer import train

SMALL = TinyConfig(rows=2_000, interest=2.0)


@cache
def ground_of(config: TinyConfig) -> Ground:
    return make_ground(config)


@pytest.mark.parametrize("name", MODELS)
def test_an_epoch_is_that_of_the_trainer(name: str) -> None:
    ground = ground_of(SMALL)
    learner = Learner(ground, name, Training(learning_rate=0.01, l2=2.0, batch_size=256, seed=3))
    learner.run(learner.batches)
    model = build(tiny_config(name), ground.prepared.encoder.fields, seed=3)
    config = TrainConfig(epochs=1, batch_size=256, learning_rate=0.01, l2=2.0, seed=3, device="cpu")
    last = [
        event
        for event in train(model, ground.prepared.train, ground.prepared.valid, config)
        if isinstance(event, EpochEvent)
    ][-1]
    assert learner.curve[-1].valid_auc == pytest.approx(last.valid_auc, abs=2e-3)
    # not to the last digit: where a gradient is all but 0, Adam divides rounding by rounding
    mine, other = predict(learner.model, ground.valid), predict(model, ground.valid)
    assert np.abs(mine - other).mean() < 0.02 * other.std()


def test_steps_are_the_same_however_they_are_cut() -> None:
    whole, pieces = (Learner(ground_of(SMALL), "fm", Training(batch_size=256)) for _ in range(2))
    whole.run(13)
    for steps in (1, 5, 7):
        pieces.run(steps)
    assert whole.step == pieces.step == 13
    assert whole.curve[-1].valid_auc == pieces.curve[-1].valid_auc
    assert [point.step for point in pieces.curve][:2] == [0, 1]


def test_time_ends_a_run_and_at_least_one_batch_is_learnt() -> None:
    learner = Learner(ground_of(SMALL), "fm", Training())
    learner.run(1_000, seconds=0.0)
    assert learner.step == 1
    assert not learner.model.training


def test_the_rate_can_be_changed_on_the_way() -> None:
    learner = Learner(ground_of(SMALL), "fm", Training())
    learner.run(2)
    before = [value.clone() for value in learner.model.parameters()]
    learner.adjust(Training(learning_rate=1e-9))
    learner.run(2)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(before, learner.model.parameters(), strict=True))


def test_it_stops_by_itself_and_its_curve_stays_short() -> None:
    learner = Learner(ground_of(TinyConfig(rows=400)), "lr", Training(batch_size=64))
    learner.run(10**6)
    assert learner.finished
    assert not learner.diverged
    assert learner.epoch == MOST_EPOCHS
    assert len(learner.curve) <= MOST_POINTS
    steps = [point.step for point in learner.curve]
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    learner.run(5)
    assert learner.epoch == MOST_EPOCHS


def test_a_loss_that_is_no_number_stops_it() -> None:
    learner = Learner(ground_of(SMALL), "fm", Training())
    with torch.no_grad():
        learner.model.bias.fill_(math.nan)
    learner.run(50)
    assert learner.diverged
    assert learner.finished
    assert learner.step < 50


@pytest.mark.parametrize(("preset", "model"), [(preset, words.model) for preset, words in PRESETS.items()])
def test_every_preset_brings_its_model_to_the_line(preset: str, model: str) -> None:
    """In 10 epochs, which take 2 to 6 seconds of one core (benchmarks/playground.py measures them)."""
    assert model in PRESETS[preset].reach
    assert near(preset, model, epochs=10)


@pytest.mark.parametrize(("preset", "model"), [("pair", "afm"), ("xor", "fm"), ("xor", "fibinet"), ("xor", "din")])
def test_other_models_reach_it_where_the_preset_says_so(preset: str, model: str) -> None:
    assert model in PRESETS[preset].reach
    assert near(preset, model, epochs=10)


@pytest.mark.parametrize("preset", [preset for preset, words in PRESETS.items() if "lr" in words.fail])
def test_lr_stays_at_the_best_sum_of_single_values(preset: str) -> None:
    ground = ground_of(shop_config(preset, {}))
    learner = Learner(ground, "lr", Training())
    learner.run(12 * learner.batches)
    assert max(point.valid_auc for point in learner.curve) < ground.best_auc - WITHIN
    assert learner.curve[-1].valid_auc < ground.additive_auc + 0.015
    reason = why_not("lr", ground.config, ground.best_auc, ground.additive_auc)
    assert f"{ground.additive_auc:.3f}" in say(reason, auc=ground.additive_auc, chance=ground.additive_chance)


def test_lr_guesses_on_the_xor_pair() -> None:
    learner = Learner(ground_of(shop_config("xor", {})), "lr", Training())
    learner.run(5 * learner.batches)
    assert learner.curve[-1].valid_auc == pytest.approx(0.5, abs=0.03)
    assert learner.ground.best_auc > 0.8


def test_what_stands_in_a_models_way_is_only_said_where_it_does() -> None:
    assert why_not("lr", TinyConfig(), best=0.75, additive=0.749) == ""
    assert why_not("fm", TinyConfig(), best=0.75, additive=0.6) == ""
    assert "history" in why_not("fm", TinyConfig(suppression=1.0), best=0.75, additive=0.6)
    assert why_not("din", TinyConfig(suppression=1.0), best=0.75, additive=0.6) == ""


def test_the_best_auc_is_that_of_the_truth_on_the_validation_rows() -> None:
    ground = ground_of(SMALL)
    assert ground.best_auc == auc(ground.label, ground.logit)
    assert len(ground.logit) == len(ground.prepared.valid)
    assert np.array_equal(ground.label, ground.prepared.valid.label)
    assert ground.best_loss < 0.6931


def test_chance_is_that_of_drawing_the_clicks_again() -> None:
    """Clicks drawn anew from the truth for the same rows move its AUC about as far as DeLong says."""
    ground, rng = ground_of(SMALL), np.random.default_rng(0)
    chance_of_click = 1 / (1 + np.exp(-ground.logit))
    drawn = [auc((rng.random(len(ground.logit)) < chance_of_click).astype(int), ground.logit) for _ in range(400)]
    assert ground.best_chance == pytest.approx(1.96 * np.std(drawn), rel=0.25)
    within = np.abs(np.array(drawn) - np.mean(drawn)) < ground.best_chance
    assert within.mean() > 0.9
    larger = ground_of(SMALL.model_copy(update={"rows": 20_000}))
    assert larger.best_chance == pytest.approx(ground.best_chance / np.sqrt(10), rel=0.25)


def near(preset: str, model: str, epochs: int) -> bool:
    ground = ground_of(shop_config(preset, {}))
    learner = Learner(ground, model, Training(learning_rate=PRESETS[preset].rate))
    while learner.epoch < epochs and learner.curve[-1].valid_auc <= ground.best_auc - WITHIN:
        learner.run(learner.batches)
    return learner.curve[-1].valid_auc > ground.best_auc - WITHIN
