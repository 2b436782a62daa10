"""Each check as a card: the question first, then the figure, what it must reach, and what it found."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ctrcore.explain.trust.check import DEFINITIONS, Check, Thresholds, Verdict, verdict
from ctrcore.explain.trust.words import PERCENT, WORDS_OF, figure_text, finding_text, interval_text, limit_text
from ctrcore.language import Spoken, mark, say, say_count
from pages.shared.level import expert, level
from pages.shared.tools import plain
from pages.shared.trust.verdicts import badge

GROUPS: dict[str, tuple[str, ...]] = {
    mark("Does the picture show what the model does?"): ("T0", "T1"),
    mark("Does it tell what moves the score?"): ("T2", "T3", "T4", "T5", "T6"),
    mark("Does it come from what was learnt?"): ("T7", "T8"),
    mark("Would another try show the same?"): ("T9", "T10", "T11"),
    mark("What else speaks for it or against it?"): ("T12", "T13", "T14"),
}
PLAIN: Spoken[Verdict] = Spoken(
    {
        "green": mark("This speaks for the picture."),
        "amber": mark("This is neither good nor bad enough to tell."),
        "red": mark("This speaks against the picture."),
        "shown": mark("There is a figure, but it is not judged."),
    }
)
assert sorted(one for group in GROUPS.values() for one in group) == sorted(DEFINITIONS)


def show_cards(checks: Sequence[Check], thresholds: Thresholds) -> None:
    """All checks, by what they ask."""
    for title, ids in GROUPS.items():
        mine = [check for name in ids for check in checks if check.id == name]
        if not mine:
            continue
        st.markdown(f"### {say(title)} {_counts(mine, thresholds)}")
        with st.grid(3, min_column_width=240):
            for check in mine:
                _card(check, thresholds)


def show_questions() -> None:
    """What will be asked, before it is."""
    with st.container(border=True, key="trust-questions"):
        st.markdown(say("#### What will be asked"))
        with st.grid(2, min_column_width=300):
            for title, ids in GROUPS.items():
                asked = "\n".join(f"- {_id_of(name)}{plain(DEFINITIONS[name].question)}" for name in ids)
                st.markdown(f"**{say(title)}**\n{asked}")


def _counts(checks: Sequence[Check], thresholds: Thresholds) -> str:
    verdicts = [verdict(check, thresholds) for check in checks]
    order: tuple[Verdict, ...] = ("red", "amber", "green")
    return " ".join(badge(one, _counted(one, verdicts.count(one))) for one in order if one in verdicts)


def _counted(one: Verdict, count: int) -> str:
    if one == "amber":
        return say_count("{count} unsure", "{count} unsure", count)
    if one == "red":
        return say_count("{count} fails", "{count} fail", count)
    return say_count("{count} holds", "{count} hold", count)


def _id_of(name: str) -> str:
    """The check's number, for those who want to look it up."""
    return "" if level() == "Simple" else f"**{name}** "


def _card(check: Check, thresholds: Thresholds) -> None:
    about, limit = DEFINITIONS[check.id], thresholds.of(check.id)
    found = verdict(check, thresholds)
    with st.container(border=True, key=f"check-{check.id}", height="stretch", gap="xsmall"):
        if level() == "Simple":
            _simple_card(check, found, thresholds)
            return
        st.markdown(f"{badge(found)} {check.id} {about.title}")
        definition = say("**How it is computed.** {definition}", definition=plain(about.definition))
        st.markdown(f"**{about.question}**", help=None if expert() else definition)
        if check.value is not None:
            ends, figure = interval_text(check), figure_text(check.id, check.value, limit)
            st.markdown(f"### {figure}{f' :small[:gray[95{PERCENT}: {ends}]]' if ends else ''}")
        st.markdown(plain(finding_text(check)))
        said = [limit_text(check.id, limit), say("sample of {rows:,} rows", rows=check.rows) if check.rows else ""]
        st.caption(" · ".join(part for part in said if part))
        if expert():
            st.caption(definition)


def _simple_card(check: Check, found: Verdict, thresholds: Thresholds) -> None:
    """The question, the verdict and one plain sentence; the figure is the same as everywhere."""
    st.markdown(f"{badge(found)} **{DEFINITIONS[check.id].question}**")
    if check.value is None:
        # The planted truth has several figures, drawn below the cards.
        told = (
            say("There are figures, but they are not judged.")
            if check.details
            else say("This cannot be answered here.")
        )
        st.markdown(told, help=plain(finding_text(check)))
        return
    st.markdown(PLAIN[found], help=plain(finding_text(check)))
    said = [
        say("Figure: {figure}", figure=figure_text(check.id, check.value, thresholds.of(check.id))),
        *([say("sample of {rows:,} rows", rows=check.rows)] if check.rows else []),
    ]
    st.caption(" · ".join(said))


def checks_table(checks: Sequence[Check], thresholds: Thresholds) -> pd.DataFrame:
    """The checks as a table, for the CSV file."""
    return pd.DataFrame(
        [
            {
                "check": one.id,
                "title": DEFINITIONS[one.id].title,
                "question": DEFINITIONS[one.id].question,
                "verdict": WORDS_OF[verdict(one, thresholds)],
                "figure": one.value,
                "low": one.low,
                "high": one.high,
                "rows": one.rows,
                "limit": limit_text(one.id, thresholds.of(one.id)),
                "finding": finding_text(one),
                "definition": DEFINITIONS[one.id].definition,
            }
            for one in checks
        ]
    )
