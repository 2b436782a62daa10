"""What comes out of each layout, by hand."""

from __future__ import annotations

import gzip
import os
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ctrcore.data.layouts.plan import Plan
from ctrcore.data.layouts.recognising import files_in, recognise
from ctrcore.data.reading import read_part
from ctrcore.errors import DataError
from ctrcore.schema import Column
from tests.data.layouts.frames import joined, known, plan_of, tables
from tests.data.layouts.samples import SAMPLES


@pytest.fixture
def sample(tmp_path: Path) -> Any:
    return lambda name: plan_of(SAMPLES[name][1](), tmp_path)


def column(plan: Plan, name: str) -> Column:
    return next(column for column in plan.hints.columns if column.name == name)


def test_movielens_100k(sample: Any) -> None:
    found = tables(sample("movielens_100k"))
    items, users = found["items"], found["users"]
    assert list(items) == ["item_id", "title", "release_date", "genres", "release_year"]
    assert known(items["genres"]) == ["Action|Adventure", None, "Animation|Children's|Comedy"] * 2
    assert items["title"].tolist()[3] == "Misérables, Les (1995)"
    assert known(items["release_year"])[:3] == [1995, 1995, None]
    assert users["zip_code"].tolist()[2] == "T8H1N"
    assert users["zip_region"].tolist()[:3] == ["0", "0", "T"]
    assert list(found["rows"]) == ["user_id", "item_id", "rating", "timestamp"]
    assert found["rows"]["timestamp"].tolist()[:2] == [880_000_000, 880_000_037]


def test_movielens_1m(sample: Any) -> None:
    plan = sample("movielens_1m")
    found = tables(plan)
    assert list(found["rows"]) == ["user_id", "item_id", "rating", "timestamp"]
    assert found["rows"]["rating"].tolist()[:3] == [1, 2, 3]
    assert found["items"]["title"].tolist()[1:4:2] == ["Odipe: la cité (1967)", "Misérables, Les (1995)"]
    assert known(found["items"]["release_year"]) == [1995, 1967, None, 1995, 1931, 1995]
    assert found["users"]["age"].tolist()[:3] == [18, 25, 1]
    assert column(plan, "age").kind == "categorical"
    assert found["users"]["zip_region"].tolist() == ["4"] * 9


def test_movielens_10m_has_half_stars_and_no_users(sample: Any) -> None:
    plan = sample("movielens_10m")
    assert plan.users is None
    assert tables(plan)["rows"]["rating"].tolist()[:2] == [0.5, 1.5]


def test_a_title_may_hold_two_colons_and_a_line_may_be_short(tmp_path: Path) -> None:
    named = SAMPLES["movielens_1m"][1]()
    plan = plan_of(named | {"movies.dat": b"1::Go:: now (1999)::Drama|War\n\n2::M::\n"}, tmp_path)
    items = read_part(plan.items)  # type: ignore[arg-type]
    assert items["title"].tolist() == ["Go:: now (1999)", "M"]
    assert known(items["genres"]) == ["Drama|War", None]
    plan = plan_of(named, tmp_path)
    plan.items.path.write_bytes(b"1::A::B\n2::A\n")  # type: ignore[union-attr]
    with pytest.raises(DataError, match="Line 2 has 2 values with '::' between them instead of 3"):
        read_part(plan.items)  # type: ignore[arg-type]


def test_movielens_csv(sample: Any) -> None:
    items = tables(sample("movielens_csv"))["items"]
    assert items["title"].tolist()[5] == 'Say "Ah" (2001)'
    assert known(items["genres"])[:3] == ["Adventure|Animation", "Drama", None]
    assert known(items["release_year"]) == [1995, 1990, None, 1995, 1931, 2001]


def test_typed_tables(sample: Any) -> None:
    plan = sample("typed_log")
    frame = joined(plan)
    assert list(frame) == [
        "user_id", "item_id", "rating", "timestamp", "age", "movie_title", "price", "class", "vector",
    ]  # fmt: skip
    kinds = {name: (column(plan, name).kind, column(plan, name).role) for name in frame}
    assert kinds["age"] == ("categorical", "user")
    assert kinds["price"] == ("numeric", "item")
    assert kinds["class"] == ("multi_value", "item")
    assert column(plan, "class").delimiter == " "
    assert kinds["vector"][0] == kinds["movie_title"][0] == kinds["rating"][0] == kinds["timestamp"][0] == "ignore"
    log = plan.hints.log
    assert (log.rating, log.rating_threshold, log.negatives) == ("rating", 4.0, "given")


def test_typed_impressions_keep_their_parts(sample: Any) -> None:
    plan = sample("typed_impressions")
    assert plan.hints.label == "label"
    assert plan.hints.log is None
    assert plan.valid is not None
    assert plan.test is not None


@pytest.mark.parametrize(
    ("header", "rows", "log", "label"),
    [
        ("user_id:token,item_id:token,timestamp:float", "1,2,5\n1,3,6\n", "uniform", None),
        ("user_id:token,item_id:token,rating:float", "1,2,5\n1,3,1\n", None, "rating"),
        ("user_id:token,item_id:token,rating:float,timestamp:float", "1,2,5,7\n1,3,5,8\n", "uniform", None),
    ],
)
def test_typed_tables_without_a_time_or_a_rating(
    header: str, rows: str, log: str | None, label: str | None, tmp_path: Path
) -> None:
    plan = plan_of({"x.csv": f"{header}\n{rows}".encode()}, tmp_path)
    assert plan.layout == "typed_tables"
    assert (plan.hints.log.negatives if plan.hints.log else None) == log
    assert plan.hints.label == label
    assert len(tables(plan)["rows"]) == 2


def test_criteo(sample: Any, tmp_path: Path) -> None:
    plan = sample("criteo")
    frame = tables(plan)["rows"]
    assert list(frame) == ["label", *(f"I{k}" for k in range(1, 14)), *(f"C{k}" for k in range(1, 27))]
    assert frame["I2"].min() < 0
    assert frame["I2"].isna().any()
    assert frame["C3"].str.len().dropna().eq(8).all()
    assert column(plan, "I2").scale == "log_standard"
    assert column(plan, "C3").min_count == 1
    assert (plan.hints.user, plan.hints.item, plan.hints.time) == (None, None, None)
    large = SAMPLES["criteo"][1]()["train.txt"] * 2000
    assert column(plan_of({"day_0": large}, tmp_path / "large"), "C3").min_count == 10


def test_criteo_with_names_keeps_its_parts(sample: Any) -> None:
    plan = sample("criteo_named")
    assert {name: len(table) for name, table in tables(plan).items()} == {"rows": 60, "valid": 60, "test": 60}


def test_avazu(sample: Any) -> None:
    plan = sample("avazu")
    frame = tables(plan)["rows"]
    assert frame["hour"].tolist()[5] == pd.Timestamp("2014-10-21 05:00")
    assert frame["hour_of_day"].tolist()[:25] == [*range(24), 0]
    assert set(frame["weekday"]) == {1}  # a Tuesday
    assert plan.hints.user is None
    assert plan.hints.time == "hour"
    assert column(plan, "banner_pos").kind == column(plan, "C14").kind == "categorical"
    assert plan.test is None  # the file has no clicks


def test_taobao(sample: Any) -> None:
    plan = sample("taobao")
    frame = tables(plan)["rows"]
    assert list(frame) == ["user_id", "item_id", "category_id", "behavior", "timestamp"]
    assert plan.hints.log.positive_actions == ["pv"]
    assert (frame["behavior"] == "pv").sum() == 30


def test_taobao_with_names(sample: Any) -> None:
    assert list(tables(sample("taobao_named"))["rows"])[3] == "behavior"


def test_ali_ccp(sample: Any) -> None:
    plan = sample("ali_ccp")
    frame = tables(plan)["rows"]
    assert {"101", "205", "D109_14", "999"} <= set(frame)
    assert (plan.hints.label, plan.hints.user, plan.hints.item) == ("click", "101", "205")
    assert column(plan, "purchase").kind == "ignore"
    assert column(plan, "D109_14").kind == "numeric"
    assert column(plan, "205").role == "item"
    assert column(plan, "999").kind == "categorical"
    assert plan.valid is not None


def test_libffm(sample: Any) -> None:
    plan = sample("libffm")
    frame = tables(plan)["rows"]
    assert list(frame) == ["label", "field_0", "field_1", "field_2", "field_3"]
    assert [column(plan, f"field_{k}").kind for k in range(4)] == [
        "categorical", "categorical", "numeric", "multi_value",
    ]  # fmt: skip
    assert frame["field_3"].str.count(" ").tolist()[:3] == [0, 1, 2]


def test_given_parts_with_histories(sample: Any) -> None:
    plan = sample("given_parts")
    assert plan.hints.label == "label"
    history, category, tags = (column(plan, name) for name in ("item_history", "cate_history", "tags"))
    assert (history.kind, history.of, history.delimiter) == ("history", "item_id", "^")
    assert (category.kind, category.of) == ("history", "cate_id")
    assert (tags.kind, tags.delimiter) == ("multi_value", "^")


def test_histories_of_different_length_are_not_both_histories(tmp_path: Path) -> None:
    rows = b"label,item_id,cate_id,item_seq,cate_seq\n" + b"1,1,a,1^2,a^b\n0,2,b,1^2^1,a\n" * 5
    plan = plan_of({"train.csv": rows, "test.csv": rows}, tmp_path)
    assert column(plan, "item_seq").kind == "history"
    assert column(plan, "cate_seq").kind == "multi_value"


REAL = os.environ.get("CTR_DATA")
needs_data = pytest.mark.skipif(REAL is None, reason="CTR_DATA does not name the folder of real data")


@needs_data
def test_real_movielens(tmp_path: Path) -> None:
    plan = recognise(files_in(Path(str(REAL)) / "ml-100k"))
    assert plan is not None
    assert plan.layout == "typed_tables"
    frame = joined(plan)
    assert len(frame) == 100_000
    assert frame["class"].notna().all()
    assert plan.hints.log is not None
    assert plan.hints.log.rating_threshold == 4
    assert (frame["rating"] >= 4).sum() == 55_375
    kinds = {column.name: column.kind for column in plan.hints.columns}
    assert set(kinds) == set(frame)
    assert (kinds["class"], kinds["movie_title"], kinds["age"]) == ("multi_value", "ignore", "categorical")


@needs_data
def test_real_frappe_as_libfm(tmp_path: Path) -> None:
    """The rows written as libfm lines come back as they were."""
    table = pd.read_csv(Path(str(REAL)) / "frappe" / "train.csv")
    fields = table.columns.drop("label")
    texts = table[fields[0]].astype(str) + ":1"
    for name in fields[1:]:
        texts = texts + " " + table[name].astype(str) + ":1"
    lines = table["label"].map({0: "-1 ", 1: "1 "}) + texts
    path = tmp_path / "frappe.train.libfm.gz"
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 1))
    plan = recognise({path.name: path})
    assert plan is not None
    started = time.perf_counter()
    frame = read_part(plan.rows)
    assert time.perf_counter() - started < 60
    assert list(frame)[1:3] == ["user_id", "item_id"]
    expected = table[fields].set_axis(frame.columns[1:], axis=1)
    pd.testing.assert_frame_equal(frame.drop(columns="label"), expected)
    assert ((frame["label"] == 1) == (table["label"] == 1)).all()
