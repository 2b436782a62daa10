"""What was done in the lessons since the visitor came."""

from __future__ import annotations

import streamlit as st

from pages.shared.learn.lesson import Facts, Lesson, Step

_DONE, _AT, _OPENED, _SCORES = "learn-done", "learn-at", "learn-opened", "learn-scores"


def notice(lesson: Lesson, step: Step, number: int, facts: Facts) -> bool:
    """Whether the step's action was done, since it was opened or on an earlier visit.

    Args:
        lesson: that is open.
        step: that is shown. number: its place, from 1.
        facts: what stands on the stage now.
    """
    if st.session_state.get(_AT) != (lesson.key, number):
        st.session_state[_AT] = (lesson.key, number)
        st.session_state[_OPENED] = dict(facts)
    done = steps_done(lesson)
    if number not in done and step.done(facts, st.session_state[_OPENED]):
        done.add(number)
    return number in done


def steps_done(lesson: Lesson) -> set[int]:
    """The numbers of the steps whose action was done."""
    found: set[int] = st.session_state.setdefault(_DONE, {}).setdefault(lesson.key, set())
    return found


def keep_score(lesson: Lesson, right: int) -> None:
    """The quiz was answered to its end."""
    st.session_state.setdefault(_SCORES, {})[lesson.key] = right


def score(lesson: Lesson) -> int | None:
    """Right answers in the quiz; None while it is not finished."""
    found: int | None = st.session_state.get(_SCORES, {}).get(lesson.key)
    return found


def forget(lesson: Lesson) -> None:
    """As if the lesson had never been opened."""
    st.session_state.setdefault(_DONE, {}).pop(lesson.key, None)
    st.session_state.setdefault(_SCORES, {}).pop(lesson.key, None)
    st.session_state.pop(_AT, None)
