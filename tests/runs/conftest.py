from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ctrcore.runs.status import JobStatus, read_status

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _fake_jobs_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def ended(folder: Path, seconds: float = 30) -> JobStatus:
    wait_until(lambda: not read_status(folder).active, seconds)
    return read_status(folder)
