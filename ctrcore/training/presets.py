"""Settings that work, by how long one wants to wait. Free of torch."""

from __future__ import annotations

import math
from typing import Any, Literal

from ctrcore.language import Spoken, mark
from ctrcore.models.config import CONFIGS, ModelConfig
from ctrcore.training.config import TrainConfig

Preset = Literal["quick", "standard", "paper"]
PRESETS: dict[Preset, str] = {
    "quick": mark("a few epochs with a high learning rate: a first look"),
    "standard": mark("early stopping and regularisation chosen on real data: the one to compare models with"),
    "paper": mark("each model as its authors describe it"),
}
PRESET_NAMES = Spoken({"quick": mark("quick"), "standard": mark("standard"), "paper": mark("paper")})

TUNED_ROWS = 60_000
_STANDARD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "lr": ({}, {"learning_rate": 0.01, "l2": 3.0}),
    "fm": ({"init_std": 0.03}, {"learning_rate": 0.01, "l2": 10.0}),
    "afm": (
        {"init_std": 0.05, "dropout": 0.2, "scale_by_pairs": True},
        {"learning_rate": 0.01, "l2": 5.0, "epochs": 40},
    ),
    "fibinet": ({"init_std": 0.05, "dropout": 0.3}, {"learning_rate": 0.001, "l2": 10.0}),
    "din": (
        {"init_std": 0.2, "softmax": True, "activation": "prelu", "batch_norm": True, "dropout": 0.2}
        | {"attention_units": (32, 16), "hidden_units": (64, 32)},
        {"learning_rate": 0.005, "l2": 100.0},
    ),
}
_PAPER: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "lr": ({}, {"learning_rate": 0.01}),
    "fm": ({}, {"learning_rate": 0.01, "l2": 0.3}),
    "afm": ({"embedding_size": 256, "attention_size": 256, "dropout": 0.5, "attention_l2": 2.0},
            {"learning_rate": 0.01, "batch_size": 4096}),
    "fibinet": ({"excitation": "relu", "hidden_units": (400, 400, 400), "dropout": 0.5, "batch_norm": False},
                {"learning_rate": 0.0001, "batch_size": 1000}),
    "din": ({"embedding_size": 16, "activation": "dice"}, {"learning_rate": 0.001, "batch_size": 256, "l2": 0.3}),
}  # fmt: skip


def preset(name: Preset, model: str, rows: int = 0) -> tuple[ModelConfig, TrainConfig]:
    """The preset's settings for a model, and for a table of so many rows.

    'quick' and 'standard' were chosen on tables of some 60,000 rows. A larger one takes more steps in an epoch, so its
    learning rate is smaller by the square root of the ratio: with the unchanged rate of 0.02 an FM reached a test AUC
    of 0.59 on ten million rows, with the smaller one 0.81.

    Sources of 'paper': AFM section 4.1-4.4 (k = t = 256, dropout, lambda = 2), FiBiNET section 4.1.4 (ReLU gates,
    three layers of 400, dropout 0.5, learning rate 1e-4, batch 1000), DIN section 6 (Dice, L2 divided by frequency).
    The number of epochs and early stopping are this project's own.

    AFM starts with p scaled by the number of pairs (see `ctrcore.models.afm`). Without it, and with an L2 of 3 and 20
    epochs, it did not learn the pairs of some simulated shops. Validation AUC, one seed, before and now: 0.750 and
    0.812 on shop 3 of `benchmarks.truth`, 0.818 and 0.832 on shop 2, 0.766 and 0.767 on MovieLens 100K.
    """
    model_options, train_options = (_PAPER if name == "paper" else _STANDARD)[model]
    options = dict(train_options)
    if name == "quick":
        options |= {"epochs": 4, "patience": 1, "learning_rate": 2 * options["learning_rate"]}
    if name != "paper" and rows > TUNED_ROWS:
        options["learning_rate"] = float(f"{options['learning_rate'] * math.sqrt(TUNED_ROWS / rows):.2g}")
    return CONFIGS[model](**model_options), TrainConfig(**options)
