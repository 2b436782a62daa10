"""A small simulated shop, encoded once for all tests of explanations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import torch

from ctrcore.data.preparing import Prepared, prepare
from ctrcore.data.recipe import Recipe
from ctrcore.data.simulate import ShopConfig, simulate
from ctrcore.models.base import CTRModel
from ctrcore.models.config import CONFIGS
from ctrcore.models.registry import build
from ctrcore.schema import Column


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


@dataclass(frozen=True)
class FewFields:
    """Rows of few fields of every kind: categorical, numeric, multi-value, and a history of two columns."""

    prepared: Prepared

    def model(self, name: str, **options: object) -> CTRModel:
        """A small model with lively numbers in double precision, in eval mode."""
        config = CONFIGS[name].model_validate({"embedding_size": 4, "init_std": 1.0, **options})
        model = build(config, self.prepared.encoder.fields, seed=1).eval().double()
        with torch.no_grad():
            for number, parameter in enumerate(model.parameters()):
                if parameter.dim() < 2:  # biases, and what starts at zero or one
                    parameter.add_(0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(number)))
            model.embedding.table[:, -1].normal_(generator=torch.Generator().manual_seed(1))
            for number, buffer in enumerate(model.buffers()):
                if buffer.is_floating_point():  # moving averages, as after some training
                    buffer.add_(0.2 * torch.rand(buffer.shape, generator=torch.Generator().manual_seed(number)))
        return model


@pytest.fixture(scope="session")
def few() -> FewFields:
    made = simulate(ShopConfig(users=40, items=20, impressions=600, days=5, seed=3))
    rng = np.random.default_rng(0)
    tags = ["|".join(rng.choice(["new", "sale", "eco", "gift"], rng.integers(0, 4), replace=False)) for _ in range(600)]
    frame = made.impressions.assign(tags=tags)
    recipe = made.recipe()
    kept = ("user_id", "gender", "item_id", "category", "price", "hour", "history_item", "history_category")
    columns = [
        column if column.name in kept else column.model_copy(update={"kind": "ignore"})
        for column in recipe.data_schema.columns
    ]
    schema = recipe.data_schema.model_copy(update={"columns": [*columns, Column(name="tags", kind="multi_value")]})
    return FewFields(prepare(frame, recipe.model_copy(update={"data_schema": schema})))
