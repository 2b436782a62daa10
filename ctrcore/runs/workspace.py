"""The workspace: a folder with datasets and runs. Pages, the command line and notebooks go through this one door.

    <root>/datasets/<id>/dataset.json  status.json  table.parquet  guess.json  recipe.json  profile.json  prepared/...
                         log.parquet  users.parquet  items.parquet  log.json: of a table built from behaviours
                         outside/<id>/outside.json  scores.parquet: scores of other systems
                         outside-uploads/<id>/...: files of such scores that are being looked at
    <root>/runs/<id>/manifest.json  status.json  events.jsonl  recipe.json  encoder.json  model.json
                     model.safetensors  metrics.json  predictions.parquet  explain.json  log.txt
                     studies/<kind>-<options>/study.json  status.json  result.json: long looks into the run
    <root>/scores/<id>/scoring.json  status.json  scores.parquet  report.json  log.txt

Nothing is kept in memory, so any number of processes may use the same workspace. A folder is made under a hidden name
and then renamed, and removed the other way round: what can be seen is whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock
from pydantic import ValidationError

from ctrcore.comparing.repair import Kind
from ctrcore.data.recipe import Recipe
from ctrcore.errors import RunError
from ctrcore.runs import settings
from ctrcore.runs.dataset import Dataset, open_dataset
from ctrcore.runs.files import write_json, write_text
from ctrcore.runs.folders import new_folder, remove_folder, sweep, visible
from ctrcore.runs.jobs import Order, cancel, enlist, start
from ctrcore.runs.run import STUDIES, Manifest, Run, open_run
from ctrcore.runs.scorings import Scoring, add_scoring, open_scoring
from ctrcore.runs.spec import RunSpec, checked_id, new_id
from ctrcore.runs.status import JobStatus, read_status, write_status
from ctrcore.runs.uploads import Upload, check_names, clean_name, save_uploads

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.importing import Files, ImportChoices
    from ctrcore.data.logs.choices import LogChoices

TRAIN = "ctrcore.runs.running:train_run"
INGEST = "ctrcore.runs.ingest:ingest"


class Workspace:
    """Datasets and runs under one folder.

    Args:
        root: the folder; by default the environment's `CTR_WORKSPACE`, or `workspace` in the working directory.

    Raises:
        RunError: if the folder cannot be made.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = Path(root).expanduser().resolve() if root is not None else settings.workspace_root()
        try:
            for kind in ("datasets", "runs", "scores"):
                (self.root / kind).mkdir(parents=True, exist_ok=True)
                sweep(self.root / kind)
        except OSError as error:
            raise RunError(
                f"The workspace {self.root} cannot be used: {error.strerror}.",
                "Choose a folder that you may write to, by CTR_WORKSPACE or --workspace.",
            ) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Workspace) and other.root == self.root

    def __hash__(self) -> int:
        return hash(self.root)

    @property
    def queue(self) -> Path:
        """Where training jobs wait for each other."""
        return self.root / ".queue"

    # -- datasets ----------------------------------------------------------------------------------------------------

    def datasets(self) -> list[Dataset]:
        """All datasets that can be read, newest first."""
        found = [open_dataset(self, name) for name in visible(self.root / "datasets")]
        return sorted((one for one in found if one is not None), key=lambda one: (-one.created, one.id))

    def dataset(self, dataset_id: str) -> Dataset:
        """The dataset of that id. Raises RunError if there is none."""
        found = open_dataset(self, checked_id(dataset_id, "dataset"))
        if found is None:
            raise RunError(f"There is no dataset '{dataset_id}'.", "Choose a dataset from the list, or upload a file.")
        return found

    def add_upload(
        self,
        name: str,
        data: Upload,
        *,
        others: Mapping[str, Upload] | None = None,
        users: Upload | None = None,
        items: Upload | None = None,
        valid: Upload | None = None,
        test: Upload | None = None,
        choices: ImportChoices | None = None,
    ) -> str:
        """Save uploaded files at once and start a process that reads them. Returns the dataset's id.

        Args:
            name: the file's name, only to show and to recognise its layout by.
            data: the rows, or a zip of a whole dataset, as bytes or as a binary stream.
            others: further files by name: more rows with the same columns, or the files of a known layout.
            users, items: tables with one row a user or an item, joined to the rows by id.
            valid, test: validation and test rows, where the split is given.
            choices: how the files are read; by default it is found out.

        Raises:
            RunError: if a file is empty or too large, or two have one name.
        """
        check_names([name, *(others or {})])
        single = {"users": users, "items": items, "valid": valid, "test": test}
        given = {"rows": {name: data} | dict(others or {})}
        given |= {part: {part: upload} for part, upload in single.items() if upload is not None}
        dataset_id = new_id()
        with new_folder(self.root / "datasets" / dataset_id) as folder:
            files = {part: save_uploads(folder, part, uploads) for part, uploads in given.items()}
            record = {"name": clean_name(name), "created": time.time(), "files": files}
            if choices is not None:
                record["import"] = choices.model_dump(mode="json")
            write_json(folder / "dataset.json", record)
            write_status(folder, JobStatus("queued", submitted=time.time()))
        start(self.root / "datasets" / dataset_id, Order(INGEST, memory=settings.ingest_memory()))
        return dataset_id

    def add_files(
        self,
        name: str,
        files: Files,
        choices: ImportChoices,
        *,
        digest: str = "",
        tell: Callable[[float, str], None] | None = None,
    ) -> str:
        """Read files of this machine, in this process. Returns the dataset's id.

        Args:
            name: what the dataset is called.
            files: where they are.
            choices: how they are read.
            digest: anything that names the content, to find the dataset again.
            tell: called with the share done and what is being done.

        Raises:
            DataError: if the files cannot be read as a table.
        """
        from ctrcore.runs.ingest import read_into

        dataset_id = new_id()
        with new_folder(self.root / "datasets" / dataset_id) as folder:
            record = {"name": clean_name(name), "created": time.time(), "digest": digest}
            read_into(folder, files, choices, record, tell or (lambda _done, _what: None))
            write_status(folder, _done())
        return dataset_id

    def rebuild(self, dataset_id: str, log: LogChoices | None) -> str:
        """Start a process that makes another dataset of the same files. Returns its id.

        Args:
            dataset_id: a dataset that is done.
            log: build rows from its behaviours like this; None: take its rows as impressions.

        Raises:
            RunError: if there is no such dataset, or it is not done.
        """
        from ctrcore.runs.rebuilding import start_rebuilding

        return start_rebuilding(self.dataset(dataset_id), log)

    def add_frame(self, name: str, frame: pd.DataFrame, recipe: Recipe | None = None, *, digest: str = "") -> str:
        """Keep a table that is in memory. Returns the dataset's id.

        Args:
            name: what it is called.
            frame: the rows.
            recipe: the choices for it, if they are made already.
            digest: anything that names the content, to find the dataset again.
        """
        from ctrcore.runs.ingest import store_table

        dataset_id = new_id()
        with new_folder(self.root / "datasets" / dataset_id) as folder:
            manifest = {"name": clean_name(name), "created": time.time(), "digest": digest}
            store_table(folder, frame, manifest, recipe)
            write_status(folder, _done())
        return dataset_id

    def delete_dataset(self, dataset_id: str) -> None:
        """Remove a dataset; runs trained on it stay. Raises RunError while something works on it."""
        folder = self._existing("datasets", dataset_id)
        busy = [run.name for run in self.runs() if run.active and run.spec.dataset == dataset_id]
        if busy:
            raise RunError(f"The run '{busy[0]}' is using this dataset.", "Wait for its end, or cancel it first.")
        if read_status(folder).active:
            raise RunError("The dataset is still being read.", "Wait for its end, or cancel it first.")
        if any(read_status(chore).active for chore in (folder / "chores").glob("*")):
            raise RunError(
                "The dataset's columns or rows are being worked on.", "Wait for the end, or cancel it first."
            )
        remove_folder(folder)

    # -- runs --------------------------------------------------------------------------------------------------------

    def runs(self) -> list[Run]:
        """All runs that can be read, newest first."""
        found = [open_run(self, name) for name in visible(self.root / "runs")]
        return sorted((one for one in found if one is not None), key=lambda one: (-one.created, one.id))

    def run(self, run_id: str) -> Run:
        """The run of that id. Raises RunError if there is none."""
        found = open_run(self, checked_id(run_id))
        if found is None:
            raise RunError(f"There is no run '{run_id}'.", "Choose a run from the list.")
        return found

    def damaged_runs(self) -> list[str]:
        """Ids of run folders whose manifest cannot be read. They can be deleted, nothing else."""
        return [name for name in visible(self.root / "runs") if open_run(self, name) is None]

    def create(self, spec: RunSpec) -> str:
        """Make the folder of a run without starting it. Returns the run's id.

        Raises:
            RunError: if the dataset is not there or not ready.
        """
        dataset = self.dataset(spec.dataset)
        if dataset.state != "done":
            raise RunError(
                f"The dataset '{dataset.name}' cannot be used: it is {dataset.state}.", "Choose one that is done."
            )
        run_id = new_id()
        with new_folder(self.root / "runs" / run_id) as folder:
            write_text(folder / "manifest.json", Manifest(spec=spec, created=time.time()).model_dump_json(indent=1))
            write_status(folder, JobStatus("queued", submitted=time.time()))
        return run_id

    def submit(self, spec: RunSpec) -> str:
        """Queue a run and start the process that will train it. Returns the run's id."""
        run_id = self.create(spec)
        self._start(run_id)
        return run_id

    def cancel(self, run_id: str, *, wait: bool = False) -> None:
        """Ask a run to stop, and insist after a while. Returns at once unless `wait`."""
        cancel(self._existing("runs", run_id), wait=wait)

    def resume(self, run_id: str, *, restart: bool = False) -> None:
        """Go on with a cancelled or failed run from its last checkpoint; without one, start over.

        Args:
            run_id: the run.
            restart: forget the checkpoint and what was measured.

        Raises:
            RunError: if the run is active or done, or its dataset is gone.
        """
        run = self.run(run_id)
        if run.state == "done":
            raise RunError(f"The run '{run.name}' is done.", "Start a new run to train further.")
        self.dataset(run.spec.dataset)
        if restart and not run.active:
            run.forget_progress()
        self._start(run_id)

    def delete(self, run_id: str) -> None:
        """Remove a run with all its files, and what it scored. Raises RunError while it or a scoring is active."""
        folder = self._existing("runs", run_id)
        if read_status(folder).active:
            raise RunError("The run is still active.", "Cancel it before you delete it.")
        if any(read_status(study).active for study in (folder / STUDIES).glob("*")):
            raise RunError("Something is being computed on this run.", "Wait for its end, or cancel it first.")
        scorings = self.scorings(run_id)
        busy = next((scoring.name for scoring in scorings if scoring.active), None)
        if busy is not None:
            raise RunError(
                f"The file '{busy}' is still being scored by this run.", "Wait for its end, or cancel it first."
            )
        for scoring in scorings:
            scoring.delete()
        remove_folder(folder)

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        self._edit(run_id, name=name.strip())

    def tag(self, run_id: str, tags: Iterable[str]) -> None:
        """Replace a run's tags."""
        self._edit(run_id, tags=list(dict.fromkeys(tag.strip() for tag in tags if tag.strip())))

    def export(self, run_id: str) -> bytes:
        """The run as a zip file of JSON, JSON lines, safetensors and Parquet."""
        from ctrcore.runs.archive import export_run

        return export_run(self.run(run_id))

    def import_run(self, data: bytes) -> str:
        """Add a run from a zip file made by `export`, which anybody may have changed. Returns its id."""
        from ctrcore.runs.archive import import_run

        return import_run(self, data)

    def enlist(self, run_id: str) -> str:
        """Queue a run for this process to work on; returns the attempt's name."""
        return enlist(self._existing("runs", run_id), self.queue)

    # -- scores of new rows ------------------------------------------------------------------------------------------

    def scorings(self, run_id: str | None = None) -> list[Scoring]:
        """The files that were given to a run to score, or to any run; newest first."""
        found = [open_scoring(self, name) for name in visible(self.root / "scores")]
        mine = (one for one in found if one is not None and run_id in (None, one.run))
        return sorted(mine, key=lambda one: (-one.created, one.id))

    def scoring(self, scoring_id: str) -> Scoring:
        """The scoring of that id. Raises RunError if there is none."""
        found = open_scoring(self, checked_id(scoring_id, "scoring"))
        if found is None:
            raise RunError(f"There is no scoring '{scoring_id}'.", "Choose one from the list, or score a file.")
        return found

    def add_scoring(
        self, run_id: str, name: str, data: Upload, *, keep_columns: bool = True, repair: Kind | None = None
    ) -> str:
        """Save a file of new rows at once and start a process that scores them. Returns the scoring's id.

        Args:
            run_id: the run whose model scores.
            name: the file's name, only to show and to guess the format.
            data: the rows, as bytes or as a binary stream.
            keep_columns: keep the file's own columns beside the scores.
            repair: give probabilities repaired in that way; None: the model's own.

        Raises:
            RunError: if the run is not done or has no such repair, or the file is empty or too large.
        """
        return add_scoring(self, self.run(run_id), name, data, keep_columns=keep_columns, repair=repair)

    def delete_scoring(self, scoring_id: str) -> None:
        """Remove the scores of a file. Raises RunError while something works on them."""
        folder = self._existing("scores", scoring_id)
        if read_status(folder).active:
            raise RunError("The file is still being scored.", "Wait for its end, or cancel it first.")
        remove_folder(folder)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _start(self, run_id: str) -> None:
        order = Order(TRAIN, queue=self.queue, slots=settings.slots())
        start(self.root / "runs" / run_id, order)

    def _edit(self, run_id: str, **changes: object) -> None:
        run = self.run(run_id)
        with FileLock(run.folder / ".edit.lock", timeout=10):
            run = self.run(run_id)
            try:
                spec = RunSpec.model_validate(run.spec.model_dump() | changes)
            except ValidationError as error:
                raise RunError("The name or the tags are too long.", "Use fewer than 200 letters.") from error
            text = Manifest(spec=spec, created=run.created).model_dump_json(indent=1)
            write_text(run.folder / "manifest.json", text)

    def _existing(self, kind: str, name: str) -> Path:
        what = kind.removesuffix("s")
        folder = self.root / kind / checked_id(name, what)
        if not folder.is_dir():
            raise RunError(f"There is no {what} '{name}'.", f"Choose a {what} from the list.")
        return folder


def _done() -> JobStatus:
    return JobStatus("done", progress=1.0, message="done", finished=time.time())
