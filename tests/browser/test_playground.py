"""A preset, play, the curve at the line, pause, reset: in a real browser."""

from __future__ import annotations

from typing import Any


def test_play_until_the_curve_is_at_the_line(page: Any, app_url: str) -> None:
    page.goto(f"{app_url}/playground")
    page.get_by_role("radio", name="An XOR pair").click()
    page.get_by_text("neither gender nor device says anything alone").wait_for()
    assert "preset:xor" in page.url.replace("%3A", ":")
    page.get_by_test_id("stVegaLiteChart").first.locator("canvas, svg").first.wait_for()
    epoch = page.get_by_test_id("stMetric").filter(has_text="Epoch").get_by_test_id("stMetricValue")
    assert epoch.inner_text() == "0.0"

    page.get_by_role("button", name="Play").click()
    page.get_by_text("As good as it gets").wait_for(timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play").wait_for()
    page.wait_for_timeout(1_500)
    stopped = epoch.inner_text()
    assert float(stopped) > 0
    page.wait_for_timeout(1_500)
    assert epoch.inner_text() == stopped

    page.get_by_role("button", name="Restart training").press("Enter")
    page.wait_for_function("document.querySelector('[data-testid=stMetricValue]').innerText === '0.0'")
    page.get_by_role("button", name="One epoch").press("Enter")
    page.wait_for_function("document.querySelector('[data-testid=stMetricValue]').innerText === '1.0'")
