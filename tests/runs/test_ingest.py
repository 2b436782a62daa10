"""Uploads that nobody wants: each ends with two sentences, and nothing else is lost."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ctrcore.data.sides import join_key
from ctrcore.errors import DataError
from ctrcore.runs.ingest import ingest
from ctrcore.runs.rebuilding import rebuild
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.uploads import SOURCE
from ctrcore.runs.worker import Cancelled, Reporter
from ctrcore.runs.workspace import Workspace
from tests.behaviour_logs import actions, add_log
from tests.data.tables import clicks_table
from tests.runs.waiting import ended


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = Workspace(tmp_path)
    found.add_frame("good", clicks_table(50))
    return found


def bomb(path: Path) -> bytes:
    """A Parquet file of 10^8 rows in a few hundred kilobytes."""
    rows = pa.table({name: pa.array(np.zeros(1_000_000, np.int64)) for name in ("user_id", "click")})
    with pq.ParquetWriter(path, rows.schema, compression="zstd") as writer:
        for _ in range(100):
            writer.write_table(rows)
    return path.read_bytes()


def test_a_parquet_bomb_ends_quickly_in_a_process_of_its_own(workspace: Workspace, tmp_path: Path) -> None:
    data = bomb(tmp_path / "bomb.parquet")
    assert len(data) < 2_000_000
    begun = time.monotonic()
    found = workspace.dataset(workspace.add_upload("bomb.parquet", data))
    status = ended(found.folder)
    assert time.monotonic() - begun < 20  # measured: 1
    assert status.state == "failed"
    assert status.failure is not None
    assert "5,000,000 rows" in status.failure.problem
    assert status.failure.remedy
    assert workspace.datasets()[1].table().shape[0] == 50
    workspace.dataset(found.id).delete()
    assert len(workspace.datasets()) == 1


def test_the_memory_limit_ends_a_file_that_passed_all_others(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTR_INGEST_MEMORY", str(700 * 1024**2))
    wide = b"click," + b",".join(b"c%d" % n for n in range(200)) + b"\n"
    rows = b"".join(b"1," + b",".join(b"%d" % (n * k % 99991) for n in range(200)) + b"\n" for k in range(1, 500)) * 200
    found = workspace.dataset(workspace.add_upload("wide.csv", wide + rows))
    status = ended(found.folder, 60)
    assert status.state == "failed"
    assert status.failure is not None
    assert "memory" in status.failure.problem


HOSTILE = {
    "empty lines": b"\n\n\n",
    "header only": b"user_id,item_id,click\n",
    "binary rubbish": bytes(range(256)) * 100,
    "an archive": b"PK\x03\x04" + bytes(1000),
    "a program": b"\x7fELF" + bytes(1000),
    "torn parquet": b"PAR1" + bytes(500) + b"PAR1",
    "torn gzip": gzip.compress(b"a,click\n1,0\n" * 1000)[:-20],
    "half of a wide encoding": "user_id,click\nü,1\n".encode("utf-16")[:-3],
    "two equal names": b"a,a,click\n1,2,0\n1,2,1\n",
    "rows of all lengths": b"a,click\n1,0,5\n1\n1,2,3,4\n",
    "one column": b"click\n0\n1\n",
    "broken lines of json": b'{"a": 1, "click": 0}\n{"a": 1, "cli\n',
}


@pytest.mark.parametrize("what", HOSTILE)
def test_files_that_are_no_tables(tmp_path: Path, what: str) -> None:
    (tmp_path / SOURCE).mkdir()
    (tmp_path / SOURCE / "rows0.csv").write_bytes(HOSTILE[what])
    (tmp_path / "dataset.json").write_text(
        '{"name": "x", "created": 1, "files": {"rows": {"x.csv": "source/rows0.csv"}}}'
    )
    write_status(tmp_path, JobStatus("queued"))
    with pytest.raises(DataError) as caught:
        ingest(tmp_path, Reporter(tmp_path, ""))
    assert caught.value.problem.endswith(".")
    assert caught.value.remedy.endswith(".")
    assert {path.name for path in tmp_path.iterdir()} <= {"dataset.json", "status.json"}


@pytest.mark.parametrize("as_they_are", [False, True])
def test_building_again_that_is_cancelled_leaves_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_they_are: bool
) -> None:
    space = Workspace(tmp_path / "space")
    before = add_log(space, tmp_path, actions())
    monkeypatch.setattr("ctrcore.runs.rebuilding.start", lambda folder, order: None)
    made = space.dataset(space.rebuild(before.id, None if as_they_are else before.log_choices())).folder
    assert list(made.glob("*.parquet"))
    (made / "cancel").touch()
    with pytest.raises(Cancelled):
        rebuild(made, Reporter(made, "", gap=0.0))
    assert list(made.glob("*.parquet")) == []
    assert (made / "status.json").exists()
    assert len(before.table()) == before.rows  # files of one content: those of the other dataset stay


def test_the_column_that_joins_two_tables() -> None:
    rows = pd.DataFrame({"user_id": [1, 1, 2], "town": ["a", "b", "a"]})
    assert join_key(rows, pd.DataFrame({"town": ["a", "a"], "user_id": [1, 2]}), "users") == "user_id"
    with pytest.raises(DataError, match="repeat"):
        join_key(rows, pd.DataFrame({"user_id": [1, 1]}), "users")
    with pytest.raises(DataError, match="repeat"):
        join_key(rows, pd.DataFrame({"user_id": [1, None]}), "users")
    with pytest.raises(DataError, match="no column in common"):
        join_key(rows, pd.DataFrame({"id": [1, 2]}), "users")
