"""Data to begin with: the demo shop with its trained models, and a table of numbers only."""

from __future__ import annotations

from ctrcore.figures.style import MODEL_TITLES
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.demo import SHOP, install_demo
from ctrcore.runs.workspace import Workspace
from pages.shared import address

SAMPLES = {
    "shop": ("Sample shop", "A simulated shop: 60,000 impressions with histories, and five trained models."),
    "cancer": ("Breast cancer", "569 rows of numbers and a yes/no label: no users, no items, no history."),
}
CANCER = "sample-breast-cancer"


def add_sample(workspace: Workspace, name: str) -> str:
    """Make a sample available, if it is not; returns the dataset's id."""
    if name == "shop":
        install_demo(workspace)
        return SHOP
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


def _with_digest(workspace: Workspace, digest: str) -> Dataset | None:
    return next((one for one in workspace.datasets() if one.digest == digest and one.state == "done"), None)
