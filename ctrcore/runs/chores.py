"""Long work on a dataset beside reading it, in processes of their own: measuring its columns, preparing its rows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ctrcore.data.recipe import Recipe
from ctrcore.runs import settings
from ctrcore.runs.files import write_text
from ctrcore.runs.jobs import Order, cancel, start
from ctrcore.runs.status import Job, JobStatus, read_status, write_status
from ctrcore.runs.worker import Reporter

if TYPE_CHECKING:
    from ctrcore.runs.dataset import Dataset

Kind = Literal["measure", "prepare"]
LARGE = 20_000_000  # cells: smaller tables are measured and prepared while a page waits


@dataclass(frozen=True)
class Chore(Job):
    """One such work, as it stands now.

    Attributes:
        folder: where it is kept.
        status: of its process.
    """

    folder: Path
    status: JobStatus

    def cancel(self) -> None:
        """Stop it."""
        cancel(self.folder)


def is_large(dataset: Dataset) -> bool:
    """True if a page should not wait for work on all rows."""
    return (dataset.rows or 0) * len(dataset.columns) > LARGE


def find_chore(dataset: Dataset, kind: Kind, recipe: Recipe) -> Chore | None:
    """The work of that kind under these choices, or None if it was never started."""
    folder = _folder(dataset, kind, recipe)
    return Chore(folder, read_status(folder)) if (folder / "status.json").exists() else None


def start_chore(dataset: Dataset, kind: Kind, recipe: Recipe) -> None:
    """Start it, unless it is at work already."""
    found = find_chore(dataset, kind, recipe)
    if found is not None and found.active:
        return
    folder = _folder(dataset, kind, recipe)
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "recipe.json", recipe.model_dump_json(indent=1))
    write_status(folder, JobStatus("queued", submitted=time.time()))
    start(folder, Order(f"ctrcore.runs.chores:{kind}", memory=settings.ingest_memory()))


def measure(folder: Path, report: Reporter) -> None:
    """The job function that profiles a table as the recipe reads it."""
    dataset, recipe = _open(folder)
    dataset.measure(recipe.data_schema, lambda done: report.progress(done, "measuring the columns"))


def prepare(folder: Path, report: Reporter) -> None:
    """The job function that splits and encodes the rows, for the preview and for training."""
    dataset, recipe = _open(folder)
    dataset.prepared(recipe, lambda done: report.progress(done, "preparing the rows"))


def _folder(dataset: Dataset, kind: Kind, recipe: Recipe) -> Path:
    return dataset.folder / "chores" / f"{kind}-{recipe.id}"


def _open(folder: Path) -> tuple[Dataset, Recipe]:
    from ctrcore.runs.workspace import Workspace

    recipe = Recipe.model_validate_json((folder / "recipe.json").read_text(encoding="utf-8"))
    return Workspace(folder.parents[3]).dataset(folder.parents[1].name), recipe
