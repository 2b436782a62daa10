"""Runs while they train: progress, loss and AUC, cancel and resume."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.figures.live import live_curve, points_of, thin
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.pickers import run_label
from pages.shared.problems import safely, show_kept, two_sentences
from pages.shared.store import workspace
from pages.shared.tools import duration, model_badge, plain, state_badge

MOST = 12
AXES = Spoken({"epoch": mark("epoch"), "step": mark("step"), "seconds": mark("seconds of training")})


def watch_runs(dataset: Dataset) -> None:
    """The runs of the dataset that were started last, or that the address names; polled while one is active."""
    runs = shown_runs(dataset)
    if not runs:
        st.caption(say("Nothing has been trained on this dataset yet."))
        return
    active = any(run.active for run in runs)
    st.subheader(say("Training now") if active else say("Trained last"))
    panel = st.fragment(_panel, run_every=1.0 if active else None)
    panel([run.id for run in runs], active)


def shown_runs(dataset: Dataset) -> list[Run]:
    """Active runs of the dataset and those in the address, newest first; else the newest few."""
    runs = [run for run in workspace().runs() if run.spec.dataset == dataset.id]
    wanted = set(address.read_list("runs"))
    shown = [run for run in runs if run.active or run.id in wanted]
    return (shown or runs[:5])[:MOST]


def _panel(ids: list[str], was_active: bool) -> None:
    existing = {run.id: run for run in workspace().runs()}
    runs = [existing[one] for one in ids if one in existing]
    if was_active != any(run.active for run in runs):
        st.rerun()  # a full run, which starts or stops the polling
    show_kept()
    with st.container(border=True, gap="small"):
        for run in reversed(runs):
            _line(run)
    if any(run.state == "done" for run in runs):
        st.page_link("compare.py", label=say("Compare the models"), icon=":material/leaderboard:")
    _curves(runs[::-1])


def _line(run: Run) -> None:
    with st.container(gap="small", key=f"line-{run.id}"):
        head, bar, buttons = st.columns([4, 5, 2], vertical_alignment="center")
        head.markdown(f"{model_badge(run)} **{plain(run.name)}** {state_badge(run.state)}")
        if run.active:
            bar.progress(run.progress, text=_progress_text(run))
            buttons.button(
                say("Cancel"),
                key=f"cancel-{run.id}",
                icon=":material/close:",
                on_click=safely(workspace().cancel),
                args=(run.id,),
                width="stretch",
            )
        else:
            bar.caption(_outcome(run))
        if run.state in ("failed", "cancelled"):
            buttons.button(
                say("Resume") if run.has_checkpoint else say("Retry"),
                key=f"resume-{run.id}",
                icon=":material/replay:",
                on_click=safely(workspace().resume),
                args=(run.id,),
                width="stretch",
                help=say("Goes on from the last epoch that was finished.")
                if run.has_checkpoint
                else say("Starts over: no epoch was finished."),
            )
        if run.error is not None:
            two_sentences(run.error.problem, run.error.remedy)


def _outcome(run: Run) -> str:
    figures = run.metrics()
    if figures is None:
        return plain(run.message)
    auc = figures["test"].get("auc")
    shown = say("test AUC **{auc:.4f}** · ", auc=auc) if auc is not None else ""
    return say(
        "{shown}{seconds} · {parameters:,} parameters",
        shown=shown,
        seconds=duration(figures["seconds"]),
        parameters=figures["parameters"],
    )


def _progress_text(run: Run) -> str:
    steps = [record for record in run.events() if record.get("kind") == "step"]
    eta = say(", at most {eta} to go", eta=duration(steps[-1]["eta"])) if steps and steps[-1]["eta"] >= 1 else ""
    return f"{plain(run.message) or 'waiting'}{eta}"


def _curves(runs: list[Run]) -> None:
    labels = {run.id: run_label(run, runs) for run in runs}
    records = {labels[run.id]: run.events() for run in runs}
    epochs, steps = points_of(records, "epoch"), points_of(records, "step")
    if epochs.empty and steps.empty:
        st.caption(say("Curves appear here as soon as the first rows have been learnt."))
        return
    axis = address.choose(
        say("Curves over"),
        list(AXES),
        "epoch",
        "curves-over",
        say(
            "{epoch} A step is one batch. Seconds show which model gets there first on this machine.",
            epoch=WORDS["epoch"],
        ),
        words=AXES.__getitem__,
    )
    losses = epochs.rename(columns={"train_loss": "loss"}) if axis == "epoch" else thin(steps.dropna(subset=["loss"]))
    with st.grid(2, min_column_width=380):
        _curve(epochs, runs, axis, "valid_auc")
        _curve(losses, runs, axis, "loss")


def _curve(points: pd.DataFrame, runs: list[Run], x: str, y: str) -> None:
    auc = y == "valid_auc"
    title = say("AUC on validation rows") if auc else say("loss on training rows")
    labels, models = [run_label(run, runs) for run in runs], [run.spec.model.name for run in runs]
    figure = live_curve(points, labels, models, x=x, y=y, x_title=AXES[x], y_title=title)
    chart(
        figure,
        key=f"live-{y}",
        title=say("Ranking quality while learning") if auc else say("Training loss"),
        help_text=say("{auc} **Validation rows.** {validation}", auc=WORDS["auc"], validation=WORDS["validation"])
        if auc
        else WORDS["log_loss"],
        read=say("Higher is better. A curve that turns down while its loss still falls has begun to learn by heart.")
        if auc
        else say("Lower is better: how surprised the model still is by the rows it learns from."),
        beware=say(
            "The best epoch is chosen on these rows, so its AUC is a little too good. Judge on Compare, by test rows."
        )
        if auc
        else say("A lower training loss does not mean better predictions: a model can learn its rows by heart."),
        alt_text=say("{title} of {runs} runs over {axis}", title=title, runs=len(runs), axis=AXES[x]),
        data=points,
    )
