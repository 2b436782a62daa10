from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.data.members import as_members
from ctrcore.data.values import as_words, word
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema
from tests.data.tables import clicks_schema, clicks_table


def encoder_of(frame: pd.DataFrame, *columns: Column, **schema: Any) -> Encoder:
    return Encoder().fit(frame, Schema(label="click", columns=list(columns), **schema))


def same(left: Encoded, right: Encoded) -> None:
    np.testing.assert_array_equal(left.ids, right.ids)
    np.testing.assert_array_equal(left.values, right.values)
    np.testing.assert_array_equal(left.label, right.label)
    np.testing.assert_array_equal(left.row, right.row)
    assert list(left.bags) == list(right.bags)
    for name, bag in left.bags.items():
        np.testing.assert_array_equal(bag.ids, right.bags[name].ids)
        np.testing.assert_array_equal(bag.offsets, right.bags[name].offsets)


def test_fields_are_dense_first_and_ranges_tile_the_id_space() -> None:
    encoder = Encoder().fit(clicks_table(), clicks_schema())
    names = [field.name for field in encoder.fields]
    assert names[:6] == ["user_id", "age", "item_id", "category", "price", "device"]
    assert names[6:] == ["history_item", "tags", "history_category"] == encoder.bag_names
    own = sorted((f for f in encoder.fields if f.kind != "history"), key=lambda f: f.start)
    assert own[0].start == 0
    assert all(a.start + a.size == b.start for a, b in pairwise(own))
    assert own[-1].start + own[-1].size == encoder.vocabulary_size == len(encoder.counts)
    item, history = encoder.field("item_id"), encoder.field("history_item")
    assert (history.start, history.size, history.of, history.role) == (item.start, item.size, "item_id", "user")
    price = encoder.field("price")
    assert (price.kind, price.size) == ("categorical", 6)


def test_arrays_have_their_types_and_every_id_lies_in_its_field() -> None:
    frame = clicks_table()
    encoder = Encoder()
    encoded = encoder.fit_transform(frame, clicks_schema())
    assert (encoded.ids.dtype, encoded.values.dtype, encoded.label.dtype) == (np.int32, np.float32, np.float32)
    assert (encoded.group.dtype, encoded.row.dtype) == (np.int32, np.int64)
    assert encoded.ids.flags.c_contiguous
    assert encoded.values.flags.c_contiguous
    for position, field in enumerate(f for f in encoder.fields if not f.is_bag):
        assert encoded.ids[:, position].min() >= field.start
        assert encoded.ids[:, position].max() < field.start + field.size
        if field.kind != "numeric":
            assert (encoded.values[:, position] == 1).all()
    for field in encoder.fields:
        if field.is_bag:
            bag = encoded.bags[field.name]
            assert bag.ids.dtype == np.int32
            assert ((bag.ids >= field.start) & (bag.ids < field.start + field.size)).all()
            assert bag.offsets[-1] == len(bag.ids)
    np.testing.assert_array_equal(encoded.label, frame["click"])
    same(encoded, encoder.transform(frame))


def test_inverse_shows_what_was_read() -> None:
    frame = clicks_table()
    encoder = Encoder()
    back = encoder.inverse(encoder.fit_transform(frame, clicks_schema()))
    assert back["user_id"].tolist() == [str(user) for user in frame["user_id"]]
    known = frame["age"].notna().to_numpy()
    np.testing.assert_array_equal(back["age"][known], frame["age"][known])
    assert set(back["age"][~known]) == {float(frame["age"].median())}
    assert back["device"].tolist() == frame["device"].fillna("unknown").tolist()
    assert back["tags"].tolist() == [text.split("|") if text else [] for text in frame["tags"]]
    assert back["history_item"].tolist() == [text.split("|") if text else [] for text in frame["history_item"]]
    for price, bucket in zip(frame["price"], back["price"], strict=True):
        low, high = bucket[1:-1].split(", ")
        assert float(low) <= price < float(high)


def test_counts_are_the_lookups_of_training_rows() -> None:
    frame = clicks_table()
    encoder = Encoder().fit(frame, clicks_schema())
    members = [m for text in frame["history_item"] for m in text.split("|") if m]
    for item in range(1, 16):
        expected = (frame["item_id"] == item).sum() + members.count(str(item))
        assert encoder.counts[encoder.id_of("item_id", item)] == expected
    assert encoder.counts[encoder.field("age").start] == len(frame)
    assert encoder.counts[encoder.field("device").start] == frame["device"].isna().sum()


def test_learns_from_the_rows_it_is_given_and_nothing_else() -> None:
    frame = clicks_table()
    train, other = frame.iloc[:200], frame.iloc[200:].assign(price=1e9, age=1e6, category="new", device="new")
    alone = Encoder().fit(train, clicks_schema())
    before = alone.to_json()
    encoded = alone.transform(other)
    assert alone.to_json() == before
    category, age = alone.field("category"), 1
    assert (encoded.ids[:, 3] == category.start).all()
    assert set(alone.inverse(encoded)["category"]) == {"unknown"}
    # Outliers are held at the largest training value.
    assert encoded.values[:, age].max() == pytest.approx(alone.transform(train).values[:, age].max())


def test_json_round_trip() -> None:
    frame = clicks_table()
    encoder = Encoder().fit(frame, clicks_schema())
    again = Encoder.from_json(encoder.to_json())
    assert again.to_json() == encoder.to_json()
    assert again.fields == encoder.fields
    np.testing.assert_array_equal(again.counts, encoder.counts)
    same(again.transform(frame), encoder.transform(frame))


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: "[]",
        lambda text: text[:-20],
        lambda text: text.replace('"version":1', '"version":2'),
        lambda text: text.replace('"counts":[', '"counts":[1,'),
        lambda text: text.replace('"toys"', '"shoes"'),
        lambda text: text.replace('"numbers":{"age"', '"numbers":{"rage"'),
        lambda text: text.replace('"factor":', '"factor":-'),
    ],
)
def test_a_damaged_state_is_refused(damage: Any) -> None:
    text = Encoder().fit(clicks_table(), clicks_schema()).to_json()
    damaged = damage(text)
    assert damaged != text
    with pytest.raises(DataError, match="cannot be read"):
        Encoder.from_json(damaged)


def test_rows_do_not_depend_on_one_another_nor_on_column_order() -> None:
    frame = clicks_table()
    encoder = Encoder()
    whole = encoder.fit_transform(frame, clicks_schema())
    order = np.random.default_rng(1).permutation(len(frame))[:50]
    same(encoder.transform(frame.iloc[order]), whole.take(order))
    same(encoder.transform(frame[frame.columns[::-1]]), whole)
    for row in (0, 7):
        same(encoder.transform(frame.iloc[[row]]), whole.take([row]))


def test_no_rows() -> None:
    frame = clicks_table()
    encoder = Encoder().fit(frame, clicks_schema())
    for empty in (frame.iloc[:0], pd.DataFrame(), pd.DataFrame(columns=frame.columns, dtype=object)):
        encoded = encoder.transform(empty)
        assert encoded.ids.shape == encoded.values.shape == (0, 6)
        assert all(len(bag) == 0 for bag in encoded.bags.values())
        assert encoder.inverse(encoded).shape == (0, 9)
    nothing = Encoder().fit(frame.iloc[:0], clicks_schema())
    assert set(nothing.inverse(nothing.transform(frame))["item_id"]) == {"unknown"}


def test_a_missing_column_counts_as_missing_values() -> None:
    frame = clicks_table()
    encoder = Encoder().fit(frame, clicks_schema())
    back = encoder.inverse(encoder.transform(frame[["item_id", "history_item"]].iloc[:20]))
    assert set(back["device"]) == {"unknown"}
    assert set(back["age"]) == {float(frame["age"].median())}
    assert back["tags"].tolist() == [[]] * 20
    lengths = [len(h) for h in back["history_item"]]
    assert [len(h) for h in back["history_category"]] == lengths
    assert {m for h in back["history_category"] for m in h} == {"unknown"}
    encoded = encoder.transform(frame.drop(columns=["click", "user_id"]))
    assert np.isnan(encoded.label).all()
    assert (encoded.group == -1).all()


def test_training_needs_every_column() -> None:
    with pytest.raises(DataError, match="no column 'price'"):
        Encoder().fit(clicks_table().drop(columns="price"), clicks_schema())


def test_a_numeric_column_of_texts_is_refused() -> None:
    frame = pd.DataFrame({"city": ["Rome", "Oslo", "7"], "click": [0, 1, 0]})
    with pytest.raises(DataError, match=r"most of its values are no numbers, for example 'Rome'.*categorical"):
        encoder_of(frame, Column(name="city", kind="numeric"))


def test_columns_of_equal_name_are_refused() -> None:
    frame = pd.DataFrame([[1, 2, 0]], columns=["a", "a", "click"])
    with pytest.raises(DataError, match="'a' appears twice"):
        encoder_of(frame, Column(name="a", kind="categorical"))


SAME_ITEM = {
    "int": [12, 7, 12],
    "int8": np.array([12, 7, 12], np.int8),
    "float": [12.0, 7.0, 12.0],
    "text": ["12", "7", "12"],
    "category": pd.Categorical(["12", "7", "12"]),
    "category of numbers": pd.Categorical([12, 7, 12]),
    "nullable": pd.array([12, 7, 12], dtype="Int64"),
    "arrow": pd.array([12, 7, 12], dtype="int64[pyarrow]"),
    "string": pd.array(["12", "7", "12"], dtype="string"),
    "mixed": pd.Series([12, "7", 12.0], dtype=object),
}


@pytest.mark.parametrize("kind", SAME_ITEM)
@pytest.mark.parametrize(
    "history",
    [
        pd.Series(["7|12", "", "12"]),
        pd.Series(["7|12", None, "12"], dtype=object),
        pd.Series(pd.Categorical(["7|12", None, "12"])),
        pd.Series([[7, 12], [], [12]]),
        pd.Series([np.array([7.0, 12.0]), None, np.array([12])], dtype=object),
        pd.Series([("7", 12), np.nan, "12"], dtype=object),
        pd.Series(pa.array([[7, 12], None, [12]]), dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
    ],
)
def test_an_id_is_the_same_value_however_it_is_written(kind: str, history: Any) -> None:
    frame = pd.DataFrame({"item": SAME_ITEM[kind], "seen": history, "click": [0, 1, 0]})
    encoder = encoder_of(frame, Column(name="item", kind="categorical"), Column(name="seen", kind="history", of="item"))
    encoded = encoder.transform(frame)
    assert encoder.words("item") == ["12", "7"]
    assert encoded.ids[:, 0].tolist() == [1, 2, 1]
    assert encoded.bags["seen"].ids.tolist() == [2, 1, 1]
    assert encoded.bags["seen"].offsets.tolist() == [0, 2, 2, 3]


MISSING = {
    "float": ([1.0, np.nan], "1"),
    "None": (pd.Series(["a", None], dtype=object), "a"),
    "str": (pd.Series(["a", None]), "a"),
    "empty": (["a", ""], "a"),
    "NA": (pd.Series([1, pd.NA], dtype="Int64"), "1"),
    "NaT": (pd.to_datetime(pd.Series(["2024-01-02", None])), "2024-01-02 00:00:00"),
    "bool": (pd.Series([True, None], dtype="boolean"), "True"),
    "mixed": (pd.Series([("a", 1), float("nan")], dtype=object), '["a", 1]'),
    "category": (pd.Categorical(["a", None], categories=["z", "a"]), "a"),
}


@pytest.mark.parametrize("kind", MISSING)
def test_what_counts_as_missing(kind: str) -> None:
    cells, word = MISSING[kind]
    encoder = encoder_of(pd.DataFrame({"x": cells, "click": [0, 1]}), Column(name="x", kind="categorical"))
    assert encoder.words("x") == [word]
    assert encoder.transform(pd.DataFrame({"x": cells})).ids[:, 0].tolist() == [1, 0]


def test_true_and_one_stay_apart_in_a_mixed_column() -> None:
    frame = pd.DataFrame({"x": pd.Series([1, True, "1", 1.5, "x"], dtype=object), "click": [0, 1, 0, 1, 0]})
    encoder = encoder_of(frame, Column(name="x", kind="categorical"))
    assert encoder.inverse(encoder.transform(frame))["x"].tolist() == ["1", "True", "1", "1.5", "x"]


def test_rare_and_new_values_take_the_field_s_own_unknown_row() -> None:
    frame = pd.DataFrame({"a": ["x", "x", "y", "z"], "b": ["p|p|p|p", "q", "q", ""], "click": [0, 1, 0, 1]})
    encoder = encoder_of(
        frame, Column(name="a", kind="categorical", min_count=2), Column(name="b", kind="multi_value", min_count=2)
    )
    assert encoder.words("a") == ["x"]
    assert encoder.words("b") == ["q"]  # 'p' occurs often, but in one row only
    encoded = encoder.transform(pd.DataFrame({"a": ["y", "new", "x"], "b": ["p|q|new", "", "q"]}))
    a, b = encoder.field("a"), encoder.field("b")
    assert encoded.ids[:, 0].tolist() == [a.start, a.start, a.start + 1]
    assert encoded.bags["b"].ids.tolist() == [b.start, b.start + 1, b.start, b.start + 1]
    assert encoder.label_of("a", a.start) == "unknown"
    assert encoder.label_of("b", b.start + 1) == "q"


def test_a_value_that_only_histories_hold_is_learned() -> None:
    frame = pd.DataFrame({"item": ["a", "a"], "seen": ["b|c", "b"], "click": [0, 1]})
    columns = Column(name="item", kind="categorical", min_count=2), Column(name="seen", kind="history", of="item")
    encoder = encoder_of(frame, *columns)
    assert encoder.words("item") == ["a", "b"]


def test_histories_keep_the_latest_and_bags_the_first_members() -> None:
    frame = pd.DataFrame({"i": ["a", "b", "c"], "h": ["a|b|c", "c", ""], "t": ["p|q|r", "r", ""], "click": [0, 1, 0]})
    encoder = encoder_of(
        frame,
        Column(name="i", kind="categorical"),
        Column(name="h", kind="history", of="i", max_length=2),
        Column(name="t", kind="multi_value", max_length=2),
    )
    back = encoder.inverse(encoder.transform(frame))
    assert back["h"].tolist() == [["b", "c"], ["c"], []]
    assert back["t"].tolist() == [["p", "q"], ["r"], []]


HISTORIES = (
    Column(name="i", kind="categorical"),
    Column(name="c", kind="categorical"),
    Column(name="hi", kind="history", of="i", max_length=3),
    Column(name="hc", kind="history", of="c", max_length=2),
)


def test_history_columns_stay_aligned() -> None:
    frame = pd.DataFrame(
        {
            "i": ["1"] * 3,
            "c": ["x"] * 3,
            "hi": ["1|2|3", "1||3", "|1|"],
            "hc": ["x|y|z", "x|y|", "|x|"],
            "click": [0, 1, 0],
        }
    )
    encoder = encoder_of(frame, *HISTORIES)
    back = encoder.inverse(encoder.transform(frame))
    # Cut to the shorter of both lengths; a behaviour missing in one column is unknown, in both it is none.
    assert back["hi"].tolist() == [["2", "3"], ["unknown", "3"], ["1"]]
    assert back["hc"].tolist() == [["y", "z"], ["y", "unknown"], ["x"]]


def test_histories_of_different_length_are_refused() -> None:
    frame = pd.DataFrame({"i": ["1"] * 2, "c": ["x"] * 2, "hi": ["1", "1|2"], "hc": ["x", "x"], "click": [0, 1]})
    with pytest.raises(DataError, match=r"In row 2 the history 'hi' has 2 behaviours, but 'hc' has 1\."):
        encoder_of(frame, *HISTORIES)


def test_unknown_names_and_ids_are_refused() -> None:
    encoder = Encoder().fit(clicks_table(), clicks_schema())
    with pytest.raises(DataError, match="no field 'nothing'"):
        encoder.label_of("nothing", 0)
    with pytest.raises(DataError, match="does not belong to the field 'age'"):
        encoder.label_of("age", 0)
    assert encoder.label_of("age", encoder.field("age").start) == "age"
    assert encoder.words("age") == []
    bucket = encoder.id_of("price", 20.0)
    low, high = encoder.label_of("price", bucket)[1:-1].split(", ")
    assert float(low) <= 20 < float(high)


texts = st.text(min_size=1, max_size=8)
cells = st.one_of(st.none(), texts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cells, st.lists(texts, max_size=4), st.lists(texts, max_size=3)), min_size=1, max_size=30))
def test_seen_words_come_back_exactly(rows: list[tuple[str | None, list[str], list[str]]]) -> None:
    frame = pd.DataFrame(
        {
            "a": pd.Series([row[0] for row in rows], dtype=object),
            "h": pd.Series([row[1] for row in rows], dtype=object),
            "t": pd.Series([row[2] for row in rows], dtype=object),
            "click": [0] * len(rows),
        }
    )
    columns = (
        Column(name="a", kind="categorical"),
        Column(name="h", kind="history", of="a"),
        Column(name="t", kind="multi_value"),
    )
    encoder = Encoder.from_json(encoder_of(frame, *columns).to_json())
    back = encoder.inverse(encoder.transform(frame))
    assert back["a"].tolist() == ["unknown" if row[0] is None else row[0] for row in rows]
    assert back["h"].tolist() == [row[1] for row in rows]
    assert back["t"].tolist() == [row[2] for row in rows]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.floats(), st.integers(-(2**53), 2**53).map(float)), max_size=10))
def test_a_column_of_numbers_and_a_list_of_them_hold_the_same_words(numbers: list[float]) -> None:
    column = as_words(pd.Series(numbers, dtype=np.float64)).texts().tolist()
    assert column == [word(number) for number in numbers]
    members = as_members(pd.Series([numbers], dtype=object), "|")
    assert [members.words[code] if code >= 0 else None for code in members.codes] == column


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20))
def test_seen_numbers_as_ids_come_back_exactly(numbers: list[int]) -> None:
    frame = pd.DataFrame({"a": numbers, "click": 0})
    encoder = encoder_of(frame, Column(name="a", kind="categorical"))
    assert [int(text) for text in encoder.inverse(encoder.transform(frame))["a"]] == numbers
