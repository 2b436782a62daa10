"""Files of new rows that were given to a run to score: what was asked for, how it stands, and what came out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ctrcore.comparing.repair import Kind
from ctrcore.errors import RunError
from ctrcore.runs.files import FileCache, read_json, write_json
from ctrcore.runs.folders import new_folder
from ctrcore.runs.jobs import Order, cancel, start
from ctrcore.runs.repairs import repair_of
from ctrcore.runs.run import Run
from ctrcore.runs.scoring import ScoreReport
from ctrcore.runs.spec import new_id
from ctrcore.runs.status import Job, JobStatus, read_log, read_status, write_status
from ctrcore.runs.uploads import Upload, clean_name, save_uploads

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.runs.workspace import Workspace

SCORE = "ctrcore.runs.score_job:score_upload"
_manifests = FileCache(read_json, size=2_000)


@dataclass(frozen=True)
class Scoring(Job):
    """An uploaded file and its scores, as they stand now. Cheap to make; the methods read the disk."""

    workspace: Workspace
    id: str
    name: str
    run: str  # id of the run that scores
    created: float
    status: JobStatus

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self.workspace.root / "scores" / self.id

    def report(self) -> ScoreReport:
        """What to know of the scores before they are used. Raises RunError if they are not there."""
        try:
            return ScoreReport.model_validate_json(self._file("report.json").read_text(encoding="utf-8"))
        except (OSError, ValidationError) as error:
            raise RunError("The report on these scores cannot be read.", "Score the file again.") from error

    def head(self, rows: int = 20) -> pd.DataFrame:
        """The first rows: row (position in the file, from 0), logit, probability, and the file's own columns."""
        return next(self.slices(rows))

    def slices(self, size: int = 100_000) -> Iterator[pd.DataFrame]:
        """All rows like `head`, at most `size` at a time. Lists are texts with | between their members."""
        import pyarrow.parquet as pq

        from ctrcore.runs.score_files import joined

        with pq.ParquetFile(self._file("scores.parquet")) as file:
            for batch in file.iter_batches(batch_size=size):
                frame: pd.DataFrame = batch.to_pandas()
                lists = [str(name) for name in frame.columns if frame[name].dtype == object]
                yield frame.assign(**{name: frame[name].map(joined) for name in lists})

    def cancel(self) -> None:
        """Stop the scoring."""
        cancel(self.folder)

    def log(self, last: int = 4000) -> str:
        """The last bytes of what the scoring process printed."""
        return read_log(self.folder, last)

    def delete(self) -> None:
        """Remove the scores. Raises RunError while something works on them."""
        self.workspace.delete_scoring(self.id)

    def _file(self, name: str) -> Path:
        path = self.folder / name
        if self.state == "done" and path.exists():
            return path
        if self.active:
            raise RunError(f"The file '{self.name}' is still being scored.", "Wait until it is done.")
        if self.error is not None:
            raise RunError(self.error.problem, self.error.remedy)
        raise RunError(f"There are no scores of '{self.name}'.", "Score the file again.")


def add_scoring(
    workspace: Workspace, run: Run, name: str, data: Upload, *, keep_columns: bool, repair: Kind | None = None
) -> str:
    """Save a file of new rows at once and start a process that scores them. Returns the scoring's id.

    Raises:
        RunError: if the run is not done or has no such repair, or the file is empty or too large.
    """
    if run.state != "done":
        raise RunError(f"The run '{run.name}' is {run.state}.", "Choose a run that is done.")
    repair_of(run, repair)
    scoring_id = new_id()
    place = workspace.root / "scores" / scoring_id
    with new_folder(place) as folder:
        (file,) = save_uploads(folder, "rows", {name: data}).values()
        manifest = {"name": clean_name(name), "run": run.id, "created": time.time(), "keep_columns": keep_columns}
        write_json(folder / "scoring.json", manifest | {"file": file, "repair": repair})
        write_status(folder, JobStatus("queued", submitted=time.time()))
    start(place, Order(SCORE))
    return scoring_id


def open_scoring(workspace: Workspace, scoring_id: str) -> Scoring | None:
    """The scoring in that folder, or None if the folder holds none that can be read."""
    folder = workspace.root / "scores" / scoring_id
    raw: dict[str, Any] | None = _manifests.get(folder / "scoring.json")
    try:
        if raw is None:
            return None
        return Scoring(
            workspace=workspace,
            id=scoring_id,
            name=str(raw["name"]),
            run=str(raw["run"]),
            created=float(raw["created"]),
            status=read_status(folder),
        )
    except (KeyError, TypeError, ValueError):
        return None
