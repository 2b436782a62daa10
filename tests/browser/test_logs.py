"""Behaviour logs in a real browser: from raw files to trained models, and a click on a row of the timeline."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ctrcore.runs.workspace import Workspace
from tests.behaviour_logs import typed_files
from tests.browser.test_app import idle, open_add_panel

MOST_CLICKS = 9
MODELS = {"fm", "afm", "fibinet", "din"}


class Visitor:
    """Clicks, and counts the clicks."""

    def __init__(self, page: Any) -> None:
        self.page, self.clicks = page, 0

    def click(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).click()
        idle(self.page)
        self.clicks += 1

    def choose(self, files: list[dict[str, Any]]) -> None:
        """One click opens the dialog, one more confirms what was marked there."""
        with self.page.expect_file_chooser() as dialog:
            self.page.get_by_role("button", name="Upload", exact=True).click()
        dialog.value.set_files(files)
        self.clicks += 2


def train_four(page: Any, app_url: str, files: dict[str, bytes], workspace: Path, seconds: int) -> int:
    """From the first page to four models trained on the files, in the level Simple; returns the clicks it took."""
    page.goto(app_url)
    page.get_by_role("heading", name="CTR Lens").wait_for()
    idle(page)
    visitor = Visitor(page)
    visitor.click("radio", "Simple")
    visitor.click("link", "Use my own data")
    page.get_by_role("heading", name="Data", exact=True, level=1).wait_for()
    idle(page)
    visitor.clicks += open_add_panel(page)
    visitor.choose([{"name": name, "mimeType": "", "buffer": content} for name, content in files.items()])
    visitor.click("button", f"Read {len(files)} files")
    page.get_by_role("heading", name=max(files, key=lambda name: len(files[name]))).wait_for()
    idle(page)  # a dataset that was shown before has such a link, too
    page.get_by_role("link", name="Train models on it").wait_for(timeout=90_000)
    idle(page)
    visitor.click("link", "Train models on it")
    page.get_by_role("heading", name="Train", exact=True, level=1).wait_for()
    visitor.click("button", "LR")
    visitor.click("button", "Train 4 models")
    page.get_by_text("Trained last").wait_for(timeout=1000 * seconds)
    space = Workspace(workspace)
    newest = space.datasets()[0]
    done = {run.spec.model.name for run in space.runs() if run.spec.dataset == newest.id and run.state == "done"}
    assert done == MODELS
    return visitor.clicks


def test_from_raw_files_to_four_models_in_few_clicks(page: Any, app_url: str, workspace_folder: Path) -> None:
    assert train_four(page, app_url, typed_files(600), workspace_folder, 240) <= MOST_CLICKS


def test_from_movielens_to_four_models_in_few_clicks(page: Any, app_url: str, workspace_folder: Path) -> None:
    if "CTR_DATA" not in os.environ:
        pytest.skip("CTR_DATA does not say where the real data are")
    folder = Path(os.environ["CTR_DATA"]) / "ml-100k"
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    assert train_four(page, app_url, files, workspace_folder, 900) <= MOST_CLICKS


@pytest.fixture(scope="module")
def shop_log(browser: Any, app_url: str) -> str:
    """The address of the shop's log, opened by its button."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{app_url}/data")
    page.get_by_role("heading", name="Data", exact=True, level=1).wait_for()
    idle(page)
    open_add_panel(page)
    page.get_by_role("button", name="Sample shop as a behaviour log").click()
    page.get_by_role("heading", name="Shop log").wait_for()
    page.get_by_role("heading", name="Check one user").wait_for(timeout=90_000)
    idle(page)
    address = str(page.url)
    page.context.close()
    return address


def test_a_click_on_a_row_of_the_timeline_chooses_it(page: Any, shop_log: str) -> None:
    page.goto(shop_log)
    told = page.get_by_text("The chosen row asks about")
    told.wait_for()
    idle(page)
    before = told.inner_text()
    chart = page.locator(".st-key-timeline")
    chart.scroll_into_view_if_needed()
    points = chart.locator(".scatterlayer .trace .points path")
    points.first.wait_for()
    lowest = max(range(points.count()), key=lambda place: _corner(points, place))  # a row, and not the one chosen
    box = points.nth(lowest).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    chart.locator(".hoverlayer .hovertext").first.wait_for()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=before)
    idle(page)
    assert told.inner_text() != before


def test_a_row_of_the_table_is_chosen_and_the_form_enables_building(page: Any, shop_log: str) -> None:
    from playwright.sync_api import expect

    page.goto(shop_log)
    told = page.get_by_text("The chosen row asks about")
    told.wait_for()
    idle(page)
    build = expect(page.get_by_role("button", name="Build again with these choices"))
    build.to_be_disabled(timeout=30_000)
    page.get_by_role("button", name="view · 60,000").first.click()
    build.to_be_enabled(timeout=30_000)
    page.get_by_role("button", name="Undo my changes").click()
    build.to_be_disabled(timeout=30_000)


def test_building_again_can_be_cancelled_and_changes_are_kept_until_then(page: Any, shop_log: str) -> None:
    page.goto(shop_log)
    page.get_by_text("The chosen row asks about").wait_for()
    idle(page)
    page.get_by_role("button", name="view · 60,000").nth(1).click()  # among what a history remembers
    idle(page)
    for name in ("Columns", "Behaviours"):
        page.get_by_role("tab", name=name).click()
        idle(page)
    page.get_by_text("Histories remember events (view)").wait_for()
    page.get_by_role("button", name="Build again with these choices").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Reading was cancelled.").wait_for()
    page.get_by_role("button", name="Remove this upload").click()
    page.get_by_text("Reading was cancelled.").wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 900])
def test_the_log_fits_the_window(page: Any, shop_log: str, scheme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(shop_log)
    page.get_by_text("The chosen row asks about").wait_for(timeout=60_000)
    idle(page)
    overflow = page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
    )
    assert overflow <= 1


def _corner(points: Any, place: int) -> tuple[float, float]:
    """How far to the lower left a point lies: the first row, which is not the one chosen at first."""
    box = points.nth(place).bounding_box()
    return (box["y"], -box["x"])
