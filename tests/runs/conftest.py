from __future__ import annotations

from pathlib import Path

import pytest

from tests.trained import trained

__all__ = ["trained"]
HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _fake_jobs_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))
