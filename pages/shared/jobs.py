"""What works in the background right now: uploads being read, models being trained, files being scored."""

from __future__ import annotations

import streamlit as st

from pages.shared.store import workspace
from pages.shared.tools import model_badge, plain


def live_jobs() -> None:
    """Progress of every active job; polled while there is one."""
    active = _active()
    if active:
        st.subheader("Working now")
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
            st.progress(dataset.progress, text=f"Reading **{plain(dataset.name)}**: {plain(dataset.message)}")
    for run in reversed(space.runs()):
        if run.active:
            st.progress(run.progress, text=f"{model_badge(run)} **{plain(run.name)}**: {plain(run.message)}")
    for scoring in reversed(space.scorings()):
        if scoring.active:
            said = plain(scoring.message) or "waiting"
            st.progress(scoring.progress, text=f"Scoring **{plain(scoring.name)}**: {said}")
