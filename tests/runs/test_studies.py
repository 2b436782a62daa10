"""Long looks into a run, in processes of their own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ctrcore.errors import RunError
from ctrcore.runs import studies
from ctrcore.runs.files import read_json, write_json
from ctrcore.runs.run import Run
from ctrcore.runs.status import JobStatus
from ctrcore.runs.studies import find_study, start_study, study_of
from ctrcore.runs.workspace import Workspace
from tests.runs.waiting import ended, wait_until
from tests.trained import Trained

OPTIONS = {"rows": 10, "seed": 0}


@pytest.fixture
def run(trained: Trained, tmp_path: Path) -> Run:
    """A finished run in a workspace of the test's own."""
    shutil.copytree(trained.workspace.root, tmp_path / "workspace")
    return Workspace(tmp_path / "workspace").run(trained.runs["fm"])


def target(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """Let studies of importance do something else, that takes a known time."""
    monkeypatch.setitem(studies.TARGETS, "importance", f"fake_jobs:{function}")


def test_a_study_is_begun_once_and_found_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target(monkeypatch, "slow")
    assert find_study(run, "importance", OPTIONS) is None
    start_study(run, "importance", OPTIONS)
    first = find_study(run, "importance", {"seed": 0, "rows": 10})  # the order of the options says nothing
    assert first is not None
    assert first.active
    assert first.options == OPTIONS
    assert first.result() is None
    start_study(run, "importance", OPTIONS)  # at work already: nothing happens
    again = find_study(run, "importance", OPTIONS)
    assert again is not None
    assert again.status.attempt == first.status.attempt
    assert find_study(run, "importance", {**OPTIONS, "seed": 1}) is None
    assert find_study(run, "shapley", OPTIONS) is None
    (first.folder / "finish").touch()
    assert ended(first.folder).state == "done"


def test_a_study_can_be_cancelled_and_begun_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target(monkeypatch, "slow")
    start_study(run, "importance", OPTIONS)
    found = find_study(run, "importance", OPTIONS)
    assert found is not None
    found.cancel()
    assert ended(found.folder).state == "cancelled"
    target(monkeypatch, "quick")
    start_study(run, "importance", OPTIONS)
    assert ended(found.folder).state == "done"


def test_a_failure_says_what_to_do(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target(monkeypatch, "user_error")
    start_study(run, "importance", OPTIONS)
    found = find_study(run, "importance", OPTIONS)
    assert found is not None
    ended(found.folder)
    failed = find_study(run, "importance", OPTIONS)
    assert failed is not None
    assert failed.error is not None
    assert failed.error.remedy == "Choose another label column."
    assert failed.result() is None


def test_the_last_result_stays_until_there_is_a_new_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target(monkeypatch, "quick")
    start_study(run, "importance", OPTIONS)
    found = find_study(run, "importance", OPTIONS)
    assert found is not None
    ended(found.folder)
    write_json(found.folder / studies.RESULT, {"drop": 0.25})
    target(monkeypatch, "slow")
    start_study(run, "importance", OPTIONS)
    assert found.result() == {"drop": 0.25}
    found.cancel()
    ended(found.folder)
    assert found.result() == {"drop": 0.25}


def test_the_process_finds_the_run_and_what_was_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target(monkeypatch, "quick")
    start_study(run, "importance", OPTIONS)
    found = find_study(run, "importance", OPTIONS)
    assert found is not None
    same, options = study_of(found.folder)
    assert (same.id, same.workspace.root, options) == (run.id, run.workspace.root, OPTIONS)
    ended(found.folder)


def test_a_run_is_not_deleted_while_it_is_looked_into(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target(monkeypatch, "slow")
    start_study(run, "importance", OPTIONS)
    found = find_study(run, "importance", OPTIONS)
    assert found is not None
    with pytest.raises(RunError):
        run.workspace.delete(run.id)
    assert run.folder.exists()
    found.cancel()
    ended(found.folder)
    run.workspace.delete(run.id)
    assert not run.folder.exists()


def test_a_run_that_is_not_done_has_nothing_to_look_into(run: Run) -> None:
    cut = replace(run, status=JobStatus("cancelled"))
    with pytest.raises(RunError, match="cancelled"):
        start_study(cut, "importance", OPTIONS)
    assert not (run.folder / "studies").exists()


def test_a_run_that_starts_over_forgets_its_studies(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target(monkeypatch, "quick")
    start_study(run, "importance", OPTIONS)
    found = find_study(run, "importance", OPTIONS)
    assert found is not None
    ended(found.folder)
    run.forget_progress()
    assert find_study(run, "importance", OPTIONS) is None


def test_a_study_whose_process_died_reads_as_failed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target(monkeypatch, "killed")
    start_study(run, "importance", OPTIONS)
    found = find_study(run, "importance", OPTIONS)
    assert found is not None
    wait_until(lambda: read_json(found.folder / "status.json").get("pid"))  # type: ignore[union-attr]
    assert ended(found.folder).state == "failed"
