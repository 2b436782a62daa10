"""The lesson on pairs: its numbers are those of the models' own forward pass."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.tiny_shop import LEVELS
from ctrcore.learn.pairs import FIELDS, Move, Name, World, cells, error, row_parts, world
from ctrcore.training.predicting import predict

NAMES: tuple[Name, ...] = ("lr", "fm")


@pytest.fixture(scope="module")
def shop() -> World:
    return world()


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_every_row_add_up_to_what_the_model_says(shop: World, name: Name) -> None:
    rows = pd.DataFrame(product(*(LEVELS[field] for field in FIELDS)), columns=list(FIELDS))
    tiny = shop.models[name]
    said = predict(tiny.model, tiny.encoder.transform(rows))
    for position, row in enumerate(rows.to_dict("records")):
        parts = row_parts(shop, name, row)
        assert parts.logit == pytest.approx(said[position], abs=1e-6)
        assert parts.logit == parts.bias + sum(parts.weights.values()) + sum(parts.pairs.values())
        assert parts.probability == pytest.approx(1 / (1 + np.exp(-said[position])), abs=1e-6)


def test_a_number_moved_by_hand_is_what_the_model_says_with_it(shop: World) -> None:
    row = {"age": "young", "category": "shoes", "device": "mobile"}
    moved = row_parts(shop, "fm", row, Move("age", "young", 2, 0.7))
    model, encoder = shop.models["fm"].model, shop.models["fm"].encoder
    table = model.embedding.table.data
    table[shop.place["age", "young"], 2] += 0.7
    said = predict(model, encoder.transform(pd.DataFrame([row])))[0]
    changed = cells(shop, "fm")
    table[shop.place["age", "young"], 2] -= 0.7
    assert moved.logit == pytest.approx(said, abs=1e-6)
    assert abs(moved.logit - row_parts(shop, "fm", row).logit) > 0.05
    np.testing.assert_allclose(cells(shop, "fm", Move("age", "young", 2, 0.7)), changed, atol=1e-6)
    other = row | {"age": "old"}
    assert row_parts(shop, "fm", other, Move("age", "young", 2, 0.7)) == row_parts(shop, "fm", other)


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_the_mean_prediction_over_their_rows(shop: World, name: Name) -> None:
    tiny = shop.models[name]
    rows = tiny.shop.rows
    click = 1 / (1 + np.exp(-predict(tiny.model, tiny.encoder.transform(rows)).astype(float)))
    mean = pd.Series(click).groupby([rows["age"], rows["category"]]).mean().unstack()
    expected = mean.loc[list(LEVELS["age"]), list(LEVELS["category"])].to_numpy()
    np.testing.assert_allclose(cells(shop, name), expected, atol=1e-6)


def test_lr_misses_what_fm_sees(shop: World) -> None:
    assert error(shop, "lr") > 0.12
    assert error(shop, "fm") < 0.03
    assert shop.truth[0, 0] > shop.truth[0, 1] + 0.3, "young people click shoes, not books"
    assert shop.truth[2, 0] < shop.truth[2, 1] - 0.1, "with old people it is the other way round"


def test_lr_ranks_the_categories_alike_for_every_age(shop: World) -> None:
    order = {age: np.argsort(row).tolist() for age, row in zip(LEVELS["age"], cells(shop, "lr"), strict=True)}
    assert order["young"] == order["middle"] == order["old"]
