"""Waiting for real processes, never longer than needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from ctrcore.runs.status import JobStatus, read_status


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Until the condition holds; fails when the time is over."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def ended(folder: Path, seconds: float = 30) -> JobStatus:
    """The last status of the job in the folder."""
    wait_until(lambda: not read_status(folder).active, seconds)
    return read_status(folder)
