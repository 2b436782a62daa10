"""Three reading levels: they change how much text and how many controls show, never the numbers."""

from __future__ import annotations

from typing import Literal, cast

import streamlit as st

from ctrcore.language import mark, say
from pages.shared import address

Level = Literal["Simple", "Learn", "Expert"]
LEVELS: dict[Level, str] = {"Simple": mark("Simple"), "Learn": mark("Learn"), "Expert": mark("Expert")}


def pick_level() -> None:
    """The choice in the sidebar, kept in the address."""
    address.show("level", "level", list(LEVELS), "Learn")
    st.sidebar.segmented_control(
        say("Reading level"),
        list(LEVELS),
        required=True,
        format_func=lambda one: say(LEVELS[one]),
        key="level",
        on_change=address.take,
        args=("level", "level"),
        width="stretch",
        help=say(
            "Simple: the essentials. Learn: with explanations. Expert: every control and detail. "
            "The numbers are the same."
        ),
    )


def level() -> Level:
    """The level chosen."""
    return cast(Level, st.session_state.get("level") or "Learn")


def expert() -> bool:
    """True if every control shall show."""
    return level() == "Expert"


def learn(text: str) -> None:
    """A paragraph that teaches: shown to learners, as an experienced reader or one in a hurry would skip it."""
    if level() == "Learn":
        st.markdown(text)
