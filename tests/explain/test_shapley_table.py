"""Shapley values as a table that the shap package's plots accept."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.explain.background import background_of
from ctrcore.explain.shapley import Attributions, shapley_rows
from ctrcore.explain.shapley_table import DATA, VALUES, shapley_table, shapley_values
from ctrcore.training.predicting import predict
from tests.explain.conftest import SmallShop

TIES = [["item_id", "brand"]]


@pytest.fixture
def found(shop: SmallShop) -> Attributions:
    background = background_of(shop.prepared.train, 6)
    return shapley_rows(shop.model("fm"), shop.prepared.test.take(range(8)), background, ties=TIES)


def test_a_row_sums_to_its_logit(shop: SmallShop, found: Attributions) -> None:
    rows = shop.prepared.test.take(range(8))
    table = shapley_table(found, shop.prepared.encoder, rows)
    total = table["base_values"] + shapley_values(table).sum(axis=1)
    assert np.allclose(total, predict(shop.model("fm"), rows), atol=1e-4)
    assert table["label"].tolist() == rows.label.tolist()


def test_data_are_the_values_as_the_user_knows_them(shop: SmallShop, found: Attributions) -> None:
    rows = shop.prepared.test.take(range(8))
    table, shown = shapley_table(found, shop.prepared.encoder, rows), shop.prepared.encoder.inverse(rows)
    assert table[DATA + "price"].tolist() == shown["price"].tolist()
    assert table[DATA + "channel"].tolist() == shown["channel"].tolist()
    assert table[DATA + "item_id + brand"].tolist() == [
        f"{item}, {brand}" for item, brand in zip(shown["item_id"], shown["brand"], strict=True)
    ]
    first = shown["history_category"].iloc[0]
    assert table[DATA + "history_item + history_category"].iloc[0].endswith(", " + "|".join(first))


def test_shap_reads_the_file(shop: SmallShop, found: Attributions, tmp_path: object) -> None:
    shap = pytest.importorskip("shap")
    path = f"{tmp_path}/shapley.parquet"
    shapley_table(found, shop.prepared.encoder, shop.prepared.test.take(range(8))).to_parquet(path)
    table = pd.read_parquet(path)
    names = [c.removeprefix(VALUES) for c in table if c.startswith(VALUES)]
    read = shap.Explanation(
        values=table[[VALUES + name for name in names]].to_numpy(),
        base_values=table["base_values"].to_numpy(),
        data=table[[DATA + name for name in names]].to_numpy(),
        feature_names=names,
    )
    assert read.shape == (8, len(found.names))
    assert read.abs.mean(0).values == pytest.approx(np.abs(found.values).mean(0))
