from __future__ import annotations

from pathlib import Path

import pytest

from ctrcore.runs.workspace import Workspace
from tests.data.tables import clicks_table
from tests.trained import RECIPE, trained

__all__ = ["trained"]
HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _fake_jobs_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def dataset(workspace: Workspace) -> str:
    """The id of a small dataset in the workspace."""
    return workspace.add_frame("clicks.csv", clicks_table(60), RECIPE)
