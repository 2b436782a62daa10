"""Compare in a real browser: every tab with its charts, slider, bootstrap, repairs, scores of another system."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctrcore.metrics import sigmoid
from ctrcore.runs.demo import install_demo
from ctrcore.runs.outside import outside_of
from ctrcore.runs.repairs import fit_repairs, repairs_of
from ctrcore.runs.workspace import Workspace

SLOW = 60_000
RUNS = ("shop-fm", "shop-afm", "shop-din")
CHARTS = {
    "Is it chance?": ["differences", "auc-intervals"],
    "Ranking": ["roc", "roc-zoom", "precision-recall", "gain", "lift"],
    "One cutoff": ["over-cutoffs"],
    "Probabilities": ["calibration", "histograms"],
    "Where they differ": ["score-against-score"],
    "Slices": ["slices"],
    "Per user": ["per-user"],
    "Learning": ["learning-valid_auc-epoch"],
}


@pytest.fixture(scope="module")
def shop(workspace_folder: Path) -> Iterator[Workspace]:
    """The demo in the workspace of the server, only while these tests run."""
    space = Workspace(workspace_folder)
    install_demo(space)
    yield space
    for run in space.runs():
        if run.spec.dataset == "shop":
            space.delete(run.id)
    shutil.rmtree(space.root / "datasets" / "shop")


def expect(found: Any) -> Any:
    """What must become true within the time limit."""
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect.set_options(timeout=SLOW)
    return sync_api.expect(found)


def link(app_url: str, tab: str, runs: tuple[str, ...] = RUNS, **more: str) -> str:
    query = {"dataset": "shop", "runs": ",".join(runs), "view": tab.replace(" ", "+").replace("?", "%3F")} | more
    return f"{app_url}/compare?" + "&".join(f"{key}={value}" for key, value in query.items())


def idle(page: Any) -> None:
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']")


def plot(page: Any, key: str) -> Any:
    """The drawn figure of a chart."""
    return page.locator(f".st-key-card-{key} .js-plotly-plot .main-svg").first


def open_tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    for key in CHARTS[name]:
        expect(plot(page, key)).to_be_visible()
    idle(page)


def test_every_tab_shows_its_charts(page: Any, app_url: str, shop: Workspace) -> None:
    page.goto(link(app_url, "Is it chance?"))
    expect(page.locator(".st-key-answer")).to_contain_text("DIN ranks better than each of the others.")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("0.8575")
    for name in CHARTS:
        open_tab(page, name)
        expect(page.get_by_test_id("stAlert").filter(has_text="Something went wrong")).to_have_count(0)
    assert "view=Learning" in page.url


def test_moving_the_slider_moves_the_matrices_and_the_link_keeps_it(page: Any, app_url: str, shop: Workspace) -> None:
    page.goto(link(app_url, "One cutoff"))
    expect(plot(page, "over-cutoffs")).to_be_visible()
    matrix = page.locator(".st-key-confusion-0 .heatmap-label").first
    before = matrix.text_content()
    thumb = page.locator("[class*=st-key-cutoff-slider]").get_by_role("slider")
    thumb.focus()
    thumb.press("Home")
    expect(matrix).not_to_have_text(before)
    expect(matrix).to_contain_text("100%")  # everything is called a click
    best = page.get_by_role("button", name=re.compile(r"^DIN: 0\."))
    shown = page.locator("[class*=st-key-cutoff-slider]").get_by_test_id("stSliderThumbValue")
    text = best.inner_text().split()[-1]
    best.click()
    expect(shown).to_have_text(text)
    expect(page).to_have_url(re.compile(r"cutoff=0\.\d{3}"))
    page.reload()
    expect(shown).to_have_text(text)


def test_the_best_cutoff_for_given_costs(page: Any, app_url: str, shop: Workspace) -> None:
    page.goto(link(app_url, "One cutoff", goal="Cost"))
    button = page.get_by_role("button", name=re.compile(r"^DIN: 0\."))
    expect(button).to_be_visible()
    cheap = button.inner_text()
    missed = page.get_by_role("spinbutton", name="Cost of a missed click")
    missed.fill("10")
    missed.press("Enter")
    expect(button).not_to_have_text(cheap)
    assert float(button.inner_text().split()[-1]) < float(cheap.split()[-1])
    expect(page.get_by_role("heading", name="Mean cost of a row at every cutoff")).to_be_visible()


def test_the_bootstrap_of_users_runs_on_its_button(page: Any, app_url: str, shop: Workspace) -> None:
    page.goto(link(app_url, "Is it chance?"))
    page.get_by_role("radio", name="Bootstrap of users").click()
    page.get_by_role("button", name="Draw the users 1,000 times").click()
    expect(page.get_by_text("Users were resampled with all of their rows").first).to_be_visible()
    expect(plot(page, "differences")).to_be_visible()


def test_repairs_are_fitted_and_kept_with_the_run(page: Any, app_url: str, shop: Workspace) -> None:
    page.goto(link(app_url, "Probabilities", ("shop-fibinet",)))
    page.get_by_role("button", name="Fit repairs on the validation rows").click()
    expect(page.get_by_role("heading", name="Before and after: FiBiNET")).to_be_visible()
    expect(plot(page, "repaired")).to_be_visible()
    assert set(repairs_of(shop.run("shop-fibinet"))) == {"platt", "isotonic"}
    page.get_by_role("link", name="Score new rows with FiBiNET, repaired").click()
    expect(page.get_by_role("heading", name="Score new rows", level=1)).to_be_visible()
    expect(page.get_by_text("The file's probabilities will be repaired (Platt)")).to_be_visible()


@pytest.mark.parametrize(
    ("tab", "leave"),
    [("Probabilities", "Score new rows with FM, repaired"), ("Where they differ", "DIN attention")],
)
def test_back_opens_the_tab_that_was_left(page: Any, app_url: str, shop: Workspace, tab: str, leave: Any) -> None:
    fit_repairs(shop.run("shop-fm"), ["platt"])  # the worse calibrated of the two, which is offered first
    page.goto(link(app_url, "Is it chance?", ("shop-din", "shop-fm")))
    open_tab(page, tab)
    page.get_by_test_id("stMain").get_by_role("link", name=leave).first.click()
    expect(page).to_have_url(re.compile("/(score|din)"))
    expect(page.get_by_role("heading", name=re.compile("^(Score new rows|DIN attention)"), level=1)).to_be_visible()
    idle(page)
    assert "view=" not in page.url
    page.go_back()
    expect(page.get_by_role("tab", name=tab, exact=True)).to_have_attribute("aria-selected", "true")
    expect(plot(page, CHARTS[tab][0])).to_be_visible()
    assert f"view={tab.replace(' ', '+')}" in page.url
    page.go_back()  # each tab is a step
    expect(page.get_by_role("tab", name="Is it chance?", exact=True)).to_have_attribute("aria-selected", "true")


def test_a_reload_shows_the_bootstrap_that_was_drawn(page: Any, app_url: str, shop: Workspace) -> None:
    page.goto(link(app_url, "Is it chance?", ("shop-fm", "shop-din")))
    expect(plot(page, "differences")).to_be_visible()
    idle(page)
    page.get_by_role("radio", name="Bootstrap of rows").click()
    button = page.get_by_role("button", name="Draw the rows 1,000 times")
    expect(button).to_be_visible()
    idle(page)
    button.click()
    expect(button).to_have_count(0)
    expect(page).to_have_url(re.compile("test=bootstrap"))
    expect(page.get_by_text("Until it is drawn")).to_have_count(0)  # a reload would end the draw
    page.reload()
    expect(page.get_by_role("radio", name="Bootstrap of rows")).to_be_checked()
    expect(plot(page, "differences")).to_be_visible()
    expect(button).to_have_count(0)


def test_scores_of_another_system_join_and_leave(page: Any, app_url: str, shop: Workspace) -> None:
    scored = shop.run("shop-din").predictions()
    test = scored[scored["split"] == "test"]
    lines = [f"{row},{p:.6f}" for row, p in zip(test["row"], sigmoid(test["logit"].to_numpy()), strict=True)]
    page.goto(link(app_url, "Ranking"))
    expect(plot(page, "roc")).to_be_visible()
    page.get_by_text("Scores of another system", exact=True).click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "boosting.csv", "mimeType": "text/csv", "buffer": "\n".join(["row,pctr", *lines]).encode()}
    )
    expect(page.get_by_text("Found 6,000 rows by row")).to_be_visible(timeout=60_000)  # a process of its own reads it
    page.get_by_role("button", name="Compare with these scores").click()
    expect(page.locator(".st-key-card-roc .legendtext", has_text="boosting")).to_be_visible()
    (one,) = outside_of(shop.dataset("shop"))
    expect(page).to_have_url(re.compile(one.id))
    open_tab(page, "Learning")
    expect(page.get_by_text("Not shown: boosting")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog", name="Delete these scores?")
    asked.get_by_role("button", name="Keep them").click()
    expect(asked).to_have_count(0)
    assert outside_of(shop.dataset("shop"))
    page.get_by_role("button", name="Delete").click()
    asked.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Not shown: boosting")).to_have_count(0)
    assert not outside_of(shop.dataset("shop"))


@pytest.mark.parametrize(("scheme", "width"), [("light", 900), ("dark", 1280)])
def test_nothing_is_cut_off_in_any_tab(page: Any, app_url: str, shop: Workspace, scheme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(link(app_url, "Is it chance?"))
    for name in CHARTS:
        open_tab(page, name)
        wide = page.evaluate(
            "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
        )
        assert wide <= 1, name
        # A figure that is larger than its card would be cut off by it.
        over = page.evaluate(
            "() => [...document.querySelectorAll('.js-plotly-plot')].filter("
            "plot => plot.scrollWidth > plot.parentElement.clientWidth + 1).length"
        )
        assert over == 0, name
