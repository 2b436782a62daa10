"""Every error a user meets: what is wrong, and how to mend it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st
from pydantic import ValidationError

from ctrcore.errors import CtrLensError
from ctrcore.language import say
from pages.shared.tools import plain

_KEPT = "kept-problem"
log = logging.getLogger("ctr_lens")


def two_sentences(problem: str, remedy: str) -> None:
    """One red box: the problem in bold, the remedy below it."""
    st.error(f"**{plain(say(problem))}**  \n{plain(say(remedy))}", icon=":material/error:")


def show_problem(error: Exception) -> bool:
    """Show an error in two sentences; the traceback of an unexpected one goes to the log."""
    if isinstance(error, CtrLensError):
        two_sentences(error.problem, error.remedy)
    elif isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "a setting"
        two_sentences(say("The value of '{place}' cannot be used.", place=place), f"{first['msg']}.")
    else:
        log.error("unexpected error", exc_info=error)
        two_sentences(
            say("Something went wrong inside the app ({name}).", name=type(error).__name__),
            say("Reload the page; the server's log says more."),
        )
    return True


def safely(action: Callable[..., object]) -> Callable[..., None]:
    """A button's callback whose error does not wipe the page: it is shown by the next `show_kept`."""

    def guarded(*args: object, **kwargs: object) -> None:
        try:
            action(*args, **kwargs)
        except (CtrLensError, ValidationError) as error:
            st.session_state[_KEPT] = error

    return guarded


def show_kept() -> None:
    """The error of the last callback, once."""
    error = st.session_state.pop(_KEPT, None)
    if error is not None:
        show_problem(error)


@contextmanager
def problems_shown() -> Iterator[None]:
    """Run a part of a page; an error the user can mend takes its place, and the rest of the page still shows."""
    try:
        yield
    except (CtrLensError, ValidationError) as error:
        show_problem(error)
