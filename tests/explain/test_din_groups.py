"""Behaviours in groups and over many rows, against the row's own view and real forward passes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.explain.behaviours import history_view
from ctrcore.explain.din_groups import behaviour_cloud, behaviour_groups
from ctrcore.models.din import DIN
from ctrcore.training.predicting import predict
from tests.explain.conftest import SmallShop


@pytest.fixture(scope="module")
def model(shop: SmallShop) -> DIN:
    made = shop.model("din", softmax=True)
    assert isinstance(made, DIN)
    return made


def longest(shop: SmallShop) -> int:
    return int(shop.prepared.test.bags["history_item"].lengths.argmax())


def test_groups_sum_the_behaviours_and_are_removed_together(shop: SmallShop, model: DIN) -> None:
    encoder, rows, position = shop.prepared.encoder, shop.prepared.test, longest(shop)
    view = history_view(model, encoder, rows, position)
    table = behaviour_groups(model, encoder, rows.take([position]), "history_category")
    assert sorted(table["value"]) == sorted(view["history_category"].unique())
    source = shop.impressions.iloc[[rows.row[position]]]
    whole = float(predict(model, encoder.transform(source))[0])
    for record in table.to_dict("records"):
        mine = view[view["history_category"] == record["value"]]
        assert record["behaviours"] == len(mine)
        assert record["attention"] == pytest.approx(mine["attention"].sum(), abs=1e-6)
        assert record["contribution"] == pytest.approx(mine["contribution"].sum(), abs=1e-5)
        assert record["one_by_one"] == pytest.approx(mine["leave_one_out"].sum(), abs=1e-5)
        kept = view[view["history_category"] != record["value"]]
        shorter = source.assign(**{name: ["|".join(kept[name])] for name in ("history_item", "history_category")})
        assert record["removal"] == pytest.approx(
            whole - float(predict(model, encoder.transform(shorter))[0]), abs=1e-5
        )
    assert (np.diff(table["removal"].abs()) <= 1e-12).all()


def test_a_row_without_history_has_no_groups(shop: SmallShop, model: DIN) -> None:
    empty = shop.impressions.iloc[[0]].assign(history_item="", history_category="")
    one = shop.prepared.encoder.transform(empty)
    assert behaviour_groups(model, shop.prepared.encoder, one, "history_category").empty
    cloud = behaviour_cloud(model, one)
    assert cloud.table.empty
    assert (cloud.rows, cloud.agreement, cloud.against) == (0, None, None)


def test_the_cloud_holds_every_behaviour_of_every_row(shop: SmallShop, model: DIN) -> None:
    rows = shop.prepared.test.take(np.arange(30))
    cloud = behaviour_cloud(model, rows)
    found, agreements, against, mass = [], [], 0.0, 0.0
    for position in range(len(rows)):
        view = history_view(model, shop.prepared.encoder, rows, position)
        found.append(view.assign(row=position))
        if len(view) > 1:
            agreements.append(view["attention"].abs().corr(view["leave_one_out"].abs(), method="spearman"))
        against += view["attention"].abs()[view["leave_one_out"] < 0].sum()
        mass += view["attention"].abs().sum()
    expected = pd.concat([one for one in found if len(one)], ignore_index=True)
    assert cloud.rows == sum(len(one) > 0 for one in found)
    assert cloud.table["row"].tolist() == expected["row"].tolist()
    assert cloud.table["back"].tolist() == expected["back"].tolist()
    for column in ("attention", "contribution", "leave_one_out"):
        np.testing.assert_allclose(cloud.table[column], expected[column], atol=1e-5)
    assert cloud.agreement == pytest.approx(np.mean(agreements), abs=0.02)  # rounding may order near ties otherwise
    assert cloud.against == pytest.approx(against / mass, abs=0.01)
