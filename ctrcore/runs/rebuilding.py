"""Another dataset of the same files: rows built from their behaviours with other choices, or the rows as they are."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctrcore.errors import RunError
from ctrcore.runs import settings
from ctrcore.runs.files import Record, read_json, write_json, write_text
from ctrcore.runs.folders import link, new_folder
from ctrcore.runs.ingest import Tell, clear, finish
from ctrcore.runs.jobs import Order, start
from ctrcore.runs.spec import new_id
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.worker import Reporter
from ctrcore.schema import Column

if TYPE_CHECKING:
    from ctrcore.data.logs.choices import LogChoices
    from ctrcore.runs.dataset import Dataset

REBUILD = "ctrcore.runs.rebuilding:rebuild"
REBUILT = "The rows were built again from the same files, with other choices."
AS_THEY_ARE = "The rows of the files are taken as they are."


def start_rebuilding(source: Dataset, log: LogChoices | None) -> str:
    """Start a process that makes another dataset of the same files; see `Workspace.rebuild`."""
    if source.state != "done":
        raise RunError(f"The dataset '{source.name}' is {source.state}.", "Choose one that is done.")
    rows = "log.parquet" if source.behaviours() is not None else "table.parquet"
    linked = {rows: "table.parquet" if log is None else "log.parquet"}
    linked |= {name: name for name in ("users.parquet", "items.parquet")}
    place = source.folder.parent / new_id()
    with new_folder(place) as folder:
        for old, new in linked.items():
            if (source.folder / old).exists():
                link(source.folder / old, folder / new)
        if log is not None:
            write_text(folder / "log.json", log.model_dump_json(indent=1))
        write_json(folder / "dataset.json", _manifest(source, log))
        write_status(folder, JobStatus("queued", submitted=time.time()))
    start(place, Order(REBUILD, memory=settings.ingest_memory()))
    return place.name


def _manifest(source: Dataset, log: LogChoices | None) -> dict[str, Any]:
    """What dataset.json says until the rows are built: also what is known of the columns and of the side tables."""
    about = {key: value for key, value in source.about.items() if key not in ("built", "notes")}
    about["notes"] = [REBUILT if log is not None else AS_THEY_ARE]
    recipe = source.recipe()
    schema = recipe.data_schema if recipe is not None else source.guess()
    before = source.log_choices()
    changed: set[str | None] = {schema.label}
    if log is None and before is not None:
        changed.add(before.action)  # rows that remember actions hold one action each; the files' rows hold them all
    known = [
        column.model_dump() for column in schema.columns if column.kind != "history" and column.name not in changed
    ]
    keys = {"users": before.user, "items": before.item} if before is not None else {}
    return {"name": source.name, "created": time.time(), "about": about, "known": known, "keys": keys}


def rebuild(folder: Path, report: Reporter) -> None:
    """The job function of a dataset that is made of another one's rows.

    With `log.parquet` and `log.json` the table is built from behaviours, else the rows are taken as they are. If that
    fails no table stays, whole or half-made.
    """
    manifest = read_json(folder / "dataset.json")
    if manifest is None:
        raise RunError("The dataset is gone.", "Upload the files again.")
    try:
        _rebuild(folder, manifest, report.progress)
    except BaseException:
        clear(folder)
        raise


def _rebuild(folder: Path, manifest: Record, tell: Tell) -> None:
    from ctrcore.data.importing import Imported, build_rows, guess_with_hints
    from ctrcore.data.layouts.plan import Hints
    from ctrcore.data.logs.choices import LogChoices
    from ctrcore.data.recipe import first_recipe
    from ctrcore.data.stored import Stored

    about = dict(manifest.get("about", {}))
    known = [Column.model_validate(column) for column in manifest.get("known", [])]
    if (folder / "log.json").exists():
        choices = LogChoices.model_validate_json((folder / "log.json").read_text(encoding="utf-8"))
        # What a history remembers, or compares itself with, follows from the choices.
        kept = tuple(column for column in known if column.name not in (choices.action, *choices.history_columns))
        made = build_rows(folder, choices, Hints(columns=kept), tell, about)
    else:
        _join_sides(folder, manifest.get("keys", {}))
        guess = guess_with_hints(Stored(folder / "table.parquet"), Hints(columns=tuple(known)))
        made = Imported(guess, first_recipe(guess), about)
    finish(folder, made, manifest, tell)


def _join_sides(folder: Path, keys: dict[str, str | None]) -> None:
    """Give the rows the columns of their users and items, if there are such tables."""
    from ctrcore.data.sides import join_sides
    from ctrcore.data.stored import Stored

    found = [side for side in ("users", "items") if (folder / f"{side}.parquet").exists()]
    if found:
        rows = (folder / "table.parquet").rename(folder / "rows.parquet")
        sides = {side: Stored(folder / f"{side}.parquet").frame() if side in found else None for side in keys}
        join_sides(rows, sides, keys, folder / "table.parquet")
        for name in ("rows", *found):
            (folder / f"{name}.parquet").unlink()
