"""Small tables that several tests of the data part use."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ctrcore.schema import Column, Schema


def clicks_table(n: int = 400, seed: int = 0) -> pd.DataFrame:
    """n impressions of 20 users and 15 items with every kind of column, some cells missing, in the order of time."""
    rng = np.random.default_rng(seed)
    item = rng.integers(1, 16, n)
    history = [[int(i) for i in rng.integers(1, 16, k)] for k in rng.integers(0, 6, n)]
    return pd.DataFrame(
        {
            "time": 1_700_000_000 + np.sort(rng.integers(0, 300, n)) * 60,
            "user_id": rng.integers(1, 21, n),
            "age": np.where(rng.random(n) < 0.1, np.nan, rng.integers(18, 80, n)),
            "item_id": item,
            "category": np.array(["shoes", "shirts", "toys"])[item % 3],
            "price": np.round(rng.lognormal(3, 1, n), 2),
            "tags": rng.choice(["red|new", "blue", "", "new|sale|red"], n),
            "device": pd.Series(rng.choice(["phone", "tablet", "web"], n)).where(rng.random(n) > 0.1),
            "history_item": ["|".join(map(str, h)) for h in history],
            "history_category": ["|".join(["shoes", "shirts", "toys"][i % 3] for i in h) for h in history],
            "click": (rng.random(n) < 0.3).astype(int),
        }
    )


def clicks_schema() -> Schema:
    """The schema of `clicks_table`."""
    return Schema(
        label="click",
        user="user_id",
        item="item_id",
        time="time",
        columns=[
            Column(name="user_id", kind="categorical", role="user"),
            Column(name="history_item", kind="history", role="user", of="item_id"),
            Column(name="age", kind="numeric", role="user"),
            Column(name="item_id", kind="categorical", role="item"),
            Column(name="category", kind="categorical", role="item"),
            Column(name="tags", kind="multi_value", role="item"),
            Column(name="price", kind="numeric", role="item", scale="quantile", buckets=5),
            Column(name="device", kind="categorical"),
            Column(name="history_category", kind="history", role="user", of="category"),
            Column(name="time", kind="ignore"),
        ],
    )
