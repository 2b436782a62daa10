"""Long looks into a run, asked for by a button and watched while a process of its own takes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from ctrcore.language import say
from ctrcore.runs.files import Record
from ctrcore.runs.run import Run
from ctrcore.runs.studies import Kind, find_study, start_study
from pages.shared.problems import safely, two_sentences
from pages.shared.store import workspace
from pages.shared.tools import plain


def study_result(run: Run, kind: Kind, options: Mapping[str, Any], label: str) -> Record | None:
    """What the study found. Before its end a button that starts it, or its progress, stands here instead.

    Several may stand on one page, also of one run. While one is made anew, its last result is shown below its progress.

    Args:
        run: a run that is done.
        kind: of study.
        options: plain JSON; other options are another study.
        label: of the button, for example "Compute Shapley values".
    """
    key = study_key(run, kind, options)
    found = find_study(run, kind, options)
    if found is not None and found.active:
        _watch(run.id, kind, dict(options), key)
        return found.result()
    result, icon = found.result() if found is not None else None, ":material/play_arrow:"
    if found is not None and found.error is not None:
        two_sentences(found.error.problem, found.error.remedy)
        label, icon = say("Try again"), ":material/refresh:"
    elif result is not None:
        return result
    st.button(
        label,
        icon=icon,
        key=f"start-{key}",
        on_click=safely(start_study),
        args=(run, kind, dict(options)),
    )
    return result


def study_key(run: Run, kind: Kind, options: Mapping[str, Any]) -> str:
    """What the study's widgets are called: they are `start-` and `cancel-` before this."""
    text = json.dumps(dict(options), sort_keys=True)
    return f"{kind}-{run.id}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


@st.fragment(run_every=0.7)
def _watch(run_id: str, kind: Kind, options: dict[str, Any], key: str) -> None:
    found = find_study(workspace().run(run_id), kind, options)
    if found is None or not found.active:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.progress(found.progress, text=plain(say(found.message)) or say("waiting"))
        st.button(say("Cancel"), key=f"cancel-{key}", icon=":material/close:", on_click=safely(found.cancel))
