"""A few questions at the end of a lesson, with the reason for every answer."""

from __future__ import annotations

import streamlit as st

from ctrcore.language import say
from pages.shared.learn import progress
from pages.shared.learn.lesson import Lesson, Question


def show_quiz(lesson: Lesson) -> None:
    """All questions; each answer is judged at once. The first answer to a question counts."""
    st.subheader(say("What do you remember?"))
    answers = [_ask(lesson, number, question) for number, question in enumerate(lesson.quiz)]
    if None in answers:
        st.caption(say("The first answer to each question counts; after that you may try the others."))
        return
    right = sum(answer == question.right for answer, question in zip(answers, lesson.quiz, strict=True))
    progress.keep_score(lesson, right)
    with st.container(horizontal=True, vertical_alignment="center", key="quiz-score"):
        st.markdown(
            say("**{right} of {count} right at the first try.**", right=right, count=len(answers)), width="content"
        )
        st.button(
            say("Ask me again"),
            key="quiz-again",
            icon=":material/replay:",
            type="tertiary",
            on_click=forget,
            args=(lesson,),
        )


def print_quiz(lesson: Lesson) -> None:
    """All questions with the right answer and its reason, for paper."""
    st.subheader(say("Questions and answers"))
    for number, question in enumerate(lesson.quiz):
        with st.container(key=f"paper-quiz-{number}"):
            st.markdown(f"**{number + 1}. {say(question.text)}**")
            options = [
                ("✓" if place == question.right else "○", say(one)) for place, one in enumerate(question.options)
            ]
            st.markdown("  \n".join(f"{sign} {text}" for sign, text in options))
            st.caption(say(question.why[question.right]))


def forget(lesson: Lesson) -> None:
    """All questions unanswered again."""
    for number in range(len(lesson.quiz)):
        st.session_state.pop(_first(lesson, number), None)
        st.session_state[_key(lesson, number)] = None


def _ask(lesson: Lesson, number: int, question: Question) -> int | None:
    """One question; returns the first answer given to it, None before."""
    first, key = _first(lesson, number), _key(lesson, number)
    if key not in st.session_state:  # a widget that was not drawn for a while is forgotten
        st.session_state[key] = st.session_state.get(first)
    answer: int | None = st.radio(
        say(question.text),
        range(len(question.options)),
        index=None,
        format_func=[say(option) for option in question.options].__getitem__,
        key=key,
    )
    if answer is None:
        return None
    if answer == question.right:
        st.success(say(question.why[answer]), icon=":material/check_circle:")
    else:
        st.warning(say(question.why[answer]), icon=":material/close:")
    kept: int = st.session_state.setdefault(first, answer)
    return kept


def _key(lesson: Lesson, number: int) -> str:
    return f"quiz-{lesson.key}-{number}"


def _first(lesson: Lesson, number: int) -> str:
    return f"first-{lesson.key}-{number}"
