"""Trust in a real browser: a card is computed, red is seen, thresholds travel in the link, the badge leads here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ctrcore.explain.trust.check import Thresholds
from ctrcore.explain.trust.words import SHARES
from ctrcore.models.config import CONFIGS
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from tests.browser.test_compare import expect, idle
from tests.data.tables import clicks_table
from tests.pages.test_badge import make_inert
from tests.trained import RECIPE

SLOW = 240_000


@pytest.fixture(scope="module")
def inert(workspace_folder: Path) -> Run:
    """An AFM whose attention does nothing."""
    workspace = Workspace(workspace_folder)
    dataset = workspace.add_frame("trusted.csv", clicks_table(400), RECIPE)
    training = TrainConfig(epochs=1, batch_size=64, device="cpu")
    run = run_here(workspace, RunSpec(dataset=dataset, recipe=RECIPE, model=CONFIGS["afm"](), training=training))
    make_inert(run)
    return run


def test_from_the_red_badge_to_the_red_card_and_its_link(page: Any, app_url: str, inert: Run, tmp_path: Path) -> None:
    page.goto(f"{app_url}/afm?dataset={inert.spec.dataset}&afm={inert.id}")
    badge = page.locator(".st-key-badge-attention")
    expect(badge.get_by_text("should not be relied on")).to_be_visible()
    expect(badge.get_by_text("T2 Order agrees with effect", exact=True)).to_be_visible()
    badge.get_by_role("link", name="All checks of this run").click()
    page.get_by_role("heading", name="Trust", exact=True, level=1).wait_for()
    page.get_by_role("button", name="Compute the trust card").click()
    verdict = page.get_by_test_id("stAlert").filter(has_text="Attention: should not be relied on")
    expect(verdict).to_be_visible(timeout=SLOW)
    idle(page)
    assert f"run={inert.id}" in page.url
    card = page.locator(".st-key-check-T2")
    expect(card.locator(".stMarkdownBadge")).to_contain_text("fails")
    expect(page.locator(".st-key-trust-orders .nsewdrag").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Trust card").click()
    path = tmp_path / "card.html"
    download.value.save_as(path)
    assert "fails" in path.read_text(encoding="utf-8")

    page.get_by_test_id("stPopover").get_by_role("button", name=re.compile("Thresholds")).click()
    fields = page.locator("[class*='st-key-limit-T'] input")
    limits = Thresholds().model_dump().items()
    usual = [ends[end] * (100 if name in SHARES else 1) for name, ends in limits for end in ("green", "amber")]
    expect(fields).to_have_count(len(usual))
    shown = [float(field.input_value()) for field in fields.all()]
    assert shown == pytest.approx(usual)  # the card's end drew the page anew while they lay in a closed box
    field = page.locator(".st-key-limit-T2-amber input")
    field.fill("-1")
    field.press("Enter")
    expect(card.locator(".stMarkdownBadge")).to_contain_text("unsure")
    idle(page)
    link = page.url
    other = page.context.browser.new_context(viewport={"width": 900, "height": 900}).new_page()
    other.goto(link)
    expect(other.locator(".st-key-check-T2 .stMarkdownBadge")).to_contain_text("unsure", timeout=60_000)
    other.context.close()
