"""Long looks into a finished run, in processes of their own; what they find is kept beside the run.

<run>/studies/<kind>-<options>/study.json  status.json  result.json  log.txt
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ctrcore.errors import RunError
from ctrcore.language import say
from ctrcore.runs import settings
from ctrcore.runs.files import FileCache, Record, read_json, write_json
from ctrcore.runs.jobs import Order, cancel, start
from ctrcore.runs.run import STUDIES, Run
from ctrcore.runs.status import Job, JobStatus, read_status, write_status

Kind = Literal["importance", "shapley", "trust"]
TARGETS: dict[Kind, str] = {  # each writes `result.json`
    "importance": "ctrcore.runs.importance_job:study_importance",
    "shapley": "ctrcore.runs.shapley_job:study_shapley",
    "trust": "ctrcore.runs.trust_job:study_trust",
}
RESULT = "result.json"
_results = FileCache(read_json, size=64)


@dataclass(frozen=True)
class Study(Job):
    """One such look, as it stands now.

    Attributes:
        folder: where it is kept.
        status: of its process.
    """

    folder: Path
    status: JobStatus

    @property
    def options(self) -> Record:
        """What was asked for."""
        return dict((read_json(self.folder / "study.json") or {}).get("options", {}))

    def result(self) -> Record | None:
        """What was found; None before the end. Of a study that is made anew the last result stays until then."""
        return _results.get(self.folder / RESULT)

    def cancel(self) -> None:
        """Stop it."""
        cancel(self.folder)


def find_study(run: Run, kind: Kind, options: Mapping[str, Any]) -> Study | None:
    """The study of that kind under these options, or None if it was never started."""
    folder = _folder(run, kind, options)
    return Study(folder, read_status(folder)) if (folder / "status.json").exists() else None


def start_study(run: Run, kind: Kind, options: Mapping[str, Any]) -> None:
    """Start it, unless it is at work already. `options` are plain JSON.

    Raises:
        RunError: the run is not done.
    """
    if run.state != "done":
        raise RunError(
            say("The run '{run}' is {state}.", run=run.name, state=say(run.state)),
            say("Choose a run that is done."),
        )
    found = find_study(run, kind, options)
    if found is not None and found.active:
        return
    folder = _folder(run, kind, options)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "study.json", {"kind": kind, "options": dict(options)})
    write_status(folder, JobStatus("queued", submitted=time.time()))
    start(folder, Order(TARGETS[kind], threads=settings.threads_beside_pages()))


def study_of(folder: Path) -> tuple[Run, Record]:
    """The run and the options of the study in that folder, for the process that makes it."""
    from ctrcore.runs.workspace import Workspace

    run = Workspace(folder.parents[3]).run(folder.parents[1].name)
    return run, (read_json(folder / "study.json") or {})["options"]


def _folder(run: Run, kind: Kind, options: Mapping[str, Any]) -> Path:
    text = json.dumps(dict(options), sort_keys=True)
    return run.folder / STUDIES / f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
