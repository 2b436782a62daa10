"""Finding the workspace and the runs that a command line names."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ctrcore.errors import RunError
from ctrcore.runs.contenders import Contender, contenders
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
        ids = ", ".join(one.id for one in found[:5])
        raise RunError(f"'{text}' means {len(found)} outside scores: {ids}.", "Give the id.")
    return found[0]


def find_contenders(workspace: Workspace, runs: Sequence[str], outside: Sequence[str]) -> list[Contender]:
    """The models that a command line names, each once: runs that are done, and outside scores of their dataset.

    Raises:
        RunError: a name means nothing or too much, or a run is not done.
    """
    found = list({run.id: run for run in (find_run(workspace, text) for text in runs)}.values())
    unfinished = [run for run in found if run.state != "done"]
    if unfinished:
        raise RunError(f"The run '{unfinished[0].name}' is {unfinished[0].state}.", "Choose runs that are done.")
    kept = {one.id: one for one in (find_outside(found[0].dataset(), text) for text in outside)} if outside else {}
    return contenders(found, list(kept.values()))
