"""Job functions that need neither data nor torch. Each writes what it did into its folder."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path

from ctrcore.errors import DataError
from ctrcore.runs.worker import Reporter


def quick(folder: Path, report: Reporter) -> None:
    report.progress(0.5, "half")
    (folder / "ran").write_text(str(time.time_ns()))


def slow(folder: Path, report: Reporter) -> None:
    """Runs for half a minute unless it is told to stop; a file 'finish' ends it well."""
    for step in range(3000):
        report.progress(step / 3000, f"step {step}")
        if (folder / "finish").exists():
            return
        time.sleep(0.01)


def deaf(folder: Path, report: Reporter) -> None:
    """Asks nobody whether to stop, but a signal reaches it."""
    (folder / "ran").touch()
    time.sleep(60)


def hung(folder: Path, report: Reporter) -> None:
    """Only SIGKILL helps, as with a native call that never returns."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (folder / "ran").touch()
    time.sleep(60)


def crash(folder: Path, report: Reporter) -> None:
    raise ValueError("bad batch 20")


def user_error(folder: Path, report: Reporter) -> None:
    raise DataError("All rows have the same label.", "Choose another label column.")


def segfault(folder: Path, report: Reporter) -> None:
    ctypes.string_at(0)


def killed(folder: Path, report: Reporter) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hungry(folder: Path, report: Reporter) -> None:
    bytearray(4 * 1024**3)


def threads(folder: Path, report: Reporter) -> None:
    (folder / "ran").write_text(f"{os.environ['OMP_NUM_THREADS']} {os.nice(0)} {os.getpgrp() == os.getpid()}")
