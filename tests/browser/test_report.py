"""The written file in a real Chromium without a network: every chart is drawn and nothing is asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ctrcore.report import Options, write_report
from ctrcore.runs.contenders import contenders
from ctrcore.runs.demo import install_demo
from ctrcore.runs.workspace import Workspace


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the demo."""
    folder = tmp_path_factory.mktemp("report")
    space = Workspace(folder / "workspace")
    names = ("shop-fm", "shop-afm", "shop-fibinet", "shop-din")
    install_demo(space)
    write_report(contenders([space.run(name) for name in names]), folder / "report.html", Options(rows=True))
    return folder / "report.html"


def opened(browser: Any, path: Path, width: int, **options: Any) -> tuple[Any, list[str]]:
    """The file in a fresh context that is offline, when all charts are drawn; and what went wrong."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **options)
    context.set_default_timeout(60_000)
    tab, wrong = context.new_page(), list[str]()
    own = path.as_uri()
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    tab.on("request", lambda asked: wrong.append(asked.url) if asked.url.split("#")[0] != own else None)
    tab.goto(own)
    tab.locator("html[data-drawn]").wait_for(state="attached")
    return tab, wrong


def ink(tab: Any, selector: str, what: str) -> list[str]:
    """A computed colour of every element."""
    found: list[str] = tab.eval_on_selector_all(
        selector, f"all => all.map(one => getComputedStyle(one).getPropertyValue('{what}'))"
    )
    return found


def lightness(color: str) -> float:
    """Mean of red, green and blue of an opaque CSS colour."""
    numbers = [float(part) for part in re.findall(r"[\d.]+", color)]
    return sum(numbers[:3]) / 3


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("dark", 420)])
def test_every_chart_is_drawn_and_can_be_read(browser: Any, report: Path, scheme: str, width: int) -> None:
    tab, wrong = opened(browser, report, width, color_scheme=scheme)
    places = tab.locator(".plot").count()
    assert places > 20
    assert tab.locator(".plot .main-svg:first-child").count() == places
    assert int(tab.locator("html").get_attribute("data-drawn")) == places
    assert tab.evaluate("document.documentElement.scrollWidth") == width  # only tables may be wider, and scroll alone
    paper = lightness(ink(tab, "body", "background-color")[0])
    assert (paper < 60) == (scheme == "dark")
    words = ".plot .xtick text, .plot .y2tick text, .plot .xtitle, .plot .legendtext, .plot .annotation-text"
    colors = ink(tab, words, "fill")
    assert len(colors) > 100
    assert all(abs(lightness(color) - paper) > 100 for color in colors)
    assert all(abs(lightness(color) - paper) > 100 for color in ink(tab, "p, td, th, h2, dd", "color"))
    assert wrong == []
    tab.context.close()


def test_the_contents_lead_to_the_sections_and_terms_to_their_meaning(browser: Any, report: Path) -> None:
    from playwright.sync_api import expect

    tab, wrong = opened(browser, report, 1280)
    tab.get_by_role("navigation").get_by_text("Where they differ").click()
    expect(tab.locator("#differences h2")).to_be_in_viewport()
    tab.locator("th a", has_text="Log-loss").first.click()
    expect(tab.locator("#term-log_loss")).to_be_in_viewport()
    tab.locator("summary", has_text="All settings").click()
    assert tab.get_by_role("region", name="All settings").is_visible()
    assert wrong == []
    tab.context.close()


def test_it_prints_on_light_paper_with_all_its_charts(browser: Any, report: Path) -> None:
    tab, wrong = opened(browser, report, 1280, color_scheme="dark")
    tab.set_viewport_size({"width": 900, "height": 700})
    tab.wait_for_timeout(500)
    tab.emulate_media(media="print", color_scheme="dark")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert lightness(ink(tab, "body", "background-color")[0]) > 250
    assert all(lightness(color) < 130 for color in ink(tab, ".plot .xtick text", "fill"))
    widths = tab.eval_on_selector_all(".plot .main-svg:first-child", "all => all.map(one => one.clientWidth)")
    assert set(widths) == {640}
    roc = "#plot-roc .main-svg:first-child"
    assert tab.eval_on_selector(roc, "one => one.clientHeight") == 340
    assert tab.locator("details:not([open])").count() == 0
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    tab.emulate_media(media="screen")
    assert tab.eval_on_selector(roc, "one => one.clientHeight") == 440
    assert len(tab.pdf(format="A4")) > 100_000
    assert wrong == []
    tab.context.close()


def test_without_scripts_texts_and_tables_are_complete(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    tab = context.new_page()
    tab.goto(report.as_uri())
    assert tab.get_by_role("region", name="Every metric at a glance").locator("tbody tr").count() == 4
    context.close()


def test_the_compare_page_makes_it_and_gives_it_away(
    page: Any, app_url: str, workspace_folder: Path, tmp_path: Path
) -> None:
    install_demo(Workspace(workspace_folder))
    page.goto(f"{app_url}/compare?dataset=shop&runs=shop-fm,shop-lr&level=Learn")
    page.get_by_text("Report: everything on these models in one file").click()
    page.get_by_label("Title", exact=True).fill("Made on the page")
    page.get_by_label("Title", exact=True).press("Enter")
    page.get_by_role("button", name="Make the report").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the report").click()
    waiting.value.save_as(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<h1>Made on the page</h1>" in text
    assert "report shop-fm shop-lr --title" in text
