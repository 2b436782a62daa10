"""Draws the stage of a lesson without a browser and tells what stands on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.shared.learn.lesson import Lesson


def facts_of(lesson: Lesson, place: int, knobs: Mapping[str, object]) -> dict[str, Any]:
    """What the stage returns in the step at this place as it begins, with these knobs moved; fails if drawing does."""
    app = AppTest.from_function(_draw, default_timeout=120)
    app.session_state["lesson"], app.session_state["place"] = lesson, place
    moved = {**lesson.steps[place].start, **knobs}
    app.session_state["address-chosen"] = {"set": ",".join(f"{name}:{value}" for name, value in moved.items())}
    app.run()
    assert not app.exception, app.exception
    found: dict[str, Any] = app.session_state["facts"]
    return found


def _draw() -> None:
    import streamlit as st

    lesson = st.session_state["lesson"]
    st.session_state["facts"] = lesson.stage(lesson.steps[st.session_state["place"]])
