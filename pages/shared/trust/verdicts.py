"""A verdict as people see it: a colour, an icon and a word, never the colour alone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ctrcore.explain.trust.check import DEFINITIONS, Check, Thresholds, Verdict, verdict
from ctrcore.explain.trust.words import WORDS_OF, figure_text, interval_text, limit_text
from pages.shared.level import expert
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
    """Verdict, check and figure in a line of Markdown, with what it found."""
    figure = f" · {figure_text(check.id, check.value)}" if check.value is not None else ""
    return (
        f"{badge(verdict(check, thresholds))} **{check.id} {DEFINITIONS[check.id].title}**{figure}  \n"
        f"{plain(check.says)}"
    )


def define(check: Check, thresholds: Thresholds) -> None:
    """What the check asks, when it passes, and how its figure is computed."""
    about = DEFINITIONS[check.id]
    limit = thresholds.of(check.id)
    st.caption(f"{about.question} It {'is ' * (limit is None)}{limit_text(check.id, limit)}.")
    if expert():
        st.caption(f"Figure: {plain(about.definition)}")


def as_records(checks: Sequence[Check], thresholds: Thresholds) -> list[dict[str, object]]:
    """The checks as rows of a table."""
    return [
        {
            "check": one.id,
            "title": DEFINITIONS[one.id].title,
            "verdict": WORDS_OF[verdict(one, thresholds)],
            "figure": one.value,
            "low": one.low,
            "high": one.high,
            "rows": one.rows,
            "limit": limit_text(one.id, thresholds.of(one.id)),
            "finding": one.says,
            "definition": DEFINITIONS[one.id].definition,
        }
        for one in checks
    ]


def interval_of(check: Check) -> str:
    """The interval of its figure in brackets, or nothing."""
    text = interval_text(check)
    return f"95 %: {text}" if text else ""
