"""A real server and a real Chromium, each started once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def workspace_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="session")
def app_url(workspace_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over an empty workspace."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log.txt"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*command, "--server.address=127.0.0.1"],
            cwd=ROOT,
            env=os.environ | {"CTR_WORKSPACE": str(workspace_folder), "CTR_THREADS": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert server.poll() is None, log.read_text()
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
                    if answer.read() == b"ok":
                        break
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError("the server did not start: " + log.read_text())
        yield url
    finally:
        server.terminate()
        server.wait(20)
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip("there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


class Tab:
    """A tab that test after test uses: a new one would compile the app's scripts again, which takes seconds."""

    def __init__(self, browser: Any, app_url: str) -> None:
        self.browser, self.app_url = browser, app_url
        self.page: Any = None
        self.errors: list[str] = []

    def fresh(self) -> Any:
        """The tab as a first visit finds it: nothing loaded, nothing stored, light, and of the usual size."""
        if self.page is None:
            self._open()
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.emulate_media(color_scheme="light")
        self.errors.clear()
        return self.page

    def leave(self) -> None:
        """Forget what the visit left behind."""
        if self.page.url.startswith(self.app_url):
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.goto("about:blank")
        self.page.context.clear_cookies()

    def close(self) -> None:
        """Close it."""
        if self.page is not None:
            self.page.context.close()
            self.page = None

    def _open(self) -> None:
        context = self.browser.new_context()
        context.set_default_timeout(60_000)
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not is_own(url, self.app_url):
            self.errors.append(url)


@pytest.fixture(scope="session")
def shared_tab(browser: Any, app_url: str) -> Iterator[Tab]:
    shared = Tab(browser, app_url)
    yield shared
    shared.close()


@pytest.fixture
def new_tab(shared_tab: Tab) -> None:
    """For a test that counts the pages seen, of which a browser keeps the last 50, or times the first one."""
    shared_tab.close()


@pytest.fixture
def page(shared_tab: Tab) -> Iterator[Any]:
    """A fresh visitor. Fails on script errors in the browser and on any request to another place."""
    yield shared_tab.fresh()
    errors = list(shared_tab.errors)
    try:
        shared_tab.leave()
    except Exception:  # whatever hangs in it must not reach the next test
        shared_tab.close()
    assert not errors, errors


def is_own(url: str, app_url: str) -> bool:
    return url.startswith((app_url, app_url.replace("http", "ws"), "data:", "blob:"))
