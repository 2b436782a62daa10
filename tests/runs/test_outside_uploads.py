"""Uploads of outside scores: what they are is seen before they are kept, and the template comes back as a file."""

from __future__ import annotations

import io
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ctrcore.data import reading
from ctrcore.errors import RunError
from ctrcore.runs import outside_uploads
from ctrcore.runs.outside import outside_of
from ctrcore.runs.outside_choices import OutsideChoices
from ctrcore.runs.outside_uploads import (
    ScoresUpload,
    fits_browser,
    keep_upload,
    look_at,
    open_upload,
    start_upload,
    template_of,
)
from ctrcore.runs.run import Run
from ctrcore.runs.status import write_status
from ctrcore.runs.workspace import Workspace
from tests.trained import Trained


@pytest.fixture
def run(trained: Trained, tmp_path: Path) -> Run:
    """A run in a copy that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy").run(trained.runs["fm"])


def content(frame: pd.DataFrame) -> bytes:
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False)
    return buffer.getvalue().encode()


def scores(run: Run) -> pd.DataFrame:
    return run.predictions()[["row", "logit"]]


def uploaded(run: Run, frame: pd.DataFrame | bytes, name: str = "other.csv") -> ScoresUpload:
    """An upload, when it has been read."""
    data = frame if isinstance(frame, bytes) else content(frame)
    upload = start_upload(run.dataset(), name, data)
    end = time.monotonic() + 60
    while upload.active and time.monotonic() < end:
        time.sleep(0.05)
        upload = open_upload(run.dataset(), upload.id)
    return upload


def folders(run: Run) -> list[str]:
    return sorted(path.name for path in (run.dataset().folder / "outside-uploads").iterdir())


def test_a_look_keeps_nothing_and_says_what_was_found(run: Run) -> None:
    look = look_at(uploaded(run, scores(run)), run.recipe, OutsideChoices())
    assert look.columns == ["row", "logit"]
    assert look.problem is None
    assert look.read is not None
    assert (look.read.id, look.read.score, look.read.meaning) == (["row"], "logit", "logit")
    assert len(look.read.row) == len(scores(run))
    assert not outside_of(run.dataset())


def test_a_file_is_read_once_however_often_it_is_looked_at(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the server nothing is parsed: neither by a look, nor when the scores are kept."""
    frame = scores(run).rename(columns={"row": "what", "logit": "ever"}).assign(more=1)
    upload = uploaded(run, frame)
    assert upload.state == "done"
    assert not (upload.folder / "source").exists()

    def parsed(*_: object, **__: object) -> None:
        raise AssertionError("parsed in the server")

    monkeypatch.setattr(reading, "store_part", parsed)
    look = look_at(upload, run.recipe, OutsideChoices())
    assert look.columns == ["what", "ever", "more"]
    assert look.read is None
    assert look.problem is not None
    said = look_at(upload, run.recipe, OutsideChoices(id=["what"], score="ever", meaning="logit"))
    assert said.read is not None
    kept = keep_upload(upload, run.recipe, said.read, "Boosting")
    assert [one.name for one in outside_of(run.dataset())] == ["Boosting"]
    pd.testing.assert_frame_equal(kept.on(run.predictions()), run.predictions())
    assert folders(run) == []
    with pytest.raises(RunError, match="gone"):
        open_upload(run.dataset(), upload.id)


@pytest.mark.parametrize(
    ("data", "problem"), [(bytes(range(256)) * 10, "binary"), (b"PK\x03\x04" + bytes(200), "zip"), (b"row,x\n", "row")]
)
def test_what_is_no_table_is_refused_in_two_sentences(run: Run, data: bytes, problem: str) -> None:
    upload = uploaded(run, data)
    assert upload.state == "failed"
    assert upload.error is not None
    assert problem in upload.error.problem
    assert upload.error.remedy.endswith(".")
    upload.discard()
    assert folders(run) == []


def test_an_empty_file_is_refused_at_once(run: Run) -> None:
    with pytest.raises(RunError, match="empty"):
        start_upload(run.dataset(), "other.csv", b"")
    assert folders(run) == []


def test_a_file_that_needs_too_much_memory_ends_its_own_process(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTR_INGEST_MEMORY", str(1_500_000_000))
    buffer = io.BytesIO()  # a few kB that become gigabytes
    pd.DataFrame({"row": range(4000), "logit": ["1" * 500_000] * 4000}).to_parquet(buffer)
    upload = uploaded(run, buffer.getvalue(), "other.parquet")
    assert upload.state == "failed"
    assert upload.error is not None
    assert "memory" in upload.error.problem


def test_one_that_is_still_read_is_stopped_and_removed(run: Run) -> None:
    upload = start_upload(run.dataset(), "other.csv", content(scores(run)))
    upload.discard()
    end = time.monotonic() + 60
    while folders(run) and time.monotonic() < end:
        time.sleep(0.05)
    assert folders(run) == []
    upload.discard()


def test_forgotten_uploads_go_with_the_next_one(run: Run) -> None:
    old = uploaded(run, scores(run))
    write_status(old.folder, replace(old.status, submitted=time.time() - 25 * 3600))
    (old.folder.parent / "Thumbs.db").write_text("not ours")
    young = uploaded(run, scores(run))
    assert folders(run) == sorted(["Thumbs.db", young.id])


def test_a_stream_is_kept_and_a_title_may_be_missing(run: Run) -> None:
    stream = io.BytesIO(content(scores(run)))
    stream.read()  # as a browser's upload that was looked at before
    upload = start_upload(run.dataset(), "a/other.csv", stream)
    while upload.active:
        upload = open_upload(run.dataset(), upload.id)
    look = look_at(upload, run.recipe, OutsideChoices())
    assert look.read is not None
    assert keep_upload(upload, run.recipe, look.read, "").name == "other.csv"


def test_a_template_that_is_too_large_for_a_browser(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fits_browser(run)
    cells = len(run.predictions()) * len(run.dataset().columns)
    monkeypatch.setattr(outside_uploads, "LARGE", cells - 1)
    assert not fits_browser(run)


def test_the_template_with_scores_is_a_file_of_scores(run: Run) -> None:
    frame = pd.read_csv(io.BytesIO(template_of(run)))
    assert sorted(frame["row"]) == sorted(run.predictions()["row"])
    logit = run.predictions().set_index("row")["logit"]
    filled = content(frame.assign(logit=frame["row"].map(logit)))
    look = look_at(uploaded(run, filled), run.recipe, OutsideChoices())
    assert look.read is not None
    assert (look.read.id, look.read.score) == (["row"], "logit")
