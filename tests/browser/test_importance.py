"""What matters in a real browser: the page opens on the demo, a study is started and its values are drawn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctrcore.runs.demo import install_demo
from ctrcore.runs.workspace import Workspace

SLOW = 90_000


@pytest.fixture(scope="module")
def shop(workspace_folder: Path) -> Iterator[Workspace]:
    """The demo in the workspace of the server, only while this test runs."""
    space = Workspace(workspace_folder)
    install_demo(space)
    yield space
    for run in space.runs():
        if run.spec.dataset == "shop":
            space.delete(run.id)
    shutil.rmtree(space.root / "datasets" / "shop")


def test_shapley_values_are_computed_and_drawn(page: Any, app_url: str, shop: Workspace) -> None:
    page.set_default_timeout(SLOW)
    page.goto(f"{app_url}/importance?dataset=shop&runs=shop-fm,shop-lr")
    card = page.locator(".st-key-card-matters-fields")
    card.get_by_text("shuffling", exact=True).wait_for()
    assert not card.get_by_text("Shapley", exact=True).count()
    page.locator("[class*='st-key-start-shapley-shop-fm']").get_by_role("button").click()
    card.get_by_text("Shapley", exact=True).first.wait_for()
    page.get_by_text("against 50 training rows, seed 0").wait_for()
    page.get_by_role("tab", name="Values").click()
    page.locator(".st-key-card-matters-values").get_by_text("raises the score more").wait_for()
    page.get_by_role("tab", name="Pairs").click()
    page.get_by_text("city_tier × channel").first.wait_for()
    page.go_back()
    page.locator(".st-key-card-matters-values").wait_for()
