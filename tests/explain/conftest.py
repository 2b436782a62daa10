"""A small simulated shop, encoded once for all tests of explanations."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest
import torch

from ctrcore.data.preparing import Prepared, prepare
from ctrcore.data.recipe import Recipe
from ctrcore.data.simulate import ShopConfig, simulate
from ctrcore.models.base import CTRModel
from ctrcore.models.config import CONFIGS
from ctrcore.models.registry import build


@dataclass(frozen=True)
class SmallShop:
    impressions: pd.DataFrame
    recipe: Recipe
    prepared: Prepared

    def model(self, name: str, seed: int = 0, **options: object) -> CTRModel:
        """A model with lively numbers, in eval mode."""
        config = CONFIGS[name].model_validate({"embedding_size": 4, "init_std": 0.5, **options})
        model = build(config, self.prepared.encoder.fields, seed).eval()
        with torch.no_grad():
            model.embedding.table[:, -1].normal_(generator=torch.Generator().manual_seed(seed))
            model.bias.fill_(-0.7)
        return model


@pytest.fixture(scope="session")
def shop() -> SmallShop:
    made = simulate(ShopConfig(users=120, items=60, impressions=2000, days=10))
    return SmallShop(made.impressions, made.recipe(), prepare(made.impressions, made.recipe()))
