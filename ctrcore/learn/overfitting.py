"""A tiny DIN that learns too much: the same rows with and without a sparse id, epoch by epoch.

The tiny shop's rows get a visitor id that says nothing about the click. A model can only use it to learn single rows by
heart, and DIN, whose hidden layers read the id beside everything else, does so in its second epoch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ctrcore.data.encoded import Encoded
from ctrcore.data.preparing import Prepared, prepare
from ctrcore.data.tiny_shop import TinyConfig, tiny_shop
from ctrcore.learn.tiny import Tiny, learning, tiny_config
from ctrcore.metrics import auc, log_loss, sigmoid
from ctrcore.models.base import CTRModel
from ctrcore.models.registry import build
from ctrcore.schema import Column
from ctrcore.training.config import TrainConfig
from ctrcore.training.events import EpochEvent
from ctrcore.training.predicting import predict

SHOP = TinyConfig()
VISITOR = "visitor"
EPOCHS = 10
IDS = {"none": 0, "once": 1, "thrice": 3}
"""How many rows each visitor id has, by the name of the setting; with "none" no model sees the id."""
L2 = {"none": 0.0, "weak": 3.0, "strong": 30.0}


@dataclass(frozen=True)
class Guess:
    """One row of the example visitor, judged with the id and with the id made unknown.

    Attributes:
        item: what was shown. clicked: what happened.
        others: the logit without the id. by_id: what the id adds to it.
        probability: of a click, as the model says.
    """

    item: str
    clicked: bool
    others: float
    by_id: float
    probability: float


@dataclass(frozen=True)
class Epoch:
    """After this many passes over the training rows; 0 is before the first step.

    Attributes:
        train_loss, valid_loss: log-loss of all training and of all validation rows.
        valid_auc: of the validation rows.
        learnt, fresh: the example visitor's training row and validation row.
    """

    number: int
    train_loss: float
    valid_loss: float
    valid_auc: float
    learnt: Guess
    fresh: Guess


@dataclass(frozen=True)
class Course:
    """One training run.

    Attributes:
        epochs: from 0 to EPOCHS.
        click_rate_loss: log-loss on the validation rows of who always says their click rate.
        ids: how many visitor ids the training rows hold.
        rows: how many training rows there are.
    """

    epochs: tuple[Epoch, ...]
    click_rate_loss: float
    ids: int
    rows: int

    def best(self, shown: int) -> Epoch:
        """The epoch with the highest validation AUC among those up to `shown`, before the first step excepted."""
        return max(self.epochs[1 : shown + 1], key=lambda epoch: epoch.valid_auc)


def course(ids: str, l2: str) -> Course:
    """Train with a setting of IDS and of L2, and note every epoch. Takes some three seconds."""
    tiny, example = _untrained(ids)
    config = TrainConfig(
        epochs=EPOCHS, batch_size=64, learning_rate=0.01, l2=L2[l2], patience=0, plateau_factor=1, device="cpu"
    )
    epochs = [_noted(0, tiny, example, ids)]
    epochs += [_noted(event.epoch, tiny, example, ids) for event in _ends(tiny, config)]
    rate = float(tiny.prepared.valid.label.mean())
    always = np.full(len(tiny.prepared.valid), np.log(rate / (1 - rate)))
    known = tiny.prepared.encoder.field(VISITOR).size - 1 if IDS[ids] else 0
    return Course(tuple(epochs), log_loss(tiny.prepared.valid.label, always), known, len(tiny.prepared.train))


def _ends(tiny: Tiny, config: TrainConfig) -> Iterator[EpochEvent]:
    return (event for event in learning(tiny, config) if isinstance(event, EpochEvent))


def _untrained(ids: str) -> tuple[Tiny, tuple[int, int]]:
    """The model before its first step, and where the example's training and validation row stand in their parts."""
    shop = tiny_shop(SHOP)
    table, recipe = shop.rows.copy(), shop.recipe()
    order = np.random.default_rng(SHOP.seed).permutation(len(table))
    visitor = order // max(IDS.values())  # the example is of the same rows in every setting
    if IDS[ids]:
        table[VISITOR] = [f"visitor {number}" for number in order // IDS[ids]]
        recipe.data_schema.columns.append(Column(name=VISITOR, kind="categorical", role="user"))
    prepared = prepare(table, recipe)
    model = build(tiny_config("din"), prepared.encoder.fields, seed=1)
    return Tiny(shop, prepared, model), _example(prepared, visitor)


def _example(prepared: Prepared, visitor: npt.NDArray[np.int64]) -> tuple[int, int]:
    """The first visitor who clicked in all training rows, two at least, and did not in a validation row."""
    seen, label = visitor[prepared.train.row], prepared.train.label
    for place, person in enumerate(visitor[prepared.valid.row]):
        own = np.flatnonzero(seen == person)
        if len(own) > 1 and label[own].all() and not prepared.valid.label[place]:
            return int(own[0]), place
    raise ValueError("no visitor of this shop fits the example")


def _noted(number: int, tiny: Tiny, example: tuple[int, int], ids: str) -> Epoch:
    model, rows, valid = tiny.model, tiny.prepared.train, tiny.prepared.valid
    judged = predict(model, valid)
    return Epoch(
        number,
        log_loss(rows.label, predict(model, rows)),
        log_loss(valid.label, judged),
        auc(valid.label, judged),
        _guess(tiny, rows.take([example[0]]), ids),
        _guess(tiny, valid.take([example[1]]), ids),
    )


def _guess(tiny: Tiny, row: Encoded, ids: str) -> Guess:
    logit = float(predict(tiny.model, row)[0])
    others = float(predict(tiny.model, _without_id(tiny.model, row))[0]) if IDS[ids] else logit
    item = str(tiny.shop.rows["item"].iloc[int(row.row[0])])
    return Guess(item, bool(row.label[0]), others, logit - others, float(sigmoid(np.array([logit]))[0]))


def _without_id(model: CTRModel, row: Encoded) -> Encoded:
    """The row with a visitor whom no training row holds."""
    names = [field.name for field in model.fields]
    unknown = row.ids.copy()
    unknown[:, names.index(VISITOR)] = model.fields[names.index(VISITOR)].start
    return replace(row, ids=unknown)
