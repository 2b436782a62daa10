"""Rows completed from the log equal the rows that were built from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.logs.building import build_impressions
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.completing import complete_rows
from ctrcore.data.members import as_members
from ctrcore.errors import DataError

ITEMS = pd.DataFrame({"item": range(30), "genre": [f"g{n % 4}" for n in range(30)], "tags": ["a|b", "c", "a"] * 10})
USERS = pd.DataFrame({"user": range(12), "age": range(20, 32)})


def log_of(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "user": rng.integers(0, 12, 400),
            "item": rng.integers(0, 30, 400),
            "time": rng.integers(0, 150, 400),
            "action": rng.choice(["view", "buy"], 400),
        }
    )


CHOICES = LogChoices(
    user="user",
    item="item",
    time="time",
    action="action",
    positive_actions=["buy"],
    history_actions=["view", "buy"],
    history_columns=["genre"],
    history_with_action=True,
    history_length=7,
    per_positive=2,
)


def lists(cells: pd.Series) -> list[list[str]]:
    found = as_members(cells, "|")
    return [found.words[codes].tolist() for codes in np.split(found.codes, found.offsets[1:-1])]


def test_completed_rows_are_the_built_ones() -> None:
    log = log_of()
    made = build_impressions(log, CHOICES, USERS, ITEMS)
    schema = made.recipe.data_schema
    few = made.frame[["user", "item", "time"]]
    found = complete_rows(few, schema, log, CHOICES, users=USERS, items=ITEMS)
    wanted = {column.name for column in schema.fields} - {"user", "item", "time"}
    assert set(found) == wanted >= {"history_item", "history_genre", "history_action", "action", "age", "genre"}
    for name in wanted:
        if name.startswith("history"):
            assert lists(found[name]) == lists(made.frame[name])
        else:
            assert found[name].astype(str).tolist() == made.frame[name].astype(str).tolist()


def test_without_a_time_all_of_the_log_is_the_past() -> None:
    log = log_of(1)
    schema = build_impressions(log, CHOICES, USERS, ITEMS).recipe.data_schema
    rows = pd.DataFrame({"user": [3, 99], "item": [5, 5]}, index=[7, 8])
    found = complete_rows(rows, schema, log, CHOICES, users=USERS, items=ITEMS)
    own = log[log["user"] == 3].sort_values("time", kind="stable")["item"].astype(str).tolist()
    assert lists(found["history_item"]) == [own[-7:], []]
    assert found["age"].iloc[0] == 23
    assert pd.isna(found["age"].iloc[1])
    assert found["genre"].tolist() == ["g1", "g1"]
    assert found["age"].index.tolist() == [7, 8]


def test_rows_without_a_user_cannot_be_completed() -> None:
    log = log_of()
    schema = build_impressions(log, CHOICES, USERS, ITEMS).recipe.data_schema
    with pytest.raises(DataError, match="no column 'user'"):
        complete_rows(pd.DataFrame({"item": [1]}), schema, log, CHOICES, users=USERS, items=ITEMS)


def test_whole_rows_need_nothing() -> None:
    made = build_impressions(log_of(), CHOICES, USERS, ITEMS)
    assert complete_rows(made.frame, made.recipe.data_schema, log_of(), CHOICES, users=USERS, items=ITEMS) == {}


def test_large_ids_stay_apart_beside_an_unknown_item() -> None:
    items = ITEMS.assign(shop=2**60 + ITEMS["item"] % 7)
    schema = build_impressions(log_of(), CHOICES, USERS, items).recipe.data_schema
    rows = pd.DataFrame({"user": 1, "item": [0, 1, 999]})
    found = complete_rows(rows, schema, log_of(), CHOICES, users=USERS, items=items)["shop"]
    assert found.tolist()[:2] == [str(2**60), str(2**60 + 1)]
