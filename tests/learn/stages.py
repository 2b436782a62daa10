"""Draws the stage of a lesson without a browser and tells what stands on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.shared.learn.lesson import Lesson


def facts_of(lesson: Lesson, place: int, knobs: Mapping[str, object]) -> dict[str, Any]:
    """What the stage returns in the step at this place, with these knobs set."""
    return _facts(_app(lesson), place, knobs)


def undone(lesson: Lesson) -> list[str]:
    """Titles of the steps whose example does not do their action, or whose action is done before anything is."""
    app, titles = _app(lesson), []
    for place, step in enumerate(lesson.steps):
        opened, now = _facts(app, place, step.start), _facts(app, place, {**step.start, **step.example})
        if step.done(opened, opened) or not step.done(now, opened):
            titles.append(step.title)
    return titles


def _app(lesson: Lesson) -> AppTest:
    app = AppTest.from_function(_draw, default_timeout=120)
    app.session_state["lesson"] = lesson
    return app


def _facts(app: AppTest, place: int, knobs: Mapping[str, object]) -> dict[str, Any]:
    app.session_state["place"] = place
    app.session_state["address-chosen"] = {"set": ",".join(f"{name}:{value}" for name, value in knobs.items())}
    app.run()
    assert not app.exception, app.exception
    found: dict[str, Any] = app.session_state["facts"]
    return found


def _draw() -> None:
    import streamlit as st

    lesson = st.session_state["lesson"]
    st.session_state["facts"] = lesson.stage(lesson.steps[st.session_state["place"]])
