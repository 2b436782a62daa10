"""A small shop with both stages, of untrained but lively models."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ctrcore.data.encoded import Encoded
from ctrcore.explain.candidates import catalogue
from ctrcore.explain.names import Names
from ctrcore.recommend.history import items_in
from ctrcore.recommend.items import ItemTable, item_table, with_clicks
from ctrcore.recommend.moments import Moment
from ctrcore.recommend.recall import FMRecall
from ctrcore.recommend.recommender import Recommender
from tests.explain.conftest import SmallShop, shop

__all__ = ["shop"]
Build = Callable[..., Recommender]


@pytest.fixture(scope="session")
def items(shop: SmallShop) -> ItemTable:
    encoder, frame = shop.prepared.encoder, shop.impressions
    listed = with_clicks(catalogue(frame, encoder.schema), frame, encoder.schema, shop.prepared.train)
    names = Names({str(item): f"Thing {item}" for item in listed.index}, frozenset({"item_id", "history_item"}))
    return item_table(listed, encoder, names)


@pytest.fixture(scope="session")
def build(shop: SmallShop, items: ItemTable) -> Build:
    """A recommender by the name of the ranking model and that of the recall; of two seeds, so that they differ."""

    def make(ranker: str = "din", recall: str | None = "fm", **options: object) -> Recommender:
        first = None if recall is None else FMRecall(shop.model(recall, seed=1), items)
        return Recommender(shop.model(ranker, seed=2, **options), items, first, shop.prepared.train.take(range(30)))

    return make


@pytest.fixture(scope="session")
def moment(shop: SmallShop) -> Moment:
    """A user with a history of six behaviours."""
    rows = shop.prepared.test
    place = int(np.flatnonzero(rows.bags["history_item"].lengths == 6)[0])
    one = rows.take([place])
    return moment_of(shop, one, "somebody")


def moment_of(shop: SmallShop, one: Encoded, user: str | None = None) -> Moment:
    """A single row as a moment, with the items of its history as the table tells them."""
    row = int(one.row[0])
    return Moment(row, user, one, one, items_in(shop.impressions.loc[[row]], shop.prepared.encoder.schema))
