"""What a dataset built from behaviours says of itself, beside plain counting."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from ctrcore.data.importing import Files, ImportChoices
from ctrcore.errors import DataError, RunError
from ctrcore.runs.behaviours import (
    grades_of,
    item_columns,
    item_names,
    log_of,
    timeline_of,
    users_to_check,
    values_of,
)
from ctrcore.runs.workspace import Workspace
from tests.behaviour_logs import ITEMS, actions, add_films, add_log, ratings, typed_files
from tests.data.tables import clicks_table
from tests.runs.waiting import ended


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def test_values_are_counted_commonest_first(space: Workspace, tmp_path: Path) -> None:
    dataset = add_log(space, tmp_path, actions())
    counts = Counter(actions()["action"])
    assert list(values_of(dataset, "action").items()) == [("view", counts["view"]), ("buy", counts["buy"])]
    assert counts["view"] > counts["buy"]


def test_grades_go_up_and_items_have_names(space: Workspace, tmp_path: Path) -> None:
    dataset = add_films(space, tmp_path)
    assert grades_of(dataset, "rating") == [1, 2, 3, 4, 5]
    assert item_names(dataset) == {str(item): f"Film {item}" for item in range(1, ITEMS + 1)}
    assert item_columns(dataset, log_of(dataset)[1]) == ["class", "movie_title"]


def test_a_log_alone_has_no_names_but_its_own_item_columns(space: Workspace, tmp_path: Path) -> None:
    dataset = add_log(space, tmp_path, actions())
    assert item_names(dataset) == {}
    assert item_columns(dataset, log_of(dataset)[1]) == ["category"]


def test_impressions_have_no_behaviours(space: Workspace) -> None:
    dataset = space.dataset(space.add_frame("clicks", clicks_table(60)))
    with pytest.raises(RunError, match="not built from behaviours"):
        log_of(dataset)


@pytest.mark.parametrize("first", [0, 8])
def test_users_to_check_have_rows_and_come_in_order(space: Workspace, tmp_path: Path, first: int) -> None:
    said = {"positive_actions": ["view"], "negatives": "uniform", "first_clicks": first}
    dataset = add_log(space, tmp_path, actions(), **said)
    clicks = Counter(user for user, action in actions()[["user", "action"]].itertuples(index=False) if action == "view")
    found = users_to_check(dataset, 9)
    assert len({one.user for one in found}) == 9
    assert all(one.clicks == clicks[int(one.user)] > first for one in found)
    assert all(timeline_of(dataset, one.user, None).rows for one in found)
    far = [abs(one.clicks - first - 6) for one in found[:6]]
    able = sorted(abs(count - first - 6) for count in clicks.values() if count > first)
    assert sorted(far) == able[:6]
    assert found[-3].clicks == max(
        count for user, count in clicks.items() if str(user) not in {o.user for o in found[:6]}
    )


def test_users_without_rows_are_not_offered(space: Workspace, tmp_path: Path) -> None:
    fewest = int(actions()["user"].value_counts().median())
    dataset = add_log(space, tmp_path, actions(), positive_actions=["view"], min_user_events=fewest)
    everybody = {int(one.user) for one in users_to_check(dataset, 1000)}
    assert everybody == set(dataset.table()["user"].astype(int)) < set(actions()["user"])


def test_parts_are_told_once_the_rows_are_prepared(space: Workspace, tmp_path: Path) -> None:
    dataset = add_films(space, tmp_path)
    recipe = dataset.recipe()
    assert recipe is not None
    user = str(ratings()["user_id"].iloc[-1])
    assert {row.part for row in timeline_of(dataset, user, recipe).rows} == {None}
    made = dataset.prepared(recipe)
    where = {int(row): part for part in ("train", "valid", "test") for row in getattr(made, part).row}
    rows = timeline_of(dataset, user, recipe).rows
    assert rows
    assert [row.part for row in rows] == [where[row.position] for row in rows]


def test_a_user_who_is_not_there(space: Workspace, tmp_path: Path) -> None:
    dataset = add_log(space, tmp_path, actions())
    with pytest.raises(DataError, match="no user 'nobody'"):
        timeline_of(dataset, "nobody", None)


def test_lists_span_row_groups(space: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctrcore.data.sides.ROW_GROUP", 100)
    dataset = add_films(space, tmp_path)
    histories = dataset.table()["history_item_id"]
    assert len(histories) == 1200
    log = ratings()
    for row, cells in zip(dataset.table().itertuples(), histories, strict=True):
        earlier = log[(log["user_id"] == int(row.user_id)) & (log["timestamp"] < row.timestamp) & (log["rating"] >= 4)]
        assert list(map(int, cells)) == earlier["item_id"].tolist()[-50:]
    assert isinstance(histories, pd.Series)


def test_what_is_known_of_columns_survives_building_again(space: Workspace, tmp_path: Path) -> None:
    before = add_films(space, tmp_path)
    recipe, choices = before.recipe(), before.log_choices()
    assert recipe is not None
    assert choices is not None
    by_hand = [
        column.model_copy(update={"kind": "ignore", "reason": ""}) if column.name == "gender" else column
        for column in recipe.data_schema.columns
    ]
    schema = recipe.data_schema.model_copy(update={"columns": by_hand})
    before.save_recipe(recipe.model_copy(update={"data_schema": schema}))
    drawn = choices.model_copy(update={"negatives": "uniform", "history_length": 7})
    after = space.dataset(space.rebuild(before.id, drawn))
    assert ended(after.folder, 60).state == "done"
    made = space.dataset(after.id).guess()
    assert made.column("gender").kind == "ignore"
    assert made.column("age") == recipe.data_schema.column("age")
    assert made.column("class").delimiter == " "
    assert made.column("history_item_id").max_length == 7
    assert "drawn" in made.column("click").reason
    remembered = choices.model_copy(update={"history_columns": ["class"]})
    third = space.dataset(space.rebuild(before.id, remembered))
    assert ended(third.folder, 60).state == "done"
    assert space.dataset(third.id).guess().column("class").kind == "categorical"
    assert space.dataset(third.id).about["notes"] == [
        "The rows were built again from the same files, with other choices."
    ]


def test_a_column_of_a_known_layout_can_be_remembered(space: Workspace, tmp_path: Path) -> None:
    paths = {name: tmp_path / name for name in typed_files()}
    for name, content in typed_files().items():
        paths[name].write_bytes(content)
    choices = ImportChoices(log={"history_columns": ["class"]})
    dataset = space.dataset(space.add_files("films", Files(rows=paths), choices))
    assert dataset.guess().column("history_class").of == "class"


def test_rows_taken_as_they_are_have_more_than_one_action(space: Workspace, tmp_path: Path) -> None:
    before = add_log(space, tmp_path, actions(), positive_actions=["buy"], history_with_action=True)
    assert "in every row" in before.guess().column("action").reason
    after = space.dataset(space.rebuild(before.id, None))
    assert ended(after.folder, 60).state == "done"
    assert set(space.dataset(after.id).table()["action"]) == {"view", "buy"}
    assert "in every row" not in space.dataset(after.id).guess().column("action").reason


def test_rows_taken_as_they_are_keep_what_is_said_of_users_and_items(space: Workspace, tmp_path: Path) -> None:
    before = add_films(space, tmp_path)
    after = space.dataset(space.rebuild(before.id, None))
    assert ended(after.folder, 60).state == "done"
    table = space.dataset(after.id).table()
    log = ratings()
    assert list(table["rating"]) == list(log["rating"])
    assert list(table["movie_title"]) == [f"Film {item}" for item in log["item_id"]]
    assert list(table["gender"]) == ["MF"[user % 2] for user in log["user_id"]]
    assert space.dataset(after.id).guess().column("age").kind == "categorical"
    assert space.dataset(after.id).behaviours() is None
    assert sorted(path.name for path in after.folder.glob("*.parquet")) == ["table.parquet"]
    assert len(before.table()) == len(table)  # its files are not touched
