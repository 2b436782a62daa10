"""The Data page for behaviour logs: files of a known layout, how rows are built, one user checked, built again."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.typing import DataframeState

from ctrcore.data.logs.choices import LogChoices
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.workspace import Workspace
from pages.shared.behaviours import DRAWN, TAB
from pages.shared.behaviours_form import ANY, NEGATIVES, NONE
from pages.shared.timeline_tables import _when
from tests.behaviour_logs import actions, add_films, add_log, ratings, typed_files
from tests.pages.conftest import Open, charts, texts
from tests.pages.test_data_page import csv

LONG = 60.0


def wait(space: Workspace) -> None:
    deadline = time.monotonic() + LONG
    while any(dataset.active for dataset in space.datasets()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def choose_files(app: AppTest, files: dict[str, bytes]) -> AppTest:
    for name, content in files.items():
        app.file_uploader(key="upload-rows-0").upload(name, content)
    return app.run()


def keyed(app: AppTest, kind: str, name: str) -> Any:
    """The control of the choice of that name."""
    return next(one for one in app.get(kind) if str(one.key).startswith(f"log-{name}-"))


def metric(app: AppTest, label: str) -> int:
    return int(next(one for one in app.metric[4:] if one.label == label).value.replace(",", ""))


def rows_of(app: AppTest) -> pd.DataFrame:
    return next(one for one in app.dataframe if "history" in one.value).value


def events_of(app: AppTest) -> pd.DataFrame:
    return next(one for one in app.dataframe if "back" in one.value).value


def pick_row(app: AppTest, place: int) -> AppTest:
    """Click a line of the table of rows."""
    key = next(str(one.key) for one in app.dataframe if "history" in one.value)
    app.session_state[key] = DataframeState({"selection": {"rows": [place], "columns": [], "cells": []}})
    return app.run()


def same(app: AppTest, space: Workspace, dataset: Dataset) -> None:
    """Nothing was built, and the page still shows the dataset."""
    assert [one.id for one in space.datasets()] == [dataset.id]
    assert app.query_params["dataset"] == dataset.id


def test_three_files_of_a_known_layout_become_rows_in_simple_level(empty_space: Workspace, visit: Open) -> None:
    app = visit("data.py", level="Simple")
    assert not app.selectbox
    assert len(app.file_uploader) == 1
    choose_files(app, typed_files())
    assert any("found out when they are read" in caption.value for caption in app.caption)
    button = app.button(key="upload-start")
    assert button.label == "Read 3 files"
    button.click().run()
    wait(empty_space)
    app.run()
    assert not app.exception
    dataset = empty_space.datasets()[0]
    assert dataset.name == "small.inter"
    assert app.subheader[0].value == "small.inter"
    assert metric(app, "Events") == metric(app, "Rows") == 1200
    assert metric(app, "Rows with a click") == int((ratings()["rating"] >= 4).sum())
    assert not [one for one in app.button if one.key == "save-recipe"]  # nothing to confirm before training
    assert "Tables with typed columns" in [one.label.split(": ")[-1] for one in app.expander]
    assert "A rating of 4 or more counts as a click" in texts(app)


def test_a_zip_of_them_does_as_well(empty_space: Workspace, visit: Open) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in typed_files().items():
            archive.writestr(f"small/{name}", content)
    app = choose_files(visit("data.py", level="Simple"), {"small.zip": packed.getvalue()})
    app.button(key="upload-start").click().run()
    wait(empty_space)
    app.run()
    assert not app.error
    assert metric(app, "Rows") == 1200
    assert "small.inter" in texts(app)


def test_only_the_latest_of_many_events_are_shown(
    empty_space: Workspace, tmp_path: Path, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_films(empty_space, tmp_path)
    user = str(ratings()["user_id"].mode()[0])
    whole = visit("data.py", user=user)
    rows, events = rows_of(whole), events_of(whole)
    monkeypatch.setattr("pages.shared.timeline.MOST", 12)
    app = visit("data.py", user=user)
    assert f"the latest 12 of {len(events)} events and the latest 12 of {len(rows)} rows" in texts(app)
    pd.testing.assert_frame_equal(rows_of(app), rows.head(12))
    shown = events_of(app)
    assert list(shown["back"]) == list(events["back"].head(12))
    left_out = int((events["back"] != "").sum() - (shown["back"] != "").sum())
    assert left_out
    assert f"{left_out} of them are not among the events shown" in texts(app)


def test_what_the_user_says_of_the_files_wins(empty_space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    said = {one.label: one for one in app.selectbox}
    said["What the files are"].set_value("plain")
    said["Rows are"].set_value("impressions")
    app.run()
    assert "several files are put below each other" in texts(app)
    choose_files(app, {"ratings.csv": csv(ratings())})
    app.button(key="upload-start").click().run()
    wait(empty_space)
    dataset = empty_space.datasets()[0]
    assert (dataset.state, dataset.log_choices()) == ("done", None)


def test_every_layout_says_what_it_is(empty_space: Workspace, visit: Open) -> None:
    from ctrcore.data.layouts.recognising import LAYOUTS

    app = visit("data.py")
    box = next(one for one in app.selectbox if one.label == "What the files are")
    assert box.value == "find out"
    for name in ("taobao", "movielens_1m"):
        box.set_value(name).run()
        assert LAYOUTS[name].about in [caption.value for caption in app.caption]


def test_files_that_are_not_of_the_layout_said_get_two_sentences(empty_space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    next(one for one in app.selectbox if one.label == "What the files are").set_value("taobao").run()
    choose_files(app, {"ratings.csv": csv(ratings())})
    app.button(key="upload-start").click().run()
    wait(empty_space)
    app.run()
    assert len(app.error) == 1
    assert "Taobao" in app.error[0].value
    app.button(key="remove-upload").click().run()
    assert not empty_space.datasets()


def test_two_files_of_one_name_are_not_mixed_up(empty_space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    app.file_uploader(key="upload-rows-0").upload("a_b.csv", csv(ratings())).upload("a_b.csv", csv(ratings(300)))
    app.run()
    app.button(key="upload-start").click().run()
    assert "Two of the files are called 'a\\_b.csv'." in app.error[0].value
    assert not empty_space.datasets()


def test_the_report_and_the_form_say_what_was_done(empty_space: Workspace, tmp_path: Path, visit: Open) -> None:
    add_log(empty_space, tmp_path, actions(), positive_actions=["buy"], negatives="given")
    app = visit("data.py")
    log = actions()
    bought = int((log["action"] == "buy").sum())
    assert metric(app, "Events") == len(log)
    assert metric(app, "Clicks") == metric(app, "Rows with a click") == bought
    answered = len(log) - bought - metric(app, "Rows without a click")
    assert answered >= bought * 0.9  # the view a second before, but for views of one item that follow each other
    assert f"{answered:,} events without a click that a click on the same item answers" in texts(app)
    pills = keyed(app, "pills", "positive_actions")
    assert pills.value == ["buy"]
    assert [str(option.content) for option in pills.proto.options] == [f"view · {900}", f"buy · {bought}"]
    assert "The log says itself what was no click" in texts(app)
    assert app.button(key="rebuild").disabled


def test_a_change_is_explained_can_be_undone_and_is_built(empty_space: Workspace, tmp_path: Path, visit: Open) -> None:
    before = add_log(empty_space, tmp_path, actions(), positive_actions=["buy"], negatives="given")
    app = visit("data.py", level="Expert")
    keyed(app, "selectbox", "negatives").set_value("hard").run()
    keyed(app, "number_input", "per_positive").set_value(2).run()
    assert "Negatives share the 'category' of the clicked item." in texts(app)
    assert "click rate of about 33%" in texts(app)
    app.button(key="log-undo").click().run()
    assert keyed(app, "selectbox", "negatives").value == "given"
    assert app.button(key="rebuild").disabled
    keyed(app, "selectbox", "negatives").set_value("hard").run()
    keyed(app, "number_input", "per_positive").set_value(2).run()
    keyed(app, "pills", "history_actions").set_value(["view", "buy"]).run()
    same(app, empty_space, before)
    app.button(key="rebuild").click().run()
    wait(empty_space)
    app.run()
    assert not app.exception
    made = next(one for one in empty_space.datasets() if one.id != before.id)
    assert app.query_params["dataset"] == made.id
    choices = made.log_choices()
    assert isinstance(choices, LogChoices)
    assert (choices.negatives, choices.per_positive, choices.category) == ("hard", 2, "category")
    assert choices.history_actions == ["view", "buy"]
    assert DRAWN["hard"] in texts(app)
    assert before.log_choices() != choices  # the old dataset stays as it was


def test_rows_that_cannot_be_built_get_two_sentences(empty_space: Workspace, tmp_path: Path, visit: Open) -> None:
    add_log(empty_space, tmp_path, actions(), positive_actions=["buy"], negatives="given")
    app = visit("data.py")
    keyed(app, "pills", "positive_actions").set_value(["view", "buy"]).run()
    app.button(key="rebuild").click().run()
    wait(empty_space)
    app.run()
    assert len(app.error) == 1
    assert "Traceback" not in texts(app)


def test_only_what_came_before_is_marked(empty_space: Workspace, tmp_path: Path, visit: Open) -> None:
    dataset = add_films(empty_space, tmp_path)
    user = int(ratings()["user_id"].mode()[0])
    app = visit("data.py", user=str(user))
    rows = rows_of(app)
    events = ratings()[ratings()["user_id"] == user]
    assert len(rows) == len(events)
    assert list(rows["time"]) == sorted(rows["time"], reverse=True)
    for place in (0, len(rows) // 2, len(rows) - 1):
        pick_row(app, place)
        moment, marked = rows["time"].iloc[place], events_of(app)
        found = marked[marked["back"] != ""]
        clicks = (marked["time"] < moment) & (marked["click"] == "click")
        assert sorted(found.index) == sorted(marked.index[clicks])[:50]
        assert list(found["item"]) == list(rows["history"].iloc[place])
        assert all(item.startswith("Film ") for item in found["item"])
    assert dataset.name in app.subheader[0].value


def test_a_row_starts_chosen_and_its_history_is_framed(empty_space: Workspace, tmp_path: Path, visit: Open) -> None:
    add_films(empty_space, tmp_path)
    app = visit("data.py")
    assert "the chosen row and its history" in charts(app)["timeline"]
    assert "Its history remembers" in texts(app)
    toggle = next(one for one in app.toggle if one.label == "Only what the chosen row remembers")
    toggle.set_value(True).run()
    assert (events_of(app)["back"] != "").all()


def test_the_user_is_in_the_address_and_an_unknown_one_gets_two_sentences(
    empty_space: Workspace, tmp_path: Path, visit: Open
) -> None:
    add_films(empty_space, tmp_path)
    app = visit("data.py", user="7")
    assert "User 7:" in texts(app)
    box = next(one for one in app.selectbox if one.label == "User")
    box.set_value(box.options[3].split(" ")[0]).run()
    assert app.query_params["user"] == box.options[3].split(" ")[0]
    other = visit("data.py", user="no*body")
    assert "The log has no user 'no\\*body'." in other.error[0].value
    assert not other.exception


def test_rows_are_taken_as_they_are_and_back(empty_space: Workspace, tmp_path: Path, visit: Open) -> None:
    log = add_log(empty_space, tmp_path, ratings())
    app = visit("data.py", level="Expert")
    app.button(key="as-impressions").click().run()
    wait(empty_space)
    app.run()
    plain = next(one for one in empty_space.datasets() if one.id != log.id)
    assert app.query_params["dataset"] == plain.id
    assert (plain.state, plain.log_choices(), plain.rows) == ("done", None, 1200)
    app.button(key="as-behaviours").click().run()
    wait(empty_space)
    again = next(one for one in empty_space.datasets() if one.id not in (log.id, plain.id))
    assert again.log_choices() == log.log_choices()


@pytest.mark.usefixtures("space")
def test_plain_impressions_are_not_offered_as_behaviours(visit: Open) -> None:
    app = visit("data.py", level="Expert")
    assert not [one for one in app.button if one.key == "as-behaviours"]


def test_each_users_last_click_can_be_the_test(empty_space: Workspace, tmp_path: Path, visit: Open) -> None:
    dataset = add_films(empty_space, tmp_path)
    app = visit("data.py")
    app.session_state["log-tab"] = "Split, histories, cleaning"
    app.run()
    next(one for one in app.selectbox if one.label.startswith("How rows")).set_value("leave_last_out").run()
    app.button(key="save-recipe").click().run()
    app.session_state["log-tab"] = "What the models see"
    app.run()
    assert not app.exception
    assert not app.error
    counts = app.dataframe[0].value.set_index("part")
    log = ratings()
    moments = log[log["rating"] >= 4].groupby("user_id")["timestamp"].nunique()
    assert counts.loc["test", "users"] == int((moments >= 3).sum())
    app.session_state["log-tab"] = TAB
    app.run()
    assert set(rows_of(app)["part"]) <= {"training", "validation", "test"}
    assert dataset.recipe().split.by == "leave_last_out"  # type: ignore[union-attr]


def test_the_shop_log_opens_by_one_click_and_once(empty_space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    app.button(key="sample-log").click().run()
    wait(empty_space)
    app.run()
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert metric(app, "Rows") == metric(app, "Rows with a click") + metric(app, "Rows without a click")
    assert keyed(app, "pills", "positive_actions").value == ["click", "favourite", "cart", "purchase"]
    assert len(rows_of(app)) > 1
    app.session_state["add-data"] = True
    app.run()
    app.button(key="sample-log").click().run()
    assert len(empty_space.datasets()) == 1


@pytest.mark.parametrize("level", ["Simple", "Learn", "Expert"])
def test_names_of_a_log_are_shown_as_text(empty_space: Workspace, tmp_path: Path, visit: Open, level: str) -> None:
    image = "![x](https://evil.example/x.png)"
    frame = actions().rename(columns={"user": ":red[user]", "category": "<script>c</script>"})
    frame["action"] = frame["action"].map({"view": f"{image} :red[v]", "buy": "$x$ <script>"})
    frame["item"] = frame["item"].map(lambda item: f"{image} {item}")
    frame[":red[user]"] = frame[":red[user]"].map(lambda user: f"{image} :red[{user}]")
    dataset = add_log(
        empty_space, tmp_path, frame, user=":red[user]", item="item", time="time", action="action",
        positive_actions=["$x$ <script>"], negatives="hard", category="<script>c</script>",
        history_columns=["<script>c</script>"], history_with_action=True,
    )  # fmt: skip
    app = visit("data.py", level=level)
    assert not app.error
    shown = texts(app) + "".join(str(option.content) for one in app.get("pills") for option in one.proto.options)
    assert "User " in shown
    for mark in ("![x]", " :red[", "<script>"):
        assert mark not in shown
    assert "<script" not in charts(app)["timeline"]
    assert dataset.state == "done"


def test_every_kind_of_negative_has_words() -> None:
    assert set(NEGATIVES) == set(DRAWN)


def test_numbers_for_times_are_written_in_full() -> None:
    assert [_when(time) for time in (1_234_567.0, 1_234_568.5, "2024-01-01T10:00")] == [
        "1234567",
        "1234568.5",
        "2024-01-01 10:00",
    ]


def test_choices_without_an_action_or_a_rating_column_can_be_built(
    empty_space: Workspace, tmp_path: Path, visit: Open
) -> None:
    said = {"positive_actions": ["buy"], "history_actions": ["view"], "history_with_action": True}
    add_log(empty_space, tmp_path, actions(), negatives="uniform", **said)
    app = visit("data.py", level="Expert")
    keyed(app, "selectbox", "action").set_value(NONE).run()
    assert not app.error
    assert "Every event of the log counts as a click" in texts(app)
    button = app.button(key="rebuild")
    assert not button.disabled
    button.click().run()
    wait(empty_space)
    made = empty_space.datasets()[0]
    assert made.state == "done", made.error
    choices = made.log_choices()
    assert choices is not None
    assert (choices.action, choices.positive_actions, choices.history_actions) == (None, [], [])
    assert not choices.history_with_action


def test_without_a_rating_column_no_rating_is_asked_for(empty_space: Workspace, tmp_path: Path, visit: Open) -> None:
    add_log(empty_space, tmp_path, ratings(), rating_threshold=4.0)
    app = visit("data.py", level="Expert")
    keyed(app, "selectbox", "rating").set_value(NONE).run()
    assert not app.error
    assert not app.button(key="rebuild").disabled
    keyed(app, "selectbox", "rating").set_value("item_id").run()  # other grades
    assert not app.exception


@pytest.mark.parametrize("few", [40, 2])
@pytest.mark.parametrize("threshold", [None, 1.0, 3.5, 9.0])
def test_every_threshold_is_shown_as_it_is(
    empty_space: Workspace,
    tmp_path: Path,
    visit: Open,
    monkeypatch: pytest.MonkeyPatch,
    *,
    few: int,
    threshold: float | None,
) -> None:
    monkeypatch.setattr("pages.shared.behaviours_form.FEW", few)
    dataset = add_log(empty_space, tmp_path, ratings(), rating_threshold=4.0)
    choices = dataset.log_choices()
    assert choices is not None
    wanted = choices.model_copy(update={"rating_threshold": threshold})
    (dataset.folder / "log.json").write_text(wanted.model_dump_json())
    app = visit("data.py", level="Learn")
    assert not app.exception
    kind = "select_slider" if few > 5 else "number_input"
    control = keyed(app, kind, "rating_threshold")
    assert control.value == (ANY if threshold is None and few > 5 else threshold)
    assert app.button(key="rebuild").disabled  # nothing was changed
    control.set_value(1.0).run()
    assert app.button(key="rebuild").disabled == (threshold == 1.0)
