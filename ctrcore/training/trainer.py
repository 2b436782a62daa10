"""The training loop, as a generator of events."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ctrcore import metrics
from ctrcore.data.encoded import Encoded
from ctrcore.errors import ModelError
from ctrcore.models.base import CTRModel
from ctrcore.models.batch import Batch
from ctrcore.models.row_parts import sharing
from ctrcore.training.augmenting import Augmenter
from ctrcore.training.blocks import MEMORY, hold, parts_of
from ctrcore.training.checkpoint import Position, load_checkpoint, save_checkpoint
from ctrcore.training.config import TrainConfig
from ctrcore.training.device import choose_device
from ctrcore.training.events import EpochEvent, Event, StepEvent
from ctrcore.training.lazy_adam import LazyAdam
from ctrcore.training.predicting import predict

EVENT_GAP_S = 0.2
WORTH_COMPILING = 200_000  # rows of all epochs: from here on loading the kernels takes less time than they save
LAZY = 8  # tables so many times as large as the look-ups of a step: most of their rows would only be moved by momentum


def train(
    model: CTRModel,
    train_rows: Encoded,
    valid_rows: Encoded,
    config: TrainConfig,
    *,
    keep_negatives: float = 1.0,
    id_fields: Collection[str | None] = (),
    memory: int = MEMORY,
    folder: Path | None = None,
    resume: bool = False,
) -> Iterator[Event]:
    """Train the model in place; when the stream ends it holds the weights of its best epoch.

    Args:
        model: freshly built; it is moved to the chosen device.
        train_rows: rows to learn from.
        valid_rows: rows that choose the best epoch by their exact AUC (by log-loss if they are of one class).
        config: how to train.
        keep_negatives: share of the training negatives that was kept; the loss sees the logit of the thinned rows,
            so that the model's own logit is that of all rows.
        id_fields: names of the fields with the user's and the item's id, for `cold_start`.
        memory: bytes that training and validation rows may take in memory, and on the device. Rows that need more are
            read from their arrays in blocks, which are shuffled less thoroughly (`ctrcore.training.blocks`).
        folder: where a checkpoint is written after each epoch; None for nowhere.
        resume: go on from the folder's checkpoint, with the same result as without the break.

    Raises:
        ModelError: there are no rows, the loss is no longer a number, or `cold_start` finds no id.
    """
    if not len(train_rows) or not len(valid_rows):
        raise ModelError("There are no training or no validation rows.", "Use more rows or another split.")
    run = _Run(model, train_rows, valid_rows, config, keep=keep_negatives, id_fields=id_fields, memory=memory)
    if resume and folder is not None:
        run.restore(folder)
    while run.position.epoch < config.epochs and not run.position.stopped:
        yield from run.steps()
        yield run.finish_epoch()
        if folder is not None:
            run.save(folder)
    run.finish()


class _Run:
    """The state of one training run between its epochs."""

    def __init__(
        self,
        model: CTRModel,
        train_rows: Encoded,
        valid_rows: Encoded,
        config: TrainConfig,
        *,
        keep: float,
        id_fields: Collection[str | None],
        memory: int,
    ) -> None:
        self.device = choose_device(config.device)
        self.model = model.to(self.device).train()
        self.config = config
        self.rows, self.valid = hold(train_rows, valid_rows, self.device, memory)
        self.valid_label = np.array(valid_rows.label)
        self.augment = Augmenter(model.fields, config, id_fields, self.device)
        self.shift = -math.log(keep)
        self.inverse_count = self._inverse_count(train_rows) if config.l2 else None
        embedding = model.embedding
        embedding.compiled = self.device.type == "cpu" and len(train_rows) * config.epochs >= WORTH_COMPILING
        embedding.sparse = config.lazy_rows == "yes" or (
            config.lazy_rows == "auto" and len(embedding.table) > LAZY * self._look_ups(train_rows)
        )
        self.optimizer = LazyAdam(
            model.parameters(),
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
            decoupled_weight_decay=config.optimizer == "adamw",
            fused=True,
        )
        self.scheduler = (
            torch.optim.lr_scheduler.ReduceLROnPlateau(
                self.optimizer, mode="max", factor=config.plateau_factor, patience=config.plateau_patience
            )
            if config.plateau_factor < 1
            else None
        )
        self.position = Position()
        self.best: dict[str, Tensor] = {}
        self.batches = math.ceil(len(self.rows) / config.batch_size)
        self.total_loss = 0.0

    def _look_ups(self, rows: Encoded) -> float:
        """Look-ups of a step, on the average."""
        members = sum(len(bag.ids) for bag in rows.bags.values()) / len(rows)
        return min(self.config.batch_size, len(rows)) * float(rows.ids.shape[1] + members)

    def _inverse_count(self, rows: Encoded) -> Tensor:
        """One over the number of look-ups of each row of the table, at most 1."""
        count = np.zeros(len(self.model.embedding.table), np.int64)
        for part in parts_of(rows):
            for ids in (part.ids.ravel(), *(bag.ids for bag in part.bags.values())):
                count += np.bincount(ids, minlength=len(count))
        return torch.from_numpy(1.0 / np.maximum(count, 1)).float().to(self.device)

    def steps(self) -> Iterator[StepEvent]:
        """One epoch. Its shuffling and dropout depend on the seed and the epoch's number alone."""
        config, epoch = self.config, self.position.epoch + 1
        torch.manual_seed((config.seed << 20) + epoch)
        begun = mark = time.perf_counter()
        self.seconds_before, self.epoch_begun = self.position.seconds, begun
        summed = torch.zeros((), device=self.device)
        whole = torch.zeros((), device=self.device)
        marked = 0
        batches = self.rows.epoch(config.batch_size)
        for number in range(1, self.batches + 1):
            with sharing() if self.model.shares_rows else nullcontext():
                batch, label = next(batches)
                loss = self._step(self.augment(batch), label)
            summed += loss
            whole += loss * len(label)
            now = time.perf_counter()
            if now - mark < EVENT_GAP_S and number < self.batches:
                continue
            mean = float(summed) / (number - marked)
            if not math.isfinite(mean):
                raise ModelError(
                    f"The loss is no longer a number in epoch {epoch}.",
                    "Lower the learning rate, scale the numeric columns or set gradient_clip to 1.",
                )
            seconds = self.seconds_before + now - begun
            step = self.position.step + number
            steps = self.batches * config.epochs
            yield StepEvent(
                epoch=epoch,
                step=step,
                steps=steps,
                loss=mean,
                learning_rate=self.optimizer.param_groups[0]["lr"],
                rows_per_second=(number - marked) * config.batch_size / max(now - mark, 1e-9),
                seconds=seconds,
                eta=seconds / step * (steps - step),
            )
            mark, marked = time.perf_counter(), number
            summed.zero_()
        self.total_loss = float(whole) / len(self.rows)
        self.train_seconds = time.perf_counter() - begun

    def _step(self, batch: Batch, label: Tensor) -> Tensor:
        config = self.config
        with torch.autocast(self.device.type, torch.bfloat16, enabled=config.precision == "bfloat16"):
            logit = self.model(batch).float() + self.shift
        loss = _loss(logit, label, config)
        penalty = self.model.penalty()
        objective = loss if penalty is None else loss + penalty
        self.optimizer.zero_grad(set_to_none=True)
        objective.backward()  # type: ignore[no-untyped-call]
        if self.inverse_count is not None:
            self.model.embedding.add_penalty(batch, self.inverse_count, config.l2 / len(label))
        if config.gradient_clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), config.gradient_clip)
        self.optimizer.step()
        return loss.detach()

    def finish_epoch(self) -> EpochEvent:
        """Measure the validation rows, reduce the rate on a plateau, remember the best weights."""
        position, config = self.position, self.config
        logit = predict(self.model, self.valid)
        auc, log_loss = metrics.auc(self.valid_label, logit), metrics.log_loss(self.valid_label, logit)
        score = -log_loss if math.isnan(auc) else auc
        best = score > position.best_score
        if best:
            position.best_score, position.since_best = score, 0
            self.best = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        else:
            position.since_best += 1
        rate = self.optimizer.param_groups[0]["lr"]
        if self.scheduler is not None:
            self.scheduler.step(score)
        position.epoch += 1
        position.step += self.batches
        position.stopped = bool(config.patience) and position.since_best >= config.patience
        position.seconds = self.seconds_before + time.perf_counter() - self.epoch_begun
        return EpochEvent(
            epoch=position.epoch,
            step=position.step,
            train_loss=self.total_loss,
            valid_auc=auc,
            valid_log_loss=log_loss,
            learning_rate=rate,
            rows_per_second=len(self.rows) / max(self.train_seconds, 1e-9),
            seconds=position.seconds,
            best=best,
            stopped=position.stopped or position.epoch == config.epochs,
        )

    def finish(self) -> None:
        """Leave the model as it was best, ready to predict; with the compiled kernels if they are loaded by now."""
        self.model.load_state_dict(self.best)
        self.model.embedding.sparse = False
        self.model.eval()

    def save(self, folder: Path) -> None:
        """Write the checkpoint of the epoch just finished."""
        if self.scheduler is not None:
            self.position.scheduler = self.scheduler.state_dict()
        save_checkpoint(folder, self.position, self.model.state_dict(), self.best, self.optimizer.state_dict())

    def restore(self, folder: Path) -> None:
        """Go back to the folder's checkpoint, if it has one."""
        found = load_checkpoint(folder, self.device)
        if found is None:
            return
        self.position, weights, self.best, optimizer = found
        self.model.load_state_dict(weights)
        self.optimizer.load_state_dict(optimizer)
        if self.scheduler is not None:
            self.scheduler.load_state_dict(self.position.scheduler)


def _loss(logit: Tensor, label: Tensor, config: TrainConfig) -> Tensor:
    """Mean loss of a batch: log-loss or focal loss (Lin et al. 2017, eq. 4), with clicked rows weighted."""
    loss = F.binary_cross_entropy_with_logits(logit, label, reduction="none")
    if config.loss == "focal":
        loss = (1 - torch.exp(-loss)) ** config.focal_gamma * loss
    if config.positive_weight != 1:
        loss = loss * (1 + (config.positive_weight - 1) * label)
    return loss.mean()
