"""Why this item in a real browser: a click on a line of the list explains that item, and a reload shows it again."""

from __future__ import annotations

import re
from typing import Any

from ctrcore.runs.workspace import Workspace
from tests.browser.test_compare import expect, idle, plot, shop

__all__ = ["shop"]
HEAD, LINE = 38, 35  # pixels of the table's lines
QUERY = "dataset=shop&run=shop-din&recall=shop-fm&user=u0007"


def test_a_click_on_a_line_explains_that_item(page: Any, app_url: str, shop: Workspace) -> None:
    page.set_viewport_size({"width": 1280, "height": 3200})
    page.goto(f"{app_url}/why?{QUERY}")
    expect(plot(page, "way")).to_be_visible()
    idle(page)
    asked = page.get_by_role("heading", name=re.compile(r"^Why i\d+\?"))
    first = asked.inner_text()
    table = page.locator(".st-key-card-list").get_by_test_id("stDataFrame").first
    box = table.bounding_box()
    page.mouse.click(box["x"] + 120, box["y"] + HEAD + LINE * 4 + LINE // 2)
    expect(asked).not_to_have_text(first)
    chosen = asked.inner_text()
    item = re.search(r"i\d+", chosen).group()  # type: ignore[union-attr]
    expect(page).to_have_url(re.compile(f"item={item}"))
    for key in ("appeal", "way", "why-reasons", "why-parts"):
        expect(plot(page, key)).to_be_visible()
    idle(page)
    page.reload()
    expect(page.get_by_role("heading", name=chosen)).to_be_visible()


def test_questions_open_one_after_the_other(page: Any, app_url: str, shop: Workspace) -> None:
    page.set_viewport_size({"width": 1280, "height": 3200})
    page.goto(f"{app_url}/why?{QUERY}")
    expect(plot(page, "why-parts")).to_be_visible()
    idle(page)
    for tab, key in (
        ("Above another", "above"),
        ("Not another", "way-missed"),
        ("Other models", "agree"),
    ):
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(plot(page, key)).to_be_visible()
        idle(page)
    page.go_back()
    expect(plot(page, "way-missed")).to_be_visible()
