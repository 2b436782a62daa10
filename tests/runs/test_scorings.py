"""Files given to a run to score: a process of their own, and what is kept of them."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore.errors import DataError, RunError
from ctrcore.metrics import sigmoid
from ctrcore.runs import score_job, scoring, scorings
from ctrcore.runs.repairs import fit_repairs, remove_repair
from ctrcore.runs.run import Run
from ctrcore.runs.score_job import score_upload
from ctrcore.runs.scoring import score
from ctrcore.runs.status import JobStatus, read_status, write_status
from ctrcore.runs.worker import Cancelled, Reporter
from ctrcore.runs.workspace import Workspace
from tests.data.tables import clicks_table
from tests.runs.making import make_run
from tests.runs.waiting import ended
from tests.trained import ROWS, Trained


@pytest.fixture
def space(trained: Trained, tmp_path: Path) -> Workspace:
    """A copy that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


@pytest.fixture
def here(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The same, but jobs are not started: the test does them itself."""
    monkeypatch.setattr(scorings, "start", lambda folder, order: None)
    # this process holds far more than a worker: whatever other tests have imported
    monkeypatch.setenv("CTR_INGEST_MEMORY", str(64 * 1024**3))
    return space


def run_of(space: Workspace, model: str = "fm") -> Run:
    return next(run for run in space.runs() if run.spec.model.name == model)


def csv(frame: pd.DataFrame) -> bytes:
    text = io.StringIO()
    frame.to_csv(text, index=False)
    return text.getvalue().encode()


def files_in(folder: Path) -> set[str]:
    """Names of the files below the folder."""
    return {path.name for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")}


def done(space: Workspace, scoring_id: str) -> None:
    """Do the job in this process."""
    folder = space.scoring(scoring_id).folder
    score_upload(folder, Reporter(folder, "test"))
    write_status(folder, JobStatus("done", progress=1.0))


def test_a_file_is_scored_in_a_process_of_its_own(space: Workspace) -> None:
    run, table = run_of(space, "din"), clicks_table(ROWS)
    scoring_id = space.add_scoring(run.id, "new rows.csv", io.BytesIO(csv(table)))
    status = ended(space.scoring(scoring_id).folder, 120)
    assert status.state == "done", status.failure
    found = space.scoring(scoring_id)
    assert (found.name, found.run, found.progress) == ("new rows.csv", run.id, 1.0)
    frame = pd.concat(list(found.slices(70)), ignore_index=True)
    assert frame["row"].tolist() == list(range(ROWS))
    kept = run.predictions()
    np.testing.assert_allclose(frame["logit"].to_numpy()[kept["row"]], kept["logit"], atol=1e-5)
    np.testing.assert_allclose(frame["probability"], sigmoid(frame["logit"].to_numpy()), atol=1e-6)
    np.testing.assert_allclose(frame["logit"], score(run, table)[1], atol=1e-5)
    assert frame["device"].fillna("").tolist() == table["device"].fillna("").tolist()
    assert found.report().rows == found.report().labelled == ROWS
    left = files_in(found.folder)
    assert {"scoring.json", "status.json", "scores.parquet", "report.json"} <= left
    assert not {name for name in left if "rows" in name}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("rubbish.csv", bytes(range(256)) * 20, ""),
        ("broken.parquet", b"PAR1" + b"\x00" * 100 + b"PAR1", ""),
        ("header.csv", b"user_id,item_id\n", "row"),
        ("other.csv", b"a,b\n1,2\n", "none of the columns"),
    ],
)
def test_a_bad_file_ends_in_two_sentences(space: Workspace, name: str, content: bytes, problem: str) -> None:
    scoring_id = space.add_scoring(run_of(space).id, name, content)
    status = ended(space.scoring(scoring_id).folder, 120)
    assert status.state == "failed"
    assert status.failure is not None
    assert problem in status.failure.problem.lower()
    assert status.failure.problem.endswith(".")
    assert status.failure.remedy.endswith(".")
    assert files_in(space.scoring(scoring_id).folder) <= {"scoring.json", "status.json", "log.txt", "worker.lock"}
    with pytest.raises(RunError):
        space.scoring(scoring_id).report()
    space.scoring(scoring_id).delete()
    assert space.scorings() == []


def test_own_columns_are_left_out_if_not_wanted(here: Workspace) -> None:
    run, table = run_of(here), clicks_table(30)
    ids = [here.add_scoring(run.id, "a.csv", csv(table), keep_columns=keep) for keep in (True, False)]
    for scoring_id in ids:
        done(here, scoring_id)
    with_columns, without = (here.scoring(scoring_id).head(5) for scoring_id in ids)
    assert list(without) == ["row", "logit", "probability"]
    assert list(with_columns) == [*without, *table]
    assert len(with_columns) == 5
    assert without["logit"].tolist() == with_columns["logit"].tolist()


def test_lists_are_shown_as_texts(here: Workspace, tmp_path: Path) -> None:
    table = clicks_table(20)
    lists = {name: table[name].map(lambda text: text.split("|") if text else []) for name in table if "history" in name}
    table.assign(**lists).to_parquet(tmp_path / "rows.parquet", index=False)
    scoring_id = here.add_scoring(run_of(here).id, "rows.parquet", (tmp_path / "rows.parquet").read_bytes())
    done(here, scoring_id)
    assert here.scoring(scoring_id).head()["history_item"].tolist() == table["history_item"].tolist()


def test_a_file_is_scored_with_a_repair_that_the_run_has(here: Workspace) -> None:
    run, table = run_of(here), clicks_table(50)
    with pytest.raises(RunError, match="no platt repair"):
        here.add_scoring(run.id, "a.csv", csv(table), repair="platt")
    assert here.scorings() == []
    repair = fit_repairs(run)["platt"]
    scoring_id = here.add_scoring(run.id, "a.csv", csv(table), repair="platt")
    done(here, scoring_id)
    found = here.scoring(scoring_id).head(50)
    assert here.scoring(scoring_id).report().repair == "platt"
    np.testing.assert_allclose(found["logit"], score(run, table)[1], atol=1e-5)
    np.testing.assert_allclose(found["probability"], repair.apply(found["logit"].to_numpy()), atol=1e-6)
    again = here.add_scoring(run.id, "a.csv", csv(table), repair="isotonic")
    remove_repair(run, "isotonic")
    with pytest.raises(RunError, match="no isotonic repair"):
        done(here, again)


def test_progress_rises_and_a_request_to_stop_is_heard(here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "SLICE", 10)
    scoring_id = here.add_scoring(run_of(here).id, "a.csv", csv(clicks_table(60)))
    folder = here.scoring(scoring_id).folder
    seen: list[JobStatus] = []
    score_upload(folder, Reporter(folder, "test", seen.append, gap=0.0))
    shares = [status.progress for status in seen]
    assert shares == sorted(shares)
    assert len({status.progress for status in seen if status.message == "scoring the rows"}) == 6
    again = here.add_scoring(run_of(here).id, "a.csv", csv(clicks_table(60)))
    (here.scoring(again).folder / "cancel").touch()
    with pytest.raises(Cancelled):
        score_upload(here.scoring(again).folder, Reporter(here.scoring(again).folder, "test", gap=0.0))
    left = here.scoring(again).folder
    assert not files_in(left) & {"rows.parquet", "rows0.csv"}
    assert not (left / "report.json").exists()
    assert not (left / "scores.parquet").exists()


def test_the_limit_on_memory_ends_with_the_reading(here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    before, seen = resource.getrlimit(resource.RLIMIT_AS), []
    monkeypatch.setenv("CTR_INGEST_MEMORY", str(64 * 1024**3))
    with score_job._limited(64 * 1024**3):
        seen.append(resource.getrlimit(resource.RLIMIT_AS)[0])
    assert seen == [64 * 1024**3]
    scoring_id = here.add_scoring(run_of(here).id, "a.csv", b"\x00\x01nothing")
    with pytest.raises(DataError):
        score_upload(here.scoring(scoring_id).folder, Reporter(here.scoring(scoring_id).folder, "test"))
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_what_cannot_be_scored_is_refused_at_once(here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(here)
    undone = make_run(here, here.datasets()[0].id, state="failed")
    with pytest.raises(RunError, match="is failed"):
        here.add_scoring(undone, "a.csv", b"a\n1\n")
    with pytest.raises(RunError, match="no run"):
        here.add_scoring("nothing", "a.csv", b"a\n1\n")
    with pytest.raises(RunError, match="empty"):
        here.add_scoring(run.id, "a.csv", b"")
    monkeypatch.setenv("CTR_MAX_UPLOAD", "10")
    with pytest.raises(RunError, match="larger than"):
        here.add_scoring(run.id, "a.csv", b"a" * 11)
    assert here.scorings() == []
    for bad in ("../runs", "", "x/../y"):
        with pytest.raises(RunError, match="not valid"):
            here.scoring(bad)
    with pytest.raises(RunError, match="no scoring"):
        here.scoring("nothing")


def test_scores_go_with_their_run_and_not_with_another(here: Workspace) -> None:
    fm, lr = run_of(here, "fm"), run_of(here, "lr")
    ids = [here.add_scoring(run.id, "a.csv", csv(clicks_table(5))) for run in (fm, lr)]
    later = here.add_scoring(fm.id, "later.csv", csv(clicks_table(5)))
    write_status(here.scoring(later).folder, JobStatus("done"))
    with pytest.raises(RunError, match="still being scored"):
        here.delete(fm.id)
    here.scoring(later).delete()  # the one that was done is still there
    assert [one.id for one in here.scorings(fm.id)] == [ids[0]]
    assert {one.id for one in here.scorings()} == set(ids)
    with pytest.raises(RunError, match="still being scored"):
        here.delete(fm.id)
    assert here.run(fm.id).state == "done"
    write_status(here.scoring(ids[0]).folder, JobStatus("cancelled"))
    here.delete(fm.id)
    assert [one.id for one in here.scorings()] == [ids[1]]


def test_a_damaged_folder_is_passed_over(here: Workspace) -> None:
    scoring_id = here.add_scoring(run_of(here).id, "a.csv", csv(clicks_table(5)))
    done(here, scoring_id)
    folder = here.scoring(scoring_id).folder
    (folder / "report.json").write_text("{}")
    with pytest.raises(RunError, match="report"):
        here.scoring(scoring_id).report()
    (folder / "scoring.json").write_text("[]")
    assert here.scorings() == []
    assert read_status(folder).state == "done"
