"""What is around the stage of a lesson: its steps, the way on and back, and the quiz."""

from __future__ import annotations

import streamlit as st

from ctrcore.language import say, say_count
from pages.shared import address
from pages.shared.learn import knobs, modes, progress, quiz
from pages.shared.learn.lesson import Lesson, Step

QUIZ = "quiz"  # stands in the address for the step after the last one


def show_lesson(lesson: Lesson, following: Lesson | None = None) -> None:
    """The step that the address names, beside the stage; after the last one the quiz.

    Args:
        lesson: to show.
        following: what is best read after it.
    """
    modes.show_style()
    if modes.printing():
        _show_print(lesson)
    else:
        _show(lesson, following, _view())


def open_lesson(lesson: Lesson, step: int = 1) -> None:
    """Go to a step of a lesson, with every control at its start."""
    knobs.clear()
    modes.leave()
    address.write("lesson", lesson.key)
    _go(lesson, step)


def _view() -> tuple[str | None, ...]:
    """What needs more than this part of the page to run again when it changes."""
    return tuple(address.read(key) for key in ("lesson", "hide", "show"))


@st.fragment
def _show(lesson: Lesson, following: Lesson | None, view: tuple[str | None, ...]) -> None:
    if _view() != view:
        st.rerun()  # a button below led to another lesson, to all of them, or out of a mode
    number = _step_number(lesson)
    with st.container(key="lesson-body"):
        _show_head(lesson, number)
        if number > len(lesson.steps):
            _show_quiz(lesson, following)
        else:
            with st.container(key="lesson-columns"):
                words, stage = st.columns([2, 4], gap="medium")
            step = lesson.steps[number - 1]
            knobs.put_missing(step.start)
            with stage, st.container(key="lesson-stage"):
                facts = lesson.stage(step)
            with words, st.container(key="lesson-words"):
                done = progress.notice(lesson, step, number, facts)
                _show_step(lesson, number, done)
    address.flush()


def _show_head(lesson: Lesson, number: int) -> None:
    """The title, what a teacher or a reader may do with the lesson, and its steps to jump to."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson-head"):
        st.subheader(say(lesson.title), width="stretch")
        if modes.presenting() or modes.only_stage():
            st.button(
                say("Ordinary view"),
                key="leave-mode",
                type="tertiary",
                icon=":material/close_fullscreen:",
                on_click=modes.leave,
            )
        else:
            modes.show_teach()
            st.button(
                say("Start over"),
                key="start-over",
                type="tertiary",
                icon=":material/restart_alt:",
                on_click=_start_over,
                args=(lesson,),
            )
            st.button(say("All lessons"), key="all-lessons", type="tertiary", icon=":material/apps:", on_click=_leave)
    if not modes.only_stage():
        _show_dots(lesson, number)


def _show_dots(lesson: Lesson, number: int) -> None:
    steps = [str(place + 1) for place in range(len(lesson.steps))]
    done = progress.steps_done(lesson)
    shown = QUIZ if number > len(steps) else str(number)
    if st.session_state.get("learn-dots") != shown:
        st.session_state["learn-dots"] = shown
    st.segmented_control(
        say("Steps"),
        [*steps, QUIZ],
        required=True,
        format_func=lambda one: say("Quiz") if one == QUIZ else f"✓ {one}" if int(one) in done else one,
        key="learn-dots",
        on_change=_jump,
        args=(lesson,),
        label_visibility="collapsed",
    )


def _show_step(lesson: Lesson, number: int, done: bool) -> None:
    step = lesson.steps[number - 1]
    st.markdown(f"#### {say(step.title)}")
    st.markdown(say(step.text))
    if modes.only_stage():
        return
    with st.container(key=f"lesson-action-{number}"):
        if done:
            st.success(say(step.action), icon=":material/check_circle:")
            if step.after:
                st.markdown(say(step.after))
        else:
            st.info(say(step.action), icon=":material/touch_app:")
    st.button(
        say("Show me"), key="show-me", type="tertiary", icon=":material/visibility:", on_click=_show_me, args=(step,)
    )
    _show_way(lesson, number)


def _show_way(lesson: Lesson, number: int) -> None:
    """Back and on; on a projector also by the keys that a presenter's remote sends."""
    back, on = ("PageUp", "PageDown") if modes.presenting() else (None, None)
    steps = len(lesson.steps)
    with st.container(horizontal=True, key="lesson-way"):
        st.button(say("Back"), key="back", disabled=number == 1, on_click=_go, args=(lesson, number - 1), shortcut=back)
        if number <= steps:
            label = say("Next") if number < steps else say("To the quiz")
            st.button(label, key="next", type="primary", on_click=_go, args=(lesson, number + 1), shortcut=on)


def _show_quiz(lesson: Lesson, following: Lesson | None) -> None:
    with st.container(width=720, key="lesson-quiz"):
        left = len(lesson.steps) - len(progress.steps_done(lesson))
        if left:
            st.caption(
                say_count(
                    "{count} step is still open. You may answer now and return to it later: nothing is lost.",
                    "{count} steps are still open. You may answer now and return to them later: nothing is lost.",
                    left,
                )
            )
        quiz.show_quiz(lesson)
        _show_way(lesson, len(lesson.steps) + 1)
        if following is not None:
            st.button(
                say("Next lesson: {title}", title=say(following.title)),
                key="next-lesson",
                icon=":material/arrow_forward:",
                on_click=open_lesson,
                args=(following,),
            )


def _show_print(lesson: Lesson) -> None:
    """All steps' texts with the stage once, and the quiz with its answers."""
    with st.container(horizontal=True, key="no-print-head"):
        st.caption(say("Laid out for paper: print it with Ctrl+P, best with the light theme."), width="stretch")
        st.button(say("Ordinary view"), key="leave-mode", type="tertiary", on_click=modes.leave)
    st.header(say(lesson.title))
    st.markdown(say(lesson.about))
    number = min(_step_number(lesson), len(lesson.steps))
    knobs.put_missing(lesson.steps[number - 1].start)
    lesson.stage(lesson.steps[number - 1])
    for place, step in enumerate(lesson.steps):
        with st.container(key=f"paper-step-{place}"):
            st.markdown(f"#### {place + 1}. {say(step.title)}")
            st.markdown(say(step.text))
            st.markdown(f"☐ *{say(step.action)}*")
    quiz.print_quiz(lesson)


def _step_number(lesson: Lesson) -> int:
    """From 1; one more than there are steps for the quiz."""
    said = address.read("step") or "1"
    if said == QUIZ:
        return len(lesson.steps) + 1
    return min(max(int(said), 1), len(lesson.steps)) if said.isascii() and said.isdecimal() and len(said) < 9 else 1


def _go(lesson: Lesson, number: int) -> None:
    """Turn to a step, as its text wants it; to the quiz after the last one."""
    if number > len(lesson.steps):
        address.write("step", QUIZ)
        return
    address.write("step", str(number))
    for name, value in lesson.steps[number - 1].start.items():
        knobs.put(name, value)


def _jump(lesson: Lesson) -> None:
    said = st.session_state["learn-dots"]
    _go(lesson, len(lesson.steps) + 1 if said == QUIZ else int(said))


def _leave() -> None:
    for key in ("lesson", "step"):
        address.write(key, None)
    knobs.clear()


def _start_over(lesson: Lesson) -> None:
    knobs.clear()
    progress.forget(lesson)
    quiz.forget(lesson)
    _go(lesson, 1)


def _show_me(step: Step) -> None:
    for name, value in step.example.items():
        knobs.put(name, value)
