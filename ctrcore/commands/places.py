"""Finding the workspace and the runs that a command line names."""

from __future__ import annotations

import click

from ctrcore.errors import RunError
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.outside import OutsideScores
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace


def open_workspace() -> Workspace:
    """The workspace that the command line or the environment names."""
    return Workspace(click.get_current_context().find_root().params.get("workspace"))


def find_run(workspace: Workspace, text: str) -> Run:
    """The run with that id, with that beginning of an id, with that name, or the newest one for 'last'.

    Raises:
        RunError: if there is none, or more than one.
    """
    runs = workspace.runs()
    if text == "last" and runs:
        return runs[0]
    found = [run for run in runs if run.id == text]
    found = found or [run for run in runs if run.name == text]
    found = found or [run for run in runs if text and run.id.startswith(text)]
    if not found:
        raise RunError(f"There is no run '{text}'.", "See 'python -m ctrcore runs list'.")
    if len(found) > 1:
        raise RunError(f"'{text}' means {len(found)} runs: {', '.join(run.id for run in found[:5])}.", "Give the id.")
    return found[0]


def find_outside(dataset: Dataset, text: str) -> OutsideScores:
    """The outside scores of the dataset with that id, with that name, or with that beginning of an id.

    Raises:
        RunError: if there are none, or more than one.
    """
    kept = dataset.outside()
    found = [one for one in kept if one.id == text]
    found = found or [one for one in kept if one.name == text]
    found = found or [one for one in kept if text and one.id.startswith(text)]
    if not found:
        raise RunError(
            f"The dataset '{dataset.name}' has no outside scores '{text}'.",
            f"See 'python -m ctrcore outside list {dataset.id}'.",
        )
    if len(found) > 1:
        raise RunError(
            f"'{text}' means {len(found)} of them: {', '.join(one.id for one in found[:5])}.", "Give the id."
        )
    return found[0]
