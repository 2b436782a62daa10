"""The lesson on overfitting: its numbers are the model's, and what its texts claim happens in its training runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ctrcore.data.preparing import prepare
from ctrcore.data.tiny_shop import tiny_shop
from ctrcore.learn.figures_overfitting import curves
from ctrcore.learn.overfitting import EPOCHS, SHOP, VISITOR, Course, course
from ctrcore.learn.tiny import tiny_config
from ctrcore.models.registry import build
from ctrcore.schema import Column
from ctrcore.training.config import TrainConfig
from ctrcore.training.events import EpochEvent
from ctrcore.training.predicting import predict
from ctrcore.training.trainer import train
from pages.shared.learn.lessons.overfitting import LESSON
from tests.learn.stages import facts_of


@pytest.fixture(scope="module")
def sparse() -> Course:
    return course("thrice", "none")


@pytest.fixture(scope="module")
def without() -> Course:
    return course("none", "none")


@pytest.fixture(scope="module")
def once() -> Course:
    return course("once", "none")


@pytest.fixture(scope="module")
def priced() -> Course:
    return course("thrice", "strong")


def _aucs(found: Course) -> list[float]:
    return [epoch.valid_auc for epoch in found.epochs]


def test_numbers_are_those_of_a_training_run_made_by_hand(sparse: Course) -> None:
    shop = tiny_shop(SHOP)
    table, recipe = shop.rows.copy(), shop.recipe()
    person = np.random.default_rng(SHOP.seed).permutation(len(table)) // 3
    table[VISITOR] = [f"visitor {number}" for number in person]
    recipe.data_schema.columns.append(Column(name=VISITOR, kind="categorical", role="user"))
    ready = prepare(table, recipe)
    model = build(tiny_config("din"), ready.encoder.fields, seed=1)
    config = TrainConfig(epochs=EPOCHS, batch_size=64, learning_rate=0.01, patience=0, plateau_factor=1, device="cpu")
    ends = []
    for event in train(model, ready.train, ready.valid, config):
        if isinstance(event, EpochEvent):
            ends.append(event)
            if event.epoch == 2:
                fresh = next(
                    place
                    for place, row in enumerate(ready.valid.row)
                    if shop.rows["item"].iloc[int(row)] == sparse.epochs[2].fresh.item
                    and not ready.valid.label[place]
                    and sum(person[ready.train.row] == person[row]) > 1
                    and ready.train.label[person[ready.train.row] == person[row]].all()
                )
                row = ready.valid.take([fresh])
                logit = float(predict(model, row)[0])
                stranger = row.ids.copy()
                stranger[0, -1] = ready.encoder.field(VISITOR).start
                others = float(predict(model, replace(row, ids=stranger))[0])
    guess = sparse.epochs[2].fresh
    assert guess.others == pytest.approx(others, abs=1e-6)
    assert guess.others + guess.by_id == pytest.approx(logit, abs=1e-6)
    assert guess.probability == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-6)
    assert _aucs(sparse)[1:] == pytest.approx([event.valid_auc for event in ends], abs=1e-9)
    assert [epoch.valid_loss for epoch in sparse.epochs[1:]] == pytest.approx([event.valid_log_loss for event in ends])


def test_sparse_ids_ruin_the_second_epoch(sparse: Course) -> None:
    losses = [epoch.train_loss for epoch in sparse.epochs]
    assert sparse.rows == 3600
    assert losses == sorted(losses, reverse=True)
    assert sparse.best(EPOCHS).number == 1
    assert _aucs(sparse)[1] - _aucs(sparse)[0] > 0.08
    assert _aucs(sparse)[1] - _aucs(sparse)[2] > 0.03
    assert max(_aucs(sparse)[3:]) < _aucs(sparse)[1] - 0.03


def test_the_id_remembers_a_click_and_is_sure_of_another_one(sparse: Course) -> None:
    last = sparse.epochs[EPOCHS]
    assert last.learnt.clicked
    assert last.learnt.by_id > 3
    assert last.learnt.probability > 0.95
    assert not last.fresh.clicked
    assert last.fresh.others < 0
    assert last.fresh.by_id > 3
    assert last.fresh.probability > 0.9


def test_log_loss_doubles_while_the_auc_stays(sparse: Course) -> None:
    third, last = sparse.epochs[3], sparse.epochs[EPOCHS]
    assert abs(last.valid_auc - third.valid_auc) < 0.03
    assert last.valid_loss > 2 * third.valid_loss
    assert third.valid_loss > sparse.click_rate_loss


def test_without_the_id_the_auc_rises_and_stays(without: Course, sparse: Course) -> None:
    assert without.ids == 0
    assert max(_aucs(without)) > _aucs(sparse)[1] + 0.05
    assert _aucs(without)[EPOCHS] > max(_aucs(without)) - 0.03
    assert without.epochs[EPOCHS].train_loss > sparse.epochs[EPOCHS].train_loss + 0.2


def test_an_id_seen_once_is_learned_by_heart_and_misleads_nobody(once: Course, sparse: Course) -> None:
    last = once.epochs[EPOCHS]
    assert once.ids == once.rows
    assert last.train_loss < 0.01
    assert last.fresh.by_id == 0
    fall = max(_aucs(once)) - _aucs(once)[EPOCHS]
    assert 0 < fall < max(_aucs(sparse)) - _aucs(sparse)[EPOCHS]


def test_l2_raises_the_peak_and_makes_it_later(priced: Course, sparse: Course) -> None:
    best = priced.best(EPOCHS)
    assert best.number > 3
    assert best.valid_auc > _aucs(sparse)[1] + 0.05
    assert _aucs(priced)[EPOCHS] < best.valid_auc - 0.03


def test_the_same_setting_gives_the_same_curves(sparse: Course) -> None:
    assert course("thrice", "none") == sparse


def test_the_figure_reveals_the_epochs_and_marks_the_best(sparse: Course) -> None:
    figure = curves(sparse, 4, sparse.best(4))
    assert len(figure.data[0].x) == 5
    assert figure.data[2].y[1] == sparse.epochs[1].valid_auc
    assert list(figure.data[3].x) == [1]
    assert len(curves(sparse, 4).data) == 3


def test_hostile_knobs_do_not_break_the_stage() -> None:
    found = facts_of(LESSON, 0, {"epochs": "1e9", "ids": "x", "l2": "", "stop": "?", "chosen": "a"})
    assert found["epochs"] == EPOCHS
    assert found["ids"] == "thrice"
