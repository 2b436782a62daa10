"""The flow by itself: hostile labels stay text, both views light up together, and the keyboard is enough."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import ROOT
from tests.browser.test_compare import expect

PAGE = Path(__file__).with_name("flow_page.py")
FOCUSED = (
    "() => { let at = document.activeElement; while (at.shadowRoot) at = at.shadowRoot.activeElement; return at; }"
)


@pytest.fixture(scope="module")
def flow_url() -> Iterator[str]:
    """A server that shows nothing but the flow."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(PAGE), f"--server.port={port}"]
    server = subprocess.Popen(
        [*command, "--server.address=127.0.0.1"], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert server.poll() is None
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def flow(browser: Any, flow_url: str) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 560, "height": 800}, color_scheme="dark")
    context.set_default_timeout(60_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: errors.append(request.url) if request.url.endswith("/x") else None)
    page.goto(flow_url)
    expect(page.locator(".node")).to_have_count(3)
    yield page
    context.close()
    assert not errors


def test_hostile_labels_stay_text_and_fit(flow: Any) -> None:
    hostile = flow.locator(".node").first
    hostile.click()
    expect(flow.get_by_test_id("stText")).to_contain_text("chosen: <img src=x")
    expect(flow.locator(".note strong")).to_contain_text("<script>")
    assert flow.locator(".flow img, .flow script").count() == 0
    assert flow.title() != "hit"
    assert flow.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth") == 560
    flow.reload()
    expect(flow.get_by_test_id("stText")).to_contain_text("chosen: <img src=x")
    hostile.click()
    expect(flow.get_by_test_id("stText")).to_have_text("chosen:")


def test_a_term_and_its_node_light_up_together_both_ways(flow: Any) -> None:
    flow.locator(".node[data-id=long]").hover()
    expect(flow.locator(".term[data-id=long]")).to_have_class(re.compile(r"\bon\b"))
    expect(flow.locator(".edge[data-source=long]")).to_have_class(re.compile(r"\bon\b"))
    expect(flow.locator(".node[data-id=out]")).to_have_class(re.compile(r"\bnear\b"))
    flow.locator(".term[data-id=out]").hover()
    expect(flow.locator(".node[data-id=out]")).to_have_class(re.compile(r"\bon\b"))
    expect(flow.locator(".term[data-id=long]")).not_to_have_class(re.compile(r"\bon\b"))


def test_the_keyboard_is_enough_and_keeps_its_place(flow: Any) -> None:
    flow.locator(".term").nth(2).focus()
    flow.keyboard.press("ArrowDown")
    assert flow.evaluate(f"({FOCUSED})().dataset.id") == "long"
    flow.keyboard.press("ArrowRight")
    assert flow.evaluate(f"({FOCUSED})().dataset.id") == "out"
    flow.keyboard.press("Enter")
    expect(flow.get_by_test_id("stText")).to_have_text("chosen: out")
    expect(flow.locator(".node[data-id=out]")).to_have_attribute("aria-pressed", "true")
    assert flow.evaluate(f"({FOCUSED})().dataset.id") == "out", "new data took the focus away"
    assert flow.locator(".node[tabindex='0']").count() == 1, "the diagram is one stop of the Tab key"


def test_new_data_change_the_number_and_keep_the_element(flow: Any) -> None:
    number = flow.locator(".node .number").first
    expect(number).to_have_text("1.00")
    kept = number.element_handle()
    flow.get_by_role("slider").focus()
    for _ in range(3):
        flow.keyboard.press("ArrowLeft")
    expect(number).to_have_text("−2.00")
    assert kept.text_content() == "−2.00"
    expect(number).to_have_class("number down")
