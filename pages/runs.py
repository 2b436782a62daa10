"""Runs: everything trained so far, to open, name, tag, move, resume and delete."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from ctrcore.figures.style import MODEL_TITLES
from ctrcore.language import mark, say
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.jobs import live_jobs
from pages.shared.level import expert
from pages.shared.preview import PARTS
from pages.shared.problems import problems_shown, safely, show_problem, two_sentences
from pages.shared.store import workspace
from pages.shared.tools import STATES, ago, duration, model_badge, plain, state_badge

INSIDE = {
    "afm": ("afm.py", mark("AFM attention")),
    "fibinet": ("senet.py", mark("SENet importance")),
    "din": ("din.py", mark("DIN attention")),
}


def table_of_runs(runs: list[Run]) -> Run | None:
    """All runs; returns the one chosen in the table or by the address."""
    datasets = {dataset.id: dataset.name for dataset in workspace().datasets()}
    table = pd.DataFrame([_row(run, datasets) for run in runs])
    event = st.dataframe(
        table,
        hide_index=True,
        key=table_key(runs),
        on_select="rerun",
        selection_mode="single-row",
        height=min(42 + 35 * len(table), 400),
        alt=say("All runs, newest first"),
        column_config={
            "name": say("Run"),
            "model": say("Model"),
            "state": say("State"),
            "auc": st.column_config.NumberColumn(say("Test AUC"), format="%.4f", help=WORDS["auc"]),
            "curve": st.column_config.LineChartColumn(
                say("Validation AUC"), width="small", help=say("Over the epochs.")
            ),
            "dataset": say("Dataset"),
            "tags": st.column_config.ListColumn(say("Tags")),
            "created": st.column_config.DatetimeColumn(say("Started"), format="distance"),
        },
    )
    picked = event["selection"]["rows"]
    if picked and picked[0] < len(runs):
        address.write("run", runs[picked[0]].id)
    wanted = address.read("run")
    return next((run for run in runs if run.id == wanted), None)


def table_key(runs: list[Run]) -> str:
    """Another one for other runs: the table keeps the position of a chosen line, not what stands there."""
    return f"runs-table-{runs[0].id}-{len(runs)}"


def _row(run: Run, datasets: dict[str, str]) -> dict[str, Any]:
    return {
        "name": run.name,
        "model": MODEL_TITLES[run.spec.model.name],
        "state": STATES[run.state],
        "auc": ((run.metrics() or {}).get("test") or {}).get("auc"),
        "curve": [record["valid_auc"] for record in run.events() if record.get("kind") == "epoch"],
        "dataset": datasets.get(run.spec.dataset, "(deleted)"),
        "tags": run.spec.tags,
        "created": datetime.fromtimestamp(run.created),
    }


def show_run(run: Run) -> None:
    """One run: what it is, where to look at it, and what can be done with it."""
    with st.container(border=True, key="run-card"):
        st.markdown(f"### {plain(run.name)} {model_badge(run)} {state_badge(run.state)}")
        st.caption(say("{created} · id {id}", created=ago(run.created), id=run.id))
        if run.error is not None:
            two_sentences(run.error.problem, run.error.remedy)
        if run.state == "done":
            links(run)
            card(run)
        rename(run)
        actions(run)
        details(run)


def links(run: Run) -> None:
    """Pages that show the run."""
    query = {"dataset": run.spec.dataset, "runs": run.id}
    with st.container(horizontal=True):
        st.page_link("compare.py", label=say("Compare"), icon=":material/leaderboard:", query_params=query)
        if run.spec.model.name in INSIDE:
            page, label = INSIDE[run.spec.model.name]
            own = {"dataset": run.spec.dataset, run.spec.model.name: run.id}
            st.page_link(page, label=say(label), icon=":material/search:", query_params=own)


def card(run: Run) -> None:
    """What the run cost and where it was trained."""
    figures = run.metrics() or {}
    versions = figures.get("versions", {})
    with st.grid(4, min_column_width=130):
        st.metric(say("Parameters"), f"{figures.get('parameters', 0):,}", help=WORDS["parameters"])
        st.metric(
            say("Training"), duration(figures.get("seconds") or 0.0), help=say("Without preparing rows and measuring.")
        )
        st.metric(
            say("Best epoch"),
            say("{best} of {epochs}", best=figures.get("best_epoch"), epochs=figures.get("epochs")),
            help=WORDS["epoch"],
        )
        st.metric(
            say("Size"), f"{run.size_bytes / 1e6:.1f} MB", help=say("On disk, with predictions and explanations.")
        )
    rows = " · ".join(f"{PARTS[part]}: {count:,}" for part, count in figures.get("rows", {}).items())
    st.caption(
        plain(
            say(
                "{rows} · trained on {device} ({device_name}) · {versions}",
                rows=rows,
                device=figures.get("device", "?"),
                device_name=figures.get("device_name", "?"),
                versions=", ".join(f"{name} {version}" for name, version in versions.items()),
            )
        )
    )


def rename(run: Run) -> None:
    """Name and tags."""
    with st.form(f"edit-{run.id}", border=False):
        name, tags, save = st.columns([3, 3, 1], vertical_alignment="bottom")
        new = name.text_input(say("Name"), run.spec.name, max_chars=200)
        words = tags.text_input(
            say("Tags"), ", ".join(run.spec.tags), help=say("Words to find the run by, divided by commas.")
        )
        if save.form_submit_button(say("Save"), width="stretch"):
            try:
                workspace().rename(run.id, new)
                workspace().tag(run.id, words.split(","))
            except Exception as error:
                show_problem(error)
            else:
                st.rerun()


def actions(run: Run) -> None:
    """Stop, go on, take away, delete."""
    with st.container(horizontal=True):
        if run.active:
            st.button(
                say("Cancel"),
                icon=":material/close:",
                on_click=safely(workspace().cancel),
                args=(run.id,),
                key="cancel-run",
            )
        elif run.state in ("failed", "cancelled"):
            st.button(
                say("Resume") if run.has_checkpoint else say("Retry"),
                icon=":material/replay:",
                on_click=safely(workspace().resume),
                args=(run.id,),
                key="resume-run",
            )
        if run.state == "done":
            st.download_button(
                say("Export"),
                lambda: workspace().export(run.id),
                file_name=f"{run.id}.zip",
                mime="application/zip",
                icon=":material/archive:",
                key="export-run",
                on_click="ignore",
                help=say(
                    "A zip file with the model (safetensors), its settings and scores. It can be imported elsewhere."
                ),
            )
        if not run.active and st.button(say("Delete"), icon=":material/delete:", key="delete-run"):
            st.dialog(say("Delete this run?"))(confirm_delete)(run)


def confirm_delete(run: Run) -> None:
    """Ask once more."""
    st.markdown(
        say(
            "**{name}** and its model, scores and explanations are removed. This cannot be undone.",
            name=plain(run.name),
        )
    )
    with st.container(horizontal=True):
        if st.button(say("Delete"), type="primary", key="really-delete"):
            with problems_shown():
                workspace().delete(run.id)
                address.write("run", None)
                st.rerun()
        if st.button(say("Keep it"), key="keep-run"):
            st.rerun()


def details(run: Run) -> None:
    """Settings and log, for those who want them."""
    log = run.log()
    if log.strip() and (expert() or run.state == "failed"):
        with st.expander(say("Log"), icon=":material/terminal:"):
            st.code(log, language=None, wrap_lines=True)
    if expert():
        with st.expander(say("Settings"), icon=":material/settings:"):
            st.json(run.spec.model_dump(mode="json"), expanded=1)


def take_in() -> None:
    """A run exported elsewhere."""
    with st.expander(say("Import a run"), icon=":material/unarchive:"):
        file = st.file_uploader(say("A zip file made by Export"), type="zip", key="import-file")
        if file is not None and st.button(say("Import"), type="primary", key="import-run"):
            with problems_shown():
                address.write("run", workspace().import_run(file.getvalue()))
                st.rerun()


live_jobs()
found = workspace().runs()
if found:
    chosen = table_of_runs(found)
    if chosen is None:
        st.caption(say("Choose a run by the box at the left of its line."))
    else:
        with problems_shown():
            show_run(chosen)
else:
    st.info(
        say("**Nothing has been trained yet.**  \nTrain models, or open the demo on the home page."),
        icon=":material/info:",
    )
    st.page_link("train.py", label=say("Go to Train"), icon=":material/model_training:")
for broken in workspace().damaged_runs():
    st.warning(say("The run folder {folder} cannot be read.", folder=plain(broken)), icon=":material/broken_image:")
    st.button(say("Delete it"), key=f"delete-{broken}", on_click=safely(workspace().delete), args=(broken,))
take_in()
