"""Where the time of a training goes: its phases by the clock, and operators and a trace of a few of its steps."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch.optim.optimizer import Optimizer, register_optimizer_step_post_hook
from torch.profiler import profile, record_function, schedule

from ctrcore.errors import RunError
from ctrcore.models.base import CTRModel
from ctrcore.training.events import EpochEvent, Event

Phase = Literal[
    "setting up", "reading batches", "forward", "loss", "backward", "optimizer", "validation", "between epochs"
]
PHASES: dict[Phase, str] = {
    "setting up": "before the first step: rows to tensors, the optimizer, the first batch",
    "reading batches": "putting the rows of a batch together",
    "forward": "from a batch to its logits",
    "loss": "from logits to the loss, with the model's own penalty",
    "backward": "the gradients",
    "optimizer": "the L2 part of the gradients, clipping them, changing the weights",
    "validation": "scoring the validation rows, their AUC",
    "between epochs": "checkpoint, shuffling, the best weights",
}
WARM_UP, TRACED = 10, 10  # steps that are left alone at first, and then traced: some 300 KB each
TOP = 10
OUTSIDE = "outside torch's operators"


@dataclass(frozen=True)
class Operator:
    """One of torch's operators in the traced steps, with its own time: that of operators it calls is theirs."""

    name: str
    calls: float  # per step
    seconds: float  # per step
    share: float  # of a step


class TrainingProfile:
    """Watches a training from outside, by hooks of torch. What is trained is the same, bit by bit.

    The clock of the phases runs over the whole training and costs some microseconds a step. On a GPU it waits at each
    phase's end for what was started in it, which slows the training. torch's profiler, which slows it much more, looks
    at `TRACED` steps after a warm-up of `WARM_UP`.
    """

    def __init__(self) -> None:
        self.seconds: dict[Phase, float] = dict.fromkeys(PHASES, 0.0)
        self.steps = 0
        self._phase: Phase | None = None
        self._since = 0.0
        self._range: Any = None
        self._on_gpu = False
        os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # or the profiler writes lines to the standard error
        self._profiler = profile(schedule=schedule(wait=WARM_UP - 1, warmup=1, active=TRACED, repeat=1))

    @property
    def traced(self) -> int:
        """How many steps were traced."""
        return min(max(self.steps - WARM_UP, 0), TRACED)

    def watch(self, model: CTRModel, events: Iterator[Event]) -> Iterator[Event]:
        """The same events. What happens between them elsewhere is not counted."""
        with self._hooked(model), self._profiler:
            self._enter("setting up")
            for event in events:
                self._enter(None)
                yield event
                self._enter("between epochs" if isinstance(event, EpochEvent) else "reading batches")
            self._enter(None)

    def operators(self) -> list[Operator]:
        """Those with most time of their own in the traced steps, most first; on a GPU, the GPU's time.

        Time outside all of them is one of them: Python, and kernels that are not torch's.
        """
        if not self.traced:
            return []
        own: dict[str, list[float]] = {}
        for event in self._profiler.key_averages():
            if event.device_type.name != "CPU" or (self._on_gpu and event.is_user_annotation):
                continue
            name = OUTSIDE if event.is_user_annotation else event.key
            spent = event.self_device_time_total if self._on_gpu else event.self_cpu_time_total
            sums = own.setdefault(name, [0.0, 0.0])
            sums[0] += 0 if event.is_user_annotation else event.count
            sums[1] += spent / 1e6
        total = sum(seconds for _, seconds in own.values()) or 1.0
        ranked = sorted(own.items(), key=lambda item: -item[1][1])[:TOP]
        return [
            Operator(name, calls / self.traced, seconds / self.traced, seconds / total)
            for name, (calls, seconds) in ranked
        ]

    def write_trace(self, path: Path) -> None:
        """Write the traced steps as a file for chrome://tracing or Perfetto. It can be written once.

        Raises:
            RunError: if the training ended before a step was traced.
        """
        if not self.traced:
            raise RunError(
                f"The training ended after {self.steps} steps, before one was traced.",
                f"Tracing begins after {WARM_UP} steps: use more epochs, more rows or smaller batches.",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        self._profiler.export_chrome_trace(str(path))

    @contextmanager
    def _hooked(self, model: CTRModel) -> Iterator[None]:
        backward = torch.autograd.backward

        def timed_backward(*args: Any, **options: Any) -> None:
            self._enter("backward")
            try:
                backward(*args, **options)
            finally:
                self._enter("optimizer")

        hooks = [
            model.register_forward_pre_hook(self._before_forward),
            model.register_forward_hook(self._after_forward),
            register_optimizer_step_post_hook(self._after_step),
        ]
        torch.autograd.backward = timed_backward  # torch has no hook for the start of a backward pass
        try:
            yield
        finally:
            self._enter(None)
            torch.autograd.backward = backward
            for hook in hooks:
                hook.remove()

    def _before_forward(self, model: torch.nn.Module, _: Any) -> None:
        self._on_gpu = next(model.parameters()).is_cuda
        self._enter("forward" if model.training else "validation")

    def _after_forward(self, model: torch.nn.Module, _: Any, __: Any) -> None:
        if model.training:
            self._enter("loss")

    def _after_step(self, _: Optimizer, __: Any, ___: Any) -> None:
        self.steps += 1
        self._enter(None)  # a range must not cross a step's border
        if self.steps <= WARM_UP + TRACED:
            self._profiler.step()
        self._enter("reading batches")

    def _enter(self, phase: Phase | None) -> None:
        """The present phase ends, the next one begins; in the clock and as a range in the trace."""
        if self._on_gpu and not torch.cuda.is_current_stream_capturing():
            torch.cuda.synchronize()
        if self._range is not None:
            self._range.__exit__(None, None, None)
            self._range = None
        now = time.perf_counter()
        if self._phase is not None:
            self.seconds[self._phase] += now - self._since
        self._phase, self._since = phase, now
        if phase is not None and WARM_UP <= self.steps < WARM_UP + TRACED:
            self._range = record_function(phase)
            self._range.__enter__()
