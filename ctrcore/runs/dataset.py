"""One dataset of the workspace: a table, the choices made for it, and encoded copies of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from filelock import FileLock
from pydantic import ValidationError

from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.recipe import Recipe
from ctrcore.errors import RunError
from ctrcore.runs.files import FileCache, read_json, write_text
from ctrcore.runs.folders import new_folder, sweep
from ctrcore.runs.jobs import cancel
from ctrcore.runs.status import Job, JobStatus, read_log, read_status
from ctrcore.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.preparing import Prepared
    from ctrcore.data.profiles import Profile
    from ctrcore.data.stored import Stored
    from ctrcore.runs.outside import OutsideScores
    from ctrcore.runs.workspace import Workspace

PREPARED_KEPT = 6  # encoded copies; each edit of a recipe makes another one
_manifests = FileCache(read_json, size=5_000)


@dataclass(frozen=True)
class Dataset(Job):
    """A table in the workspace, as it stands now. Cheap to make; the methods read the disk."""

    workspace: Workspace
    id: str
    name: str
    created: float
    rows: int | None
    columns: list[str]
    digest: str
    about: dict[str, Any]  # what was found out about the files
    best_auc: float | None  # of the true logit on the test rows, where the truth is known
    status: JobStatus

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self.workspace.root / "datasets" / self.id

    def stored(self) -> Stored:
        """The rows, one column at a time; the index is the source row number, 0 to rows - 1."""
        from ctrcore.data.stored import Stored

        return Stored(self._ready("table.parquet"))

    def table(self) -> pd.DataFrame:
        """All rows in memory."""
        return self.stored().frame()

    def behaviours(self) -> Stored | None:
        """The behaviours that the rows were built from; None if they were not."""
        from ctrcore.data.stored import Stored

        path = self.folder / "log.parquet"
        return Stored(path) if path.exists() else None

    def side(self, name: Literal["users", "items"]) -> Stored | None:
        """The table of users or items that came with the behaviours; None if there was none."""
        from ctrcore.data.stored import Stored

        path = self.folder / f"{name}.parquet"
        return Stored(path) if path.exists() else None

    def log_choices(self) -> LogChoices | None:
        """How the rows were built from behaviours; None if they were not."""
        path = self.folder / "log.json"
        return LogChoices.model_validate_json(path.read_text(encoding="utf-8")) if path.exists() else None

    def head(self, rows: int = 20) -> pd.DataFrame:
        """The first rows, without reading the others."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self._ready("table.parquet")) as file:
            batch = next(file.iter_batches(batch_size=max(1, rows)), None)
            schema = file.schema_arrow
        frame: pd.DataFrame = batch.to_pandas() if batch is not None else schema.empty_table().to_pandas()
        return frame.head(rows)

    def guess(self) -> Schema:
        """The schema guessed when the table was read."""
        return Schema.load(self._ready("guess.json"))

    def recipe(self) -> Recipe | None:
        """The choices saved for the table; None if nobody made any."""
        path = self.folder / "recipe.json"
        if not path.exists():
            return None
        try:
            return Recipe.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, ValidationError) as error:
            raise RunError(f"The saved recipe of '{self.name}' cannot be read.", "Save the schema again.") from error

    def save_recipe(self, recipe: Recipe) -> None:
        """Keep the choices for the table."""
        write_text(self.folder / "recipe.json", recipe.model_dump_json(indent=1))

    def profile(self, schema: Schema | None = None) -> Profile:
        """What is in the columns and what to beware of.

        Args:
            schema: how to read the columns; None: the saved recipe's schema, or the guess. The profile of the last
                schema asked for is kept on disk.
        """
        if schema is None:
            recipe = self.recipe()
            schema = recipe.data_schema if recipe is not None else self.guess()
        kept = self.kept_profile()
        return kept[1] if kept is not None and kept[0] == schema else self.measure(schema)

    def kept_profile(self) -> tuple[Schema, Profile] | None:
        """The profile that was made last and the schema it was made with; None if it cannot be read."""
        from ctrcore.data.profiles import Profile

        kept = read_json(self.folder / "profile.json")
        try:
            return (Schema.model_validate(kept["schema"]), Profile.model_validate(kept["profile"])) if kept else None
        except (KeyError, ValidationError):
            return None  # written by another version

    def measure(self, schema: Schema, progress: Callable[[float], None] | None = None) -> Profile:
        """Make the profile anew and keep it."""
        from ctrcore.data.profiling import profile

        made = profile(self.stored(), schema, progress)
        text = f'{{"schema": {schema.model_dump_json()}, "profile": {made.model_dump_json()}}}\n'
        write_text(self.folder / "profile.json", text)
        return made

    def is_prepared(self, recipe: Recipe) -> bool:
        """True if the rows are split and encoded by the recipe already."""
        return (self.folder / "prepared" / recipe.id).exists()

    def prepared(self, recipe: Recipe, progress: Callable[[float], None] | None = None) -> Prepared:
        """The table split and encoded by the recipe, memory-mapped. Made once, kept on disk for the next time.

        Args:
            recipe: the choices.
            progress: called with the share done, if the rows have to be prepared.

        Raises:
            DataError: if the table and the recipe do not go together.
        """
        from ctrcore.data.preparing import Prepared, prepare

        place = self._ready("table.parquet").parent / "prepared" / recipe.id
        place.parent.mkdir(exist_ok=True)
        if not place.exists():
            with FileLock(place.parent / f"{recipe.id}.lock"):  # a page and a worker may want it at the same time
                sweep(place.parent)
                if not place.exists():
                    with new_folder(place) as folder:
                        prepare(self.stored(), recipe, progress, folder)
        os.utime(place)  # the copies used least recently go first
        kept = sorted((path for path in place.parent.iterdir() if _is_copy(path)), key=lambda path: -_age(path))
        for old in kept[PREPARED_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
        return Prepared.load(place)

    def outside(self) -> list[OutsideScores]:
        """Scores of other systems on these rows, newest first."""
        from ctrcore.runs.outside import outside_of

        return outside_of(self)

    def cancel(self) -> None:
        """Stop reading the upload."""
        cancel(self.folder)

    def log(self, last: int = 4000) -> str:
        """The last bytes of what the reading process printed."""
        return read_log(self.folder, last)

    def delete(self) -> None:
        """Remove the dataset and other systems' scores of it; runs stay. Raises RunError while it is worked on."""
        self.workspace.delete_dataset(self.id)

    def _ready(self, name: str) -> Path:
        path = self.folder / name
        if self.state == "done" and path.exists():
            return path
        if self.active:
            raise RunError(f"The dataset '{self.name}' is still being read.", "Wait until it is done.")
        if self.error is not None:
            raise RunError(self.error.problem, self.error.remedy)
        raise RunError(f"The dataset '{self.name}' has lost its table.", "Delete it and upload the file again.")


def open_dataset(workspace: Workspace, dataset_id: str) -> Dataset | None:
    """The dataset in that folder, or None if the folder holds none that can be read."""
    folder = workspace.root / "datasets" / dataset_id
    raw: dict[str, Any] | None = _manifests.get(folder / "dataset.json")
    if raw is None:
        return None
    try:
        rows = raw.get("rows")
        return Dataset(
            workspace=workspace,
            id=dataset_id,
            name=str(raw["name"]),
            created=float(raw["created"]),
            rows=int(rows) if rows is not None else None,
            columns=[str(name) for name in raw.get("columns") or []],
            digest=str(raw.get("digest", "")),
            about=dict(raw.get("about") or {}),
            best_auc=float(raw["best_auc"]) if raw.get("best_auc") is not None else None,
            status=read_status(folder),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _is_copy(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
