from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ctrcore.cli import cli
from tests.trained import Trained, trained

__all__ = ["trained"]
Shell = Callable[..., Result]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Calls a command in a fresh workspace, or in the one given as `workspace`; checks the exit code."""
    monkeypatch.setenv("CTR_THREADS", "1")

    def call(*words: object, workspace: Path | None = None, code: int = 0) -> Result:
        place = workspace or tmp_path / "workspace"
        result = CliRunner().invoke(cli, ["--workspace", str(place), *map(str, words)], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    return call


@pytest.fixture
def as_json(shell: Shell) -> Callable[..., Any]:
    """As `shell`, with --json; returns the document, which is all that the standard output may hold."""
    return lambda *words, **options: json.loads(shell(*words, "--json", **options).stdout)


@pytest.fixture
def copied(trained: Trained, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    return tmp_path / "copy"
