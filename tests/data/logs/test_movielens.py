"""Rows built from MovieLens 100K, against its raw file. CTR_DATA names the folder that holds ml-100k."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.encoding import Encoder
from ctrcore.data.logs.building import Impressions, build_impressions
from ctrcore.data.logs.guessing import guess_log
from ctrcore.data.reading import read_table

DATA = Path(os.environ.get("CTR_DATA", "")) / "ml-100k"
pytestmark = pytest.mark.skipif(
    not os.environ.get("CTR_DATA") or not DATA.is_dir(), reason="CTR_DATA names no folder with ml-100k"
)
USERS = ["866", "570", "1", "405", "942"]


@pytest.fixture(scope="module")
def raw() -> list[tuple[str, str, int, int]]:
    """User, item, rating and time of each line, in the order of time; sorting is stable."""
    with (DATA / "ml-100k.inter").open(newline="") as file:
        lines = list(csv.reader(file, delimiter="\t"))[1:]
    return sorted(((line[0], line[1], int(line[2]), int(line[3])) for line in lines), key=lambda line: line[3])


def build(**wish: Any) -> Impressions:
    log = read_table(DATA / "ml-100k.inter")
    choices = guess_log(log)
    assert choices is not None
    tables = {"users": read_table(DATA / "ml-100k.user"), "items": read_table(DATA / "ml-100k.item")}
    return build_impressions(log, choices.model_copy(update={"history_columns": ["class"], **wish}), **tables)


@pytest.fixture(scope="module")
def drawn() -> Impressions:
    return build(negatives="uniform", avoid_later=False, history_length=20)


@pytest.fixture(scope="module")
def hard() -> Impressions:
    return build(negatives="hard", category="class")


def rows_of(built: Impressions, user: str) -> list[dict[str, Any]]:
    frame = built.frame
    return frame[frame["user_id"].astype(str) == user].astype({"item_id": str}).to_dict("records")


def test_the_counts_of_the_raw_file(raw: list[tuple[str, str, int, int]], drawn: Impressions) -> None:
    clicks = sum(rating >= 4 for _, _, rating, _ in raw)
    report = drawn.report
    assert (report["events"], report["users"], report["items"], report["clicks"]) == (100_000, 943, 1682, clicks)
    assert report["rows"] == len(drawn.frame) == 5 * clicks
    assert (np.diff(drawn.frame["timestamp"]) >= 0).all()


@pytest.mark.parametrize("user", USERS)
def test_five_users_against_the_raw_file(raw: list[tuple[str, str, int, int]], drawn: Impressions, user: str) -> None:
    clicks = [(item, time) for who, item, rating, time in raw if who == user and rating >= 4]
    catalogue = {item for _, item, _, _ in raw}
    rows = rows_of(drawn, user)
    assert [(row["item_id"], row["timestamp"]) for row in rows if row["click"]] == clicks
    for place, row in enumerate(rows):
        history = [item for item, time in clicks if time < row["timestamp"]][-20:]
        assert list(row["history_item_id"]) == history
        assert len(row["history_class"]) == len(history)
        if not row["click"]:
            until_then = {item for item, time in clicks if time <= row["timestamp"]}
            assert row["item_id"] in catalogue - until_then
        else:
            negatives = [other["item_id"] for other in rows[place + 1 : place + 5]]
            assert len(set(negatives)) == 4
            assert [other["click"] for other in rows[place : place + 5]] == [1, 0, 0, 0, 0]


@pytest.mark.parametrize("user", USERS)
def test_hard_negatives_of_five_users(raw: list[tuple[str, str, int, int]], hard: Impressions, user: str) -> None:
    with (DATA / "ml-100k.item").open(newline="", encoding="utf-8") as file:
        genres = {line[0]: line[3] for line in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    clicked = {item for who, item, rating, _ in raw if who == user and rating >= 4}
    catalogue = {item for _, item, _, _ in raw}
    own = ""
    alike: set[str] = set()
    for row in rows_of(hard, user):
        assert row["class"] == genres[row["item_id"]]
        if row["click"]:
            own = genres[row["item_id"]]
            alike = {item for item in catalogue - clicked if genres[item] == own}
        else:
            assert row["item_id"] in (alike or catalogue - clicked)


def test_the_first_rows_of_user_866_by_hand(drawn: Impressions) -> None:
    found = [
        (row["item_id"], row["timestamp"], list(row["history_item_id"]), list(row["history_class"]))
        for row in rows_of(drawn, "866")
        if row["click"]
    ]
    films = ["306", "900", "347", "303"]
    classes = ["Drama Romance", "Drama", "Comedy Drama", "Drama"]
    assert found == [
        *((film, 891221165, [], []) for film in films),
        ("315", 891221206, films, classes),
        ("319", 891221302, [*films, "315"], [*classes, "Drama Thriller"]),
    ]
    given = rows_of(build(negatives="given"), "866")
    assert [(row["item_id"], row["click"], len(row["history_item_id"])) for row in given[:10]] == [
        ("300", 0, 0),
        ("302", 0, 0),
        ("313", 0, 0),
        ("305", 0, 0),
        ("889", 0, 0),
        ("896", 0, 0),
        ("272", 0, 0),
        ("306", 1, 0),
        ("242", 0, 0),
        ("887", 0, 0),
    ]


def test_the_first_rows_of_user_570_by_hand() -> None:
    rows = rows_of(build(negatives="given", history_length=3, first_clicks=1), "570")
    # The click on 302 makes no row, nor does anything before it; three clicks are remembered.
    assert [(row["item_id"], row["click"], list(row["history_item_id"])) for row in rows[:6]] == [
        ("340", 0, []),
        ("258", 0, ["302"]),
        ("303", 1, ["302"]),
        ("305", 1, ["302"]),
        ("271", 1, ["302"]),
        ("288", 0, ["303", "305", "271"]),
    ]
    last = rows[-1]
    assert (last["item_id"], last["click"], list(last["history_item_id"])) == ("327", 1, ["305", "271", "286"])


def test_films_are_drawn_by_how_often_they_are_clicked(raw: list[tuple[str, str, int, int]]) -> None:
    frame = build(negatives="popularity", avoid_later=False, per_positive=1).frame
    clicks = [(user, item, time) for user, item, rating, time in raw if rating >= 4]
    counts = pd.Series([item for _, item, _ in clicks]).value_counts()
    place = {item: position for position, item in enumerate(counts.index)}
    expected = np.zeros(len(counts))
    for user in USERS:
        mine = [(place[item], time) for who, item, time in clicks if who == user]
        for _, time in mine:
            allowed = counts.to_numpy(dtype=float).copy()
            allowed[[film for film, when in mine if when <= time]] = 0
            expected += allowed / allowed.sum()
    negatives = frame[(frame["click"] == 0) & frame["user_id"].astype(str).isin(USERS)].astype({"item_id": str})
    found = negatives["item_id"].value_counts().reindex(counts.index, fill_value=0).to_numpy(dtype=float)
    assert found.sum() == pytest.approx(expected.sum())
    # Films in ten groups from the most to the least popular.
    tenths = np.searchsorted(np.cumsum(expected), expected.sum() * np.arange(0.1, 1, 0.1))
    for group in np.split(np.arange(len(counts)), tenths):
        assert abs(found[group].sum() - expected[group].sum()) < 4 * np.sqrt(expected[group].sum())


def test_what_is_encoded_can_be_read_back(hard: Impressions) -> None:
    rows = hard.frame.iloc[::29]
    encoder = Encoder().fit(rows, hard.recipe.data_schema)
    back = encoder.inverse(encoder.transform(rows))
    for name in ("user_id", "item_id", "class", "occupation"):
        assert back[name].tolist() == rows[name].astype(str).tolist()
    for name in ("history_item_id", "history_class"):
        assert [list(cell) for cell in back[name]] == [list(cell) for cell in rows[name]]
