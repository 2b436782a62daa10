"""Runs: open, rename, tag, export, import, delete."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.typing import DataframeState

from ctrcore.runs.status import Failure, JobStatus, write_status
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, texts


def named(app: AppTest, label: str) -> object:
    return next(button for button in app.button if button.label == label)


def test_all_runs_are_listed_newest_first(space: Workspace, visit: Open) -> None:
    table = visit("runs.py").dataframe[0].value
    assert table["name"].tolist() == [run.name for run in space.runs()]
    assert table["state"].unique().tolist() == ["done"]


def test_a_line_chosen_opens_the_run(space: Workspace, visit: Open) -> None:
    app = visit("runs.py")
    runs = space.runs()
    app.session_state[f"runs-table-{runs[0].id}-{len(runs)}"] = DataframeState(
        {"selection": {"rows": [1], "columns": [], "cells": []}}
    )
    app.run()
    run = runs[1]
    assert f"id {run.id}" in texts(app)
    measured = run.metrics()
    assert measured is not None
    assert f"{measured['parameters']:,}" in [metric.value for metric in app.metric]


def test_a_run_is_renamed_and_tagged(space: Workspace, visit: Open) -> None:
    run = space.runs()[0]
    app = visit("runs.py", run=run.id)
    app.text_input[0].set_value("My *best* model")
    app.text_input[1].set_value("good, sent to Ana, good")
    named(app, "Save").click().run()  # type: ignore[attr-defined]
    assert not app.exception
    changed = space.run(run.id)
    assert changed.name == "My *best* model"
    assert changed.spec.tags == ["good", "sent to Ana"]
    assert "My \\*best\\* model" in texts(app)


def test_deleting_asks_first(space: Workspace, visit: Open) -> None:
    run = space.runs()[0]
    app = visit("runs.py", run=run.id)
    app.button(key="delete-run").click().run()
    assert space.run(run.id)
    assert any("cannot be undone" in text.value for text in app.markdown)


def test_an_active_run_cannot_be_deleted_from_the_page(space: Workspace, visit: Open) -> None:
    run = space.runs()[0]
    write_status(run.folder, JobStatus("queued", message="waiting, 1 ahead", submitted=4e9))
    app = visit("runs.py", run=run.id)
    assert not [button for button in app.button if button.key == "delete-run"]
    assert app.button(key="cancel-run")


def test_a_failed_run_shows_why_and_its_log(space: Workspace, visit: Open) -> None:
    run = space.runs()[0]
    write_status(run.folder, JobStatus("failed", failure=Failure("The rows are gone.", "Upload them again.")))
    (run.folder / "log.txt").write_text("last words")
    app = visit("runs.py", run=run.id)
    assert app.error[0].value == "**The rows are gone.**  \nUpload them again."
    assert app.get("code")[0].value == "last words"
    assert named(app, "Retry")


def test_an_export_can_be_imported_again(space: Workspace, visit: Open) -> None:
    run = space.runs()[0]
    before = len(space.runs())
    app = visit("runs.py")
    app.file_uploader(key="import-file").upload("run.zip", space.export(run.id)).run()
    app.button(key="import-run").click().run()
    assert not app.exception
    assert not app.error
    assert len(space.runs()) == before + 1


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04" + b"\x00" * 50])
def test_a_hostile_import_gets_two_sentences(space: Workspace, visit: Open, content: bytes) -> None:
    app = visit("runs.py")
    app.file_uploader(key="import-file").upload("run.zip", content).run()
    app.button(key="import-run").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.error[0].value.count("  \n") == 1
    assert len(space.runs()) == 5


def test_a_damaged_run_can_be_deleted(space: Workspace, visit: Open) -> None:
    run = space.runs()[0]
    (run.folder / "manifest.json").write_text("{")
    app = visit("runs.py")
    assert run.id.replace("_", "\\_") in app.warning[0].value
    app.button(key=f"delete-{run.id}").click().run()
    assert not run.folder.exists()
    assert len(visit("runs.py").dataframe[0].value) == 4


def test_an_error_of_a_button_leaves_the_page_standing(space: Workspace, visit: Open) -> None:
    run = space.runs()[0]
    space.delete_dataset(run.spec.dataset)
    write_status(run.folder, JobStatus("cancelled", message="cancelled"))
    app = visit("runs.py", run=run.id)
    app.button(key="resume-run").click().run()
    assert "There is no dataset" in app.error[0].value
    assert f"id {run.id}" in texts(app)
    app.run()
    assert not app.error
