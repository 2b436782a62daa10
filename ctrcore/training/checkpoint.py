"""Where a training run stands after an epoch, in one safetensors file that is replaced as a whole."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

FILE = "checkpoint.safetensors"


@dataclass
class Position:
    """The trainer's own numbers after an epoch.

    Every epoch seeds its generators from (seed, epoch), so no generator state needs to be kept.
    """

    epoch: int = 0
    step: int = 0
    best_score: float = float("-inf")
    since_best: int = 0
    seconds: float = 0.0
    stopped: bool = False
    scheduler: dict[str, Any] = field(default_factory=dict)


def save_checkpoint(
    folder: Path, position: Position, model: dict[str, Tensor], best: dict[str, Tensor], optimizer: dict[str, Any]
) -> None:
    """Write model, best model, optimizer state and position."""
    tensors = {f"model.{name}": value for name, value in model.items()}
    tensors |= {f"best.{name}": value for name, value in best.items()}
    for parameter, state in optimizer["state"].items():
        tensors |= {f"optimizer.{parameter}.{name}": torch.as_tensor(value) for name, value in state.items()}
    # a clone each: best and model may share memory, which the format forbids
    tensors = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
    text = json.dumps({"position": asdict(position), "groups": optimizer["param_groups"]})
    temporary = folder / f".{FILE}.tmp"
    save_file(tensors, temporary, metadata={"state": text})
    os.replace(temporary, folder / FILE)


def load_checkpoint(
    folder: Path, device: torch.device
) -> tuple[Position, dict[str, Tensor], dict[str, Tensor], dict[str, Any]] | None:
    """What `save_checkpoint` wrote, on the device; None if there is none."""
    if not (folder / FILE).exists():
        return None
    parts: dict[str, dict[str, Tensor]] = {"model": {}, "best": {}, "optimizer": {}}
    with safe_open(folder / FILE, framework="pt", device=str(device)) as file:
        saved = json.loads(file.metadata()["state"])
        for key in file.keys():  # noqa: SIM118 - not a dict
            part, name = key.split(".", 1)
            parts[part][name] = file.get_tensor(key)
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in parts["optimizer"].items():
        parameter, name = key.split(".", 1)
        state.setdefault(int(parameter), {})[name] = value
    optimizer = {"state": state, "param_groups": saved["groups"]}
    return Position(**saved["position"]), parts["model"], parts["best"], optimizer
