"""A few questions at the end of a lesson, with the reason for every answer."""

from __future__ import annotations

import streamlit as st

from ctrcore.language import say
from pages.shared.learn.lesson import Lesson


def show_quiz(lesson: Lesson) -> None:
    """All questions; each answer is judged at once."""
    st.subheader(say("What do you remember?"))
    for number, question in enumerate(lesson.quiz):
        answer = st.radio(
            say(question.text),
            range(len(question.options)),
            index=None,
            format_func=[say(option) for option in question.options].__getitem__,
            key=f"quiz-{lesson.key}-{number}",
        )
        if answer is not None:
            tell = st.success if answer == question.right else st.warning
            tell(say(question.why[answer]))
