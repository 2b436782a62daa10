"""Every user once, with rows, clicks and the last row: equal to a loop over the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.preparing import rows_as_seen
from ctrcore.data.recipe import Recipe
from ctrcore.errors import DataError
from ctrcore.recommend.users import users
from tests.data.tables import clicks_schema, clicks_table


def by_hand(table: pd.DataFrame) -> dict[str, tuple[int, int, int]]:
    """The reference: a loop over the rows in the order of time."""
    found: dict[str, tuple[int, int, int]] = {}
    for row in table.sort_values("time", kind="stable").index:
        rows, clicks, _ = found.get(str(table["user_id"][row]), (0, 0, 0))
        found[str(table["user_id"][row])] = (rows + 1, clicks + int(table["click"][row]), int(row))
    return found


def as_dict(table: pd.DataFrame) -> dict[str, tuple[int, int, int]]:
    return {str(user): (int(a), int(b), int(c)) for user, a, b, c in table.itertuples()}


def test_users_equal_a_loop_over_the_rows() -> None:
    table = clicks_table(400).sample(frac=1, random_state=1).reset_index(drop=True)
    found = users(table, clicks_schema())
    assert as_dict(found) == by_hand(table)
    assert found["rows"].is_monotonic_decreasing


def test_last_rows_are_source_rows_after_cleaning() -> None:
    table = clicks_table(300)
    table["click"] = table["click"].astype("float64")
    table.loc[::3, "click"] = np.nan
    seen = rows_as_seen(table, Recipe(data_schema=clicks_schema()))
    assert as_dict(users(seen, clicks_schema())) == by_hand(table.dropna(subset=["click"]))


def test_without_times_the_last_row_of_the_table_counts_and_a_missing_user_is_nobody() -> None:
    table = pd.DataFrame({"user_id": ["a", None, "b", "a", ""], "click": [1, 1, 0, 0, 1]})
    schema = clicks_schema().model_copy(update={"time": None})
    assert as_dict(users(table, schema)) == {"a": (2, 1, 3), "b": (1, 0, 2)}


def test_a_missing_time_is_older_than_any() -> None:
    table = pd.DataFrame({"user_id": [1, 1], "click": [0, 1], "time": [5.0, np.nan]})
    assert as_dict(users(table, clicks_schema())) == {"1": (2, 1, 0)}


def test_no_user_column_is_an_error_that_can_be_mended() -> None:
    with pytest.raises(DataError, match="names no user column"):
        users(clicks_table(10), clicks_schema().model_copy(update={"user": None}))
