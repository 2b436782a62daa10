"""The language of the visitor, chosen in the sidebar and kept in the address."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ctrcore import language
from pages.shared import address


def follow_visitor() -> None:
    """Let every text speak the language of the visitor in whose run it is said."""
    language.follow(_of_visitor)


def pick_language() -> None:
    """The choice in the sidebar."""
    address.show("language", "language", list(language.LANGUAGES), "en")
    st.sidebar.segmented_control(
        "Language / 语言",
        list(language.LANGUAGES),
        required=True,
        format_func=language.LANGUAGES.__getitem__,
        key="language",
        on_change=address.take,
        args=("language", "language"),
        width="stretch",
    )


def _of_visitor() -> str | None:
    """Also in a part of a page that runs alone; None in a thread that serves nobody."""
    return address.read("language") if get_script_run_ctx(suppress_warning=True) else None
