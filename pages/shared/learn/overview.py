"""All lessons to choose from, in groups."""

from __future__ import annotations

import streamlit as st

from ctrcore.language import say, say_count
from pages.shared.learn import progress
from pages.shared.learn.frame import open_lesson
from pages.shared.learn.lesson import Lesson
from pages.shared.learn.lessons import grouped


def show_overview() -> None:
    """One card a lesson: what it is on, how long it takes, and what of it was done."""
    st.markdown(
        say(
            "Short lessons with real, tiny models that answer at once. "
            "Change a number and see what the model makes of it."
        )
    )
    for title, lessons in grouped():
        st.markdown(f"#### {say(title)}")
        with st.grid(3, min_column_width=250):
            for lesson in lessons:
                with st.container(border=True, height="stretch", key=f"card-{lesson.key}"):
                    _show_card(lesson)


def _show_card(lesson: Lesson) -> None:
    done, steps = len(progress.steps_done(lesson)), len(lesson.steps)
    st.markdown(f"##### {say(lesson.title)}")
    st.markdown(say(lesson.about))
    length = say_count("{count} step", "{count} steps", steps)
    st.caption(say("{length}, about {minutes} minutes", length=length, minutes=lesson.minutes))
    if done:
        st.progress(done / steps, text=say("{done} of {steps} steps done", done=done, steps=steps))
    right = progress.score(lesson)
    if right is not None:
        st.caption(say("Quiz: {right} of {count} right", right=right, count=len(lesson.quiz)))
    label, step = say("Start the lesson"), 1
    if done == steps:
        label = say("Again")
    elif done:
        label, step = say("Go on"), min(set(range(1, steps + 1)) - progress.steps_done(lesson))
    st.button(label, key=f"start-{lesson.key}", on_click=open_lesson, args=(lesson, step))
