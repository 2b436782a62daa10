"""Planted leaks are named; honest tables, the sample shop first, get no such warning."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.guessing import guess_schema
from ctrcore.data.profiles import DataWarning, Profile
from ctrcore.data.profiling import profile
from ctrcore.data.recipe import Recipe
from ctrcore.schema import Column, Schema

SHOP = Path(__file__).resolve().parents[2] / "sample_data" / "shop"
N = 6000


def table(n: int = N, seed: int = 0) -> pd.DataFrame:
    """Users and items with click rates of their own, and honest numbers."""
    rng = np.random.default_rng(seed)
    user, item = rng.integers(0, 150, n), rng.integers(0, 60, n)
    rate = np.clip(0.2 + 0.1 * np.sin(user) + 0.1 * np.cos(item), 0.02, 0.9)
    return pd.DataFrame(
        {
            "user_id": user,
            "item_id": item,
            "device": rng.integers(0, 12, n),
            "price": np.round(np.exp(item / 20), 2),
            "visits": rng.poisson(3, n),
            "speed": rng.normal(size=n),
            "click": (rng.random(n) < rate).astype(int),
        }
    )


def schema(*more: Column) -> Schema:
    columns = [Column(name=name, kind="categorical") for name in ("user_id", "item_id", "device")]
    columns += [Column(name=name, kind="numeric") for name in ("price", "visits", "speed")]
    return Schema(label="click", user="user_id", item="item_id", columns=[*columns, *more])


def numeric(name: str) -> Column:
    return Column(name=name, kind="numeric")


def about(found: Profile, name: str) -> list[DataWarning]:
    for warning in found.warnings:
        for sentence in (warning.problem, warning.remedy):
            assert sentence[0].isupper() or sentence[0].isdigit()
            assert sentence.endswith(".")
    return [warning for warning in found.warnings if warning.column == name]


def only(frame: pd.DataFrame, column: Column) -> str:
    """The only warning, which is about the column."""
    found = profile(frame, schema(column))
    assert len(found.warnings) == len(about(found, column.name)) == 1, found.warnings
    return found.warnings[0].problem


def test_the_sample_shop_is_honest() -> None:
    frame = pd.read_parquet(SHOP / "impressions.parquet")
    recipe = Recipe.model_validate_json((SHOP / "recipe.json").read_text())
    assert profile(frame, recipe.data_schema).warnings == []
    assert profile(frame, guess_schema(frame)).warnings == []


def test_an_honest_table() -> None:
    assert profile(table(), schema()).warnings == []


# What only the click could tell.


@pytest.mark.parametrize("otherwise", [np.nan, 0.0, 7.5])
def test_a_number_that_only_clicked_rows_have(otherwise: float) -> None:
    frame, rng = table(), np.random.default_rng(1)
    filled = (frame["click"] == 1) & (rng.random(N) < 0.6)
    frame["seconds_on_page"] = np.where(filled, rng.lognormal(3, 1, N), otherwise)
    assert "says something in 60% of the clicked rows, and in none of the others" in only(
        frame, numeric("seconds_on_page")
    ).replace("59%", "60%").replace("61%", "60%")


def test_a_value_that_only_clicked_rows_have() -> None:
    frame, rng = table(), np.random.default_rng(1)
    filled = (frame["click"] == 1) & (rng.random(N) < 0.5)
    frame["basket"] = np.where(filled, rng.choice(["cash", "card"], N), None)
    assert "of the clicked rows, and in none of the others" in only(frame, Column(name="basket", kind="categorical"))


@pytest.mark.parametrize("clicked_are_missing", [True, False])
def test_gaps_that_give_the_click_away(clicked_are_missing: bool) -> None:
    frame, rng = table(), np.random.default_rng(2)
    gaps = (frame["click"] == 1) == clicked_are_missing
    gaps ^= rng.random(N) < 0.02
    frame["reason"] = np.where(gaps, np.nan, rng.integers(1, 9, N))
    problem = only(frame, numeric("reason"))
    assert "its gaps alone give the click away" in problem
    # A column of lists as well.
    frame["labels"] = np.where(gaps, "", "a|b")
    found = profile(frame, schema(Column(name="labels", kind="multi_value")))
    assert len(about(found, "labels")) == 1


def test_a_name_that_speaks_of_later_and_a_relation_to_the_click() -> None:
    frame, rng = table(), np.random.default_rng(3)
    frame["dwell_time"] = rng.normal(size=N) + 1.2 * frame["click"]
    assert "By its name the column 'dwell_time' is known only after the click" in only(frame, numeric("dwell_time"))
    # A name alone is no reason, and neither is a relation.
    frame["dwell_time"] = rng.normal(size=N)
    frame["interest"] = rng.normal(size=N) + 1.2 * frame["click"]
    assert profile(frame, schema(numeric("dwell_time"), numeric("interest"))).warnings == []


def test_rare_values_are_no_leak() -> None:
    frame, rng = table(), np.random.default_rng(4)
    frame["coupon"] = np.where(rng.random(N) < 0.05, 1.0, 0.0)
    assert profile(frame, schema(numeric("coupon"))).warnings == []


# What only the whole table could tell.


def rates(frame: pd.DataFrame, key: str) -> pd.Series:
    return frame.groupby(key)["click"].transform("mean")


@pytest.mark.parametrize("key", ["user_id", "item_id", "device"])
def test_a_click_rate_over_all_rows(key: str) -> None:
    frame = table()
    for cells in (rates(frame, key), rates(frame, key).round(4), 3 * rates(frame, key) - 1):
        frame["rate_of_it"] = cells
        assert f"'rate_of_it' is the click rate of each '{key}' over all rows" in only(frame, numeric("rate_of_it"))


def test_a_smoothed_click_rate() -> None:
    frame = table()
    by_user = frame.groupby("user_id")["click"]
    mean = frame["click"].mean()
    frame["te"] = (by_user.transform("sum") + 20 * mean) / (by_user.transform("size") + 20)
    assert "click rate of each 'user_id' over all rows" in only(frame, numeric("te"))


def test_counts_over_all_rows() -> None:
    frame = table()
    frame["seen"] = frame.groupby("user_id")["click"].transform("size")
    assert "'seen' is the number of rows of each 'user_id'" in only(frame, numeric("seen"))
    frame["seen"] = np.log1p(frame["seen"])
    assert "'seen' is the number of rows of each 'user_id'" in only(frame, numeric("seen"))
    frame["seen"] = frame.groupby("item_id")["click"].transform("sum")
    assert "'seen' is the number of clicks of each 'item_id'" in only(frame, numeric("seen"))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.6, 0.8, 0.9])
def test_encodings_of_the_training_rows_alone_are_honest(share: float, seed: int) -> None:
    frame, rng = table(60_000, seed), np.random.default_rng(seed)
    train = frame[rng.random(len(frame)) < share]
    frame["te"] = frame["user_id"].map(train.groupby("user_id")["click"].mean())
    frame["count"] = frame["item_id"].map(train.groupby("item_id").size())
    assert profile(frame, schema(numeric("te"), numeric("count"))).warnings == []


def test_encodings_are_found_in_large_tables_too() -> None:
    frame = table(120_000)
    frame["te"] = rates(frame, "item_id")
    assert "click rate of each 'item_id'" in only(frame, numeric("te"))


# Test rows that are training rows.


def test_rows_in_both_parts() -> None:
    frame = table().drop_duplicates(ignore_index=True)
    frame["split"] = np.where(np.arange(len(frame)) % 5 == 0, "test", "train")
    ignored = Column(name="split", kind="ignore")
    assert profile(frame, schema(ignored)).warnings == []
    again = frame[frame["split"] == "train"].head(100).assign(split="test")
    both = pd.concat([frame, again], ignore_index=True)
    test = int((both["split"] == "test").sum())
    found = profile(both, schema(ignored))
    assert [warning.problem for warning in found.warnings] == [
        f"100 of the {test:,} test rows ({100 / test:.0%}) also are training rows."
    ]
    assert found.duplicates == 0  # they differ in the split


def test_a_wide_table_takes_seconds_and_little_memory() -> None:
    n, rng = 3000, np.random.default_rng(5)
    wide = {f"n{number}": rng.normal(size=n) for number in range(600)}
    wide |= {f"c{number}": rng.integers(0, 30, n) for number in range(300)}
    frame = pd.concat([table(n), pd.DataFrame(wide)], axis=1)
    frame["n7"] = rates(frame, "item_id")
    more = [Column(name=name, kind="numeric" if name[0] == "n" else "categorical") for name in wide]
    started = time.process_time()
    found = profile(frame, schema(*more))
    assert time.process_time() - started < 30
    assert [warning.column for warning in found.warnings] == ["n7"]
