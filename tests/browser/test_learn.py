"""Every lesson in a real browser: step by step with "Show me" and "Next", at two widths, to the end of its quiz."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ctrcore.runs.workspace import Workspace
from pages.shared.learn.lesson import Lesson
from pages.shared.learn.lessons import lessons
from tests.browser.test_compare import expect

ALL = list(lessons().values())
WIDTHS = (1280, 900)
STATE = "[data-testid='stApp'][data-test-script-state='notRunning']"
SCROLLS = "input, svg, canvas, [data-testid=stDataFrame], [aria-hidden=true]"  # hidden, or with a frame of its own
WIDE = """(scrolls) => {
    const main = document.querySelector("[data-testid=stMain]");
    const end = document.querySelector("[data-testid=stMainBlockContainer]").getBoundingClientRect().right;
    const wide = [...document.querySelectorAll(".st-key-lesson-stage *")].filter(
        (one) => one.getBoundingClientRect().width && one.getBoundingClientRect().right > end && !one.closest(scrolls));
    return [main.scrollWidth - main.clientWidth, ...wide.map((one) => one.outerHTML.slice(0, 120))];
}"""


@pytest.mark.parametrize("lesson", ALL, ids=[lesson.key for lesson in ALL])
def test_a_lesson_from_its_card_to_the_end_of_its_quiz(
    page: Any, app_url: str, workspace_folder: Any, lesson: Lesson
) -> None:
    Workspace(workspace_folder)
    page.goto(f"{app_url}/learn")
    page.locator(f".st-key-start-{lesson.key} button").click()
    for number, step in enumerate(lesson.steps, start=1):
        expect(page.get_by_role("heading", name=step.title, exact=True)).to_be_visible()
        page.wait_for_selector(STATE)  # until then the mark may be that of the step before
        page.locator(".st-key-show-me button").click()
        expect(page.locator(f".st-key-lesson-action-{number}").get_by_test_id("stAlertContentSuccess")).to_be_visible()
        for width in WIDTHS if number in (len(lesson.steps) // 2, len(lesson.steps)) else ():
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_selector(STATE)
            assert settled(page) == [0], (number, width)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.locator(".st-key-next button").click()
    for number, question in enumerate(lesson.quiz):
        asked = page.locator(f".st-key-quiz-{lesson.key}-{number}")
        asked.locator("label[data-baseweb=radio], [role=radiogroup] label").nth(question.right).click()
        expect(page.get_by_test_id("stAlertContentSuccess")).to_have_count(number + 1)
    count = len(lesson.quiz)
    expect(page.get_by_text(f"{count} of {count} right at the first try.")).to_be_visible()
    expect(page).to_have_url(re.compile("step=quiz"))
    page.locator(".st-key-all-lessons button").click()
    card = page.locator(f".st-key-card-{lesson.key}")
    expect(card.get_by_text(f"{len(lesson.steps)} of {len(lesson.steps)} steps done")).to_be_visible()


def settled(page: Any) -> list[Any]:
    """What is too wide, once the charts had the time to follow the window."""
    for _ in range(20):
        found: list[Any] = page.evaluate(WIDE, SCROLLS)
        if found == [0]:
            break
        page.wait_for_timeout(250)
    return found
