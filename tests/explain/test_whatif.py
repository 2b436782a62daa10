"""What if: changed rows are encoded and scored like any real row, whatever is changed; nothing breaks on odd values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.data.preparing import Prepared, prepare, rows_as_seen
from ctrcore.data.recipe import Recipe, Split
from ctrcore.errors import DataError
from ctrcore.explain.candidates import catalogue
from ctrcore.explain.support import supports
from ctrcore.explain.whatif import (
    Cell,
    behaviour_of,
    behaviours_of,
    change,
    history_changes,
    item_changes,
    members_of,
    placed,
    real_changes,
    row_as_read,
    scored,
    told,
)
from ctrcore.models.base import CTRModel
from ctrcore.models.config import CONFIGS
from ctrcore.models.registry import build
from ctrcore.training.predicting import predict
from tests.data.tables import clicks_schema, clicks_table
from tests.explain.conftest import SmallShop

RECIPE = Recipe(data_schema=clicks_schema(), split=Split(valid=0.2, test=0.2))
MODELS = ["lr", "fm", "afm", "fibinet", "din"]


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


@pytest.mark.parametrize(
    "changes",
    [
        {"age": float("inf")},
        {"age": "old"},
        {"nothing": 1.0},
        {"click": 1.0},
        {"time": 1.0},
        {"category": ["a"]},
        {"tags": "new"},
        {"history_item": ["1"]},
        {"history_item": ["1"], "history_category": ["shoes", "toys"]},
        {"tags": ["x"] * 1001},
        {"category": "x" * 10_001},
    ],
)
def test_what_cannot_be_is_refused_in_two_sentences(
    prepared: Prepared, row: pd.DataFrame, changes: dict[str, Cell]
) -> None:
    model = lively("fm", prepared)
    with pytest.raises(DataError) as error:
        scored(model, prepared.encoder, row, changes)
    assert error.value.problem.endswith(".")
    assert error.value.remedy.endswith(".")


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", "=1+1", "../../x", "\x00", "a|b|c", "unknown", "💥" * 50]
)
def test_hostile_values_are_unknown_values(prepared: Prepared, row: pd.DataFrame, value: str) -> None:
    model = lively("din", prepared)
    changes: dict[str, Cell] = {
        "category": value,
        "tags": [value],
        "history_item": [value, "3"],
        "history_category": [value, None],
    }
    one, logit = scored(model, prepared.encoder, row, changes)
    assert np.isfinite(logit)
    place = [field.name for field in prepared.encoder.fields].index("category")
    assert one.ids[0, place] == prepared.encoder.field("category").start
    assert one.bags["tags"].lengths.tolist() == [1]
    assert one.bags["history_item"].lengths.tolist() == [2]
    states = {
        (s.field, s.state) for s in supports(prepared.encoder, one, change(row, changes, prepared.encoder.schema))
    }
    assert ("category", "unknown") in states


def test_a_missing_value_and_an_empty_text_are_the_same(prepared: Prepared, row: pd.DataFrame) -> None:
    schema = prepared.encoder.schema
    found = [prepared.encoder.transform(change(row, {"category": cell, "age": None}, schema)) for cell in (None, "")]
    assert same(*found)


def test_a_number_out_of_range_counts_as_the_nearest_end(prepared: Prepared, row: pd.DataFrame) -> None:
    encoder = prepared.encoder
    low, high = encoder.number_range("age")
    for wild, end in ((1e300, high), (-1e300, low)):
        frames = [change(row, {"age": number}, encoder.schema) for number in (wild, end)]
        assert same(*(encoder.transform(frame) for frame in frames))
        states = [next(s.state for s in supports(encoder, encoder.transform(f), f) if s.field == "age") for f in frames]
        assert states == ["outside", "known"]
    wild_price = change(row, {"price": 1e9}, encoder.schema)  # a number that is read as a bucket
    found = {s.field: s for s in supports(encoder, encoder.transform(wild_price), wild_price)}
    assert found["price"].state == "outside"
    assert found["price"].seen == encoder.counts[encoder.id_of("price", 1e9)] > 0
    with pytest.raises(DataError):
        encoder.number_range("category")


def test_the_history_is_edited_click_by_click(prepared: Prepared, row: pd.DataFrame) -> None:
    schema = prepared.encoder.schema
    own = behaviours_of(row, schema)
    assert len(own) >= 4
    assert [b[0] for b in own] == row["history_item"].iloc[0].split("|")
    shorter = change(row, history_changes(own[1:], schema), schema)
    assert behaviours_of(shorter, schema) == own[1:]
    empty = prepared.encoder.transform(change(row, history_changes([], schema), schema))
    assert empty.bags["history_item"].lengths.tolist() == [0]
    longer = [*own, ("5", "shoes")]
    assert behaviours_of(change(row, history_changes(longer, schema), schema), schema) == longer


def test_only_the_last_clicks_of_a_long_history_count(prepared: Prepared, row: pd.DataFrame) -> None:
    schema = prepared.encoder.schema
    longest = schema.column("history_item").max_length
    many = [(str(n % 15 + 1), "shoes") for n in range(longest + 30)]
    one = prepared.encoder.transform(change(row, history_changes(many, schema), schema))
    assert one.bags["history_item"].lengths.tolist() == [longest]
    assert behaviours_of(change(row, history_changes(many, schema), schema), schema) == many[-longest:]


def test_removed_and_added_clicks_are_found_again() -> None:
    own = [("1", "a"), ("2", "b"), ("1", "a"), ("3", "c")]
    assert placed(own, own) == (own, [0, 1, 2, 3])
    assert placed(own, own[1:]) == (own, [1, 2, 3])
    assert placed(own, []) == (own, [])
    entries, kept = placed(own, [own[0], own[3], ("9", "z"), ("1", "a")])
    assert entries == [*own, ("9", "z"), ("1", "a")]
    assert kept == [0, 3, 4, 5]
    assert [entries[place] for place in kept] == [own[0], own[3], ("9", "z"), ("1", "a")]


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
