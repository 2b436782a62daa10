"""Settings that work for tables of any size."""

from __future__ import annotations

from typing import get_args

import pytest

from ctrcore.models.config import CONFIGS
from ctrcore.training.presets import TUNED_ROWS, Preset, preset


@pytest.mark.parametrize("model", CONFIGS)
@pytest.mark.parametrize("name", get_args(Preset))
def test_every_model_has_every_preset(name: Preset, model: str) -> None:
    config, training = preset(name, model)
    assert config.name == model
    assert preset(name, model, TUNED_ROWS) == (config, training)


def test_larger_tables_learn_in_smaller_steps() -> None:
    rates = [preset("quick", "fm", rows)[1].learning_rate for rows in (1000, 60_000, 240_000, 6_000_000)]
    assert rates == [0.02, 0.02, 0.01, 0.002]
    assert preset("paper", "fm", 6_000_000)[1].learning_rate == preset("paper", "fm")[1].learning_rate
