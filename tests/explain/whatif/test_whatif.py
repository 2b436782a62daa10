"""What if: changed rows are encoded and scored like any real row, whatever is changed; nothing breaks on odd values."""

from __future__ import annotations

import pandas as pd
import pytest

from ctrcore.data.preparing import Prepared, prepare, rows_as_seen
from ctrcore.data.recipe import Recipe
from ctrcore.explain.candidates import catalogue
from ctrcore.explain.whatif import (
    Cell,
    behaviour_of,
    behaviours_of,
    change,
    history_changes,
    item_changes,
    members_of,
    real_changes,
    row_as_read,
    scored,
    told,
)
from ctrcore.training.predicting import predict
from tests.data.tables import clicks_schema, clicks_table
from tests.explain.conftest import SmallShop
from tests.explain.whatif.conftest import RECIPE, lively, same

MODELS = ["lr", "fm", "afm", "fibinet", "din"]


@pytest.mark.parametrize("name", MODELS)
def test_a_changed_row_scores_as_the_same_row_made_by_hand(prepared: Prepared, row: pd.DataFrame, name: str) -> None:
    model = lively(name, prepared)
    changes: dict[str, Cell] = {
        "age": 33.0,
        "price": 12.5,
        "category": "toys",
        "device": None,
        "tags": ["new", "blue"],
        "history_item": ["3", "7"],
        "history_category": ["shoes", "toys"],
    }
    one, logit = scored(model, prepared.encoder, row, changes)
    hand = row.copy()
    for column, cell in (
        *(("age", 33.0), ("price", 12.5), ("category", "toys"), ("device", None), ("tags", "new|blue")),
        *(("history_item", "3|7"), ("history_category", "shoes|toys")),
    ):
        hand[column] = pd.Series([cell], index=hand.index, dtype=object)
    made = prepared.encoder.transform(hand)
    assert same(one, made)
    assert logit == pytest.approx(float(predict(model, made)[0]), abs=1e-7)
    assert logit != pytest.approx(float(predict(model, prepared.encoder.transform(row))[0]), abs=1e-4)


def test_no_change_is_the_row_itself(shop: SmallShop) -> None:
    seen = rows_as_seen(shop.impressions, shop.recipe)
    encoder, test = shop.prepared.encoder, shop.prepared.test
    for position in (0, 5):
        one = test.take([position])
        row = row_as_read(seen.loc[[int(one.row[0])]], encoder, one)
        again, logit = scored(shop.model("din"), encoder, row, {})
        assert same(again, one)
        assert logit == pytest.approx(float(predict(shop.model("din"), one)[0]), abs=1e-6)


def test_a_cell_filled_from_the_row_before_is_kept_when_another_changes() -> None:
    schema = clicks_schema()
    columns = [c.model_copy(update={"impute": "forward_fill"}) if c.name == "device" else c for c in schema.columns]
    recipe = Recipe(data_schema=schema.model_copy(update={"columns": columns}), split=RECIPE.split)
    made = prepare(clicks_table(), recipe)
    seen = rows_as_seen(clicks_table(), recipe)
    missing = [n for n, row in enumerate(made.test.row) if pd.isna(seen["device"].loc[row])]
    assert missing
    filled = 0
    for position in missing:
        one = made.test.take([position])
        row = row_as_read(seen.loc[[int(one.row[0])]], made.encoder, one)
        assert same(made.encoder.transform(row), one)
        filled += not same(made.encoder.transform(seen.loc[[int(one.row[0])]]), one)
    assert filled  # otherwise the row alone would do, and the test would say nothing


def test_the_row_itself_is_left_as_it_is(prepared: Prepared, row: pd.DataFrame) -> None:
    before = row.copy(deep=True)
    change(row, {"age": 1.0, "tags": ["x"], "history_item": [], "history_category": []}, prepared.encoder.schema)
    pd.testing.assert_frame_equal(row, before)


def test_another_item_takes_its_own_columns_along(prepared: Prepared, row: pd.DataFrame) -> None:
    schema = prepared.encoder.schema
    items = catalogue(clicks_table(), schema)
    own = str(row["item_id"].iloc[0])
    other = next(item for item in items.index if items.loc[item, "category"] != row["category"].iloc[0])
    changes = item_changes(items.loc[[other]], schema, row)
    assert changes["item_id"] == other
    assert changes["category"] == items.loc[other, "category"]
    assert set(changes) <= {"item_id", "category", "price", "tags"}
    after = change(row, changes, schema)
    assert members_of(after, schema.column("tags")) == members_of(items.loc[[other]], schema.column("tags"))
    back = item_changes(items.loc[[own]], schema, after)
    assert behaviour_of(items.loc[[own]], schema) == (own, row["category"].iloc[0])
    assert back["category"] == row["category"].iloc[0]


def test_changes_that_change_nothing_are_none(prepared: Prepared, row: pd.DataFrame) -> None:
    schema = prepared.encoder.schema
    same_again: dict[str, Cell] = {
        "age": None if pd.isna(row["age"].iloc[0]) else float(row["age"].iloc[0]),
        "category": row["category"].iloc[0],
        "tags": [str(tag) for tag in members_of(row, schema.column("tags"))],
        **history_changes(behaviours_of(row, schema), schema),
    }
    assert real_changes(row, same_again, schema) == {}
    assert told(row, same_again, schema) == []


def test_changes_are_told_in_words(prepared: Prepared, row: pd.DataFrame) -> None:
    schema = prepared.encoder.schema
    own = behaviours_of(row, schema)
    added = next((str(item), "toys") for item in range(1, 16) if (str(item), "toys") not in own)
    words = told(row, {"price": 30.0, "device": None, **history_changes([*own[2:], added], schema)}, schema)
    price = f"{row['price'].iloc[0]:g}"
    assert f"price: {price} to 30" in words
    assert any(word.startswith("device: ") and word.endswith(" to missing") for word in words)
    assert "history: 2 removed, 1 added" in words
    assert told(row, history_changes(own[1:], schema), schema) == ["history: 1 removed"]
    assert told(row, history_changes([*own, added], schema), schema) == ["history: 1 added"]
