"""Scoring an uploaded file, in a process of its own: whatever the file does, it does it there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ctrcore.errors import RunError
from ctrcore.runs import settings
from ctrcore.runs.files import Record, read_json, replacing, write_text
from ctrcore.runs.repairs import repair_of
from ctrcore.runs.score_files import score_file
from ctrcore.runs.scoring import Scorer
from ctrcore.runs.uploads import SOURCE
from ctrcore.runs.worker import Reporter
from ctrcore.runs.workspace import Workspace

READ = 0.3  # share of the progress bar that is behind when the file is read


def score_upload(folder: Path, report: Reporter) -> None:
    """The job function of a scoring: read the file, score it slice by slice, keep scores and report.

    Raises:
        CtrLensError: the file cannot be read, or does not go with the run.
    """
    manifest = read_json(folder / "scoring.json")
    if manifest is None or not (folder / str(manifest.get("file"))).is_file():
        raise RunError("The uploaded file is gone.", "Upload it again.")
    rows = folder / "rows.parquet"
    try:
        _score(folder, manifest, rows, report)
    finally:  # the scores hold what was asked for; without scores nobody reads the file again
        rows.unlink(missing_ok=True)
        shutil.rmtree(folder / SOURCE, ignore_errors=True)


def _score(folder: Path, manifest: Record, rows: Path, report: Reporter) -> None:
    from ctrcore.data.layouts.plan import Part
    from ctrcore.data.reading import store_part
    from ctrcore.data.stored import Stored

    run = Workspace(folder.parents[1]).run(str(manifest.get("run")))
    report.progress(0.01, "reading the file")
    with _limited(settings.ingest_memory()):
        store_part(
            Part(folder / str(manifest["file"])),
            rows,
            progress=lambda done: report.progress(READ * done, "reading the file"),
        )
    report.write(progress=READ, message="loading the model")
    table = Stored(rows)
    scorer = Scorer(run, table, repair_of(run, manifest.get("repair")))
    keep = [str(name) for name in table.columns] if manifest.get("keep_columns") else []
    with replacing(folder / "scores.parquet") as path, score_file(path, table, keep, parquet=True) as target:
        for part in scorer.slices(lambda done: report.progress(READ + (1 - READ) * done, "scoring the rows")):
            target.write(part)
            report.check()
    write_text(folder / "report.json", scorer.report().model_dump_json(indent=1))


@contextmanager
def _limited(size: int) -> Iterator[None]:
    """Let a file that grows without bounds end in a MemoryError. Only while it is read: a model may map more."""
    try:
        import resource
    except ImportError:  # no such limit on this system
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        size = min(size, hard)
    resource.setrlimit(resource.RLIMIT_AS, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
