"""A model that learns a few batches at a time, whenever it is asked to."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from ctrcore.learn.playground_ground import Ground
from ctrcore.learn.tiny import tiny_config
from ctrcore.metrics import auc, log_loss
from ctrcore.models.registry import build
from ctrcore.training.predicting import predict

MOST_EPOCHS = 100
MOST_POINTS = 600
POINTS_AN_EPOCH = 8


@dataclass(frozen=True)
class Training:
    """How the model learns; Adam on the log-loss.

    Attributes:
        learning_rate: of Adam.
        l2: on the embedding rows of a batch, as in `ctrcore.training.config.TrainConfig`.
        batch_size: rows a step.
        seed: of the first weights and of the order of the rows.
    """

    learning_rate: float = 0.02
    l2: float = 0.0
    batch_size: int = 512
    seed: int = 1


@dataclass(frozen=True)
class Point:
    """Where the model stood after a number of steps. `train_loss` is the mean since the point before."""

    step: int
    epoch: float
    train_loss: float
    valid_loss: float
    valid_auc: float


class Learner:
    """A model in training. It belongs to one visitor.

    Attributes:
        ground: what it learns.
        name: of the model.
        training: how; learning rate and L2 may be changed on the way by `adjust`.
        model: in eval mode between the calls.
        curve: a point before the first step, some in each epoch, and one at the end of each call of `run`.
        step: batches learnt so far.
        seconds: spent on learning.
    """

    def __init__(self, ground: Ground, name: str, training: Training) -> None:
        self.ground, self.name, self.training = ground, name, training
        fields = ground.prepared.encoder.fields
        self.model = build(tiny_config(name), fields, seed=training.seed).eval()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=training.learning_rate, fused=True)
        self.batches = math.ceil(len(ground.train) / training.batch_size)
        self.step, self.seconds = 0, 0.0
        self._order: tuple[torch.Tensor, ...] = ()
        self._inverse_count = self._one_over_look_ups()
        self.curve = [self._point(math.nan)]

    @property
    def epoch(self) -> float:
        """Passes over the training rows, the begun one as a fraction."""
        return self.step / self.batches

    @property
    def diverged(self) -> bool:
        """True once the loss is no longer a number."""
        return len(self.curve) > 1 and not math.isfinite(self.curve[-1].train_loss)

    @property
    def finished(self) -> bool:
        """True when it learns no further."""
        return self.diverged or self.step >= MOST_EPOCHS * self.batches

    def adjust(self, training: Training) -> None:
        """Go on with another learning rate or L2."""
        self.training = training
        for group in self.optimizer.param_groups:
            group["lr"] = training.learning_rate

    def run(self, steps: int, seconds: float = math.inf) -> None:
        """Learn so many batches, fewer if the time is over or it is `finished`; at least one.

        Args:
            steps: batches at most.
            seconds: after which no further batch is begun.
        """
        if self.finished:
            return
        begun = time.perf_counter()
        last = min(self.step + steps, MOST_EPOCHS * self.batches)
        every = max(1, self.batches // POINTS_AN_EPOCH)
        losses: list[torch.Tensor] = []
        over = False
        self.model.train()
        while not (over or self.finished):
            losses.append(self._learn())
            over = self.step >= last or time.perf_counter() - begun >= seconds
            if over or self.step % every == 0:
                self._mark(float(torch.stack(losses).mean()))
                losses = []
        self.model.eval()
        self.seconds += time.perf_counter() - begun

    def _mark(self, train_loss: float) -> None:
        """Add where it stands to the curve; of a long curve the older half is thinned."""
        self.curve.append(self._point(train_loss))
        if len(self.curve) > MOST_POINTS:
            self.curve[1 : MOST_POINTS // 2] = self.curve[2 : MOST_POINTS // 2 : 2]

    def _learn(self) -> torch.Tensor:
        """One batch. The order of the rows is that of `ctrcore.training.trainer` for the same seed."""
        epoch, place = divmod(self.step, self.batches)
        if not place or not self._order:
            source = torch.Generator().manual_seed((self.training.seed << 20) + epoch + 1)
            order = torch.randperm(len(self.ground.train), generator=source)
            self._order = torch.split(order, self.training.batch_size)
        rows = self._order[place]
        batch, label = self.ground.train.batch(rows), self.ground.train.label[rows]
        loss = F.binary_cross_entropy_with_logits(self.model(batch), label)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if self.training.l2:
            self.model.embedding.add_penalty(batch, self._inverse_count, self.training.l2 / len(label))
        self.optimizer.step()
        self.step += 1
        return loss.detach()

    def _point(self, train_loss: float) -> Point:
        logit, label = predict(self.model, self.ground.valid), self.ground.label
        sane = bool(np.isfinite(logit).all())
        return Point(
            step=self.step,
            epoch=self.epoch,
            train_loss=train_loss,
            valid_loss=log_loss(label, logit) if sane else math.nan,
            valid_auc=auc(label, logit) if sane else math.nan,
        )

    def _one_over_look_ups(self) -> torch.Tensor:
        """(vocabulary,) one over the number of look-ups in an epoch, at most 1."""
        rows = self.ground.prepared.train
        count = np.zeros(len(self.model.embedding.table), np.int64)
        for ids in (rows.ids.ravel(), *(bag.ids for bag in rows.bags.values())):
            count += np.bincount(ids, minlength=len(count))
        return torch.from_numpy(1.0 / np.maximum(count, 1)).float()
