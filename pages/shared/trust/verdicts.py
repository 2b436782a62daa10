"""A verdict as people see it: a colour, an icon and a word, never the colour alone."""

from __future__ import annotations

import streamlit as st

from ctrcore.explain.trust.check import DEFINITIONS, Check, Thresholds, Verdict, verdict
from ctrcore.explain.trust.words import WORDS_OF, figure_text, finding_text, limit_text
from pages.shared.level import level
from pages.shared.tools import plain

LOOKS: dict[Verdict, tuple[str, str]] = {
    "green": ("green", "check_circle"),
    "amber": ("orange", "warning"),
    "red": ("red", "cancel"),
    "shown": ("gray", "info"),
}


def badge(found: Verdict, word: str | None = None) -> str:
    """A verdict in Markdown; `word` takes the place of its own."""
    color, icon = LOOKS[found]
    return f":{color}-badge[:material/{icon}: {word or WORDS_OF[found]}]"


def alert(found: Verdict, text: str) -> None:
    """A sentence in a box of the verdict's colour."""
    show = {"green": st.success, "amber": st.warning, "red": st.error, "shown": st.info}[found]
    show(text, icon=f":material/{LOOKS[found][1]}:")


def one_line(check: Check, thresholds: Thresholds) -> str:
    """Verdict, check, figure and limit in a line of Markdown, with what it found below; in Simple without terms."""
    limit = thresholds.of(check.id)
    figure = "" if check.value is None else f" · **{figure_text(check.id, check.value, limit)}**"
    judged = f" ({limit_text(check.id, limit)})" if limit is not None and check.value is not None else ""
    title = DEFINITIONS[check.id].title
    said = f"{badge(verdict(check, thresholds))} "
    if level() == "Simple":
        return f"{said}**{DEFINITIONS[check.id].question}**{figure}"
    return f"{said}**{check.id} {title}**{figure}{judged}  \n{plain(finding_text(check))}"
