"""Data to begin with: the demo shop with its trained models, its log alone, and a table of numbers only."""

from __future__ import annotations

from contextlib import ExitStack

from ctrcore.errors import RunError
from ctrcore.figures.style import MODEL_TITLES
from ctrcore.language import mark, say
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.demo import SAMPLE_DATA, SHOP, install_demo
from ctrcore.runs.workspace import Workspace
from pages.shared import address

SAMPLES = {
    "shop": (
        mark("Sample shop"),
        mark("A simulated shop: 60,000 impressions with histories, and five trained models."),
    ),
    "log": (
        mark("Sample shop as a behaviour log"),
        mark(
            "The same shop, but only who viewed, clicked or bought what and when: watch how rows are built from that."
        ),
    ),
    "cancer": (mark("Breast cancer"), mark("569 rows of numbers and a yes/no label: no users, no items, no history.")),
}
CANCER = "sample-breast-cancer"
LOG = "Shop log"
# What a user came with, before the shop showed anything, is all clicks: the first ones only fill the history, else a
# short history would give a click away.
HOW_LOG_IS_READ = {
    "positive_actions": ["click", "favourite", "cart", "purchase"],
    "negatives": "given",
    "history_columns": ["category"],
    "history_with_action": True,
    "first_clicks": 15,
}


def add_sample(workspace: Workspace, name: str) -> str:
    """Make a sample available, if it is not; returns the dataset's id."""
    if name == "shop":
        install_demo(workspace)
        return SHOP
    if name == "log":
        return _add_log(workspace)
    kept = _with_digest(workspace, CANCER)
    if kept is not None:
        return kept.id
    from ctrcore.data.samples import breast_cancer

    frame, recipe = breast_cancer()
    return workspace.add_frame("Breast cancer", frame, recipe, digest=CANCER)


def open_demo(workspace: Workspace) -> None:
    """Look at the demo: its shop and the runs trained on it, copied into the workspace if they are missing."""
    runs = [workspace.run(run_id) for run_id in install_demo(workspace)]
    shown = {run.spec.model.name: run.id for run in runs if run.spec.dataset == SHOP}
    address.write("dataset", SHOP)
    address.write_list("runs", [shown[model] for model in MODEL_TITLES if model in shown])
    for key in ("row", "afm", "fibinet", "din"):
        address.write(key, None)


def _add_log(workspace: Workspace) -> str:
    """Let the worker read the shop's log, unless it has."""
    for dataset in workspace.datasets():
        if dataset.name == LOG and dataset.state in ("queued", "running", "done"):
            return dataset.id
    from ctrcore.data.importing import PLAIN, ImportChoices

    tables = [SAMPLE_DATA / "shop" / f"{name}.parquet" for name in ("behaviours", "users", "items")]
    if not all(table.exists() for table in tables):
        raise RunError(say("The sample shop is not part of this installation."), say("Build it with 'make sample'."))
    choices = ImportChoices(layout=PLAIN, rows_are="behaviours", log=HOW_LOG_IS_READ)
    with ExitStack() as opened:
        rows, users, items = (opened.enter_context(table.open("rb")) for table in tables)
        return workspace.add_upload(LOG, rows, users=users, items=items, choices=choices)


def _with_digest(workspace: Workspace, digest: str) -> Dataset | None:
    return next((one for one in workspace.datasets() if one.digest == digest and one.state == "done"), None)
