"""From a config to a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ctrcore.memory import keep_freed_memory
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel
from ctrcore.models.config import ModelConfig
from ctrcore.models.din import DIN
from ctrcore.models.fibinet import FiBiNET
from ctrcore.models.fm import FM
from ctrcore.models.lr import LR
from ctrcore.schema import EncodedField

MODELS: dict[str, type[Any]] = {"lr": LR, "fm": FM, "afm": AFM, "fibinet": FiBiNET, "din": DIN}


def build(config: ModelConfig, fields: Sequence[EncodedField], seed: int = 0) -> CTRModel:
    """A freshly initialised model; the same seed gives the same weights, and no global generator is moved.

    Raises:
        ModelError: the fields do not suit the model.
    """
    keep_freed_memory()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: CTRModel = MODELS[config.name](config, fields)  # type: ignore[attr-defined]
    return model
