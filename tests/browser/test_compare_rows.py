"""Compare in a real browser: rows that are clicked in the table of those disputed most."""

from __future__ import annotations

import re
from typing import Any

from ctrcore.runs.workspace import Workspace
from tests.browser.test_compare import expect, idle, link, plot, shop

__all__ = ["shop"]
HEAD, LINE = 38, 35  # pixels of the table's lines


def test_a_click_anywhere_on_a_line_shows_its_row(page: Any, app_url: str, shop: Workspace) -> None:
    page.set_viewport_size({"width": 1280, "height": 2600})
    page.goto(link(app_url, "Where they differ"))
    expect(plot(page, "score-against-score")).to_be_visible()
    idle(page)
    card = page.get_by_role("heading", name="most disputed rows")
    table = card.locator("xpath=ancestor::*[@data-testid='stVerticalBlock'][1]").get_by_test_id("stDataFrame").first
    box = table.bounding_box()
    shown = page.get_by_role("heading", name=re.compile(r"^Row \d+"))
    seen = {shown.inner_text()}
    for line, across in ((2, 200), (4, 20), (1, 400)):
        before = shown.inner_text()
        page.mouse.click(box["x"] + across, box["y"] + HEAD + LINE * line + LINE // 2)
        expect(shown).not_to_have_text(before)
        seen.add(shown.inner_text())
        idle(page)
    assert len(seen) == 4
