"""The button that starts a long look into a run, its progress, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.runs import studies
from ctrcore.runs.files import write_json
from ctrcore.runs.studies import Study, find_study
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import texts
from tests.runs.waiting import ended
from tests.trained import Trained

FAKES = Path(__file__).resolve().parents[1] / "runs"
OPTIONS = {"rows": 10}
Make = Callable[[str], None]


def page(run_id: str) -> None:
    """A page that shows nothing but one study."""
    import streamlit as st

    from pages.shared.problems import show_kept
    from pages.shared.store import workspace
    from pages.shared.studies import study_result

    show_kept()
    st.markdown(f"found {study_result(workspace().run(run_id), 'importance', {'rows': 10}, 'Measure it')}")


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Let the study do something else, that takes a known time."""
    monkeypatch.setenv("PYTHONPATH", str(FAKES))
    return lambda function: monkeypatch.setitem(studies.TARGETS, "importance", f"fake_jobs:{function}")


@pytest.fixture
def run_id(space: Workspace, trained: Trained) -> str:
    return trained.runs["lr"]


def made(space: Workspace, run_id: str) -> Study:
    found = find_study(space.run(run_id), "importance", OPTIONS)
    assert found is not None
    return found


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_a_button_then_progress_then_the_result(space: Workspace, run_id: str, does: Make) -> None:
    does("slow")
    app = AppTest.from_function(page, default_timeout=60, kwargs={"run_id": run_id}).run()
    assert labels(app) == ["Measure it"]
    app.button[0].click().run()
    assert not app.exception
    assert labels(app) == ["Cancel"]
    assert "found None" in texts(app)
    study = made(space, run_id)
    (study.folder / "finish").touch()
    ended(study.folder)
    write_json(study.folder / studies.RESULT, {"drop": 0.5})
    app.run()
    assert labels(app) == []
    assert "found {'drop': 0.5}" in texts(app)


def test_cancel_brings_the_button_back(space: Workspace, run_id: str, does: Make) -> None:
    does("slow")
    app = AppTest.from_function(page, default_timeout=60, kwargs={"run_id": run_id}).run()
    app.button[0].click().run()
    app.button[0].click().run()
    assert ended(made(space, run_id).folder).state == "cancelled"
    app.run()
    assert not app.exception
    assert labels(app) == ["Measure it"]


def test_a_failure_is_said_in_two_sentences_and_can_be_tried_again(space: Workspace, run_id: str, does: Make) -> None:
    does("user_error")
    app = AppTest.from_function(page, default_timeout=60, kwargs={"run_id": run_id}).run()
    app.button[0].click().run()
    ended(made(space, run_id).folder)
    app.run()
    assert "All rows have the same label." in texts(app)
    assert "Choose another label column." in texts(app)
    assert labels(app) == ["Try again"]
    does("quick")
    app.button[0].click().run()
    assert ended(made(space, run_id).folder).state == "done"


def test_a_result_made_anew_stays_while_it_is_made(space: Workspace, run_id: str, does: Make) -> None:
    does("slow")
    app = AppTest.from_function(page, default_timeout=60, kwargs={"run_id": run_id}).run()
    app.button[0].click().run()
    study = made(space, run_id)
    write_json(study.folder / studies.RESULT, {"drop": 0.25})
    app.run()
    assert labels(app) == ["Cancel"]
    assert "found {'drop': 0.25}" in texts(app)
    study.cancel()
    assert ended(study.folder).state == "cancelled"
    app.run()
    assert labels(app) == []
    assert "found {'drop': 0.25}" in texts(app)
