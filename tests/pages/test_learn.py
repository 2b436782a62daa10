"""Learn: every lesson's every step can be opened and done, in every mode, and no address breaks it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.runs.workspace import Workspace
from pages.shared.learn.lesson import Lesson
from pages.shared.learn.lessons import ORDER, grouped, lessons
from tests.pages.conftest import Open, texts

ALL = list(lessons().values())


def named(value: object) -> str | None:
    return value.key if isinstance(value, Lesson) else None


def buttons(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


@pytest.mark.parametrize("lesson", ALL, ids=named)
def test_a_lesson_is_whole(lesson: Lesson) -> None:
    assert 6 <= len(lesson.steps) <= 12
    assert 2 <= len(lesson.quiz) <= 4
    assert len({step.title for step in lesson.steps}) == len(lesson.steps)
    for question in lesson.quiz:
        assert len(question.options) == len(question.why) > question.right
    for step in lesson.steps:
        assert step.example


def test_every_lesson_is_in_a_group_and_has_its_own_key() -> None:
    assert len(ALL) == len(ORDER)
    assert sum(len(members) for _, members in grouped()) == len(ORDER)


def go(app: AppTest, **query: str) -> AppTest:
    """Follow a link within the page: what it does not say is at its default."""
    app.query_params.clear()
    app.query_params.update(query)
    app.run()
    assert not app.exception
    assert not app.error
    return app


@pytest.mark.parametrize("lesson", ALL, ids=named)
def test_show_me_does_what_each_step_asks_for(empty_space: Workspace, visit: Open, lesson: Lesson) -> None:
    app = visit("learn.py", lesson=lesson.key)
    for number, step in enumerate(lesson.steps, start=1):
        go(app, lesson=lesson.key, step=str(number))
        assert step.title in texts(app)
        assert not app.success, (number, "done before anything was done")
        app.button(key="show-me").click().run()
        assert not app.exception
        assert not app.error
        assert [box.value for box in app.success] == [step.action], (number, app.query_params)


@pytest.mark.parametrize("lesson", ALL, ids=named)
def test_no_step_is_done_by_the_one_before(empty_space: Workspace, visit: Open, lesson: Lesson) -> None:
    app = visit("learn.py", lesson=lesson.key)
    for number in range(1, len(lesson.steps) + 1):
        assert not app.success, number
        app.button(key="show-me").click().run()
        app.button(key="next").click().run()


@pytest.mark.parametrize("lesson", ALL, ids=named)
def test_modes_hide_what_they_say(empty_space: Workspace, visit: Open, lesson: Lesson) -> None:
    here = {"lesson": lesson.key, "step": "2"}
    app = visit("learn.py", **here)
    assert knobs(app)
    go(app, **here, hide="controls")
    assert not knobs(app)
    assert "show-me" in buttons(app)
    go(app, **here, hide="steps")
    assert lesson.steps[1].text in texts(app)
    assert not buttons(app) & {"next", "back", "show-me", "start-over"}
    go(app, **here, show="present")
    assert {"next", "back", "leave-mode"} <= buttons(app)
    app.button(key="leave-mode").click().run()
    assert "show" not in app.query_params
    assert "start-over" in buttons(app)


@pytest.mark.parametrize("lesson", ALL, ids=named)
def test_a_print_has_all_steps_and_all_answers(empty_space: Workspace, visit: Open, lesson: Lesson) -> None:
    app = visit("learn.py", lesson=lesson.key, show="print")
    said = texts(app)
    assert not app.error
    assert not knobs(app)
    for step in lesson.steps:
        assert step.text in said
    for question in lesson.quiz:
        assert question.text in said
        assert f"✓ {question.options[question.right]}" in said
        assert question.why[question.right] in said
    assert "leave-mode" in buttons(app)


@pytest.mark.parametrize("lesson", ALL, ids=named)
def test_levels_and_hostile_addresses_show_the_lesson(empty_space: Workspace, visit: Open, lesson: Lesson) -> None:
    app = visit("learn.py", lesson=lesson.key)
    for level in ("Simple", "Expert"):
        go(app, lesson=lesson.key, level=level)
        assert lesson.steps[0].title in texts(app)
    names = sorted({name for step in lesson.steps for name in step.example} | {"chosen"})
    sets = ["a:b", ":::,,,", "%", "x" * 3000, "none"]
    sets += [",".join(f"{name}:{value}" for name in names) for value in ("nan", "inf", "-1e99", "1e999", "", "<b>")]
    for said in sets:
        go(app, lesson=lesson.key, set=said)
        assert lesson.steps[0].title in texts(app), said


def test_a_hostile_step_shows_a_step(empty_space: Workspace, visit: Open) -> None:
    app = visit("learn.py", lesson="pairs")
    steps = {"999": -1, "0": 0, "-3": 0, "2": 1, "²": 0, "9" * 5000: 0, "<script>": 0, "": 0}
    for said, shown in steps.items():
        go(app, lesson="pairs", step=said)
        assert lessons()["pairs"].steps[shown].title in texts(app), said


@pytest.mark.parametrize("query", [{"lesson": "x"}, {"lesson": "../pairs"}, {"hide": "<b>", "show": "%00"}])
def test_an_unknown_lesson_shows_all(empty_space: Workspace, visit: Open, query: dict[str, str]) -> None:
    app = visit("learn.py", step="3", set="a:b", **query)
    assert {f"start-{lesson.key}" for lesson in ALL} <= buttons(app)


def knobs(app: AppTest) -> list[str]:
    widgets = (*app.slider, *app.get("segmented_control"))
    return [str(widget.key) for widget in widgets if str(widget.key).startswith("knob-")]
