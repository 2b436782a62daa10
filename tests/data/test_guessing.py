from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.encoding import Encoder
from ctrcore.data.guessing import guess_schema
from ctrcore.data.labels import read_labels
from ctrcore.data.samples import breast_cancer
from ctrcore.errors import DataError
from ctrcore.schema import Schema

RNG = np.random.default_rng(0)


def kinds(schema: Schema) -> dict[str, str]:
    return {column.name: column.kind for column in schema.columns}


def roles(schema: Schema) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"user": set(), "item": set(), "context": set()}
    for column in schema.fields:
        found[column.role].add(column.name)
    return found


def usable(frame: pd.DataFrame, schema: Schema) -> None:
    """Every guess has a sentence of a reason, survives JSON, and the encoder can live with it."""
    assert [column.name for column in schema.columns] == list(frame.columns)
    for column in schema.columns:
        assert column.reason[0].isupper()
        assert column.reason.endswith(".")
    assert Schema.model_validate_json(schema.model_dump_json()) == schema
    unlabelled = frame.drop(columns=schema.label)
    assert len(Encoder().fit(unlabelled, schema).transform(unlabelled)) == len(frame)


def shop(n: int = 3000) -> pd.DataFrame:
    """The layout of the sample shop, made at random."""
    rng = np.random.default_rng(1)
    user, item = rng.integers(0, 200, n), rng.integers(0, 120, n)
    past = [rng.integers(0, 120, k) for k in rng.integers(0, 15, n)]
    category = np.array(["shoes", "shirts", "phones", "toys"])
    return pd.DataFrame(
        {
            "time": pd.Timestamp("2025-03-03") + pd.to_timedelta(np.sort(rng.integers(0, 10**6, n)), unit="s"),
            "user_id": [f"u{u:04d}" for u in user],
            "age": np.array(["18-24", "25-34", "35-44"])[user % 3],
            "gender": np.array(["female", "male"])[user // 3 % 2],
            "city_tier": np.array(["tier 1", "tier 2", "tier 3", "tier 4"])[user % 4],
            "spending": np.array(["low", "medium", "high"])[user // 5 % 3],
            "item_id": [f"i{i:04d}" for i in item],
            "category": category[item % 4],
            "brand": [f"brand {i % 10:02d}" for i in item],
            "price": np.round(np.exp(item / 20), 2),
            "hour": rng.integers(0, 24, n),
            "weekday": rng.choice(["Mon", "Tue", "Wed"], n),
            "device": rng.choice(["phone", "tablet"], n),
            "channel": rng.choice(["search", "feed", "banner"], n),
            "history_item": ["|".join(f"i{i:04d}" for i in h) for h in past],
            "history_category": ["|".join(category[i % 4] for i in h) for h in past],
            "history_action": ["|".join(rng.choice(["view", "cart"], len(h))) for h in past],
            "click": rng.integers(0, 2, n),
        }
    )


def test_the_sample_shop() -> None:
    frame = shop()
    schema = guess_schema(frame)
    usable(frame, schema)
    assert (schema.label, schema.positive, schema.threshold) == ("click", None, None)
    assert (schema.user, schema.item, schema.time) == ("user_id", "item_id", "time")
    found = kinds(schema)
    assert {name for name, kind in found.items() if kind == "ignore"} == {"time", "click", "history_action"}
    assert [name for name, kind in found.items() if kind == "numeric"] == ["price"]
    assert schema.column("price").scale == "log_standard"
    assert [(c.name, c.of, c.delimiter) for c in schema.histories] == [
        ("history_item", "item_id", "|"),
        ("history_category", "category", "|"),
    ]
    assert roles(schema) == {
        "user": {"user_id", "age", "gender", "city_tier", "spending", "history_item", "history_category"},
        "item": {"item_id", "category", "brand", "price"},
        "context": {"hour", "weekday", "device", "channel"},
    }
    assert "Each item has only one" in schema.column("brand").reason
    assert "no other column holds the same values" in schema.column("history_action").reason


def test_app_usage_with_codes_for_everything() -> None:
    n, rng = 4000, np.random.default_rng(2)
    frame = pd.DataFrame(
        {
            "label": (np.arange(n) % 3 == 0).astype(int),
            "user": rng.integers(0, 900, n),
            "item": rng.integers(957, 5039, n),
            "daytime": rng.integers(5039, 5046, n),
            "weekday": rng.integers(5046, 5053, n),
            "isweekend": rng.integers(5053, 5055, n),
            "homework": rng.integers(5055, 5058, n),
            "cost": rng.integers(5058, 5060, n),
            "weather": rng.integers(5060, 5069, n),
            "country": rng.integers(5069, 5149, n),
            "city": rng.integers(5149, 5382, n),
            "x": rng.integers(7000, 7100, n),
        }
    )
    schema = guess_schema(frame)
    usable(frame, schema)
    assert (schema.label, schema.user, schema.item, schema.time) == ("label", "user", "item", None)
    assert all(column.kind == "categorical" for column in schema.columns if column.name != "label")
    assert "without gaps, as codes do" in schema.column("x").reason


def ratings(n: int = 4000) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "user_id": rng.integers(1, 200, n),
            "item_id": rng.integers(1, 300, n),
            "rating": rng.integers(1, 6, n),
            "timestamp": rng.integers(874724710, 893286638, n),
        }
    )


def test_ratings_with_users_and_items() -> None:
    frame, genres = ratings(), ["Action", "Comedy", "Drama", "Horror", "Children's", "Film-Noir"]
    rng = np.random.default_rng(4)
    bags = [" ".join(rng.choice(genres, k, replace=False)) for k in rng.integers(1, 5, 300)]
    users = {name: rng.permutation(values) for name, values in {"age": np.arange(200) % 50 + 15}.items()}
    frame["age"] = users["age"][frame["user_id"]]
    frame["occupation"] = np.array(["student", "writer", "none"])[frame["user_id"] % 3]
    frame["zip_code"] = np.array([f"{z:05d}" for z in rng.integers(0, 99999, 120)])[frame["user_id"] % 120]
    frame["movie_title"] = [f"The Film {i} of the Year" for i in frame["item_id"]]
    frame["release_year"] = 1930 + frame["item_id"] % 65
    frame["class"] = [bags[i] for i in frame["item_id"] % 300]
    schema = guess_schema(frame)
    usable(frame, schema)
    assert (schema.label, schema.threshold) == ("rating", 4)
    assert "from 4 on" in schema.column("rating").reason
    assert (schema.user, schema.item, schema.time) == ("user_id", "item_id", "timestamp")
    assert "seconds since 1970" in schema.column("timestamp").reason
    assert kinds(schema) == {
        "user_id": "categorical",
        "item_id": "categorical",
        "rating": "ignore",
        "timestamp": "ignore",
        "age": "numeric",
        "occupation": "categorical",
        "zip_code": "categorical",
        "movie_title": "ignore",
        "release_year": "numeric",
        "class": "multi_value",
    }
    assert schema.column("class").delimiter == " "
    assert roles(schema)["item"] == {"item_id", "release_year", "class"}
    assert roles(schema)["context"] == set()
    assert "no more than 'item_id'" in schema.column("movie_title").reason


def test_breast_cancer() -> None:
    frame, recipe = breast_cancer()
    schema = guess_schema(frame.rename(columns={"benign": "target"}))
    assert schema.label == "target"
    assert (schema.user, schema.item, schema.time) == (None, None, None)
    assert sum(column.kind == "numeric" for column in schema.columns) == 30
    assert guess_schema(frame).label == "benign"  # by its values
    usable(frame, recipe.data_schema)


def test_criteo() -> None:
    n, rng = 2000, np.random.default_rng(5)
    frame = pd.DataFrame({"label": rng.integers(0, 2, n)})
    for number in range(1, 14):
        counts = np.floor(rng.lognormal(3, 2, n))
        frame[f"I{number}"] = np.where(rng.random(n) < 0.3, np.nan, counts)
    for number in range(1, 27):
        values = [f"{value:08x}" for value in rng.integers(0, 2**32, 10 * number)]
        frame[f"C{number}"] = pd.Series(rng.choice(values, n)).where(rng.random(n) > 0.1)
    schema = guess_schema(frame)
    usable(frame, schema)
    assert all(column.kind == "numeric" and column.scale == "log_standard" for column in schema.columns[1:14])
    assert all(column.kind == "categorical" for column in schema.columns[14:])


def small(n: int = 200, **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"click": np.arange(n) % 2, "x": np.arange(n) % 7} | columns)


COLUMNS = {
    "constant": (["same"] * 200, "ignore", "the same value, 'same', in every row"),
    "nothing": ([None] * 200, "ignore", "no values"),
    "row_number": (np.arange(200) * 2 + 7, "ignore", "numbers the rows"),
    "session_hash": ([f"{i * 7919:08x}" for i in range(200)], "ignore", "Nearly every row has its own value"),
    "request_id": (RNG.permutation(200) + 10**6, "ignore", "Nearly every row has its own value"),
    "review": ([f"I bought this on day {i} and liked it a lot" for i in range(200)], "ignore", "free text"),
    "amount": (RNG.permutation(200), "numeric", "an amount"),
    "temperature": (RNG.normal(size=200), "numeric", "decimals"),
    "zip": (RNG.integers(10000, 10050, 200), "categorical", "names by the look of its own name"),
    "flag": ([True, False] * 100, "categorical", "one of 2 values"),
    "steps": (RNG.integers(0, 5, 200), "categorical", "only 5 different whole numbers"),
    "dates": (pd.date_range("2024-01-01", periods=200), "ignore", "holds dates, so it orders the rows"),
    "tags": ([["a", "b"], ["b"], [], ["c"]] * 50, "multi_value", "lists"),
    "topics": (["a|b", "b", "", "c|a|b"] * 50, "multi_value", "'|' between"),
    "words": (
        [", ".join(RNG.choice(list("abcdef"), k, False)) for k in RNG.integers(1, 6, 200)],
        "multi_value",
        "comma",
    ),
    "places": (["New York", "Rio de Janeiro", "San Jose", "York"] * 50, "categorical", "one of 4 values"),
    "names": ([f"{a} {b}" for a in "ABCDEFGHIJ" for b in "KLMNOPQRST"] * 2, "categorical", "one of 100 values"),
    "sizes": (["1,5", "2,5"] * 100, "categorical", "one of 2 values"),
}


IDS = ("uid", "itemId", "user_no", "movieId", "ad_id", "C1", "C14", "zip", "code", "sessionid", "order_id", "site_code")
AMOUNTS = ("price", "age", "count", "page_views", "num_devices", "year", "salary", "duration_seconds", "device_count")


@pytest.mark.parametrize("name", IDS)
def test_ids_in_numbers_are_names_and_say_why(name: str) -> None:
    for beside in ({}, {"user": np.arange(300) % 100, "item": np.arange(300) % 110}):
        column = guess_schema(small(300, **beside, **{name: RNG.integers(1, 90, 300)})).column(name)
        assert column.kind == "categorical"
        assert "its values say which" in column.reason or "names by the look of its own name" in column.reason


@pytest.mark.parametrize("name", AMOUNTS)
def test_amounts_in_whole_numbers_stay_numbers(name: str) -> None:
    low, high = {"year": (1930, 2000), "salary": (100_000, 900_000)}.get(name, (1, 90))
    column = guess_schema(small(300, **{name: RNG.integers(low, high, 300)})).column(name)
    assert (column.kind, column.reason.split(".")[0]) == ("numeric", "Its name speaks of an amount")


def test_long_numbers_of_equal_length_are_names() -> None:
    values = RNG.integers(10_000_000, 99_999_999, 80)
    column = guess_schema(small(400, x2=RNG.choice(values, 400), steps=RNG.integers(1, 30_000_000, 400))).column("x2")
    assert column.kind == "categorical"
    assert "8 digits, as ids have" in column.reason
    steps = guess_schema(small(400, x2=RNG.choice(values, 400), steps=RNG.integers(1, 30_000_000, 400))).column("steps")
    assert steps.kind == "numeric"


@pytest.mark.parametrize("name", COLUMNS)
def test_single_columns(name: str) -> None:
    cells, kind, reason = COLUMNS[name]
    frame = small(**{name: cells})
    schema = guess_schema(frame)
    usable(frame, schema)
    assert schema.column(name).kind == kind
    assert reason in schema.column(name).reason


LABELS = {
    "by name": ({"is_click": [0, 1] * 50, "other": [1, 1, 0, 0] * 25}, ("is_click", None, None)),
    "by capital name": ({"Label": ["yes", "no"] * 50, "z": [0, 1] * 50}, ("Label", None, None)),
    "one and two": ({"clicked": [1, 2] * 50}, ("clicked", "2", None)),
    "one and two as texts": ({"clicked": ["1", "2", "2", "2"] * 25}, ("clicked", "2", None)),
    "yes and no in German": (
        {"geklickt": ["ja", "nein"] * 50, "z": ["a", "b", "c", "d"] * 25},
        ("geklickt", None, None),
    ),
    "yes and no in Japanese": ({"z": ["はい", "いいえ"] * 50}, ("z", None, None)),
    "skipped": ({"outcome": ["clicked", "skipped"] * 50}, ("outcome", None, None)),
    "texts of truth": ({"label": ["True", "False"] * 50}, ("label", None, None)),
    "decimals": ({"label": [0.0, 1.0] * 50}, ("label", None, None)),
    "two words": ({"label": ["churn", "stay", "stay", "stay"] * 25}, ("label", "churn", None)),
    "clicked words": ({"label": ["click", "click", "click", "view"] * 25}, ("label", "click", None)),
    "events": ({"action": ["view", "cart", "purchase", "click"] * 25}, ("action", "click", None)),
    "stars": ({"stars": [1, 2, 3, 4, 5] * 20}, ("stars", None, 4)),
    "half stars": ({"rating": [0.5, 2, 3.5, 4, 5] * 20}, ("rating", None, 4)),
    "out of ten": ({"score": list(range(1, 11)) * 10}, ("score", None, 8)),
    "only 0 and 1": ({"z": [0, 1] * 50}, ("z", None, None)),
    "the last of several": ({"z": [0, 1] * 50, "w": [0, 0, 1, 1] * 25}, ("w", None, None)),
    "binary before a graded class": ({"class": [1, 2, 3, 1] * 25, "survived": [0, 1] * 50}, ("survived", None, None)),
    "graded target": ({"target": [1, 2, 3, 4] * 25}, ("target", None, 4)),
    "nothing like a label": ({"z": ["a", "b", "c", "d"] * 25}, ("z", None, None)),
    "two words without a name": ({"z": ["a", "b", "b", "b"] * 25}, ("z", "a", None)),
    "one class": ({"click": [0] * 100, "z": ["a", "b"] * 50}, ("click", None, None)),
}


@pytest.mark.parametrize("case", LABELS)
def test_labels(case: str) -> None:
    columns, expected = LABELS[case]
    frame = pd.DataFrame({"x": RNG.normal(size=100)} | columns)
    schema = guess_schema(frame)
    assert (schema.label, schema.positive, schema.threshold) == expected
    if frame[schema.label].nunique() == 2:
        assert set(read_labels(frame, schema)) == {0, 1}


def test_the_reason_of_a_label_of_one_and_two() -> None:
    schema = guess_schema(pd.DataFrame({"x": RNG.normal(size=100), "clicked": [1, 2] * 50}))
    assert "'2', the larger number, is taken for a click" in schema.column("clicked").reason


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("ts", np.arange(200) + 1_700_000_000_000, True),
        ("event_time", [f"2024-01-{d % 28 + 1:02d} 10:00" for d in range(200)], True),
        ("createdAt", [f"{d % 28 + 1}/1/2024" for d in range(200)], True),
        ("time", np.arange(200), True),
        ("time", np.arange(200) % 5, False),
        ("watch_time", np.arange(200), False),
        ("time_spent", np.arange(200) + 1_700_000_000, False),
        ("when", ["soon", "later"] * 100, False),
        ("birth_date", [f"19{y % 60 + 10}-01-01" for y in range(200)], False),
        ("something", [f"2024-01-{d % 28 + 1:02d}" for d in range(200)], True),
    ],
)
def test_times(name: str, cells: Any, expected: bool) -> None:
    assert guess_schema(small(**{name: cells})).time == (name if expected else None)


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("uid", "user"),
        ("userId", "user"),
        ("customer_id", "user"),
        ("reviewerID", "user"),
        ("ad_id", "item"),
        ("user_no", "user"),
        ("itemId", "item"),
        ("movieId", "item"),
        ("product", "item"),
        ("asin", "item"),
        ("user_age", None),
        ("item_price", None),
        ("id", None),
    ],
)
def test_ids_by_name(name: str, who: str | None) -> None:
    schema = guess_schema(small(**{name: RNG.integers(0, 30, 200)}))
    assert schema.user == (name if who == "user" else None)
    assert schema.item == (name if who == "item" else None)
    if who:
        assert schema.column(name).kind == "categorical"
        assert schema.column(name).role == who


def test_a_history_by_its_members_alone() -> None:
    frame = ratings().assign(click=lambda f: (f["rating"] > 3).astype(int)).drop(columns="rating")
    frame["liked"] = ["|".join(map(str, RNG.integers(1, 300, k))) for k in RNG.integers(0, 6, len(frame))]
    schema = guess_schema(frame)
    assert [(c.name, c.of) for c in schema.histories] == [("liked", "item_id")]
    usable(frame, schema)


def test_histories_of_different_length_do_not_end_in_an_error() -> None:
    frame = shop(500).assign(hist_brand=lambda f: f["brand"] + "|" + f["brand"])
    schema = guess_schema(frame)
    usable(frame, schema)
    assert kinds(schema)["hist_brand"] == "multi_value"
    assert "differ in length" in schema.column("hist_brand").reason


def test_a_split_column() -> None:
    schema = guess_schema(small(split=["train", "train", "valid", "test"] * 50, fold=[1, 2, 3, 4] * 50))
    assert kinds(schema)["split"] == "ignore"
    assert "which rows train" in schema.column("split").reason
    assert kinds(schema)["fold"] == "categorical"


def test_large_tables_are_sampled() -> None:
    frame = pd.concat([shop(3000)] * 40, ignore_index=True)
    schema = guess_schema(frame)
    assert kinds(schema) == kinds(guess_schema(shop(3000)))
    assert roles(schema) == roles(guess_schema(shop(3000)))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame({"click": [1, 0]}),
        pd.DataFrame({"click": [], "x": []}),
        pd.DataFrame([[1, 2, 3]], columns=["a", "a", "click"]),
        pd.DataFrame({"click": [1, 0], "x": [5, 5]}),
    ],
)
def test_tables_without_anything_to_learn_from(frame: pd.DataFrame) -> None:
    with pytest.raises(DataError):
        guess_schema(frame)


cell = st.one_of(
    st.none(), st.integers(-5, 5), st.floats(), st.text(max_size=5), st.booleans(), st.lists(st.integers())
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(["user_id", "item", "time", "history_item", "label", "x", "tags", "price"]),
        min_size=2,
        unique=True,
    ),
    st.data(),
)
def test_any_table_gets_a_usable_guess_or_two_sentences(names: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 8))
    columns = {name: data.draw(st.lists(cell, min_size=rows, max_size=rows)) for name in names}
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    try:
        schema = guess_schema(frame)
    except DataError:
        return
    usable(frame, schema)
