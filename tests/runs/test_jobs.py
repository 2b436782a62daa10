"""Real processes, fake work: what a job's folder says when things go well, badly, or nowhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from ctrcore.errors import RunError
from ctrcore.runs import jobs, status
from ctrcore.runs.jobs import Order, cancel, start
from ctrcore.runs.status import JobStatus, is_locked, read_log, read_status, write_status
from ctrcore.runs.worker import describe
from tests.runs.waiting import ended, wait_until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "runs" / "one"
    place.mkdir(parents=True)
    return place


def fake(name: str, **options: object) -> Order:
    return Order(f"fake_jobs:{name}", **options)


def running(folder: Path) -> None:
    wait_until(lambda: read_status(folder).state == "running" and read_status(folder).progress >= 0)
    wait_until(lambda: (folder / "ran").exists() or read_status(folder).message.startswith("step"))


def test_a_job_runs_to_its_end(folder: Path) -> None:
    start(folder, fake("slow"))
    assert read_status(folder).active
    (folder / "finish").touch()
    last = ended(folder)
    assert (last.state, last.progress, last.failure) == ("done", 1.0, None)
    assert last.started is not None
    assert last.finished is not None
    assert last.submitted <= last.started <= last.finished <= time.time()


def test_the_worker_is_nice_has_its_session_and_its_threads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTR_THREADS", "3")
    start(folder, fake("threads"))
    ended(folder)
    assert (folder / "ran").read_text().split() == ["3", str(min(19, os.nice(0) + 10)), "True"]


def test_a_crash_is_told_and_the_log_keeps_the_traceback(folder: Path) -> None:
    start(folder, fake("crash"))
    last = ended(folder)
    assert last.state == "failed"
    assert last.failure is not None
    assert last.failure.problem == "ValueError: bad batch 20."
    assert "fake_jobs.py" in read_log(folder)


def test_a_users_error_keeps_its_two_sentences(folder: Path) -> None:
    start(folder, fake("user_error"))
    failure = ended(folder).failure
    assert failure is not None
    assert (failure.problem, failure.remedy) == ("All rows have the same label.", "Choose another label column.")


class OutOfMemoryError(RuntimeError):
    """Called like torch's."""


@pytest.mark.parametrize(
    "error", [MemoryError(), OutOfMemoryError("CUDA"), RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 GB")]
)
def test_too_little_memory_is_said_in_two_sentences(error: Exception) -> None:
    assert "memory" in describe(error).problem
    assert "smaller" in describe(error).remedy
    assert describe(RuntimeError("x")).problem == "RuntimeError: x."


def test_memory_limit(folder: Path) -> None:
    start(folder, fake("hungry", memory=2 * 1024**3))
    failure = ended(folder).failure
    assert failure is not None
    assert "memory" in failure.problem


def test_a_killed_worker_is_seen_at_once(folder: Path) -> None:
    start(folder, fake("slow"))
    running(folder)
    pid = read_status(folder).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    last = ended(folder, seconds=2)
    assert last.state == "failed"
    assert last.failure == status.DIED
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 5)  # no zombie either


def test_a_segfault_is_seen_and_the_log_says_where(folder: Path) -> None:
    start(folder, fake("segfault"))
    assert ended(folder).failure == status.DIED
    wait_until(lambda: "in segfault" in read_log(folder), 5)


def test_sigterm_from_outside_is_not_a_cancel(folder: Path) -> None:
    start(folder, fake("deaf"))
    running(folder)
    os.kill(read_status(folder).pid or 0, signal.SIGTERM)
    last = ended(folder, seconds=5)
    assert last.state == "failed"
    assert last.failure is not None
    assert "outside" in last.failure.problem


def test_cancel_by_flag(folder: Path) -> None:
    start(folder, fake("slow"))
    running(folder)
    begun = time.monotonic()
    cancel(folder)
    assert ended(folder).state == "cancelled"
    assert time.monotonic() - begun < jobs.TERM_AFTER
    cancel(folder)  # a second time does nothing
    assert read_status(folder).state == "cancelled"


@pytest.mark.parametrize("name", ["deaf", "hung"])
def test_cancel_insists(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(jobs, "TERM_AFTER", 0.3)
    monkeypatch.setattr(jobs, "KILL_AFTER", 0.5)
    start(folder, fake(name))
    running(folder)
    pid = read_status(folder).pid
    cancel(folder, wait=True)
    assert read_status(folder).state == "cancelled"
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 5)


def test_cancel_never_signals_a_process_that_does_not_hold_the_lock(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TERM_AFTER", 0.1)
    monkeypatch.setattr(jobs, "KILL_AFTER", 0.1)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        # the look that comes too late: the worker has just gone, and its pid is somebody else's already
        monkeypatch.setattr(jobs, "read_status", lambda folder: JobStatus("running", pid=stranger.pid))
        cancel(folder, wait=True)
        time.sleep(0.1)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_job_is_not_started_twice(folder: Path) -> None:
    start(folder, fake("slow"))
    with pytest.raises(RunError, match="already"):
        start(folder, fake("slow"))
    (folder / "finish").touch()
    assert ended(folder).state == "done"


def test_a_cancelled_job_can_be_started_again(folder: Path) -> None:
    start(folder, fake("slow"))
    running(folder)
    cancel(folder)
    first = ended(folder)
    (folder / "finish").touch()
    start(folder, fake("slow"))
    assert read_status(folder).attempt != first.attempt
    assert ended(folder).state == "done"


def test_a_worker_that_was_overtaken_leaves_without_a_trace(folder: Path) -> None:
    jobs.enlist(folder)
    before = (folder / "status.json").read_bytes()
    command = [sys.executable, "-m", "ctrcore.runs.worker", str(folder), "fake_jobs:quick", "an-older-attempt"]
    subprocess.run(command, check=False, timeout=30, capture_output=True)
    assert (folder / "status.json").read_bytes() == before
    assert not (folder / "ran").exists()


def test_a_job_that_never_starts_has_failed_after_the_grace(folder: Path) -> None:
    write_status(folder, JobStatus("queued", submitted=time.time()))
    assert read_status(folder).state == "queued"
    write_status(folder, JobStatus("queued", submitted=time.time() - status.START_GRACE - 1))
    assert read_status(folder).state == "failed"
    (folder / "cancel").touch()
    assert read_status(folder).state == "cancelled"


def test_jobs_survive_the_process_that_started_them(folder: Path) -> None:
    server = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from ctrcore.runs.jobs import Order, start
        start(Path({str(folder)!r}), Order("fake_jobs:slow"))
        print("up", flush=True)
        time.sleep(60)
    """)
    process = subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    running(folder)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    seen = read_status(folder).progress
    wait_until(lambda: read_status(folder).progress > seen)
    (folder / "finish").touch()
    assert ended(folder).state == "done"


def test_a_job_that_begins_during_the_look_is_not_dead(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_status(folder, JobStatus("queued", submitted=time.time()))
    looks = []

    def look(path: Path) -> bool:
        looks.append(path)
        if len(looks) == 1:  # free at this very moment, then taken, and the worker says so
            write_status(folder, JobStatus("running", pid=1, submitted=time.time()))
            return False
        return True

    monkeypatch.setattr(status, "is_locked", look)
    assert read_status(folder).state == "running"


def test_probing_does_not_disturb_a_worker_that_starts(folder: Path) -> None:
    start(folder, fake("quick"))
    probes = 0
    while read_status(folder).active:
        is_locked(folder / "worker.lock")
        probes += 1
    assert read_status(folder).state == "done"
    assert probes > 10


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"state": "flying"}', '{"state": "done", "progress": "x"}'])
def test_a_garbage_status_reads_as_failed(folder: Path, text: str) -> None:
    (folder / "status.json").write_text(text)
    assert read_status(folder).state == "failed"
    assert read_status(folder).failure == status.UNREADABLE


def test_status_round_trip(folder: Path) -> None:
    said = JobStatus(
        "failed", 0.25, "m", status.Failure("It broke.", "Mend it."), 12, "a", 1.0, 2.0, 3.0, {"device": "cpu"}
    )
    write_status(folder, said)
    assert read_status(folder) == said
    assert str(said.failure) == "It broke. Mend it."
