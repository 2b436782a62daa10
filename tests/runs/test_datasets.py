"""Datasets of the workspace: frames, uploads, side tables, copies that are prepared, damage."""

from __future__ import annotations

import io
import time

import pandas as pd
import pytest

from ctrcore.errors import RunError
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.uploads import clean_name
from ctrcore.runs.workspace import Workspace
from tests.data.tables import clicks_table
from tests.runs.making import make_run, spec
from tests.runs.waiting import ended
from tests.trained import RECIPE


def test_a_frame_becomes_a_dataset(workspace: Workspace, dataset: str) -> None:
    frame, found = clicks_table(60), workspace.dataset(dataset)
    assert (found.name, found.state, found.rows, found.columns) == ("clicks.csv", "done", 60, list(frame.columns))
    pd.testing.assert_frame_equal(found.table(), frame, check_dtype=False)
    pd.testing.assert_frame_equal(found.head(7), frame.head(7), check_dtype=False)
    assert found.recipe() == RECIPE
    assert found.guess().label == "click"
    assert workspace.datasets() == [found]


def test_the_profile_follows_the_schema(workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = workspace.dataset(dataset)
    with monkeypatch.context() as patch:
        patch.setattr(type(found), "table", lambda self: pytest.fail("read the table"))
        first = found.profile()
        assert found.profile(RECIPE.data_schema) == first
    other = found.profile(found.guess())
    assert other != first
    monkeypatch.setattr(type(found), "stored", lambda self: pytest.fail("read the table again"))
    assert found.profile(found.guess()) == other


def test_prepared_rows_are_made_once_and_not_kept_for_ever(
    workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = workspace.dataset(workspace.add_frame("more", clicks_table(300)))
    first = found.prepared(RECIPE)
    with monkeypatch.context() as patch:
        patch.setattr(type(found), "table", lambda self: pytest.fail("prepared again"))
        again = found.prepared(RECIPE)
    assert (again.train.ids == first.train.ids).all()
    others = [
        RECIPE.model_copy(update={"split": RECIPE.split.model_copy(update={"seed": seed})}) for seed in range(1, 9)
    ]
    read = []
    original = type(found).stored
    monkeypatch.setattr(type(found), "stored", lambda self: read.append(1) or original(self))
    for other in others:
        found.prepared(other)
        found.prepared(RECIPE)  # in use, so it is not the one to go
    assert len(read) == len(others)
    copies = [path.name for path in (found.folder / "prepared").iterdir() if path.is_dir()]
    assert sorted(copies) == sorted([RECIPE.id, *(other.id for other in others[-5:])])


def test_an_upload_is_saved_at_once_and_read_by_another_process(workspace: Workspace) -> None:
    frame = clicks_table(50).drop(columns=["tags"])
    stream = io.BytesIO(frame.to_csv(index=False).encode())
    stream.read(10)  # a page may have looked at it
    dataset = workspace.add_upload("../../evil\x07/my clicks.csv", stream)
    found = workspace.dataset(dataset)
    assert found.name == "my clicks.csv"
    assert found.active
    with pytest.raises(RunError, match="still being read"):
        found.table()
    with pytest.raises(RunError, match="cannot be used"):
        workspace.submit(spec(dataset))
    assert ended(found.folder).state == "done"
    found = workspace.dataset(dataset)
    assert (found.rows, found.columns) == (50, list(frame.columns))
    assert found.guess().label == "click"
    assert not list(found.folder.glob("source*"))


def test_side_tables_and_given_parts(workspace: Workspace) -> None:
    frame = clicks_table(40)[["user_id", "item_id", "click"]]
    users = pd.DataFrame({"user_id": range(1, 21), "city": [f"c{n % 3}" for n in range(20)]})
    parts = [frame.iloc[:30].to_csv(index=False).encode(), frame.iloc[30:].to_csv(index=False).encode()]
    dataset = workspace.add_upload("a.csv", parts[0], test=parts[1], users=users.to_csv(index=False).encode())
    assert ended(workspace.dataset(dataset).folder).state == "done"
    table = workspace.dataset(dataset).table()
    assert table["split"].tolist() == ["train"] * 30 + ["test"] * 10
    assert table["city"].tolist() == [f"c{(user - 1) % 3}" for user in table["user_id"]]


def test_an_upload_that_is_too_large_or_empty_leaves_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTR_MAX_UPLOAD", str(3_000_000))
    with pytest.raises(RunError, match="larger than 3 MB"):
        workspace.add_upload("a.csv", io.BytesIO(b"x" * 3_000_001))
    with pytest.raises(RunError, match="empty"):
        workspace.add_upload("a.csv", b"")
    assert list((workspace.root / "datasets").iterdir()) == []
    monkeypatch.setenv("CTR_MAX_UPLOAD", "lots")
    with pytest.raises(RunError, match="CTR_MAX_UPLOAD"):
        workspace.add_upload("a.csv", b"x")


def test_two_files_of_one_name_are_refused_and_long_names_keep_their_ending(workspace: Workspace) -> None:
    rows, more = b"user,click\n1,0\n", b"user,click\n2,1\n"
    long = "a" * 200
    for first, second in (("rows.csv", "other/rows.csv"), (f"{long}1.csv", f"{long}2.csv"), ("a.csv", "a.csv")):
        with pytest.raises(RunError, match="Two of the files are called"):
            workspace.add_upload(first, rows, others={second: more})
    with pytest.raises(RunError, match="Two of the files are called"):
        workspace.add_upload("first.csv", rows, others={"rows.csv": more, "b/rows\x07.csv": more})
    assert list((workspace.root / "datasets").iterdir()) == []
    assert clean_name(f"{long}.CSV.gz") == "a" * 113 + ".CSV.gz"
    assert clean_name(long) == "a" * 120
    assert clean_name("x/\x00") == "dataset"


@pytest.mark.parametrize("text", ["", "{", '{"name": "x"}', '{"name": "x", "created": "soon"}'])
def test_a_damaged_dataset_does_not_break_the_list(workspace: Workspace, dataset: str, text: str) -> None:
    broken = workspace.root / "datasets" / "broken"
    broken.mkdir()
    (broken / "dataset.json").write_text(text)
    assert [one.id for one in workspace.datasets()] == [dataset]
    workspace.delete_dataset("broken")
    assert not broken.exists()


def test_a_dataset_without_its_table_says_so(workspace: Workspace, dataset: str) -> None:
    (workspace.root / "datasets" / dataset / "table.parquet").unlink()
    with pytest.raises(RunError, match="lost its table"):
        workspace.dataset(dataset).table()


def test_a_dataset_in_use_is_not_deleted(workspace: Workspace, dataset: str) -> None:
    run_id = make_run(workspace, dataset, state="queued")
    with pytest.raises(RunError, match="using this dataset"):
        workspace.dataset(dataset).delete()
    write_status(workspace.run(run_id).folder, JobStatus("done"))
    chore = workspace.dataset(dataset).folder / "chores" / "prepare-x"
    chore.mkdir(parents=True)
    write_status(chore, JobStatus("queued", submitted=time.time()))
    with pytest.raises(RunError, match="worked on"):
        workspace.dataset(dataset).delete()
    assert [one.id for one in workspace.datasets()] == [dataset]
    write_status(chore, JobStatus("cancelled"))
    workspace.dataset(dataset).delete()
    assert workspace.datasets() == []
    with pytest.raises(RunError, match="no dataset"):
        workspace.run(run_id).dataset()
