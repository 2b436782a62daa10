"""Starting and stopping a job's process."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from ctrcore.errors import RunError
from ctrcore.language import VARIABLE, language
from ctrcore.runs import settings
from ctrcore.runs.slots import enter_queue, leave_queue
from ctrcore.runs.status import JobStatus, is_locked, read_status, write_status

TERM_AFTER, KILL_AFTER = 3.0, 5.0  # seconds that a polite request, then a signal, are given


@dataclass(frozen=True)
class Order:
    """What to run and under which limits.

    Attributes:
        target: 'module:function', called with the folder and a Reporter.
        queue: folder of tickets and slots shared by the jobs that wait for each other; None starts at once.
        slots: jobs of the queue that may work at the same time.
        memory: largest address space in bytes; None is unlimited.
        threads: that it calculates with; None: as many as the settings say.
    """

    target: str
    queue: Path | None = None
    slots: int = 1
    memory: int | None = None
    threads: int | None = None


def enlist(folder: Path, queue: Path | None = None) -> str:
    """Mark the folder's job as waiting, at the end of the queue; returns the attempt's name.

    Raises:
        RunError: if it is waiting or working already.
    """
    with FileLock(folder / ".start.lock", timeout=10):
        before = read_status(folder)
        if before.active and before.attempt:  # without an attempt it was made but never started
            raise RunError("The job is already waiting or running.", "Wait for its end, or cancel it first.")
        (folder / "cancel").unlink(missing_ok=True)
        attempt = secrets.token_hex(4)
        write_status(folder, JobStatus("queued", message="starting", attempt=attempt, submitted=time.time()))
        if queue is not None:
            leave_queue(queue, folder)
            enter_queue(queue, folder)
    return attempt


def start(folder: Path, order: Order) -> None:
    """Give the folder to a new process. It outlives this one: it has its own session, so no signal reaches it.

    Raises:
        RunError: if the job is already waiting or running.
    """
    attempt = enlist(folder, order.queue)
    # -P: a file called numpy.py in the folder that the server was started in must not be imported
    command = [sys.executable, "-P", "-m", "ctrcore.runs.worker", str(folder), order.target, attempt]
    command += ["--slots", str(order.slots)]
    command += ["--queue", str(order.queue)] if order.queue is not None else []
    command += ["--memory", str(order.memory)] if order.memory is not None else []
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            command,
            env=_environment(order.threads),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    threading.Thread(target=process.wait, daemon=True, name=f"reap-{folder.name}").start()  # leaves no zombie


def cancel(folder: Path, *, wait: bool = False) -> None:
    """Ask the job to stop; after a while insist with SIGTERM, then SIGKILL. Returns at once unless `wait`."""
    if not read_status(folder).active:
        return
    (folder / "cancel").touch()
    if wait:
        _insist(folder)
    else:
        threading.Thread(target=_insist, args=(folder,), daemon=True, name=f"cancel-{folder.name}").start()


def _insist(folder: Path) -> None:
    for number, patience in ((signal.SIGTERM, TERM_AFTER), (signal.SIGKILL, KILL_AFTER), (None, KILL_AFTER)):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if not read_status(folder).active:
                return
            time.sleep(0.1)
        pid = read_status(folder).pid
        if number is None or pid is None or pid == os.getpid() or not is_locked(folder / "worker.lock"):
            continue  # while the lock is held, the pid is still the worker's
        try:
            if os.getpgid(pid) == pid and pid != os.getpgrp():
                os.killpg(pid, number)
            else:  # a run in the foreground of a shell
                os.kill(pid, number)
        except ProcessLookupError:
            return


def _environment(threads: int | None) -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    talk = {"PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1", "PYTHONIOENCODING": "utf-8"}
    talk |= {VARIABLE: language()}  # what the job writes down for people is in the language of who started it
    asked = {} if threads is None else {"CTR_THREADS": str(threads)}
    return os.environ | settings.numeric_environment(threads) | asked | talk | {"PYTHONPATH": path}
