"""A server that has just started: its first page waits for nothing that it does not need."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.browsing import Server


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory map of a process")
def test_heavy_libraries_are_loaded_after_the_first_page(browser: Any, tmp_path: Path) -> None:
    with Server(tmp_path / "workspace") as server:
        page = browser.new_page()
        page.goto(server.url)
        page.get_by_role("heading", name="CTR Lens", level=1).wait_for()
        assert server.loaded() == []
        page.wait_for_timeout(1000)
        server.wait_until_calm()
        page.close()
        assert {"torch", "sklearn"} <= set(server.loaded())
