"""Three reading levels: they change how much text and how many controls show, never the numbers."""

from __future__ import annotations

from typing import Literal, cast

import streamlit as st

Level = Literal["Simple", "Learn", "Expert"]
LEVELS: tuple[Level, ...] = ("Simple", "Learn", "Expert")


def pick_level() -> None:
    """The choice in the sidebar, kept in the address."""
    st.sidebar.segmented_control(
        "Reading level",
        LEVELS,
        default="Learn",
        required=True,
        key="level",
        bind="query-params",
        width="stretch",
        help="Simple: the essentials. Learn: with explanations. Expert: every control and detail. "
        "The numbers are the same.",
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
