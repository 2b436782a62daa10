"""The whole way in a real browser: upload, columns, train, compare, click on a pair; and what only a browser shows."""

from __future__ import annotations

import io
import re
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from ctrcore.runs.workspace import Workspace
from tests.data.tables import clicks_table

SLOW = 120_000


def idle(page: Any) -> None:
    """The script has run and the browser has shown its last word."""
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']")


def go(page: Any, name: str) -> None:
    """Follow a link of the navigation."""
    page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
    page.get_by_role("heading", name=name, exact=True, level=1).wait_for()
    idle(page)


def clicks_csv(rows: int = 400) -> bytes:
    buffer = io.StringIO()
    clicks_table(rows).to_csv(buffer, index=False)
    return buffer.getvalue().encode()


def open_add_panel(page: Any) -> bool:
    """Open the panel for new data if it is closed, and say so; whether it is open shows before its content does."""
    panel = page.get_by_test_id("stExpander").filter(has_text="Add data")
    panel.wait_for()
    closed = not panel.locator("details[open]").count()
    if closed:
        page.get_by_text("Add data").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.wait_for(state="attached")
    return closed


def upload(page: Any, name: str, content: bytes) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name=f"Read {name}").click()


@pytest.fixture(scope="module")
def trained_by_hand(browser: Any, app_url: str) -> str:
    """Upload a table, confirm its columns and train two models, as a visitor would; gives the address of Compare."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{app_url}/data")
    upload(page, "clicks.csv", clicks_csv())
    page.get_by_role("heading", name="clicks.csv").wait_for()
    page.get_by_role("tab", name="Columns").wait_for()
    page.get_by_role("button", name="Save these choices").click()
    page.get_by_role("link", name="Train models on it").wait_for()
    # While it was read the label said so; the browser has to be told that it changed.
    assert page.locator(".st-key-pick-dataset input").input_value() == "clicks.csv"
    go(page, "Train")
    for model in ("LR", "FiBiNET", "DIN"):
        page.get_by_role("button", name=model, exact=True).click()  # leaves FM and AFM
    page.get_by_role("spinbutton", name="Epochs").fill("2")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    page.get_by_role("button", name="Train 2 models").click()
    page.get_by_text("Trained last").wait_for(timeout=SLOW)
    page.get_by_test_id("stVegaLiteChart").first.wait_for()
    assert page.get_by_text("test AUC").count() == 2
    go(page, "Compare")
    address = str(page.url)
    page.context.close()
    return address


def compared(page: Any) -> None:
    """Compare says which model ranks better, or that it cannot be told."""
    page.get_by_test_id("stAlert").filter(has_text=re.compile("ranks better|can be told|is ahead of")).wait_for()


def test_upload_train_and_compare(page: Any, trained_by_hand: str, workspace_folder: Path) -> None:
    page.goto(trained_by_hand)
    compared(page)
    runs = Workspace(workspace_folder).runs()
    assert {run.spec.model.name for run in runs if run.state == "done"} == {"fm", "afm"}
    best = max((run.metrics() or {})["test"]["auc"] for run in runs)
    assert f"{best:.4f}" in page.get_by_test_id("stMetricValue").first.inner_text()
    page.get_by_test_id("stPlotlyChart").first.wait_for()


def test_a_click_on_a_cell_opens_its_formula_and_the_link_keeps_it(page: Any, trained_by_hand: str) -> None:
    page.goto(trained_by_hand)
    compared(page)
    go(page, "AFM attention")
    chart = page.locator(".st-key-afm-attention")
    area = chart.locator(".nsewdrag").first
    area.scroll_into_view_if_needed()
    names = chart.locator(".ytick text").all_text_contents()
    box = area.bounding_box()
    row, column = 3, 1  # below the diagonal: the pair is named the other way round
    x = box["x"] + box["width"] * (column + 0.25) / len(names)  # near a corner of the cell, not on the marker
    y = box["y"] + box["height"] * (row + 0.8) / len(names)
    page.mouse.move(x, y)
    chart.locator(".hoverlayer .hovertext").wait_for()
    page.mouse.click(x, y)
    pair = f"{names[column]} × {names[row]}"
    page.get_by_role("heading", name=pair, exact=True).wait_for()
    idle(page)
    assert "pair=" in page.url
    link = page.url
    other = page.context.browser.new_context().new_page()
    other.goto(link)
    other.get_by_role("heading", name=pair, exact=True).wait_for()
    other.context.close()


@pytest.mark.usefixtures("new_tab")
def test_the_row_is_in_the_address_and_the_back_button_brings_it_back(page: Any, trained_by_hand: str) -> None:
    page.goto(trained_by_hand.replace("/compare", "/afm"))
    heading = page.get_by_role("heading", name=re.compile(r"Row \d+ of the table"))
    heading.wait_for()
    idle(page)
    first, steps = heading.inner_text().split("\n")[0], page.evaluate("history.length")
    page.get_by_role("button", name="Find").click()
    page.get_by_text("the most wrong guess").click()
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=first)
    page.wait_for_function("before => history.length > before", arg=steps)
    idle(page)
    assert page.evaluate("history.length") == steps + 1
    page.go_back()
    page.get_by_role("heading", name=first).wait_for()


def test_the_dataset_and_runs_follow_from_page_to_page(page: Any, trained_by_hand: str) -> None:
    wanted = dict(part.split("=") for part in trained_by_hand.partition("?")[2].split("&"))
    page.goto(trained_by_hand)
    compared(page)
    for name in ("Train", "Runs", "Home"):
        page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
        title = "CTR Lens" if name == "Home" else name
        page.get_by_role("heading", name=title, exact=True, level=1).wait_for()
        idle(page)
        for key in ("dataset", "runs"):
            assert f"{key}={wanted[key]}" in page.url


def test_a_deep_link_on_a_fresh_visit_opens_its_page_in_the_frame(page: Any, app_url: str) -> None:
    page.goto(f"{app_url}/runs?run=..%2F..%2Fetc%2Fpasswd")
    page.get_by_role("heading", name="Runs", exact=True, level=1).wait_for()
    assert page.get_by_test_id("stSidebarNavLink").count() == 15
    assert page.title() == "Runs" or "CTR Lens" in page.title()


def test_a_hostile_upload_gets_two_sentences_and_can_be_removed(page: Any, app_url: str) -> None:
    page.goto(f"{app_url}/data")
    page.get_by_role("heading", name="Data", exact=True, level=1).wait_for()
    idle(page)
    open_add_panel(page)
    upload(page, "rubbish.csv", bytes(range(256)) * 40)
    alert = page.get_by_test_id("stAlert").filter(has_text=".")
    alert.wait_for()
    assert len(alert.locator("p").inner_text().split("\n")) == 2
    assert "Traceback" not in page.content()
    page.get_by_role("button", name="Remove this upload").click()
    page.get_by_text("rubbish.csv", exact=True).wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 900])
def test_nothing_is_wider_than_the_window(page: Any, trained_by_hand: str, scheme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for path in ("/compare", "/afm", "/data", "/train", "/runs"):
        page.goto(trained_by_hand.replace("/compare", path))
        page.get_by_role("heading", level=1).wait_for()
        idle(page)
        overflow = page.evaluate(
            "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
        )
        assert overflow <= 1, path


def test_every_answer_carries_safe_headers(app_url: str) -> None:
    with urllib.request.urlopen(app_url, timeout=20) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.usefixtures("new_tab")
def test_the_first_page_is_there_soon(page: Any, app_url: str) -> None:
    started = time.perf_counter()
    page.goto(app_url)
    page.get_by_role("heading", name="CTR Lens").wait_for()
    # 3 s on an idle machine; the tests share two cores with each other.
    assert time.perf_counter() - started < 10
