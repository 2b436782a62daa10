"""Which kinds of slices are shown, and how many rows a slice has to have."""

from __future__ import annotations

import streamlit as st

from ctrcore.comparing.groupings import Grouping
from ctrcore.language import Spoken, mark, say
from pages.shared.level import level

KINDS = Spoken(
    {
        "field": mark("fields"),
        "history": mark("length of the history"),
        "activity": mark("activity of the user"),
        "popularity": mark("popularity of the item"),
        "cold": mark("new or known"),
        "time": mark("time"),
    }
)
LEAST = 100


def pick_slices(found: list[Grouping]) -> tuple[list[str], int]:
    """The kinds of slices, and how many rows a slice has to have."""
    there = [kind for kind in KINDS if any(one.kind == kind for one in found)]
    kinds, least = there, LEAST
    if level() != "Simple":
        kinds = st.pills(
            say("Slices by"),
            there,
            selection_mode="multi",
            default=there,
            format_func=KINDS.__getitem__,
            key="slices-kinds",
        )
    if level() == "Expert":
        least = st.number_input(say("Least rows of a slice"), 20, 1_000_000, LEAST, 10, key="slices-least", width=200)
    return list(kinds), int(least)
