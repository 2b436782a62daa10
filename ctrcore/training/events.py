"""What a training run says while it runs: one stream for the bar, the worker, the tests and notebooks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class StepEvent:
    """Progress within an epoch. `loss` is the mean since the last event; times are in seconds."""

    epoch: int  # from 1
    step: int  # within all epochs, from 1
    steps: int  # of all epochs, if none is saved by early stopping
    loss: float
    learning_rate: float
    rows_per_second: float
    seconds: float  # since the start, earlier parts of a resumed run included
    eta: float


@dataclass(frozen=True)
class EpochEvent:
    """The end of an epoch, measured on the validation rows with the exact AUC."""

    epoch: int
    step: int
    train_loss: float
    valid_auc: float
    valid_log_loss: float
    learning_rate: float
    rows_per_second: float
    seconds: float
    best: bool  # the best epoch so far
    stopped: bool  # no further epoch follows


Event = StepEvent | EpochEvent


def as_record(event: Event) -> dict[str, Any]:
    """The event as a JSON record with its kind, `step` or `epoch`."""
    return {"kind": "epoch" if isinstance(event, EpochEvent) else "step", **asdict(event)}
