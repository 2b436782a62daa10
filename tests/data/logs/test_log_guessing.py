"""Which tables are taken for behaviour logs, and with which choices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.logs.building import build_impressions
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.guessing import explain_choices, guess_log

N = 600


def log(**columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    base = {
        "user_id": rng.integers(1, 40, N),
        "item_id": rng.integers(1, 80, N),
        "timestamp": 1_600_000_000 + rng.integers(0, 10**6, N),
    }
    return pd.DataFrame(base | columns)


def some(values: list[Any], shares: list[float] | None = None) -> Any:
    return np.random.default_rng(1).choice(np.array(values, dtype=object), N, p=shares)


def guessed(table: pd.DataFrame) -> LogChoices:
    choices = guess_log(table)
    assert choices is not None
    reasons = explain_choices(choices, table)
    assert set(reasons) <= set(LogChoices.model_fields)
    for reason in reasons.values():
        assert reason[0].isupper() or reason[0] in "'0123456789"
        assert reason.endswith(".")
    assert LogChoices.model_validate_json(choices.model_dump_json()) == choices
    return choices


def test_clicks_alone() -> None:
    choices = guessed(log())
    assert choices == LogChoices(user="user_id", item="item_id", time="timestamp")
    assert choices.negatives == "uniform"


@pytest.mark.parametrize(
    ("name", "grades", "threshold"),
    [
        ("rating", [1, 2, 3, 4, 5], 4),
        ("stars", [0.5 * grade for grade in range(1, 11)], 4),
        ("overall", list(range(1, 11)), 8),
        ("score", list(range(5)), 3),
    ],
)
def test_ratings_say_what_was_no_click(name: str, grades: list[float], threshold: float) -> None:
    table = log(**{name: np.random.default_rng(1).choice(grades, N)})
    choices = guessed(table)
    assert (choices.rating, choices.rating_threshold, choices.negatives) == (name, threshold, "given")
    assert build_impressions(table, choices).frame["click"].mean() == pytest.approx((table[name] >= threshold).mean())


@pytest.mark.parametrize(
    ("name", "shares", "positive", "negatives"),
    [
        ("behavior", {"pv": 0.9, "cart": 0.05, "fav": 0.03, "buy": 0.02}, ["pv"], "uniform"),
        ("event", {"view": 0.9, "addtocart": 0.07, "transaction": 0.03}, ["view"], "uniform"),
        ("event_type", {"purchase": 0.6, "cart": 0.4}, [], "uniform"),
        ("action", {"impression": 0.9, "click": 0.1}, ["click"], "given"),
        ("event_type", {"Show": 0.8, "Click": 0.15, "purchase": 0.05}, ["Click"], "given"),
        ("action", {"exposure": 0.9, "purchase": 0.06, "like": 0.04}, ["like", "purchase"], "given"),
        ("behavior_type", {1: 0.9, 2: 0.05, 3: 0.03, 4: 0.02}, [], "uniform"),
        ("type", {"click": 0.9, "order": 0.1}, ["click"], "uniform"),
    ],
)
def test_actions(name: str, shares: dict[Any, float], positive: list[str], negatives: str) -> None:
    table = log(**{name: some(list(shares), list(shares.values()))}).infer_objects()
    choices = guessed(table)
    assert choices.action == name
    assert sorted(choices.positive_actions) == positive
    assert choices.negatives == negatives
    labels = build_impressions(table, choices).frame["click"]
    assert 0 < labels.mean() < 1


def test_a_type_of_item_is_no_action() -> None:
    kinds = np.array(["movie", "show"], dtype=object)
    table = log()
    assert guessed(table.assign(type=kinds[table["item_id"] % 2])).action is None


def test_a_category_of_the_item_goes_into_the_history() -> None:
    table = log()
    choices = guessed(table.assign(category_id=table["item_id"] % 9, session_id=np.arange(N) // 4))
    assert (choices.category, choices.history_columns, choices.session) == (
        "category_id",
        ["category_id"],
        "session_id",
    )
    others = guessed(table.assign(session_length=np.arange(N) % 9, user_session=np.arange(N) // 4))
    assert others.session == "user_session"
    # A category that is another at every event is none of the item.
    assert guessed(table.assign(category_id=np.arange(N) % 9)).category is None


@pytest.mark.parametrize(
    "table",
    [
        log(click=np.arange(N) % 2),
        log(is_click=some(["yes", "no"])),
        log(rating=np.arange(N) % 2),
        log().drop(columns="timestamp"),
        log().drop(columns="user_id"),
        log().drop(columns="item_id"),
        log().iloc[:0],
    ],
)
def test_what_is_no_log(table: pd.DataFrame) -> None:
    assert guess_log(table) is None


def test_a_table_whose_label_is_known_is_no_log() -> None:
    assert guess_log(log(), label_is_sure=True) is None


def test_reasons_tell_what_the_choices_do_to_this_log() -> None:
    table = log(behavior=some(["pv", "buy"], [0.75, 0.25]), category=log()["item_id"] % 9)
    table["behavior"] = ["pv", "pv", "pv", "buy"] * (N // 4)
    choices = guessed(table)
    reasons = explain_choices(choices, table)
    assert "pv (75.0%), buy (25.0%)" in reasons["action"]
    assert "behavior is 'pv': 75.0% of the events are clicks" in reasons["positive_actions"]
    assert "about 20%" in reasons["per_positive"]
    assert "'item_id' and 'category'" in reasons["history_columns"]
    change = {
        "positive_actions": ["buy"],
        "negatives": "popularity",
        "history_actions": ["pv", "buy"],
        "first_clicks": 2,
    }
    changed = explain_choices(choices.model_copy(update=change | {"history_with_action": True}), table)
    assert "behavior is 'buy': 25.0% of the events" in changed["positive_actions"]
    assert "as often as the whole log has them clicked" in changed["negatives"]
    assert "events (pv, buy): 100.0%" in changed["history_actions"]
    assert "compared with 'buy'" in changed["history_with_action"]
    assert "first 2 clicks" in changed["first_clicks"]
    given = explain_choices(choices.model_copy(update={"negatives": "given"}), table)
    assert not {"per_positive", "avoid_later", "seed"} & set(given)
