"""What a page shows of one user's events and rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.logs.building import build_impressions
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.timeline import Timeline, UserActivity, busiest_users, user_timeline
from ctrcore.data.splitting import split_rows
from ctrcore.data.stored import Stored
from ctrcore.errors import DataError

CHOICES = LogChoices(
    user="user", item="item", time="time", action="did", rating="stars", positive_actions=["buy"], per_positive=2
)


def small_log() -> pd.DataFrame:
    return pd.DataFrame(
        [
            (7, 1, 30, "buy", 5),
            (7, 1, 10, "buy", 4),
            (8, 2, 10, "buy", None),
            (7, 2, 20, "view", None),
            (7, 3, 20, "buy", None),
            (7, None, 25, "buy", None),
            (7, 4, None, "buy", None),
            (8, 5, 12, "buy", 1),
            (8, 6, 13, "view", 1),
        ],
        columns=["user", "item", "time", "did", "stars"],
    )


def shown(log: pd.DataFrame, choices: LogChoices = CHOICES, user: str = "7") -> Timeline:
    built = build_impressions(log, choices)
    parts = {"train": np.array([0, 1, 2]), "test": np.arange(3, len(built.frame))}
    return user_timeline(log, built.frame, choices, built.recipe.data_schema, user, parts=parts)


def test_events_in_the_order_of_time() -> None:
    found = shown(small_log())
    assert [(e.time, e.item, e.action, e.rating, e.click) for e in found.events] == [
        (10.0, "1", "buy", "4", True),
        (20.0, "2", "view", None, False),
        (20.0, "3", "buy", None, True),
        (25.0, None, "buy", None, True),
        (30.0, "1", "buy", "5", True),
    ]


def test_rows_point_at_the_events_that_they_remember() -> None:
    found = shown(small_log())
    clicks = [row for row in found.rows if row.label]
    assert [(row.time, row.item, row.history, row.behaviours) for row in clicks] == [
        (10.0, "1", (), ()),
        (20.0, "3", ("1",), (0,)),
        (30.0, "1", ("1", "3"), (0, 2)),
    ]
    negatives = [row for row in found.rows if not row.label]
    assert len(negatives) == 6
    assert all(row.drawn and row.item in {"2", "5", "6"} for row in negatives)
    by_position = {row.position: row for row in found.rows}
    assert sorted(by_position) == [position for position in range(15) if position in by_position]
    assert {row.part for row in found.rows if row.position < 3} == {"train"}
    assert {row.part for row in found.rows if row.position >= 3} == {"test"}


def test_an_event_of_the_row_s_own_time_is_never_behind_its_history() -> None:
    log = pd.DataFrame({"user": "u", "item": [2, 1, 1, 1], "time": [1, 2, 3, 3], "did": "buy", "stars": 1})
    found = shown(log, user="u")
    assert [row.behaviours for row in found.rows if row.label] == [(), (0,), (0, 1), (0, 1)]


def test_given_rows_are_not_drawn() -> None:
    found = shown(small_log(), CHOICES.model_copy(update={"negatives": "given"}))
    assert [(row.item, row.label, row.drawn) for row in found.rows] == [
        ("1", 1, False),
        ("2", 0, False),
        ("3", 1, False),
        ("1", 1, False),
    ]


@pytest.mark.parametrize(
    ("start", "unit", "first"),
    [
        (1_700_000_000, 1, "2023-11-14T22:13:30"),
        (1_700_000_000_000, 1000, "2023-11-14T22:13:30"),
        (0, 1, 10.0),
    ],
)
def test_times_are_dates_where_they_count_from_1970(start: int, unit: int, first: str | float) -> None:
    log = small_log()
    assert shown(log.assign(time=start + log["time"] * unit)).events[0].time == first


def test_dates_stay_dates() -> None:
    log = small_log()
    dates = pd.to_datetime("2020-01-01") + pd.to_timedelta(log["time"], unit="min")
    assert shown(log.assign(time=dates)).events[0].time == "2020-01-01T00:10:00"
    texts = dates.dt.strftime("%Y-%m-%d %H:%M").where(log["time"].notna())
    assert shown(log.assign(time=texts)).events[0].time == "2020-01-01T00:10:00"


def test_which_number_is_the_day_shows_in_other_users_dates(tmp_path: Path) -> None:
    days = ["05/03/2024", "04/03/2024", "04/03/2024", "06/03/2024", "07/03/2024", "08/03/2024", None]
    log = small_log().assign(time=[*days, "02/03/2024", "31/03/2024"])
    assert log.loc[log["time"] == "31/03/2024", "did"].item() == "view"  # it makes no row
    built = build_impressions(log, CHOICES)
    log.to_parquet(tmp_path / "log.parquet", index=False)
    built.frame.to_parquet(tmp_path / "table.parquet", index=False)
    stored = Stored(tmp_path / "log.parquet"), Stored(tmp_path / "table.parquet")
    for tables in ((log, built.frame), stored):
        found = user_timeline(*tables, CHOICES, built.recipe.data_schema, "7")
        assert [event.time for event in found.events] == [f"2024-03-{day:02d}T00:00:00" for day in (4, 5, 6, 7, 8)]
        clicks = [row for row in found.rows if row.label]
        assert [(row.time[:10], row.behaviours) for row in clicks] == [
            ("2024-03-04", ()),
            ("2024-03-05", (0,)),
            ("2024-03-07", (0, 1)),
        ]


def test_the_parts_of_a_split_are_shown() -> None:
    log = small_log()
    built = build_impressions(log, CHOICES)
    split = built.recipe.split.model_copy(update={"by": "time", "valid": 0.3, "test": 0.3})
    label = built.frame["click"].to_numpy(np.float32)
    parts = split_rows(built.frame, label, built.recipe.model_copy(update={"split": split}))
    found = user_timeline(log, built.frame, CHOICES, built.recipe.data_schema, "7", parts=parts)
    for row in found.rows:
        assert row.part is not None
        assert row.position in parts[row.part]
    alone = user_timeline(log, built.frame, CHOICES, built.recipe.data_schema, "7")
    assert {row.part for row in alone.rows} == {None}


def test_tables_on_disk_show_the_same(tmp_path: Path) -> None:
    log = small_log()
    built = build_impressions(log, CHOICES)
    log.to_parquet(tmp_path / "log.parquet", index=False)
    built.frame.to_parquet(tmp_path / "table.parquet", index=False)
    tables = Stored(tmp_path / "log.parquet"), Stored(tmp_path / "table.parquet")
    found = user_timeline(*tables, CHOICES, built.recipe.data_schema, "7")
    assert found == user_timeline(log, built.frame, CHOICES, built.recipe.data_schema, "7")
    schema = built.recipe.data_schema
    assert busiest_users(*tables, CHOICES, schema) == busiest_users(log, built.frame, CHOICES, schema) != []


def test_an_unknown_user() -> None:
    with pytest.raises(DataError, match="no user '99'"):
        shown(small_log(), user="99")


def test_users_with_a_handful_of_clicks_come_first() -> None:
    clicks = {"ann": 6, "bob": 200, "cy": 5, "dan": 0, "eve": 90, "fay": 8, "gus": 30}
    rows = [(user, time, "buy") for user, count in clicks.items() for time in range(count)] + [("dan", 1, "view")] * 3
    rows += [("hal", time, "buy") for time in range(2)]
    log = pd.DataFrame(rows, columns=["user", "time", "did"]).assign(stars=3)
    log["item"] = np.where(log["user"] == "hal", "rare", "common")
    choices = CHOICES.model_copy(update={"negatives": "given", "min_item_events": 3})
    built = build_impressions(log, choices)

    def busiest(n: int) -> list[UserActivity]:
        return busiest_users(log, built.frame, choices, built.recipe.data_schema, n)

    assert busiest(5) == [
        UserActivity("ann", 6, 6),
        UserActivity("cy", 5, 5),
        UserActivity("fay", 8, 8),
        UserActivity("gus", 30, 30),
        UserActivity("bob", 200, 200),
    ]
    assert [one.user for one in busiest(3)] == ["ann", "cy", "bob"]
    # Dan has no click, and the item of Hal's clicks was left out.
    assert {one.user for one in busiest(50)} == set(clicks) - {"dan"}


@pytest.mark.parametrize("negatives", ["given", "uniform"])
@pytest.mark.parametrize("first", [0, 4])
def test_users_to_look_at_against_plain_counting(negatives: str, first: int) -> None:
    rng = np.random.default_rng(first)
    log = pd.DataFrame({"user": rng.geometric(0.05, 600), "item": rng.integers(0, 60, 600), "time": range(600)})
    log["did"], log["stars"] = rng.choice(["view", "buy"], 600), 1
    update = {"negatives": negatives, "first_clicks": first, "min_user_events": 5, "min_item_events": 4}
    choices = CHOICES.model_copy(update=update)
    built = build_impressions(log, choices)
    made = Counter(built.frame.loc[built.frame["click"] == 1, "user"].tolist())
    found = busiest_users(log, built.frame, choices, built.recipe.data_schema, 9)
    assert sorted(abs(made[int(one.user)] - 6) for one in found[:6]) == sorted(abs(n - 6) for n in made.values())[:6]
    others = sorted((n for user, n in made.items() if str(user) not in {one.user for one in found[:6]}), reverse=True)
    assert [made[int(one.user)] for one in found[6:]] == others[:3]
    for one in found:
        own = log[log["user"] == int(one.user)]
        assert (one.events, one.clicks) == (len(own), int((own["did"] == "buy").sum()))
    everybody = busiest_users(log, built.frame, choices, built.recipe.data_schema, 1000)
    assert {int(one.user) for one in everybody} == set(made) < set(log["user"])
