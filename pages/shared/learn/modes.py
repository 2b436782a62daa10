"""How a lesson is looked at: by a student, on a projector, on paper, or as the piece that a teacher's link shows."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from ctrcore.language import mark, say
from pages.shared import address

_STYLE = (Path(__file__).parent / "frame.css").read_text(encoding="utf-8")
_PRESENT = (Path(__file__).parent / "present.css").read_text(encoding="utf-8")
_LINKS: dict[str, tuple[dict[str, str], str]] = {
    "now": ({}, mark("**This step as it stands**, with everything: for students who go on from here.")),
    "controls": ({"hide": "controls"}, mark("**Without controls**: students look and point, nothing can be moved.")),
    "steps": ({"hide": "steps"}, mark("**Only the stage** with this step's text: no way on, for a slide or a task.")),
    "present": (
        {"show": "present"},
        mark("**Presenter**: large type, no sidebar; PageDown and PageUp turn the steps."),
    ),
    "print": ({"show": "print"}, mark("**Print**: all steps' texts, the stage once, and the quiz with its answers.")),
}


def presenting() -> bool:
    """Whether the lesson is shown on a projector."""
    return address.read("show") == "present"


def printing() -> bool:
    """Whether the lesson is laid out for paper."""
    return address.read("show") == "print"


def only_stage() -> bool:
    """Whether the link hides the steps: what remains is the stage with the text of one step."""
    return "steps" in address.read_list("hide")


def show_style() -> None:
    """The look of a lesson, and of the mode it is in."""
    chrome = presenting() or printing()
    st.html(
        f"<style>{_STYLE}{_PRESENT if chrome else ''}{'html{font-size:125%!important}' if presenting() else ''}</style>"
    )


def show_teach() -> None:
    """Links to what is on the screen now, to be copied."""
    with st.popover(say("Teach"), icon=":material/co_present:", type="tertiary"):
        st.markdown(
            say(
                "Every link opens this step with the controls and the selection as they stand now. "
                "Copy one and send it."
            )
        )
        base = (st.context.url or "").partition("?")[0]
        for name, (extra, text) in _LINKS.items():
            st.markdown(say(text))
            with st.container(key=f"link-{name}"):
                st.code(f"{base}?{_query(extra)}", language=None, wrap_lines=True)


def leave() -> None:
    """Back to the ordinary look."""
    address.write("hide", None)
    address.write("show", None)


def _query(extra: dict[str, str]) -> str:
    keys = ("language", "level", "lesson", "step", "set")
    return urlencode({key: said for key in keys if (said := address.read(key))} | extra, safe=":,")
