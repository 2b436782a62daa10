from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data import profiling
from ctrcore.data.guessing import guess_schema
from ctrcore.data.profiling import Profile, profile
from ctrcore.data.stored import Stored
from ctrcore.data.suspicions import single_auc
from ctrcore.data.values import as_words
from ctrcore.metrics import auc
from ctrcore.schema import Column, Schema
from tests.data.tables import clicks_schema, clicks_table

RNG = np.random.default_rng(0)


def problems(found: Profile) -> list[str]:
    return [warning.problem for warning in found.warnings]


def schema_of(*columns: Column, **changes: Any) -> Schema:
    return Schema(**({"label": "click", "columns": list(columns)} | changes))


def test_numbers_of_a_table_against_pandas() -> None:
    frame = clicks_table()
    found = profile(frame, clicks_schema())
    assert (found.rows, found.labelled, found.clicks) == (400, 400, frame["click"].sum())
    assert found.click_rate == pytest.approx(frame["click"].mean())
    assert (found.users, found.items, found.duplicates) == (20, 15, 0)
    columns = {column.name: column for column in found.columns}
    assert list(columns) == [column.name for column in clicks_schema().columns]
    age = columns["age"]
    assert (age.missing, age.distinct) == (frame["age"].isna().sum(), frame["age"].nunique())
    assert (age.minimum, age.maximum) == (frame["age"].min(), frame["age"].max())
    assert age.mean == pytest.approx(frame["age"].mean())
    assert sum(value.rows for value in age.top) == frame["age"].notna().sum()
    device, rates = columns["device"], frame.groupby("device")["click"].agg(["size", "mean"])
    assert device.missing_share == frame["device"].isna().mean()
    assert {value.value: value.rows for value in device.top} == rates["size"].to_dict()
    assert {v.value: v.click_rate for v in device.top} == pytest.approx(rates["mean"].to_dict())
    assert [value.rows for value in device.top] == sorted((value.rows for value in device.top), reverse=True)
    lengths = frame["history_item"].map(lambda text: len(text.split("|")) if text else 0)
    history = columns["history_item"].lengths
    assert history is not None
    assert (history.mean, history.median, history.longest) == (lengths.mean(), lengths.median(), lengths.max())
    assert history.empty_share == (lengths == 0).mean()
    assert columns["time"].auc is None  # not a field
    assert found.warnings == []
    assert Profile.model_validate_json(found.model_dump_json()) == found


def test_rare_values() -> None:
    frame = pd.DataFrame({"x": ["a"] * 90 + ["b"] * 4 + list("cdefgh"), "click": [0, 1] * 50})
    found = profile(frame, schema_of(Column(name="x", kind="categorical")))
    assert found.columns[0].rare_share == 0.1


def test_single_column_auc() -> None:
    label = RNG.integers(0, 2, 4000).astype(np.float32)
    number = label + RNG.normal(size=4000)
    assert single_auc(number, label) == pytest.approx(auc(label, number))
    assert single_auc(-number, label) == pytest.approx(auc(label, number))
    # A value of its own in every row knows the label of its row only: in other rows it says nothing.
    unique = as_words(pd.Series(np.arange(4000)))
    assert single_auc(unique, label) == pytest.approx(0.5, abs=0.02)
    noisy = as_words(pd.Series(np.where(RNG.random(4000) < 0.9, label, 1 - label)))
    assert single_auc(noisy, label) == pytest.approx(0.9, abs=0.02)
    assert single_auc(noisy, np.zeros(4000, np.float32)) is None
    half = np.where(np.arange(4000) < 3000, label, np.nan).astype(np.float32)
    assert single_auc(number, half) == pytest.approx(auc(label[:3000], number[:3000]))


def test_good_tables_have_no_warnings() -> None:
    assert profile(clicks_table(2000), clicks_schema()).warnings == []


LEAKS = {
    "numeric": Column(name="leak", kind="numeric"),
    "categorical": Column(name="leak", kind="categorical"),
    "multi_value": Column(name="leak", kind="multi_value"),
}


@pytest.mark.parametrize("kind", LEAKS)
def test_leaks(kind: str) -> None:
    frame = clicks_table()
    frame["leak"] = frame["click"] * 2 + 1
    if kind == "multi_value":
        frame["leak"] = np.where(frame["click"] == 1, "x|bought", "x")
    schema = clicks_schema()
    schema = schema.model_copy(update={"columns": [*schema.columns, LEAKS[kind]]})
    found = [warning for warning in profile(frame, schema).warnings if warning.column == "leak"]
    assert len(found) == 1
    assert "as if it knew the answer" in found[0].problem
    ignored = schema.model_copy(update={"columns": [*schema.columns[:-1], Column(name="leak", kind="ignore")]})
    assert profile(frame, ignored).warnings == []


def shown(frame: pd.DataFrame, *columns: Column, **changes: Any) -> str:
    """The only warning of a small table."""
    found = problems(profile(frame, schema_of(*columns, **changes)))
    assert len(found) == 1, found
    return found[0]


N = 200
X = Column(name="x", kind="categorical")
GOOD = pd.DataFrame({"x": np.arange(N) % 7, "n": RNG.normal(size=N), "click": RNG.integers(0, 2, N)})


def test_classes() -> None:
    assert "No row is clicked" in shown(GOOD.assign(click=0), X, Column(name="n", kind="numeric"))
    assert "No row is not clicked" in shown(GOOD.assign(click=1), X, Column(name="n", kind="numeric"))
    few = GOOD.assign(click=(np.arange(N) % 20 == 0).astype(int))
    assert "Only 10 rows are clicked" in shown(few, X, Column(name="n", kind="numeric"))
    assert "none of them is known as a click" in shown(GOOD.assign(click=GOOD["click"] + 1), X)
    assert "no label column" in shown(GOOD.drop(columns="click"), X, Column(name="n", kind="numeric"))


def test_columns() -> None:
    assert "'c' has the same value" in shown(GOOD.assign(c=5), X, Column(name="c", kind="numeric"))
    assert "'c' has no values" in shown(GOOD.assign(c=None), X, Column(name="c", kind="categorical"))
    assert "no column 'c'" in problems(profile(GOOD, schema_of(X, Column(name="c", kind="numeric"))))[-1]
    ids = GOOD.assign(ad_id=RNG.integers(0, 50, N))
    assert "'ad_id' is an id, but it is used as a number" in shown(ids, X, Column(name="ad_id", kind="numeric"))
    assert "'x' is an id" in shown(GOOD, X.model_copy(update={"kind": "numeric"}), user="x")
    own = GOOD.assign(own=[f"v{i}" for i in range(N)])
    assert "own value of 'own'" in shown(own, X, Column(name="own", kind="categorical"))


def test_repeated_rows() -> None:
    twice = pd.concat([GOOD, GOOD.iloc[:9]], ignore_index=True)
    assert shown(twice, X) == "9 rows repeat an earlier row in every column."
    assert profile(twice, schema_of(X)).duplicates == 9


def with_history(place: str) -> pd.DataFrame:
    frame = clicks_table(2000).drop(columns="history_category")
    own, past = frame["item_id"].astype(str), frame["history_item"]
    clicked = frame["click"] == 1
    if place == "last":
        frame["history_item"] = past.where(~clicked, past + "|" + own)
    elif place == "first":
        frame["history_item"] = past.where(~clicked, own + "|" + past)
    elif place == "always last":
        frame["history_item"] = past + "|" + own
    elif place == "within":
        frame["history_item"] = past.where(~clicked, "3|" + own + "|" + past + "|4")
    elif place == "again":
        # Users come back to what they clicked before: only the first click on an item finds it missing.
        before: dict[tuple[int, int], bool] = {}
        for row, (user, item, click) in enumerate(zip(frame["user_id"], frame["item_id"], clicked, strict=True)):
            known = before.get((user, item), False)
            frame.loc[row, "history_item"] = f"90|{item}|91" if click and known else "90|91"
            before[user, item] = known or click
    return frame


@pytest.mark.parametrize(
    ("place", "warned"),
    [("last", True), ("first", True), ("within", True), ("always last", False), ("again", False), ("", False)],
)
def test_the_click_in_its_own_history(place: str, warned: bool) -> None:
    columns = [c for c in clicks_schema().columns if c.name in ("history_item", "item_id")]
    schema = schema_of(*columns, item="item_id", user="user_id", time="time")
    found = [problem for problem in problems(profile(with_history(place), schema)) if "as if the click" in problem]
    assert len(found) == warned


def test_histories_that_do_not_fit_together() -> None:
    frame = clicks_table()
    frame.loc[3, "history_category"] = "shoes|" * 9 + "toys"
    assert "In row 4 the history" in problems(profile(frame, clicks_schema()))[0]


def test_distributions_times_and_pairs_of_a_table() -> None:
    frame = clicks_table()
    found = profile(frame, clicks_schema())
    columns = {column.name: column for column in found.columns}
    price = columns["price"]
    assert price.histogram is not None
    assert sum(price.histogram.counts) == len(frame)
    assert [quantile.share for quantile in price.quantiles] == [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1]
    lengths = columns["history_item"].lengths
    assert lengths is not None
    assert lengths.histogram is not None
    wanted = frame["history_item"].map(lambda text: len(text.split("|")) if text else 0).value_counts().sort_index()
    assert lengths.histogram.counts == wanted.tolist()
    for column in found.columns:
        for value in column.top:
            assert value.clicks <= value.labelled <= value.rows
            if value.click_rate is not None and value.low is not None and value.high is not None:
                assert 0 <= value.low <= value.click_rate <= value.high <= 1
    assert found.times is not None
    assert (found.times.column, found.times.unit) == ("time", "hour")
    assert sum(point.clicks for point in found.times.points) == frame["click"].sum()
    assert [(pair.a, pair.b, pair.both) for pair in found.determined] == [("item_id", "category", False)]


def test_a_table_on_disk_is_the_same_table(tmp_path: Path) -> None:
    frame = clicks_table(3000)
    frame["lists"] = [["a", "b"], [], ["b"]] * 1000
    frame["noticed"] = pd.to_datetime(frame["time"], unit="s")
    frame.to_parquet(tmp_path / "t.parquet", row_group_size=700)
    stored = Stored(tmp_path / "t.parquet")
    assert guess_schema(stored) == guess_schema(frame)
    schema = guess_schema(frame)
    assert profile(stored, schema) == profile(frame, schema)
    rows = np.arange(5, 2900, 3)
    some, same = profile(stored.take(rows), schema), profile(frame.iloc[rows], schema)
    for one in (some, same):
        for column in one.columns:
            column.top.sort(key=lambda value: (-value.rows, value.value))  # equally frequent ones have no order
    assert some == same


def test_numbers_from_a_sample_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(profiling, "MANY_ROWS", 1000)
    monkeypatch.setattr(profiling, "SAMPLE", 900)
    monkeypatch.setattr(profiling, "IGNORED", 800)
    monkeypatch.setattr(profiling, "BAG_ROWS", 700)
    monkeypatch.setattr(profiling, "PAIR_ROWS", 600)
    frame = clicks_table(3000).assign(code=[f"code {i}" for i in range(3000)])
    frame.to_parquet(tmp_path / "t.parquet")
    schema = clicks_schema()
    schema = schema.model_copy(update={"columns": [*schema.columns, Column(name="code", kind="categorical")]})
    for table in (frame, Stored(tmp_path / "t.parquet")):
        found = profile(table, schema)
        sampled = {column.name: column.sample for column in found.columns}
        assert sampled["code"] == 900
        assert sampled["time"] == 800
        assert 0 < (sampled["history_item"] or 0) <= 700
        assert sampled["user_id"] is sampled["price"] is sampled["device"] is None
        assert (found.rows, found.users, found.items) == (3000, 20, 15)
        by_name = {column.name: column for column in found.columns}
        assert by_name["code"].distinct == 900
        assert [(pair.a, pair.b) for pair in found.determined] == [("item_id", "category")]
        assert [warning.column for warning in found.warnings] == []


@pytest.mark.parametrize("on_disk", [False, True])
def test_users_and_items_are_counted_in_all_rows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, on_disk: bool
) -> None:
    for name, value in (("MANY_ROWS", 200), ("SAMPLE", 150), ("PAIR_ROWS", 100), ("BAG_ROWS", 100)):
        monkeypatch.setattr(profiling, name, value)
    users = [f"u{place % 700}" if place % 10 else None for place in range(2000)]
    frame = pd.DataFrame({"user": users, "item": np.arange(2000) // 5, "click": np.arange(2000) % 2})
    columns = [Column(name=name, kind="categorical") for name in ("user", "item")]
    schema = Schema(label="click", user="user", item="item", columns=columns)
    table: Any = frame
    if on_disk:
        frame.to_parquet(tmp_path / "t.parquet", index=False)
        table = Stored(tmp_path / "t.parquet")
    made = profile(table, schema)
    assert made.columns[0].sample == 150  # or this tests nothing
    assert (made.users, made.items) == (frame["user"].nunique(), frame["item"].nunique())


def test_no_rows() -> None:
    found = profile(clicks_table().iloc[:0], clicks_schema())
    assert (found.rows, found.click_rate) == (0, 0)
    assert Profile.model_validate_json(found.model_dump_json()) == found
