"""The process of one job: `python -m ctrcore.runs.worker FOLDER MODULE:FUNCTION ATTEMPT [--queue DIR] ...`.

It waits in the queue before it imports anything heavy, so a waiting worker is small. What the job does is in
`MODULE:FUNCTION`, called with the folder and a `Reporter`.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from ctrcore.errors import CtrLensError
from ctrcore.runs.slots import leave_queue, wait_for_slot
from ctrcore.runs.status import Failure, JobStatus, read_status, write_status

LOCK_WAIT = 10.0  # seconds; a reader may be probing the lock, or an earlier attempt may be ending
NO_MEMORY = "can't allocate memory"  # how torch's CPU allocator says it, in a RuntimeError
_held: list[FileLock] = []  # until the interpreter goes: a FileLock that is collected lets go

Listener = Callable[[JobStatus], None]


class Cancelled(BaseException):
    """The user asked to stop. Not an Exception, so that no library swallows it."""


class Reporter:
    """What a job sees of its folder: where to say how far it is, and where it learns that it should stop.

    Args:
        folder: the job's folder.
        attempt: the name of this attempt.
        listen: also told of each status that is written.
        gap: seconds between two writes of progress, at least.
    """

    def __init__(self, folder: Path, attempt: str, listen: Listener | None = None, gap: float = 0.25) -> None:
        self.folder, self._listen, self._gap, self._last = folder, listen, gap, 0.0
        before = read_status(folder)
        self._status = JobStatus("queued", pid=os.getpid(), attempt=attempt, submitted=before.submitted)

    @property
    def status(self) -> JobStatus:
        """What was written last."""
        return self._status

    def check(self) -> None:
        """Raise Cancelled if the job should stop."""
        if (self.folder / "cancel").exists():
            raise Cancelled

    def write(self, **changes: Any) -> None:
        """Write the status with these changes, whatever the time."""
        self._status = replace(self._status, **changes)
        write_status(self.folder, self._status)
        if self._listen is not None:
            self._listen(self._status)

    def tell(self, **details: Any) -> None:
        """Add details to the status, for example the device."""
        self.write(details=self._status.details | details)

    def progress(self, done: float, message: str = "") -> None:
        """Say how far the job is, from 0 to 1. Cheap to call for each batch: a few writes a second at most.

        Raises:
            Cancelled: if the job should stop.
        """
        now = time.monotonic()
        if now - self._last >= self._gap:
            self._last = now
            self.check()
            self.write(progress=done, message=message)


JobFunction = Callable[[Path, Reporter], None]


def work(
    folder: Path,
    function: Callable[[], JobFunction],
    attempt: str,
    *,
    queue: Path | None = None,
    slots: int = 1,
    listen: Listener | None = None,
) -> JobStatus:
    """Do the job in `folder` in this process, and leave its end in the status file.

    Args:
        folder: the job's folder, enlisted.
        function: imports and returns the job function; called when it is the job's turn.
        attempt: as returned by `enlist`; a worker whose attempt was overtaken leaves without a trace.
        queue, slots: where to wait, if the job has to.
        listen: told of each status that is written.

    Returns:
        The last status. Nothing is raised: an interrupt from the keyboard ends as cancelled.
    """
    alive = FileLock(folder / "worker.lock")
    try:
        alive.acquire(timeout=LOCK_WAIT)
    except Timeout:
        print("Another worker has this job.", file=sys.stderr)
        return read_status(folder)
    if read_status(folder).attempt != attempt:
        alive.release()
        return read_status(folder)
    _held.append(alive)
    report = Reporter(folder, attempt, listen)
    try:
        with _Interruptible(folder) as interruptible:
            end = _attempt(report, function, queue, slots, interruptible)
            report.write(finished=time.time(), **end)
    finally:
        if queue is not None:
            leave_queue(queue, folder)
        alive.release()
        _held.remove(alive)
    return report.status


def _attempt(
    report: Reporter, function: Callable[[], JobFunction], queue: Path | None, slots: int, guard: _Interruptible
) -> dict[str, Any]:
    """Wait, work, and return how it ended as changes of the status."""
    slot: FileLock | None = None
    try:
        report.write(message="waiting" if queue else "starting")
        report.check()
        if queue is not None:
            slot = wait_for_slot(queue, report.folder, slots, lambda ahead: _say_waiting(report, ahead))
        report.write(state="running", message="starting", started=time.time())
        function()(report.folder, report)
        guard.over()
        return {"state": "done", "progress": 1.0, "message": "done"}
    except (Cancelled, KeyboardInterrupt):
        guard.over()
        return {"state": "cancelled", "message": "cancelled"}
    except BaseException as error:
        guard.over()
        with (report.folder / "log.txt").open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)
        return {"state": "failed", "message": "failed", "failure": describe(error)}
    finally:
        if slot is not None:
            slot.release()


def describe(error: BaseException) -> Failure:
    """The two sentences of a user's error, or the type and message of any other."""
    if isinstance(error, CtrLensError):
        return Failure(error.problem, error.remedy)
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or NO_MEMORY in str(error):
        remedy = "Use a smaller file, batch or model, or allow it more memory."
        return Failure("The job needs more memory than it may use.", remedy)
    if isinstance(error, _Terminated):
        return Failure("The worker was told to stop from outside.", "Resume it to go on from the last checkpoint.")
    text = f"{type(error).__name__}: {error}".rstrip(": ").strip()
    return Failure(text if text.endswith(".") else text + ".", "The log has the details; start it again to retry.")


class _Terminated(BaseException):
    """SIGTERM came without a request to cancel."""


class _Interruptible:
    """While the job works, SIGTERM ends it at once, even in the middle of a long call without progress reports.

    Every file is written under another name and then renamed, so an interrupted write leaves nothing torn. Once the
    work is over, SIGTERM does nothing, so that the last status is written for sure.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._working = folder, True
        self._main = threading.current_thread() is threading.main_thread()

    def _stop(self, *_: object) -> None:
        if self._working:
            raise Cancelled if (self._folder / "cancel").exists() else _Terminated

    def over(self) -> None:
        """The work has ended, one way or the other."""
        self._working = False

    def __enter__(self) -> Self:
        if self._main:
            self._before = signal.signal(signal.SIGTERM, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        if self._main:
            signal.signal(signal.SIGTERM, self._before)


def _say_waiting(report: Reporter, ahead: int) -> None:
    report.check()
    message = f"waiting, {ahead} ahead" if ahead else "waiting for a running job to end"
    if report.status.message != message:
        report.write(message=message)


def _load(target: str) -> JobFunction:
    module, _, name = target.partition(":")
    function: JobFunction = getattr(importlib.import_module(module), name)
    return function


def _limit_memory(size: int) -> None:
    """Let a huge file end in a MemoryError of this process instead of a full machine."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


def main() -> int:
    """Run the job that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("target")
    parser.add_argument("attempt")
    parser.add_argument("--queue", type=Path)
    parser.add_argument("--slots", type=int, default=1)
    parser.add_argument("--memory", type=int)
    options = parser.parse_args()
    if hasattr(os, "nice"):
        os.nice(10)  # the pages stay quick while a job works
    if options.memory is not None:
        _limit_memory(options.memory)
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} worker {os.getpid()} starts", flush=True)
    status = work(
        options.folder, lambda: _load(options.target), options.attempt, queue=options.queue, slots=options.slots
    )
    return 0 if status.state in ("done", "cancelled") else 1


if __name__ == "__main__":
    sys.exit(main())
