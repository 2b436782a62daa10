"""Training rows with a value are rows: past clicks on it do not count."""

from __future__ import annotations

import pytest

from ctrcore.explain import rows_seen
from ctrcore.explain.rows_seen import rows_with
from tests.explain.conftest import SmallShop


def test_rows_with_a_value_are_counted_row_by_row(shop: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    train = shop.prepared.train
    monkeypatch.setattr(rows_seen, "AT_ONCE", 7)
    for position in (0, 5):
        one = train.take([position])
        expected = [
            sum(int(ids[place]) == int(one.ids[0, place]) for ids in train.ids) for place in range(train.ids.shape[1])
        ]
        assert rows_with(train, one) == expected
        assert all(1 <= count <= len(train) for count in expected)
