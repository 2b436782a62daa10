"""The data page: upload, guess, correct, save, preview."""

from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.data.coldness import cold_report
from ctrcore.runs.workspace import Workspace
from tests.data.tables import clicks_table
from tests.pages.conftest import Open, charts, texts


def csv(frame: pd.DataFrame) -> bytes:
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False)
    return buffer.getvalue().encode()


def upload(app: AppTest, name: str, content: bytes, space: Workspace) -> AppTest:
    """Upload a file and wait until it is read."""
    app.file_uploader(key="upload-rows-0").upload(name, content).run()
    app.button(key="upload-start").click().run()
    deadline = time.monotonic() + 60
    while space.datasets()[0].active:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return app.run()


def edit(app: AppTest, column: str, **changes: Any) -> AppTest:
    """Change cells of a column's line in the table of columns."""
    key = next(k for k in app.session_state if str(k).startswith("columns-"))
    base = app.session_state[f"base-{key}"]
    row = int(base.index[base["name"] == column][0])
    app.session_state[key] = {"edited_rows": {row: changes}, "added_rows": [], "deleted_rows": []}
    return app.run()


def test_an_upload_is_read_guessed_and_shown(empty_space: Workspace, visit: Open) -> None:
    app = upload(visit("data.py"), "my clicks.csv", csv(clicks_table(300)), empty_space)
    assert not app.exception
    assert app.subheader[0].value == "my clicks.csv"
    assert app.metric[0].value == "300"
    assert next(box for box in app.selectbox if box.label.startswith("Label")).value == "click"
    table = app.data_editor[0].value
    kinds = dict(zip(table["name"], table["kind"], strict=True))
    assert kinds["item_id"] == "categorical"
    assert kinds["history_item"] == "history"
    assert (table["why"].str.len() > 5).all()
    assert app.query_params["dataset"] == empty_space.datasets()[0].id


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.csv", b"", "empty"),
        ("header.csv", b"user,item,click\n", "row"),
        ("rubbish.csv", bytes(range(256)) * 20, ""),
        ("no.parquet", b"PAR1" + b"\x00" * 100 + b"PAR1", ""),
    ],
)
def test_a_bad_file_gets_two_sentences(
    empty_space: Workspace, visit: Open, name: str, content: bytes, word: str
) -> None:
    app = visit("data.py")
    app.file_uploader(key="upload-rows-0").upload(name, content).run()
    app.button(key="upload-start").click().run()
    deadline = time.monotonic() + 60
    while any(dataset.active for dataset in empty_space.datasets()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    if empty_space.datasets():
        app.run()
    assert not app.exception
    assert len(app.error) == 1
    problem, _, remedy = app.error[0].value.partition("  \n")
    assert problem.startswith("**")
    assert problem.endswith(".**")
    assert remedy.endswith(".")
    assert word in problem.lower()
    assert "Traceback" not in texts(app)


def test_a_failed_upload_can_be_removed(empty_space: Workspace, visit: Open) -> None:
    app = upload(visit("data.py"), "header.csv", b"user,item,click\n", empty_space)
    app.button(key="remove-upload").click().run()
    assert not app.exception
    assert not empty_space.datasets()


def test_a_correction_is_kept_only_when_saved(space: Workspace, visit: Open) -> None:
    dataset = space.datasets()[0]
    before = dataset.recipe()
    app = visit("data.py", level="Expert")
    assert not [button for button in app.button if button.key == "save-recipe"]
    edit(app, "age", kind="categorical", min_count=3)
    assert dataset.recipe() == before
    app.button(key="save-recipe").click().run()
    saved = dataset.recipe()
    assert saved is not None
    assert (saved.data_schema.column("age").kind, saved.data_schema.column("age").min_count) == ("categorical", 3)
    assert saved.data_schema.column("price") == before.data_schema.column("price")  # type: ignore[union-attr]
    assert not [button for button in app.button if button.key == "save-recipe"]


def test_an_edit_survives_a_look_at_another_tab_and_can_be_undone(space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    edit(app, "device", kind="ignore")
    app.session_state["data-tab"] = "Profile"
    app.run()
    app.session_state["data-tab"] = "Columns"
    app.run()
    table = app.data_editor[0].value
    assert table.set_index("name").loc["device", "kind"] == "ignore"
    app.button(key="undo").click().run()
    assert app.data_editor[0].value.set_index("name").loc["device", "kind"] == "categorical"


def test_a_history_of_nothing_is_explained(space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    edit(app, "history_item", of="—")
    assert "history 'history\\_item' does not say" in app.error[0].value
    assert not [button for button in app.button if button.key == "save-recipe"]
    app.button(key="undo").click().run()
    assert not app.error


def test_the_label_is_never_a_field(space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    label = next(box for box in app.selectbox if box.label.startswith("Label"))
    label.set_value("device").run()
    app.session_state["data-tab"] = "Columns"
    app.run()
    draft = app.session_state[f"draft-{space.datasets()[0].id}"]
    assert next(c for c in draft["data_schema"]["columns"] if c["name"] == "device")["kind"] == "ignore"


def test_the_preparation_is_part_of_what_is_saved(space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    app.session_state["data-tab"] = "Split, histories, cleaning"
    app.run()
    next(box for box in app.selectbox if box.label.startswith("How rows")).set_value("time").run()
    next(box for box in app.multiselect if box.label == "Build a history of").set_value(["item_id"]).run()
    app.slider[0].set_value(50).run()
    app.button(key="save-recipe").click().run()
    saved = space.datasets()[0].recipe()
    assert saved is not None
    assert (saved.split.by, saved.history.columns, saved.keep_negatives) == ("time", ["item_id"], 0.5)


def test_the_preview_counts_and_shows_rows(space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    app.session_state["data-tab"] = "What the models see"
    app.run()
    assert not app.exception
    counts = app.dataframe[0].value.set_index("part")["rows"]
    assert counts["training"] + counts["validation"] + counts["test"] == space.datasets()[0].rows
    values, numbers = app.dataframe[1].value, app.dataframe[2].value
    assert len(values) == len(numbers) == 15
    assert values.index[0].endswith("click")
    assert "Users and items that training never saw" in texts(app)
    assert isinstance(numbers["history_item"].iloc[0], list) or hasattr(numbers["history_item"].iloc[0], "__len__")


def test_the_profile_names_a_leak(empty_space: Workspace, visit: Open) -> None:
    frame = clicks_table(400)
    frame["leak"] = frame["click"] * 2.0 + 1
    app = upload(visit("data.py"), "leaky.csv", csv(frame), empty_space)
    assert any("leak" in warning.value and "AUC" in warning.value for warning in app.warning)
    app.session_state["data-tab"] = "Profile"
    app.run()
    assert not app.exception
    assert any("Commonest values" in text.value or "Ranges" in text.value for text in app.markdown)


def test_the_profile_shows_a_column_times_and_pairs(space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    app.session_state["data-tab"] = "Profile"
    app.run()
    assert not app.exception
    names = app.selectbox(key="profile-column").options
    # What models see comes first.
    assert names[-1] == "time"
    drawn = {"balance", "values", "time"}
    assert drawn <= set(charts(app))
    for name, more in (("price", "distribution"), ("history_item", "lengths")):
        app.selectbox(key="profile-column").set_value(name).run()
        assert not app.exception
        assert more in charts(app)
    pairs = next(
        frame.value for frame in app.dataframe if "b" in frame.value.columns and "meaning" in frame.value.columns
    )
    assert ("item_id", "category") in set(zip(pairs["a"], pairs["b"], strict=True))
    assert "Columns that determine each other" in texts(app)


def test_new_users_and_items_are_shown_if_counted() -> None:
    def page(cold) -> None:  # type: ignore[no-untyped-def]  # a script of its own, without this file's imports
        from pages.shared.preview import never_seen

        never_seen(cold)

    parts = {"train": np.arange(4), "valid": np.arange(4, 6), "test": np.arange(6, 8)}
    cold = cold_report(parts, {"user": np.array([0, 1, 2, 3, 0, 9, 8, 9]), "item": None})
    app = AppTest.from_function(page, args=(cold,)).run()
    assert not app.exception
    shown = app.dataframe[0].value.set_index("part")
    assert shown.loc["validation", "share"] == 0.5
    assert shown.loc["test", "cold"] == 2
    for nothing in (None, {}):
        assert not AppTest.from_function(page, args=(nothing,)).run().dataframe


def test_the_breast_cancer_sample_opens_once(empty_space: Workspace, visit: Open) -> None:
    app = visit("data.py")
    app.button(key="sample-cancer").click().run()
    assert not app.exception
    assert app.metric[0].value == "569"
    app.session_state["add-data"] = True
    app.run()
    app.button(key="sample-cancer").click().run()
    assert len(empty_space.datasets()) == 1
