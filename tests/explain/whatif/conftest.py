"""A row to change, and models that score it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.data.preparing import Prepared, prepare, rows_as_seen
from ctrcore.data.recipe import Recipe, Split
from ctrcore.models.base import CTRModel
from ctrcore.models.config import CONFIGS
from ctrcore.models.registry import build
from tests.data.tables import clicks_schema, clicks_table

RECIPE = Recipe(data_schema=clicks_schema(), split=Split(valid=0.2, test=0.2))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(clicks_table(), RECIPE)


@pytest.fixture(scope="module")
def row(prepared: Prepared) -> pd.DataFrame:
    table = rows_as_seen(clicks_table(), RECIPE)
    with_history = table[table["history_item"].str.count(r"\|") >= 3]
    return with_history.iloc[[0]]


def same(left: Encoded, right: Encoded) -> bool:
    bags = all(
        np.array_equal(left.bags[name].ids, right.bags[name].ids)
        and np.array_equal(left.bags[name].offsets, right.bags[name].offsets)
        for name in left.bags
    )
    return bags and np.array_equal(left.ids, right.ids) and np.array_equal(left.numbers, right.numbers)


def lively(name: str, prepared: Prepared) -> CTRModel:
    """An untrained model that gives every row another score."""
    model = build(CONFIGS[name].model_validate({"embedding_size": 4, "init_std": 0.5}), prepared.encoder.fields, 0)
    with torch.no_grad():
        model.embedding.table.normal_(generator=torch.Generator().manual_seed(0))
    return model.eval()
