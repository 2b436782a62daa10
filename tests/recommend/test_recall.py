"""Recall by inner product: equal to the model's own forward pass over every item."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.encoding import Encoder
from ctrcore.errors import DataError, ModelError
from ctrcore.explain.candidates import candidate_columns, catalogue
from ctrcore.explain.names import Names
from ctrcore.models.config import FMConfig
from ctrcore.models.registry import build as build_model
from ctrcore.recommend.items import ItemTable, candidates, item_table, with_clicks
from ctrcore.recommend.recall import FMRecall, best, popular, rank_of
from ctrcore.training.predicting import predict
from tests.data.tables import clicks_schema, clicks_table
from tests.explain.conftest import SmallShop


@pytest.mark.parametrize("name", ["fm", "lr"])
def test_recall_equals_brute_force_over_all_items(shop: SmallShop, items: ItemTable, name: str) -> None:
    model = shop.model(name)
    recall = FMRecall(model, items)
    for place in range(5):
        one = shop.prepared.test.take([place])
        brute = predict(model, candidates(one, items, np.arange(len(items))))
        assert recall.scores(one)[0] == pytest.approx(brute, abs=2e-5)
        positions, logits = recall.top(one, 7)
        assert positions.tolist() == np.argsort(-brute, kind="stable")[:7].tolist()
        assert logits == pytest.approx(brute[positions], abs=2e-5)


def test_it_does_so_with_every_kind_of_field() -> None:
    """Several values of an item, numbers of an item and of a user, missing cells, two histories."""
    frame, schema = clicks_table(), clicks_schema()
    encoder = Encoder()
    rows = encoder.fit_transform(frame, schema)
    columns = [column.model_copy(update={"scale": "standard"}) for column in schema.columns]
    plain = schema.model_copy(update={"columns": columns})  # the price as a number instead of a bucket
    for chosen in (schema, plain):
        encoder = Encoder()
        rows = encoder.fit_transform(frame, chosen)
        listed = with_clicks(catalogue(frame, chosen), frame, chosen, rows)
        items = item_table(listed, encoder, Names())
        assert items.fields == {"item_id", "category", "tags", "price"}
        model = build_model(FMConfig(embedding_size=5, init_std=0.7), encoder.fields, seed=3).eval()
        one = rows.take([17])
        brute = predict(model, candidates(one, items, np.arange(len(items))))
        assert FMRecall(model, items).scores(one)[0] == pytest.approx(brute, abs=1e-5)


def test_a_candidate_row_is_the_row_with_the_items_columns_encoded_anew(shop: SmallShop, items: ItemTable) -> None:
    frame, encoder = shop.impressions, shop.prepared.encoder
    columns = candidate_columns(encoder.schema)
    other = items.frame.index[5]
    changed = frame.iloc[[10]].assign(**{name: items.frame.loc[other, name] for name in columns})
    one = encoder.transform(frame.iloc[[10]])
    expected, found = encoder.transform(changed), candidates(one, items, [5])
    assert (found.ids == expected.ids).all()
    assert found.numbers == pytest.approx(expected.numbers)
    assert all((found.bags[name].ids == bag.ids).all() for name, bag in expected.bags.items())


def test_popular_items_are_those_with_most_clicks_in_training(shop: SmallShop, items: ItemTable) -> None:
    train = shop.prepared.train
    clicked = shop.impressions["item_id"].iloc[train.row[train.label == 1]].astype(str)
    counts = clicked.value_counts()
    assert [int(counts.get(item, 0)) for item in items.ids] == items.clicks.tolist()
    assert items.clicks[popular(items, 5)].tolist() == counts.head(5).tolist()
    first = popular(items, 3)
    assert not set(first[:1]) & set(popular(items, 3, first[:1]))
    assert set(popular(items, len(items)).tolist()) == set(np.flatnonzero(items.clicks).tolist())


def test_an_item_that_nobody_clicked_is_not_popular(items: ItemTable) -> None:
    clicks = np.zeros(len(items), dtype=np.int64)
    clicks[[7, 2]] = 1, 3
    few = replace(items, frame=items.frame.assign(clicks=clicks))
    assert popular(few, 5).tolist() == [2, 7]


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=40), st.integers(0, 45), st.sets(st.integers(0, 39)))
@settings(max_examples=60, deadline=None)
def test_best_equals_a_full_sort(values: list[int], n: int, out: set[int]) -> None:
    scores = np.array(values, dtype=np.float32)
    left_out = np.array(sorted(place for place in out if place < len(values)), dtype=np.int64)
    kept = [place for place in np.argsort(-scores, kind="stable").tolist() if place not in set(left_out.tolist())]
    assert best(scores, n, left_out).tolist() == kept[:n]
    assert [rank_of(scores, place, left_out) for place in kept] == list(range(1, len(kept) + 1))


def test_hidden_layers_cannot_recall(shop: SmallShop, items: ItemTable) -> None:
    with pytest.raises(ModelError, match="without hidden layers"):
        FMRecall(shop.model("fm", hidden_units=(4,)), items)
    with pytest.raises(ModelError, match="inner product"):
        FMRecall(shop.model("afm"), items)


def test_unknown_items_and_tables_without_items_are_said(items: ItemTable) -> None:
    with pytest.raises(DataError, match="no item 'nothing'"):
        items.position("nothing")
    assert items.positions(["nothing", str(items.ids[3])]).tolist() == [3]
    frame = pd.DataFrame({"x": [1, 2], "click": [0, 1]})
    schema = clicks_schema().model_copy(update={"item": None})
    with pytest.raises(DataError, match="no item column"):
        catalogue(frame, schema)
