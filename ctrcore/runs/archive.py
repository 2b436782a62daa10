"""A run as one zip file, out and in. What comes in may have been made by anybody.

Only known names are taken, sizes are counted while inflating, every JSON file goes through its own description, a
table is read and written again, and weights are looked at before they are loaded. Nothing in it is ever executed. The
checking happens in a process of its own, in a folder that nobody sees until it has passed.
"""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from ctrcore.errors import RunError
from ctrcore.runs import settings
from ctrcore.runs.folders import new_folder
from ctrcore.runs.jobs import Order, cancel, start
from ctrcore.runs.run import Run
from ctrcore.runs.spec import new_id
from ctrcore.runs.status import JobStatus, read_status, write_status
from ctrcore.runs.worker import Reporter

if TYPE_CHECKING:
    from ctrcore.runs.workspace import Workspace

MB = 1 << 20
LIMITS = {  # inflated bytes of each file that an archive may hold
    "manifest.json": 4 * MB,
    "events.jsonl": 64 * MB,
    "encoder.json": 128 * MB,
    "model.json": 4 * MB,
    "model.safetensors": 1024 * MB,
    "metrics.json": 4 * MB,
    "predictions.parquet": 512 * MB,
    "explain.json": 32 * MB,
    "repairs.json": 32 * MB,
}
OPTIONAL = {"explain.json", "repairs.json"}
PACKED = {"model.safetensors", "predictions.parquet"}  # deflate finds nothing in them
ARCHIVE = "archive.zip"
CHUNK = MB
PATIENCE = 600.0  # seconds for checking an archive
REMEDY = "Use a file made by the export of this app."


def export_run(run: Run) -> bytes:
    """The run's results as a zip file; the same run gives the same bytes.

    Raises:
        RunError: if the run is not done.
    """
    if run.state != "done":
        raise RunError(f"The run '{run.name}' is {run.state}, so there is no model to export.", "Wait for its end.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in LIMITS:
            path = run.folder / name
            if not path.exists() and name in OPTIONAL:
                continue
            how = zipfile.ZIP_STORED if name in PACKED else zipfile.ZIP_DEFLATED
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(info, path.read_bytes(), compress_type=how)
    return buffer.getvalue()


def import_run(workspace: Workspace, data: bytes) -> str:
    """Add the run in a zip file to the workspace; returns its new id.

    Raises:
        RunError: if the file is no export of a run, or was changed so that it is none any more.
    """
    if len(data) > settings.max_upload():
        raise RunError("The archive is too large.", "Raise CTR_MAX_UPLOAD if you trust it.")
    run_id = new_id()
    with new_folder(workspace.root / "runs" / run_id) as folder:
        (folder / ARCHIVE).write_bytes(data)
        write_status(folder, JobStatus("queued", submitted=time.time()))
        # no memory limit: the files' own limits bound it, and an accelerator's libraries map address space at will
        start(folder, Order("ctrcore.runs.archive:unpack"))
        end = time.monotonic() + PATIENCE
        while (status := read_status(folder)).active:
            if time.monotonic() > end:
                cancel(folder, wait=True)
            time.sleep(0.05)
        if status.state != "done":
            failure = status.failure
            problem = failure.problem if failure is not None else "Checking the archive took too long."
            raise RunError(problem, failure.remedy if failure is not None else REMEDY)
        now = time.time()
        details = status.details | {"imported": True}
        write_status(folder, JobStatus("done", 1.0, "imported", submitted=now, finished=now, details=details))
        for name in (ARCHIVE, "log.txt"):
            (folder / name).unlink(missing_ok=True)
    return run_id


def unpack(folder: Path, report: Reporter) -> None:
    """The job function of an import: inflate, check, and write again what has passed."""
    from ctrcore.runs.foreign import accept

    try:
        with zipfile.ZipFile(folder / ARCHIVE) as archive:
            _inflate(archive, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise RunError("The file is not a zip archive that can be read.", REMEDY) from error
    report.tell(device=accept(folder))


def _inflate(archive: zipfile.ZipFile, folder: Path) -> None:
    names = [info.filename for info in archive.infolist()]
    strange = next((name for name in names if name not in LIMITS), None)
    if strange is not None:
        shown = "".join(letter for letter in strange if letter.isprintable())[:60]
        raise RunError(f"The archive holds a file that no run has: '{shown}'.", REMEDY)
    if len(set(names)) != len(names):
        raise RunError("The archive holds the same file twice.", REMEDY)
    missing = [name for name in LIMITS if name not in names and name not in OPTIONAL]
    if missing:
        raise RunError(f"The archive has no {missing[0]}.", REMEDY)
    for info in archive.infolist():
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise RunError(f"The file {info.filename} in the archive is packed in an unknown way.", REMEDY)
        size = 0
        with archive.open(info) as source, (folder / info.filename).open("xb") as target:
            while piece := source.read(CHUNK):
                size += len(piece)
                if size > LIMITS[info.filename]:
                    raise RunError(f"The file {info.filename} in the archive is too large.", REMEDY)
                target.write(piece)
