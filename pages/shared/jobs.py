"""What works in the background right now: uploads being read, models being trained, files being scored."""

from __future__ import annotations

import streamlit as st

from ctrcore.language import say
from pages.shared.store import workspace
from pages.shared.tools import model_badge, plain


def live_jobs() -> None:
    """Progress of every active job; polled while there is one."""
    active = _active()
    if active:
        st.subheader(say("Working now"))
        st.fragment(_panel, run_every=1.0)(active)


def _active() -> int:
    space = workspace()
    return sum(job.active for job in (*space.runs(), *space.datasets(), *space.scorings()))


def _panel(active: int) -> None:
    space = workspace()
    if _active() != active:
        st.rerun()  # one has ended or begun: the tables below change too
    for dataset in space.datasets():
        if dataset.active:
            st.progress(
                dataset.progress,
                text=say(
                    "Reading **{name}**: {message}", name=plain(dataset.name), message=plain(say(dataset.message))
                ),
            )
    for run in reversed(space.runs()):
        if run.active:
            st.progress(run.progress, text=f"{model_badge(run)} **{plain(run.name)}**: {plain(say(run.message))}")
    for scoring in reversed(space.scorings()):
        if scoring.active:
            said = plain(say(scoring.message)) or say("waiting")
            st.progress(scoring.progress, text=say("Scoring **{name}**: {said}", name=plain(scoring.name), said=said))
