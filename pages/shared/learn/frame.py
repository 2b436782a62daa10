"""What is around the stage of a lesson: its steps, the way on and back, and the quiz."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ctrcore.language import say
from pages.shared import address
from pages.shared.learn import knobs
from pages.shared.learn.lesson import Facts, Lesson, Step
from pages.shared.learn.quiz import show_quiz


def show_overview(lessons: Sequence[Lesson]) -> None:
    """All lessons to choose from."""
    st.markdown(say("Short lessons with real, tiny models. Change a number and see what the model makes of it."))
    with st.grid(3, min_column_width=260):
        for lesson in lessons:
            with st.container(border=True, height="stretch"):
                st.markdown(f"#### {say(lesson.title)}")
                st.caption(
                    say("{steps} steps, about {minutes} minutes", steps=len(lesson.steps), minutes=lesson.minutes)
                )
                st.markdown(say(lesson.about))
                st.button(say("Start"), key=f"start-{lesson.key}", on_click=_open, args=(lesson.key, 1))


@st.fragment
def show_lesson(lesson: Lesson) -> None:
    """The step that the address names, beside the stage; after the last one the quiz."""
    number = _step_number(lesson)
    step = lesson.steps[number - 1]
    st.subheader(say(lesson.title))
    st.progress(number / len(lesson.steps))
    words, stage = st.columns([1, 2], gap="large")
    with stage:
        facts = lesson.stage(step)
    with words:
        _show_step(lesson, step, number, facts)
    if number == len(lesson.steps):
        show_quiz(lesson)
    address.flush()


def _show_step(lesson: Lesson, step: Step, number: int, facts: Facts) -> None:
    st.caption(say("Step {number} of {count}", number=number, count=len(lesson.steps)))
    st.markdown(f"#### {say(step.title)}")
    st.markdown(say(step.text))
    if _done(lesson, step, number, facts):
        st.success(say(step.action), icon=":material/check_circle:")
    else:
        st.info(say(step.action), icon=":material/touch_app:")
        st.button(say("Show me"), key="show-me", type="tertiary", on_click=_show_me, args=(step,))
    with st.container(horizontal=True):
        st.button(say("Back"), key="back", disabled=number == 1, on_click=_open, args=(lesson.key, number - 1))
        last = number == len(lesson.steps)
        st.button(say("Next"), key="next", disabled=last, type="primary", on_click=_open, args=(lesson.key, number + 1))


def _done(lesson: Lesson, step: Step, number: int, facts: Facts) -> bool:
    """Whether the action was done since the step was opened; once done it stays so."""
    opened = st.session_state.setdefault(f"opened-{lesson.key}-{number}", dict(facts))
    kept = f"done-{lesson.key}-{number}"
    st.session_state[kept] = st.session_state.get(kept, False) or step.done(facts, opened)
    return bool(st.session_state[kept])


def _step_number(lesson: Lesson) -> int:
    said = address.read("step") or "1"
    return min(max(int(said), 1), len(lesson.steps)) if said.isdecimal() else 1


def _open(lesson: str, step: int) -> None:
    address.write("lesson", lesson)
    address.write("step", str(step))


def _show_me(step: Step) -> None:
    for name, value in step.example.items():
        knobs.put(name, value)
