"""Pages run without a browser, over a workspace in which every model has been trained briefly."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ctrcore.runs.workspace import Workspace
from tests.trained import Trained, trained

__all__ = ["trained"]
MAIN = Path(__file__).resolve().parents[2] / "pages" / "main.py"
Open = Callable[..., AppTest]


@pytest.fixture
def space(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A copy of the trained workspace that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "workspace", dirs_exist_ok=True)
    return use(tmp_path / "workspace", monkeypatch)


@pytest.fixture
def empty_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace in which there is nothing."""
    return use(tmp_path / "workspace", monkeypatch)


def use(root: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Make the app use a workspace; what it keeps from another one goes."""
    monkeypatch.setenv("CTR_WORKSPACE", str(root))
    st.cache_resource.clear()
    return Workspace(root)


@pytest.fixture
def visit() -> Open:
    """Open a page like a visitor who follows a link: `visit('compare.py', runs='a,b')`."""

    def visit(page: str = "home.py", **query: str) -> AppTest:
        app = AppTest.from_file(str(MAIN), default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        assert not app.exception
        if page != "home.py":
            for key, value in query.items():
                app.query_params[key] = value
            app.switch_page(page).run()
            assert not app.exception
        return app

    return visit


def texts(app: AppTest) -> str:
    """Everything that is written on the page."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "success")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


def charts(app: AppTest) -> dict[str, str]:
    """The plotly figures on the page by key, as JSON."""
    return {element.proto.id.rsplit("-", 1)[-1]: element.proto.spec for element in app.get("plotly_chart")}
