"""Whose truth is known: the sample shop's, however it came, and that of a dataset with a truth beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.shop.tables import shop_recipe
from ctrcore.data.simulate import PLANTED_PAIRS, ShopConfig, simulate
from ctrcore.runs.demo import SAMPLE_DATA, SHOP, install_demo
from ctrcore.runs.planted import TRUTH, planted_truth_of
from ctrcore.runs.workspace import Workspace
from tests.data.tables import clicks_table
from tests.trained import RECIPE


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_the_demo_is_the_sample_shop(space: Workspace) -> None:
    install_demo(space)
    truth = planted_truth_of(space.dataset(SHOP))
    assert truth is not None
    assert truth.pairs == PLANTED_PAIRS
    terms = pd.read_parquet(SAMPLE_DATA / SHOP / TRUTH)
    assert len(truth.fields) == len(terms)
    first = [float(part) for part in str(terms["behaviour_effect"].iloc[0]).split("|")]
    assert truth.behaviour_effects(np.array([0]), np.array([len(first)])) == pytest.approx(first)


def test_the_sample_shop_is_known_by_its_cells_not_by_its_name(space: Workspace) -> None:
    table = pd.read_parquet(SAMPLE_DATA / SHOP / "impressions.parquet")
    uploaded = space.dataset(space.add_frame("mine.parquet", table, shop_recipe()))
    assert planted_truth_of(uploaded) is not None
    turned = space.dataset(space.add_frame("Sample shop", table.iloc[::-1].reset_index(drop=True), shop_recipe()))
    assert planted_truth_of(turned) is None
    device = table["device"].to_numpy(dtype=object).copy()
    device[-1] = "watch"
    changed = space.dataset(space.add_frame("Sample shop", table.assign(device=device), shop_recipe()))
    assert planted_truth_of(changed) is None


def test_a_truth_beside_the_table_is_taken_if_it_has_as_many_rows(space: Workspace) -> None:
    shop = simulate(ShopConfig(users=100, items=60, impressions=1500, seed=4))
    dataset = space.dataset(space.add_frame("another shop", shop.impressions, shop.recipe()))
    assert planted_truth_of(dataset) is None
    shop.truth.to_parquet(dataset.folder / TRUTH)
    truth = planted_truth_of(dataset)
    assert truth is not None
    assert len(truth.behaviours) == sum(len(text.split("|")) for text in shop.truth["behaviour_effect"] if text)
    shop.truth.head(1000).to_parquet(dataset.folder / TRUTH)
    assert planted_truth_of(dataset) is None


def test_nobody_knows_the_truth_of_real_data(space: Workspace) -> None:
    assert planted_truth_of(space.dataset(space.add_frame("clicks.csv", clicks_table(200), RECIPE))) is None
