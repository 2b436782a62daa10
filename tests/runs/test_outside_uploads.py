"""Uploads of outside scores: what they are is seen before they are kept, and the template comes back as a file."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pandas as pd
import pytest

from ctrcore.errors import CtrLensError
from ctrcore.runs.outside import outside_of
from ctrcore.runs.outside_choices import OutsideChoices
from ctrcore.runs.outside_uploads import add_upload, look_at, template_of
from ctrcore.runs.run import Run
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


def test_a_look_keeps_nothing_and_says_what_was_found(run: Run) -> None:
    look = look_at(run.dataset(), run.recipe, "other.csv", content(scores(run)), OutsideChoices())
    assert look.columns == ["row", "logit"]
    assert look.problem is None
    assert look.read is not None
    assert (look.read.id, look.read.score, look.read.meaning) == (["row"], "logit", "logit")
    assert len(look.read.row) == len(scores(run))
    assert not outside_of(run.dataset())


def test_a_file_that_is_not_understood_still_tells_its_columns(run: Run) -> None:
    frame = scores(run).rename(columns={"row": "what", "logit": "ever"}).assign(more=1)
    look = look_at(run.dataset(), run.recipe, "other.csv", content(frame), OutsideChoices())
    assert look.columns == ["what", "ever", "more"]
    assert look.read is None
    assert look.problem is not None
    said = OutsideChoices(id=["what"], score="ever", meaning="logit")
    assert look_at(run.dataset(), run.recipe, "other.csv", content(frame), said).read is not None


@pytest.mark.parametrize("data", [b"", bytes(range(256)) * 10])
def test_what_is_no_table_is_refused(run: Run, data: bytes) -> None:
    with pytest.raises(CtrLensError):
        look_at(run.dataset(), run.recipe, "other.csv", data, OutsideChoices())


def test_a_stream_is_kept_under_the_title_given(run: Run) -> None:
    stream = io.BytesIO(content(scores(run)))
    stream.read()  # as a browser's upload that was looked at before
    kept = add_upload(run.dataset(), run.recipe, ("other.csv", stream), "Boosting", OutsideChoices())
    assert [one.name for one in outside_of(run.dataset())] == ["Boosting"]
    pd.testing.assert_frame_equal(kept.on(run.predictions()), run.predictions())


def test_a_title_may_be_missing(run: Run) -> None:
    kept = add_upload(run.dataset(), run.recipe, ("other.csv", content(scores(run))), "", OutsideChoices())
    assert kept.name == "other.csv"


def test_the_template_with_scores_is_a_file_of_scores(run: Run) -> None:
    frame = pd.read_csv(io.BytesIO(template_of(run)))
    assert sorted(frame["row"]) == sorted(run.predictions()["row"])
    logit = run.predictions().set_index("row")["logit"]
    filled = content(frame.assign(logit=frame["row"].map(logit)))
    look = look_at(run.dataset(), run.recipe, "filled.csv", filled, OutsideChoices())
    assert look.read is not None
    assert (look.read.id, look.read.score) == (["row"], "logit")
