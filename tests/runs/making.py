"""Runs that stand for something without having been trained."""

from __future__ import annotations

import time

from ctrcore.models.config import FMConfig
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.workspace import Workspace
from tests.trained import RECIPE


def spec(dataset: str, name: str = "") -> RunSpec:
    return RunSpec(name=name, dataset=dataset, recipe=RECIPE, model=FMConfig())


def make_run(workspace: Workspace, dataset: str, name: str = "", state: str = "done") -> str:
    run_id = workspace.create(spec(dataset, name))
    write_status(workspace.run(run_id).folder, JobStatus(state, submitted=time.time()))
    return run_id
