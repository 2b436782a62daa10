"""A job is a folder and one process that works in it. The folder is all there is to know about the job.

    <folder>/status.json   state, progress, message, failure   (replaced by the process that works in the folder)
             worker.lock   locked for as long as that process lives
             cancel        exists: please stop
             log.txt       what the process printed

Liveness is a kernel file lock and not a process id: the kernel drops it however the process dies, and nothing else
can take it over. Readers never write, so any number of pages, servers and shells may look at the same folder.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from filelock import FileLock, Timeout

from ctrcore.runs.files import FileCache, read_json, write_json

State = Literal["queued", "running", "done", "failed", "cancelled"]
STATES: tuple[str, ...] = get_args(State)
ACTIVE = ("queued", "running")
START_GRACE = 20.0  # seconds from the order to the worker's lock; an interpreter starts slowly on a busy machine


@dataclass(frozen=True)
class Failure:
    """Why a job failed: what is wrong, and how to mend it."""

    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}"


@dataclass(frozen=True)
class JobStatus:
    """How a job stands.

    Attributes:
        state: queued, running, done, failed or cancelled.
        progress: from 0 to 1.
        message: what it does now, in a few words.
        failure: why it failed.
        pid: the process that works on it, once it has begun.
        attempt: changes with every start, so that a worker that came too late knows.
        submitted, started, finished: seconds since the epoch.
        details: whatever else the job told, for example the device.
    """

    state: State
    progress: float = 0.0
    message: str = ""
    failure: Failure | None = None
    pid: int | None = None
    attempt: str = ""
    submitted: float = 0.0
    started: float | None = None
    finished: float | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """True while the job waits or works."""
        return self.state in ACTIVE


class Job:
    """What a dataset being read and a run being trained have in common: a job's status, asked for directly."""

    status: JobStatus

    @property
    def state(self) -> State:
        """queued, running, done, failed or cancelled."""
        return self.status.state

    @property
    def active(self) -> bool:
        """True while it waits or works."""
        return self.status.active

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return self.status.progress

    @property
    def message(self) -> str:
        """What it does now."""
        return self.status.message

    @property
    def error(self) -> Failure | None:
        """Why it failed."""
        return self.status.failure


FIELDS = tuple(part.name for part in fields(JobStatus))
UNREADABLE = Failure("The job's status file cannot be read.", "Delete the job, or start it again.")
DIED = Failure(
    "The worker process ended without a word: it was killed, ran out of memory, or the machine restarted.",
    "Resume it to go on from the last checkpoint; the end of the log may say more.",
)


def _parse_status(path: Path) -> JobStatus:
    """The status as written; garbage reads as a failed job, never as an error."""
    raw = read_json(path)
    try:
        if raw is None or raw["state"] not in STATES:
            return JobStatus("failed", failure=UNREADABLE)
        failure = raw.get("failure")
        return JobStatus(
            state=raw["state"],
            progress=min(1.0, max(0.0, float(raw.get("progress", 0)))),
            message=str(raw.get("message", "")),
            failure=Failure(str(failure["problem"]), str(failure["remedy"])) if failure else None,
            pid=int(raw["pid"]) if raw.get("pid") else None,
            attempt=str(raw.get("attempt", "")),
            submitted=float(raw.get("submitted", 0)),
            started=float(raw["started"]) if raw.get("started") else None,
            finished=float(raw["finished"]) if raw.get("finished") else None,
            details=dict(raw.get("details") or {}),
        )
    except (KeyError, TypeError, ValueError):
        return JobStatus("failed", failure=UNREADABLE)


_statuses = FileCache(_parse_status, size=20_000)


def write_status(folder: Path, status: JobStatus) -> None:
    """Replace the status file."""
    record = {name: getattr(status, name) for name in FIELDS if name != "failure"}
    failure = status.failure
    record["failure"] = {"problem": failure.problem, "remedy": failure.remedy} if failure else None
    write_json(folder / "status.json", record)


def read_status(folder: Path) -> JobStatus:
    """How the job stands now; a job whose process is gone reads as failed or cancelled at once."""
    status = _look(folder)
    while status.active and not is_locked(folder / "worker.lock"):
        # A lock seen free says something only if nothing was written around that look: the job may just have begun,
        # ended, or been started again.
        again = _look(folder)
        if again == status:
            return _presumed(folder, status)
        status = again
    return status


def _look(folder: Path) -> JobStatus:
    return _statuses.get(folder / "status.json") or JobStatus("failed", failure=UNREADABLE)


def _presumed(folder: Path, status: JobStatus) -> JobStatus:
    """What an active status means when nobody holds the lock."""
    if status.pid is None and time.time() - status.submitted < START_GRACE:
        return status  # the interpreter is still starting
    finished = _modified(folder / "status.json")
    if (folder / "cancel").exists():
        return replace(status, state="cancelled", message="cancelled", finished=finished)
    return replace(status, state="failed", failure=DIED, finished=finished)


def is_locked(path: Path) -> bool:
    """True while another holder has the lock."""
    if not path.exists():
        return False
    probe = FileLock(path)
    try:
        probe.acquire(blocking=False)
    except Timeout:
        return True
    probe.release()
    return False


def read_log(folder: Path, last: int = 4000) -> str:
    """The last bytes of what the process printed."""
    try:
        with (folder / "log.txt").open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - last))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _modified(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
