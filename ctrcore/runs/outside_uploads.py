"""Files of outside scores that come through the browser: read once, in a process of their own; kept if the user agrees.

datasets/<id>/outside-uploads/<id>/upload.json  status.json  log.txt  rows.parquet: the file as a table
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ctrcore.errors import CtrLensError, RunError
from ctrcore.language import mark, say
from ctrcore.runs import settings
from ctrcore.runs.files import read_json, replacing, write_json
from ctrcore.runs.folders import LEFTOVER_AGE, new_folder, remove_folder, sweep, visible
from ctrcore.runs.jobs import Order, cancel, start
from ctrcore.runs.outside import OutsideScores, held_of, keep_scores
from ctrcore.runs.outside_choices import OutsideChoices
from ctrcore.runs.outside_files import Read, read_scores
from ctrcore.runs.outside_template import write_template
from ctrcore.runs.spec import checked_id, is_id, new_id
from ctrcore.runs.status import Job, JobStatus, read_status, write_status
from ctrcore.runs.uploads import SOURCE, Upload, clean_name, save_uploads
from ctrcore.runs.worker import Reporter

if TYPE_CHECKING:
    from ctrcore.data.recipe import Recipe
    from ctrcore.data.stored import Stored
    from ctrcore.runs.dataset import Dataset
    from ctrcore.runs.run import Run

FOLDER = "outside-uploads"
READ = "ctrcore.runs.outside_uploads:read_upload"
LARGE = 5_000_000  # cells from which on a template is too large for a browser


@dataclass(frozen=True)
class ScoresUpload(Job):
    """An uploaded file that is being read or was read, as it stands now. Cheap to make; the methods read the disk."""

    dataset: Dataset
    id: str
    name: str
    status: JobStatus

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self.dataset.folder / FOLDER / self.id

    def table(self) -> Stored:
        """The file's rows. Raises RunError if they are not there."""
        from ctrcore.data.stored import Stored

        path = self.folder / "rows.parquet"
        if not path.exists():
            raise RunError(say("The uploaded file is gone."), say("Upload it again."))
        return Stored(path)

    def discard(self) -> None:
        """Remove it; a process that still reads it is stopped first, without waiting for that here."""
        if read_status(self.folder).active:
            threading.Thread(target=_stop_and_remove, args=(self.folder,), daemon=True).start()
        else:
            _remove(self.folder)


@dataclass(frozen=True)
class Look:
    """What a file of scores turns out to be.

    Attributes:
        columns: its columns.
        read: how it would be read; None if it cannot be.
        problem: why not; None if it can be read.
    """

    columns: list[str]
    read: Read | None = None
    problem: CtrLensError | None = None


def start_upload(dataset: Dataset, name: str, data: Upload) -> ScoresUpload:
    """Save a file of scores at once and start a process that reads it.

    Args:
        dataset: whose rows are scored.
        name: of the file; its ending says what it is.
        data: its bytes.

    Raises:
        RunError: the file is empty or too large.
    """
    place = dataset.folder / FOLDER / new_id()
    place.parent.mkdir(exist_ok=True)
    sweep(place.parent)
    for old in _forgotten(place.parent):
        _remove(old)
    with new_folder(place) as folder:
        (file,) = save_uploads(folder, "scores", {name: data}).values()
        write_json(folder / "upload.json", {"name": clean_name(name), "file": file})
        write_status(folder, JobStatus("queued", submitted=time.time()))
    start(place, Order(READ, memory=settings.ingest_memory()))
    return ScoresUpload(dataset, place.name, clean_name(name), read_status(place))


def open_upload(dataset: Dataset, upload_id: str) -> ScoresUpload:
    """The upload of that id. Raises RunError if it is gone."""
    folder = dataset.folder / FOLDER / checked_id(upload_id, "upload")
    manifest = read_json(folder / "upload.json")
    if manifest is None:
        raise RunError(say("The uploaded file is gone."), say("Upload it again."))
    return ScoresUpload(dataset, upload_id, str(manifest.get("name")), read_status(folder))


def read_upload(folder: Path, report: Reporter) -> None:
    """The job function: the file as a table, whatever it is.

    Raises:
        DataError: it is no table.
    """
    from ctrcore.data.layouts.plan import Part
    from ctrcore.data.reading import store_part

    manifest = read_json(folder / "upload.json")
    if manifest is None:
        raise RunError(say("The uploaded file is gone."), say("Upload it again."))
    try:
        with replacing(folder / "rows.parquet") as path:
            store_part(
                Part(folder / str(manifest["file"])),
                path,
                progress=lambda done: report.progress(done, mark("reading the file")),
            )
    finally:  # nobody reads it a second time
        shutil.rmtree(folder / SOURCE, ignore_errors=True)


def look_at(upload: ScoresUpload, recipe: Recipe, choices: OutsideChoices) -> Look:
    """Find rows and scores in an upload that was read, without keeping them.

    Args:
        upload: the file.
        recipe: says which rows are validation and test rows.
        choices: how to read it; what is not said is guessed.

    Raises:
        RunError: the upload is gone.
    """
    file, dataset = upload.table(), upload.dataset
    columns = [str(column) for column in file.columns]
    try:
        held = held_of(dataset, recipe)
        return Look(columns, read_scores(file, dataset.stored(), recipe.data_schema, held, choices))
    except CtrLensError as problem:
        return Look(columns, problem=problem)


def keep_upload(upload: ScoresUpload, recipe: Recipe, read: Read, title: str) -> OutsideScores:
    """Keep the scores that were found in an upload, and remove the upload.

    Args:
        upload: the file.
        recipe: the one that it was looked at by.
        read: what was found.
        title: what to call the scores; by default as the file.
    """
    kept = keep_scores(upload.dataset, recipe, read, title or upload.name)
    upload.discard()
    return kept


def fits_browser(run: Run) -> bool:
    """True if the rows to score are few enough to be sent from here."""
    return run.scored_rows() * len(run.dataset().columns) <= LARGE


def template_of(run: Run) -> bytes:
    """The rows that another system has to score, as CSV (`write_template`). Only where they are few."""
    with TemporaryDirectory(prefix="ctrcore-") as folder:
        path = Path(folder) / "template.csv"
        write_template(run, path)
        return path.read_bytes()


def _forgotten(parent: Path) -> Iterator[Path]:
    """Uploads of visitors who went away."""
    for name in filter(is_id, visible(parent)):
        status = read_status(parent / name)
        if not status.active and time.time() - status.submitted > LEFTOVER_AGE:
            yield parent / name


def _stop_and_remove(folder: Path) -> None:
    cancel(folder, wait=True)
    _remove(folder)


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):  # another page was faster
        remove_folder(folder)
