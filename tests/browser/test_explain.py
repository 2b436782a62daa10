"""Explain a row in a real browser: tabs and their charts, a value changed, scenarios kept, two rows, back again."""

from __future__ import annotations

import re
from typing import Any

from ctrcore.runs.workspace import Workspace
from tests.browser.test_compare import expect, idle, plot, shop

__all__ = ["shop"]
RUNS = "shop-fm,shop-din"
CHARTS = {
    "Why this score": ["explain-waterfall", "explain-appeal"],
    "All models": ["explain-fields"],
}


def address(app_url: str, **more: str) -> str:
    query = {"dataset": "shop", "runs": RUNS} | more
    return f"{app_url}/explain?" + "&".join(f"{key}={value}" for key, value in query.items())


def test_the_tabs_show_their_charts_and_the_words_their_numbers(page: Any, app_url: str, shop: Workspace) -> None:
    page.goto(address(app_url, run="shop-din"))
    expect(plot(page, "explain-scores")).to_be_visible()
    for tab, keys in CHARTS.items():
        page.get_by_role("tab", name=tab, exact=True).click()
        for key in keys:
            expect(plot(page, key)).to_be_visible()
        idle(page)
    page.get_by_role("tab", name="Why this score", exact=True).click()
    expect(plot(page, "explain-waterfall")).to_be_visible()
    words = page.locator(".st-key-explain-words").inner_text()
    drawn = page.locator(".st-key-card-explain-waterfall .js-plotly-plot").inner_text()
    # plotly writes a typographic minus on its axes; the bars' own texts are ours
    told = re.findall(r"\(([+-]\d[\d.]*)\)", words)
    assert told
    assert all(number in drawn for number in told)


def test_a_value_is_changed_and_kept_as_a_scenario(page: Any, app_url: str, shop: Workspace) -> None:
    page.goto(address(app_url, tab="What+if"))
    channel = page.locator(".st-key-whatif-context").get_by_role("combobox").nth(3)
    expect(channel).to_be_visible()
    expect(plot(page, "whatif-scores")).to_be_visible()
    channel.scroll_into_view_if_needed()  # an open list closes when the page scrolls
    idle(page)
    channel.click()
    page.get_by_role("option").nth(1).click()
    expect(page.locator(".st-key-whatif-changes")).to_contain_text("channel:")
    expect(plot(page, "whatif-scores")).to_be_visible()
    idle(page)
    page.get_by_role("button", name="Keep as a scenario").click()
    expect(page.locator(".st-key-whatif-scenarios")).to_contain_text("Scenarios")
    idle(page)
    page.get_by_role("link", name="Home").click()
    idle(page)
    page.get_by_role("link", name="Explain a row").first.click()
    expect(page.locator(".st-key-whatif-scenarios")).to_contain_text("Scenarios")
    expect(page.locator(".st-key-whatif-changes")).to_contain_text("channel:")
    page.get_by_role("button", name="Reset the changes").click()
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible()


def test_two_rows_are_compared_by_a_link_and_by_hand(page: Any, app_url: str, shop: Workspace) -> None:
    page.goto(address(app_url, tab="Two+rows"))
    expect(page.get_by_text("No row is pinned.")).to_be_visible()
    idle(page)
    page.get_by_role("button", name="Pin this row").click()
    expect(page.get_by_text("and it is the one that is shown")).to_be_visible()
    idle(page)
    page.get_by_role("button", name="Find").click()
    page.get_by_text("the most disputed row").click()
    expect(plot(page, "explain-two")).to_be_visible()
    idle(page)
    assert "pin=" in page.url
    page.reload()
    expect(plot(page, "explain-two")).to_be_visible()
