from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from ctrcore.report import Options, make_report
from ctrcore.runs.contenders import Contender, contenders
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace
from tests.report.reading import Read, read
from tests.trained import Trained, trained

__all__ = ["trained"]

WHEN = 1_760_000_000.0
MODELS = ("lr", "fm", "afm", "fibinet", "din")


@pytest.fixture(scope="session")
def chosen(trained: Trained) -> list[Contender]:
    return contenders([trained.workspace.run(trained.runs[model]) for model in MODELS])


@pytest.fixture(scope="session")
def text(chosen: list[Contender]) -> str:
    return make_report(chosen, Options(rows=True), when=WHEN)


@pytest.fixture(scope="session")
def whole(text: str) -> Read:
    return read(text)


@pytest.fixture
def runs(trained: Trained, tmp_path: Path) -> list[Run]:
    """Runs in a copy that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    space = Workspace(tmp_path / "copy")
    return [space.run(trained.runs[model]) for model in ("fm", "din")]


def of(found: list[Contender], *sections: str, **options: Any) -> Read:
    return read(make_report(found, Options(sections=sections, **options), when=WHEN))
