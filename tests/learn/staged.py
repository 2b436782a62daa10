"""A step's stage drawn without a browser."""

from __future__ import annotations

from collections.abc import Mapping

from streamlit.testing.v1 import AppTest

from pages.shared.learn.lesson import Facts, Step


def drawn(lesson: str, place: int, knobs: Mapping[str, object]) -> tuple[Step, Facts]:
    """The step at this place and what stands on its stage, these knobs moved; fails if drawing it does."""
    app = AppTest.from_function(_draw, kwargs={"lesson": lesson, "place": place, "moved": dict(knobs)})
    app.run(timeout=60)
    assert not app.exception
    return app.session_state["step"], app.session_state["facts"]


def _draw(lesson: str, place: int, moved: dict[str, object]) -> None:
    import streamlit as st

    from pages.shared.learn import knobs
    from pages.shared.learn.lessons import lessons

    step = lessons()[lesson].steps[place]
    for name, value in {**step.start, **moved}.items():
        knobs.put(name, value)
    st.session_state["step"], st.session_state["facts"] = step, lessons()[lesson].stage(step)
