from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ctrcore.data.joining import join_tables
from ctrcore.errors import DataError

ROWS = pd.DataFrame({"user": [2, 1, 2, 9], "item": ["a", None, "b", "a"], "age": 0}, index=[5, 6, 7, 8])
USERS = pd.DataFrame({"user": ["1", "2"], "age": [30, 40], "city": ["Rome", "Oslo"]})
ITEMS = pd.DataFrame({"price": [1.5, 2.5], "tags": [["x"], ["y", "z"]], "item": ["a", "b"]})


def test_rows_get_the_columns_of_user_and_item() -> None:
    joined = join_tables(ROWS, USERS, ITEMS, "user", "item")
    assert list(joined) == ["user", "item", "age", "user_age", "city", "price", "tags"]
    assert joined.index.tolist() == [5, 6, 7, 8]
    assert joined["age"].tolist() == [0] * 4
    assert joined["user_age"].tolist()[:3] == [40, 30, 40]
    assert joined["city"].isna().tolist() == [False, False, False, True]
    assert joined["price"].tolist()[::2] == [1.5, 2.5]
    assert joined["price"].isna().tolist() == [False, True, False, False]
    assert joined["tags"].tolist()[2] == ["y", "z"]


def test_rows_of_the_side_table_without_an_id_are_passed_over() -> None:
    users = pd.DataFrame({"user": [None, "2", None, "1"], "x": ["none", "two", "none", "one"]})
    assert join_tables(ROWS, users, None, "user", "")["x"].tolist()[:3] == ["two", "one", "two"]


def test_against_a_merge() -> None:
    users = pd.DataFrame({"user": range(50), "x": range(50)}).sample(frac=1, random_state=0)
    rows = pd.DataFrame({"user": [i * 7 % 50 for i in range(200)]})
    pd.testing.assert_frame_equal(join_tables(rows, users, None, "user", ""), rows.merge(users, on="user", how="left"))


def test_nothing_to_join() -> None:
    assert join_tables(ROWS, None, None, "", "") is ROWS
    assert len(join_tables(ROWS.iloc[:0], USERS, None, "user", "")) == 0


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"users": USERS.drop(columns="user")}, "user table has no column 'user'"),
        ({"rows": ROWS.drop(columns="item")}, "table of rows has no column 'item'"),
        ({"users": pd.DataFrame({"user": ["2", 2], "x": 0})}, "user '2' appears twice"),
        ({"items": pd.DataFrame({"item": ["q"], "x": 0})}, "None of the ids in 'item'"),
        ({"rows": ROWS.assign(user_age=1)}, "in both tables, and 'user_age' too"),
    ],
)
def test_tables_that_do_not_fit(tables: dict[str, Any], message: str) -> None:
    given = {"rows": ROWS, "users": USERS, "items": ITEMS} | tables
    with pytest.raises(DataError, match=message):
        join_tables(given["rows"], given["users"], given["items"], "user", "item")


def test_large_ids_beside_a_row_of_an_unknown_item_stay_apart() -> None:
    shop = 1_152_921_504_606_846_976  # float64 rounds this and the next number to one
    items = pd.DataFrame({"item": ["a", "b"], "shop": [shop, shop + 1]})
    joined = join_tables(pd.DataFrame({"item": ["a", "b", "z"]}), None, items, "", "item")
    assert joined["shop"].tolist()[:2] == [str(shop), str(shop + 1)]
    assert joined["shop"].isna().tolist() == [False, False, True]


def test_two_columns_of_one_table_never_get_one_name() -> None:
    users = USERS.rename(columns={"city": "user_age"})[["user", "user_age", "age"]]
    with pytest.raises(DataError, match="'user_age' too"):
        join_tables(ROWS, users, None, "user", "item")
    joined = join_tables(ROWS, users[["user", "age", "user_age"]], None, "user", "item")
    assert list(joined) == ["user", "item", "age", "user_age", "user_user_age"]
