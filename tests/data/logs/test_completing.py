"""Rows completed from the log equal the rows that were built from it."""

from __future__ import annotations

from itertools import product

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


def assert_completed_as_built(
    log: pd.DataFrame, choices: LogChoices, users: pd.DataFrame | None, items: pd.DataFrame | None
) -> set[str]:
    """Check that user, item and time of built rows suffice for the rest of them; returns what was completed."""
    made = build_impressions(log, choices, users, items)
    schema = made.recipe.data_schema
    few = made.frame[["user", "item", "time"]]
    found = complete_rows(few, schema, log, choices, users=users, items=items)
    for name, cells in found.items():
        if name.startswith("history"):
            assert lists(cells) == lists(made.frame[name]), name
        else:
            assert cells.astype(str).tolist() == made.frame[name].astype(str).tolist(), name
    assert set(found) == {column.name for column in schema.fields} - {"user", "item", "time"}
    return set(found)


@pytest.mark.parametrize("fewest", [1, 11])
def test_completed_rows_are_the_built_ones(fewest: int) -> None:
    choices = CHOICES.model_copy(update={"min_user_events": 2 * fewest, "min_item_events": fewest})
    log = log_of()
    built = build_impressions(log, choices, USERS, ITEMS)
    assert (built.report["dropped"]["little_activity"] > 0) == (fewest > 1)
    found = assert_completed_as_built(log, choices, USERS, ITEMS)
    assert found >= {"history_item", "history_genre", "history_action", "action", "age", "genre"}


def with_varying_columns(seed: int = 0) -> pd.DataFrame:
    """A log whose item columns vary within an item, and are missing now and then."""
    log, rng = log_of(seed), np.random.default_rng(seed + 100)
    log["category"] = rng.choice(["shoes", "toys", "books"], len(log))
    log["price"] = np.where(rng.random(len(log)) < 0.3, np.nan, rng.integers(1, 90, len(log)))
    return log.sample(frac=1, random_state=seed, ignore_index=True)


@pytest.mark.parametrize("fewest", [1, 8])
@pytest.mark.parametrize("seed", range(3))
def test_an_item_has_the_same_values_as_in_training(seed: int, fewest: int) -> None:
    update = {"history_columns": ["category", "price"], "min_item_events": fewest}
    log = with_varying_columns(seed)
    assert log.groupby("item")["category"].nunique().max() > 1
    found = assert_completed_as_built(log, CHOICES.model_copy(update=update), USERS, None)
    assert found >= {"category", "price", "history_category", "history_price"}


def test_where_the_log_gives_the_rows_a_history_holds_each_event_s_own_value() -> None:
    choices = CHOICES.model_copy(update={"negatives": "given", "history_columns": ["category"]})
    log = with_varying_columns()
    made = build_impressions(log, choices)
    few = made.frame[["user", "item", "time"]]
    found = complete_rows(few, made.recipe.data_schema, log, choices, users=None, items=None)
    assert lists(found["history_category"]) == lists(made.frame["history_category"])
    assert len(set(map(tuple, lists(found["history_category"])))) > 10


def test_what_the_log_last_told_is_the_last_in_time() -> None:
    log = log_of().assign(town=lambda log: "t" + (log["time"] // 50).astype(str))
    choices = CHOICES.model_copy(update={"negatives": "given", "history_columns": []})
    schema = build_impressions(log, choices).recipe.data_schema
    columns = [c.model_copy(update={"role": "user"}) if c.name == "town" else c for c in schema.columns]
    rows = pd.DataFrame({"user": [3, 4], "item": 5})
    shuffled = log.sort_values("time", ascending=False)
    of_user = schema.model_copy(update={"columns": columns})
    found = complete_rows(rows, of_user, shuffled, choices, users=None, items=None)
    assert found["town"].tolist() == [f"t{log.loc[log['user'] == user, 'time'].max() // 50}" for user in (3, 4)]


def test_columns_that_two_tables_call_alike() -> None:
    log = with_varying_columns()
    items = ITEMS.assign(category=[f"c{n % 5}" for n in range(30)])
    users = USERS.assign(category=[f"u{n % 3}" for n in range(12)])
    choices = CHOICES.model_copy(update={"history_columns": ["item_category", "category", "genre"]})
    found = assert_completed_as_built(log, choices, users, items)
    assert found >= {"category", "item_category", "user_category", "history_item_category", "history_category"}


def test_an_item_that_training_left_out_has_the_first_value_that_the_log_tells() -> None:
    choices = CHOICES.model_copy(update={"min_item_events": 3, "history_columns": ["category"]})
    log = with_varying_columns()
    rare = pd.DataFrame(
        {"user": 1, "item": 77, "time": [9, 5], "action": "buy", "category": ["late", "early"], "price": [2, np.nan]}
    )
    log = pd.concat([log, rare], ignore_index=True)
    schema = build_impressions(log, choices).recipe.data_schema
    rows = pd.DataFrame({"user": [1], "item": [77]})
    found = complete_rows(rows, schema, log, choices, users=None, items=None)
    assert found["category"].tolist() == ["early"]
    assert found["price"].tolist() == [2]


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


def test_times_of_rows_and_log_are_on_one_scale() -> None:
    start = pd.Timestamp("2024-05-28")
    log = log_of()
    dates = start + pd.to_timedelta(log["time"], unit="h")
    choices = CHOICES.model_copy(update={"negatives": "given"})
    ways = {
        "milliseconds": lambda when: when.astype("datetime64[ms]").astype("int64"),
        "seconds": lambda when: when.astype("datetime64[s]").astype("int64"),
        "texts": lambda when: when.dt.strftime("%d/%m/%Y %H:%M"),
    }
    when = pd.Series(pd.to_datetime(["2024-06-01 10:00", "2024-05-29 00:00"]))
    pasts = [log[(log["user"] == 3) & (dates < moment)].sort_values("time", kind="stable") for moment in when]
    wanted = [past["item"].astype(str).tolist()[-7:] for past in pasts]
    for of_log, of_rows in product(ways.values(), repeat=2):
        told = log.assign(time=of_log(dates))
        schema = build_impressions(told, choices, USERS, ITEMS).recipe.data_schema
        rows = pd.DataFrame({"user": [3, 3], "item": [5, 5], "time": of_rows(when)})
        found = complete_rows(rows, schema, told, choices, users=USERS, items=ITEMS)
        assert lists(found["history_item"]) == wanted
