"""The frame of a lesson: what is done is remembered, the quiz judges, links carry what is on the screen."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.runs.workspace import Workspace
from pages.shared.learn.lessons import lessons
from tests.pages.conftest import Open, texts
from tests.pages.test_learn import buttons

PAIRS = lessons()["pairs"]


@pytest.fixture
def app(empty_space: Workspace, visit: Open) -> AppTest:
    return visit("learn.py", lesson="pairs", step="1")


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    assert not app.error
    return app


def dots(app: AppTest) -> list[str]:
    return list(app.segmented_control(key="learn-dots").options)


def knobs_set(app: AppTest) -> set[str]:
    """As the address names them."""
    found: str = app.query_params["set"]
    return set(found.split(","))


def test_what_is_done_survives_going_on_and_back(app: AppTest) -> None:
    assert not app.success
    press(app, "show-me")
    press(app, "next")
    assert not app.success
    assert dots(app)[0] == "✓ 1"
    press(app, "back")
    assert app.success[0].value == PAIRS.steps[0].action


def test_an_action_is_noticed_when_the_reader_does_it(app: AppTest) -> None:
    app.segmented_control(key="knob-age").set_value("middle").run()
    assert app.success[0].value == PAIRS.steps[0].action
    assert "age:middle" in knobs_set(app)


def test_knobs_stay_from_step_to_step_until_starting_over(app: AppTest) -> None:
    press(app, "show-me")
    press(app, "next")
    assert app.segmented_control(key="knob-age").value == "old", "the next step says nothing about the age"
    press(app, "start-over")
    assert app.segmented_control(key="knob-age").value == "young"
    assert app.query_params["step"] == "1"
    assert dots(app)[0] == "1"
    assert not app.success


def test_a_step_begins_as_its_text_wants_it(app: AppTest) -> None:
    app.segmented_control(key="learn-dots").set_value("6").run()
    assert app.segmented_control(key="knob-model").value == "fm"
    app.segmented_control(key="knob-model").set_value("lr").run()
    press(app, "next")
    assert app.segmented_control(key="knob-model").value == "fm"
    press(app, "back")
    press(app, "back")
    assert app.segmented_control(key="knob-model").value == "lr", "step 5 begins before the pairs"


def test_a_link_keeps_the_knobs_it_names(empty_space: Workspace, visit: Open) -> None:
    app = visit("learn.py", lesson="pairs", step="9", set="category:books")
    assert {"model:fm", "category:books", "move:3.0"} <= knobs_set(app)
    assert app.slider(key="knob-move").value == 3.0


def test_the_answer_comes_after_the_tick(app: AppTest) -> None:
    app.segmented_control(key="learn-dots").set_value("6").run()
    assert PAIRS.steps[5].after not in texts(app)
    press(app, "show-me")
    assert PAIRS.steps[5].after in texts(app)


def test_a_dot_jumps(app: AppTest) -> None:
    app.segmented_control(key="learn-dots").set_value("7").run()
    assert PAIRS.steps[6].title in texts(app)
    assert app.query_params["step"] == "7"


def test_all_lessons_shows_what_was_done(app: AppTest) -> None:
    press(app, "show-me")
    press(app, "all-lessons")
    assert "lesson" not in app.query_params
    assert app.get("progress")[0].proto.text == f"1 of {len(PAIRS.steps)} steps done"
    press(app, "start-pairs")
    assert app.query_params["step"] == "2", "it goes on with what is not done"


def test_the_quiz_judges_at_once_and_counts_first_answers(empty_space: Workspace, visit: Open) -> None:
    app = visit("learn.py", lesson="pairs", step="quiz")
    assert f"{len(PAIRS.steps)} steps are still open" in texts(app)
    first = PAIRS.quiz[0]
    wrong = (first.right + 1) % len(first.options)
    app.radio(key="quiz-pairs-0").set_value(wrong).run()
    assert app.warning[0].value == first.why[wrong]
    app.radio(key="quiz-pairs-0").set_value(first.right).run()
    assert app.success[0].value == first.why[first.right]
    assert "at the first try" not in texts(app)
    for number, question in enumerate(PAIRS.quiz[1:], start=1):
        app.radio(key=f"quiz-pairs-{number}").set_value(question.right).run()
    count = len(PAIRS.quiz)
    assert f"{count - 1} of {count} right at the first try" in texts(app)
    press(app, "back")
    press(app, "next")
    assert app.radio(key="quiz-pairs-0").value == wrong, "the answer that counts"
    assert f"{count - 1} of {count} right" in texts(app)
    press(app, "quiz-again")
    assert [radio.value for radio in app.radio] == [None] * count
    press(app, "next-lesson")
    assert app.query_params["lesson"] == list(lessons())[1]


def test_links_for_teachers_carry_the_present_state(app: AppTest) -> None:
    press(app, "show-me")
    links = [parse_qs(code.value.partition("?")[2]) for code in app.code]
    assert len(links) == 5
    for link in links:
        assert (link["lesson"], link["step"]) == (["pairs"], ["1"])
        assert "age:old" in link["set"][0].split(",")
    assert [link.get("hide", link.get("show", [""]))[0] for link in links] == [
        "",
        "controls",
        "steps",
        "present",
        "print",
    ]


def test_a_link_without_controls_keeps_its_knobs(empty_space: Workspace, visit: Open) -> None:
    app = visit("learn.py", lesson="pairs", step="3", set="model:fm,device:computer", hide="controls")
    assert {"model:fm", "device:computer"} <= knobs_set(app)
    press(app, "next")
    assert "device:computer" in knobs_set(app)
    assert app.query_params["hide"] == "controls"
    assert "show-me" in buttons(app)


def test_the_lessons_own_numbers_are_those_in_its_text() -> None:
    from ctrcore.learn.pairs import error, world

    shop = world()
    assert (
        f"off by {100 * error(shop, 'fm'):.0f} points on average, LR by {100 * error(shop, 'lr'):.0f}."
        in PAIRS.steps[-1].text
    )
