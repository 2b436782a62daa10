"""What comes out of Amazon's reviews and products, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ctrcore.data.reading import read_part
from ctrcore.errors import DataError
from tests.data.layouts.frames import known, plan_of, tables
from tests.data.layouts.samples import SAMPLES


@pytest.fixture
def sample(tmp_path: Path) -> Any:
    return lambda name: plan_of(SAMPLES[name][1](), tmp_path)


def test_amazon_2018(sample: Any) -> None:
    plan = sample("amazon_2018")
    found = tables(plan)
    assert list(found["rows"]) == ["user_id", "item_id", "rating", "timestamp"]
    assert set(found["rows"]["item_id"]) <= {f"000{item}" for item in range(1, 7)}
    items = found["items"].set_index("item_id")
    assert items.loc["0001"].drop("brand").to_dict() == {
        "title": "Thing 1", "category": "Kind 1", "categories": "Tools|Kind 1", "price": 1012.5,
    }  # fmt: skip
    assert items.index.is_unique
    assert (plan.hints.log.rating, plan.hints.log.rating_threshold) == ("rating", None)
    assert plan.hints.log.history_columns == ["category"]


def test_amazon_2014_has_products_as_python_writes_them(sample: Any) -> None:
    items = tables(sample("amazon_2014"))["items"]
    assert items["title"].tolist()[0] == "It's"
    assert items["categories"].tolist()[0] == "Toys|Games|Dice"
    assert items["category"].tolist()[0] == "Dice"
    assert items["price"].tolist()[0] == 9.99


def test_amazon_2023(sample: Any) -> None:
    plan = sample("amazon_2023")
    found = tables(plan)
    assert found["rows"]["item_id"].str.startswith("B").all()
    assert found["rows"]["timestamp"].tolist()[0] == 880_000_000_007
    assert found["items"]["category"].tolist()[0] == "All Beauty"
    assert found["items"]["brand"].tolist()[0] == "Howard"
    assert found["items"]["price"].isna().all()


@pytest.mark.parametrize("bad", [b"{broken\n", b"[1, 2]\n", b'{"a": {"b": NaN}} x\n'])
def test_a_line_of_reviews_that_is_no_object(bad: bytes, tmp_path: Path) -> None:
    named = SAMPLES["amazon_2023"][1]()
    plan = plan_of(named | {"All_Beauty.jsonl": named["All_Beauty.jsonl"] + bad}, tmp_path)
    with pytest.raises(DataError, match="Line 61 is not JSON"):
        read_part(plan.rows)


def test_odd_values_of_reviews_are_missing(tmp_path: Path) -> None:
    start = b'{"user_id": "a", "parent_asin": "b", "rating": 1, "timestamp": 1}\n' * 6
    odd = b'{"user_id": 7, "parent_asin": null, "asin": "c", "rating": "x", "timestamp": 1e99}\n{"asin": ["x"]}\n'
    frame = read_part(plan_of({"x.jsonl": start + odd}, tmp_path).rows)
    assert known(frame["user_id"])[5:] == ["a", None, None]
    assert known(frame["item_id"])[5:] == ["b", "c", None]
    assert known(frame["rating"])[5:] == [1, None, None]
    assert known(frame["timestamp"])[5:] == [1, None, None]
