"""Rows built from a log, against plain loops over its events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.encoding import Encoder
from ctrcore.data.logs.building import Impressions, build_impressions
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.preparing import prepare
from ctrcore.data.stored import Stored
from ctrcore.errors import DataError
from tests.data.logs.loops import Event, answered_by_loops, events_by_loops, history_by_loops

KIND_OF = {str(item): "abc"[item % 3] for item in range(1, 9)}
ITEMS = pd.DataFrame({"item": [*map(int, KIND_OF)], "kind": list(KIND_OF.values()), "price": np.arange(8) + 0.5})
ALL = {"user": "user", "item": "item", "time": "time"}

event = st.tuples(
    st.sampled_from(["ann", "ann", "bob", "cy", None]),
    st.sampled_from([1, 2, 3, 4, 5, 6, 7, None]),
    st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 8, None]),
    st.sampled_from(["view", "view", "buy"]),
    st.sampled_from([1, 2, 3, 4, 5, None]),
)
logs = st.lists(event, min_size=8, max_size=30)
wishes = st.fixed_dictionaries(
    {
        "positive_actions": st.sampled_from([[], ["view"], ["buy"]]),
        "history_actions": st.sampled_from([[], ["view", "buy"]]),
        "rating_threshold": st.sampled_from([None, 3.0]),
        "per_positive": st.integers(1, 4),
        "avoid_later": st.booleans(),
        "history_length": st.integers(1, 5),
        "min_user_events": st.sampled_from([1, 1, 3]),
        "min_item_events": st.integers(1, 2),
        "first_clicks": st.sampled_from([0, 0, 1, 2]),
        "seed": st.integers(0, 3),
    }
)


def table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["user", "item", "time", "action", "rating"])
    return frame.astype({"user": object, "item": "float64", "time": "float64", "rating": "float64"})


def built(rows: list[tuple[Any, ...]], **wish: Any) -> tuple[Impressions, LogChoices, list[Event]] | None:
    """The rows, or None where the loops agree that there can be none."""
    choices = LogChoices(**ALL, action="action", rating="rating", history_columns=["kind"], **wish)
    log = table(rows)
    events = events_by_loops(log, choices)
    clicks = [event for event in events if event.click and event.before >= choices.first_clicks]
    others = [
        event
        for place, event in enumerate(events)
        if not event.click and event.before >= choices.first_clicks and not answered_by_loops(events, place, choices)
    ]
    if clicks and (others or choices.negatives != "given"):
        return build_impressions(log, choices, items=ITEMS), choices, events
    with pytest.raises(DataError):
        build_impressions(log, choices, items=ITEMS)
    return None


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    records = frame.to_dict("records")
    return [record | {"item": str(int(record["item"])), "user": str(record["user"])} for record in records]


def check_histories(rows: list[dict[str, Any]], events: list[Event], choices: LogChoices) -> None:
    for row in rows:
        past = history_by_loops(events, row["user"], row["time"], choices.history_length)
        assert list(row["history_item"]) == [event.item for event in past]
        assert list(row["history_kind"]) == [KIND_OF[event.item] for event in past]


@settings(max_examples=50, deadline=None)
@given(logs, wishes)
def test_given_rows_are_the_events(rows: list[tuple[Any, ...]], wish: dict[str, Any]) -> None:
    answer = built(rows, negatives="given", **wish)
    if answer is None:
        return
    found, choices, events = answer
    expected = [
        (event.user, event.item, event.time, int(event.click))
        for place, event in enumerate(events)
        if event.before >= choices.first_clicks and not answered_by_loops(events, place, choices)
    ]
    records = plain(found.frame)
    assert [(row["user"], row["item"], row["time"], row["click"]) for row in records] == expected
    check_histories(records, events, choices)


@settings(max_examples=80, deadline=None)
@given(logs, wishes, st.sampled_from(["uniform", "popularity", "hard"]))
def test_drawn_rows_against_loops(rows: list[tuple[Any, ...]], wish: dict[str, Any], negatives: str) -> None:
    answer = built(rows, negatives=negatives, category="kind", **wish)
    if answer is None:
        return
    found, choices, events = answer
    records = plain(found.frame)
    catalogue = {event.item for event in events}
    clicked = {event.item for event in events if event.click}
    few, kinds = set(), {"hard": 0, "uniform": 0, "popularity": 0}
    place = 0
    for event in (event for event in events if event.click and event.before >= choices.first_clicks):
        first = records[place]
        assert (first["user"], first["item"], first["time"], first["click"]) == (event.user, event.item, event.time, 1)
        own = [other for other in events if other.click and other.user == event.user]
        taken = {other.item for other in own if choices.avoid_later or other.time <= event.time}
        allowed = (clicked if negatives == "popularity" else catalogue) - taken
        kind = negatives
        if negatives == "hard":
            alike = {item for item in allowed if KIND_OF[item] == KIND_OF[event.item]}
            kind, allowed = ("hard", alike) if alike else ("uniform", allowed)
        count = min(choices.per_positive, len(allowed))
        drawn = records[place + 1 : place + 1 + count]
        assert all((row["user"], row["time"], row["click"]) == (event.user, event.time, 0) for row in drawn)
        assert {row["item"] for row in drawn} <= allowed
        assert len({row["item"] for row in drawn}) == count
        kinds[kind] += count
        few |= {event.user} if count < choices.per_positive else set()
        place += 1 + count
    assert place == len(records)
    assert {kind: count for kind, count in kinds.items() if count} == {
        kind: count for kind, count in found.report["negatives"].items() if count
    }
    assert found.report["users_with_too_few_candidates"] == len(few)
    check_histories(records, events, choices)
    assert all(row["kind"] == KIND_OF[row["item"]] for row in records)
    assert all(row["price"] == int(row["item"]) - 0.5 for row in records)
    lengths = [len(row["history_item"]) for row in records]
    assert found.report["mean_history_length"] == pytest.approx(np.mean(lengths))
    assert found.report["rows_with_empty_history"] == lengths.count(0)
    again = build_impressions(table(rows), choices, items=ITEMS)
    assert plain(again.frame) == records


def shop_log(n: int = 3000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    item = rng.integers(1, 60, n)
    user = rng.integers(1, 40, n)
    return pd.DataFrame(
        {
            "who": user,
            "what": item,
            "when": 1_600_000_000 + rng.integers(0, 10**6, n),
            "did": rng.choice(["view", "cart", "buy"], n, p=[0.8, 0.1, 0.1]),
            "brand": pd.Series(item % 7).map(lambda x: f"brand {x}"),
            "city": pd.Series(user % 5).map(lambda x: f"city {x}"),
            "device": rng.choice(["phone", "web"], n),
            "visit": np.arange(n) // 3,
        }
    )


SHOP = LogChoices(user="who", item="what", time="when", action="did", session="visit")


def test_another_seed_draws_other_items_for_the_same_clicks() -> None:
    one = build_impressions(shop_log(), SHOP).frame
    other = build_impressions(shop_log(), SHOP.model_copy(update={"seed": 1})).frame
    clicks = one["click"] == 1
    assert one["click"].tolist() == other["click"].tolist()
    assert one["what"][clicks].tolist() == other["what"][clicks].tolist()
    assert (one["what"][~clicks] != other["what"][~clicks]).mean() > 0.8


def test_a_drawn_row_has_its_item_s_columns_and_the_situation_of_its_click() -> None:
    log = shop_log()
    frame = build_impressions(log, SHOP).frame
    assert frame["brand"].tolist() == [f"brand {item % 7}" for item in frame["what"]]
    assert frame["city"].tolist() == [f"city {user % 5}" for user in frame["who"]]
    block = (frame["click"] == 1).cumsum()
    for name in ("who", "when", "device", "visit"):
        assert (frame.groupby(block)[name].nunique() == 1).all()
    assert frame.groupby(block)["what"].nunique().equals(frame.groupby(block).size())
    assert frame.groupby(block)["brand"].nunique().max() > 1
    ordered = log.sort_values("when", kind="stable")
    assert frame.loc[frame["click"] == 1, "device"].tolist() == ordered["device"].tolist()


def test_action_and_rating_of_a_row_are_unknown_before_the_click() -> None:
    log = shop_log().assign(stars=3)
    frame = build_impressions(log, SHOP.model_copy(update={"rating": "stars", "rating_threshold": 3.0})).frame
    assert not {"did", "stars"} & set(frame.columns)


def test_roles_kinds_reasons_and_the_split() -> None:
    recipe = build_impressions(shop_log(), SHOP.model_copy(update={"history_columns": ["brand"]})).recipe
    schema = recipe.data_schema
    assert (schema.label, schema.user, schema.item, schema.time) == ("click", "who", "what", "when")
    assert recipe.split.model_dump(include={"by", "valid", "test"}) == {"by": "time", "valid": 0.1, "test": 0.1}
    assert {column.name: (column.kind, column.role) for column in schema.columns} == {
        "click": ("ignore", "context"),
        "who": ("categorical", "user"),
        "what": ("categorical", "item"),
        "when": ("ignore", "context"),
        "brand": ("categorical", "item"),
        "city": ("categorical", "user"),
        "device": ("categorical", "context"),
        "visit": ("ignore", "context"),
        "history_what": ("history", "user"),
        "history_brand": ("history", "user"),
    }
    assert {column.name: column.of for column in schema.histories} == {"history_what": "what", "history_brand": "brand"}
    assert all(column.reason.endswith(".") for column in schema.columns)


def test_a_history_may_carry_actions_beside_the_action_asked_about() -> None:
    wish = {"positive_actions": ["buy"], "history_actions": ["view", "buy"], "history_with_action": True}
    log = shop_log()
    found = build_impressions(log, SHOP.model_copy(update=wish))
    assert set(found.frame["did"]) == {"buy"}
    schema = found.recipe.data_schema
    assert schema.column("did").kind == "categorical"
    assert schema.column("history_did").of == "did"
    row = found.frame.iloc[-1]
    past = log[(log["who"] == row["who"]) & (log["when"] < row["when"]) & log["did"].isin(["view", "buy"])]
    past = past.sort_values("when", kind="stable").tail(50)
    assert list(row["history_did"]) == past["did"].tolist()
    assert list(row["history_what"]) == past["what"].astype(str).tolist()
    every = SHOP.model_copy(update={"history_with_action": True})
    assert set(build_impressions(log, every).frame["did"]) == {"click"}


def test_a_remembered_column_of_several_values_is_one_category() -> None:
    genres = pd.DataFrame({"what": range(1, 60), "genres": [["a|b", "b|c", "a|c|d", "d"][i % 4] for i in range(59)]})
    plain = build_impressions(shop_log(), SHOP, items=genres).recipe.data_schema
    assert plain.column("genres").kind == "multi_value"
    wish = SHOP.model_copy(update={"history_columns": ["genres"]})
    schema = build_impressions(shop_log(), wish, items=genres).recipe.data_schema
    assert schema.column("genres").kind == "categorical"


def test_a_history_that_the_log_brings_along_is_no_second_one() -> None:
    log = shop_log()
    log["history"] = ["|".join(map(str, range(1 + row % 5, 4 + row % 7))) for row in range(len(log))]
    found = build_impressions(log, SHOP)
    assert found.recipe.data_schema.column("history").kind == "ignore"
    assert len(prepare(found.frame, found.recipe).train)


def test_a_log_on_disk_gives_the_same_rows(tmp_path: Path) -> None:
    log = shop_log(500)
    log.to_parquet(tmp_path / "log.parquet", index=False)
    wish = SHOP.model_copy(update={"history_columns": ["brand"], "negatives": "hard", "category": "brand"})
    one = build_impressions(log, wish)
    other = build_impressions(Stored(tmp_path / "log.parquet"), wish)
    assert one.recipe == other.recipe
    assert one.report == other.report
    assert one.frame.astype(str).equals(other.frame.astype(str))


def test_the_label_takes_the_first_free_name() -> None:
    log = shop_log().assign(click=5)
    assert build_impressions(log, SHOP).recipe.data_schema.label == "is_click"
    with pytest.raises(DataError, match="columns click and is_click already"):
        build_impressions(log.assign(is_click=1), SHOP)


def test_shown_and_answered_in_the_same_visit() -> None:
    log = pd.DataFrame(
        [
            ("u", 1, 10, "show", "a"),  # answered at 12 in this visit
            ("u", 2, 10, "show", "a"),
            ("u", 1, 12, "click", "a"),
            ("u", 1, 20, "show", "b"),  # not answered in this one
            ("u", 1, 30, "click", "c"),
            ("u", 3, 30, "show", "c"),  # answered at the same moment
            ("u", 3, 30, "click", "c"),
        ],
        columns=["user", "item", "time", "action", "visit"],
    )
    choices = LogChoices(**ALL, action="action", positive_actions=["click"], negatives="given")
    by_visit = build_impressions(log, choices.model_copy(update={"session": "visit"}))
    assert by_visit.frame[["item", "time", "click"]].to_numpy().tolist() == [
        [2, 10, 0],
        [1, 12, 1],
        [1, 20, 0],
        [1, 30, 1],
        [3, 30, 1],
    ]
    assert by_visit.report["dropped"]["answered"] == 2
    # Without visits the click that comes next answers, be it late.
    assert build_impressions(log, choices).frame["time"].tolist() == [10, 12, 30, 30]


def test_the_core_is_what_is_left_when_nothing_more_goes() -> None:
    # Item 9 goes for want of events, then ann has one event left and goes too, then item 1 is seen once only.
    log = pd.DataFrame({"user": ["ann", "ann", "bob", "bob", "bob"], "item": [9, 1, 1, 2, 2], "time": [1, 2, 3, 4, 5]})
    choices = LogChoices(**ALL, min_user_events=2, min_item_events=2)
    found = build_impressions(log, choices)
    assert found.frame["item"].tolist() == [2, 2]
    assert found.report["dropped"]["little_activity"] == 3
    assert found.report["users_with_too_few_candidates"] == 1


def test_a_built_frame_survives_the_encoder_and_trains() -> None:
    found = build_impressions(shop_log(), SHOP.model_copy(update={"history_columns": ["brand"], "history_length": 7}))
    schema = found.recipe.data_schema
    shown = Encoder().fit(found.frame, schema)
    back = shown.inverse(shown.transform(found.frame))
    for name in ("who", "what", "brand", "city", "device"):
        assert back[name].tolist() == found.frame[name].astype(str).tolist()
    for name in ("history_what", "history_brand"):
        assert [list(cell) for cell in back[name]] == [list(cell) for cell in found.frame[name]]
    prepared = prepare(found.frame, found.recipe)
    assert len(prepared.train) + len(prepared.valid) + len(prepared.test) == len(found.frame)
    assert prepared.train.bags["history_what"].lengths.max() == 7


def test_the_report_is_plain_json_and_adds_up() -> None:
    log = shop_log(200)
    log["who"] = log["who"].where(np.arange(200) >= 5)
    log["what"] = log["what"].where(np.arange(200) % 40 != 7)
    log["when"] = log["when"].where(np.arange(200) != 100)
    seen: list[float] = []
    found = build_impressions(log, SHOP, progress=seen.append)
    report = json.loads(json.dumps(found.report))
    assert report["dropped"] == {"no_user": 5, "no_item": 5, "no_time": 1, "little_activity": 0, "answered": 0}
    assert report["events"] == 200
    assert report["clicks"] == report["rows_with_click"] == 189
    assert report["rows"] == len(found.frame) == 189 + sum(report["negatives"].values())
    assert seen == sorted(seen)
    assert seen[-1] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"user": "nobody"}, "no user column 'nobody'"),
        ({"session": "did"}, "chosen as action and as session|chosen as session and as action"),
        ({"action": None, "positive_actions": ["buy"]}, "no column says what was done"),
        ({"rating_threshold": 4.0}, "no column holds ratings"),
        ({"positive_actions": ["fly"]}, "counts as a click"),
        ({"negatives": "given"}, "Every event of the log counts as a click"),
        ({"negatives": "hard"}, "no column says the category"),
        ({"history_columns": ["colour"]}, "no item column 'colour'"),
        ({"history_columns": ["did"]}, "no item column 'did'"),
        ({"min_user_events": 10_000}, "None of the log's 3,000 events is left"),
        ({"first_clicks": 1000}, "No user has a click after the first 1000"),
    ],
)
def test_choices_that_do_not_fit_the_log(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        build_impressions(shop_log(), SHOP.model_copy(update=change))


def test_a_history_whose_name_is_taken() -> None:
    with pytest.raises(DataError, match="already has a column 'history_what'"):
        build_impressions(shop_log().assign(history_what="x"), SHOP)
