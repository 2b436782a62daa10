"""Scores of other systems: kept with the dataset whose rows they score, compared like those of a run.

datasets/<id>/outside/<id>/outside.json  scores.parquet: row, logit
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ctrcore.errors import RunError
from ctrcore.language import say
from ctrcore.runs.files import FileCache, write_text
from ctrcore.runs.folders import new_folder, remove_folder, sweep, visible
from ctrcore.runs.outside_choices import Meaning, OutsideChoices
from ctrcore.runs.outside_words import notes
from ctrcore.runs.spec import checked_id, is_id, new_id

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.recipe import Recipe
    from ctrcore.runs.dataset import Dataset
    from ctrcore.runs.outside_files import Read
    from ctrcore.runs.outside_rows import Held

FOLDER = "outside"
LONGEST = 120  # letters of a name


class Manifest(BaseModel):
    """What `outside.json` holds."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST)
    created: float = Field(ge=0, le=1e12, allow_inf_nan=False)
    recipe: str = Field(description="id of the recipe that said which rows are test rows")
    id_columns: list[str] = Field(description="the file's columns that name a row")
    score: str = Field(description="the file's column of scores")
    meaning: Meaning
    reason: str = Field(description="why the scores are believed to mean that; empty if it was said")
    rows: int = Field(ge=0, description="rows with a score")
    judged: int = Field(ge=0, description="test rows with a score; of validation rows, if there are no test rows")
    of: int = Field(ge=0, description="test rows; validation rows, if there are no test rows")
    part: str = Field(description="what these are called")
    unknown: int = Field(ge=0, description="rows of the file that are not in the table")
    training: int = Field(ge=0, description="rows of the file that are training rows or were dropped")
    clipped: int = Field(ge=0, description="probabilities of exactly 0 or 1")
    tied: int = Field(0, ge=0, description="different scores that became equal to another one when they were stored")


@dataclass(frozen=True)
class OutsideScores:
    """Another system's scores of rows of a dataset. Cheap to make; the methods read the disk."""

    dataset: Dataset
    id: str
    manifest: Manifest

    @property
    def name(self) -> str:
        """The name to show."""
        return self.manifest.name

    @property
    def created(self) -> float:
        """When they were added, in seconds since the epoch."""
        return self.manifest.created

    @property
    def meaning(self) -> Meaning:
        """Whether they are probabilities, logits, or only say an order."""
        return self.manifest.meaning

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        return self.dataset.folder / FOLDER / self.id

    def scores(self) -> pd.DataFrame:
        """The validation and test rows that have a score: row (increasing) and logit."""
        import pandas as pd

        try:
            return pd.read_parquet(self.folder / "scores.parquet", columns=["row", "logit"])
        except (OSError, ValueError) as error:
            raise RunError(
                say("The scores of '{name}' cannot be read.", name=self.name), say("Add their file again.")
            ) from error

    def on(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Those of a run's scored rows that this system has scored too, with its logit in place of the run's.

        Args:
            rows: split, row, label, group and logit, as `Run.predictions` gives them; their order stays.
        """
        scores = self.scores()
        known = scores["row"].to_numpy()
        wanted = rows["row"].to_numpy()
        place = np.searchsorted(known, wanted).clip(0, max(len(known) - 1, 0))
        there = known[place] == wanted if len(known) else np.zeros(len(wanted), dtype=bool)
        return rows[there].assign(logit=scores["logit"].to_numpy()[place[there]]).reset_index(drop=True)

    def notes(self) -> list[str]:
        """What to know of these scores, in sentences."""
        return notes(self.manifest)

    def rename(self, name: str) -> None:
        """Give the scores another name. Raises RunError if they are gone."""
        if not self.folder.is_dir():
            raise RunError(
                say("The scores of '{name}' are not there any more.", name=self.name), say("Add their file again.")
            )
        with FileLock(self.folder / ".edit.lock", timeout=10):
            made = self.manifest.model_copy(update={"name": clean_title(name)})
            write_text(self.folder / "outside.json", made.model_dump_json(indent=1))

    def delete(self) -> None:
        """Remove the scores."""
        if self.folder.is_dir():
            remove_folder(self.folder)


def add_outside(
    dataset: Dataset, recipe: Recipe, path: Path, name: str = "", choices: OutsideChoices | None = None
) -> OutsideScores:
    """Keep a file of another system's scores.

    Args:
        dataset: whose rows are scored.
        recipe: says which of them are validation and test rows; that of the runs to compare with.
        path: a table with a row id and a score.
        name: what to call them; by default as the file.
        choices: how to read the file; what is not said is guessed.

    Raises:
        DataError: the file is no table, its rows or its scores cannot be told, or too few rows have a score.
    """
    from ctrcore.runs.outside_files import read_scores
    from ctrcore.runs.score_files import stored_rows

    with stored_rows(path) as file:
        held = held_of(dataset, recipe)
        read = read_scores(file, dataset.stored(), recipe.data_schema, held, choices or OutsideChoices())
    return keep_scores(dataset, recipe, read, name or path.name)


def keep_scores(dataset: Dataset, recipe: Recipe, read: Read, name: str) -> OutsideScores:
    """Keep scores that were read from a file.

    Args:
        dataset: whose rows are scored.
        recipe: the one that they were read by.
        read: the scores.
        name: what to call them.
    """
    import pandas as pd

    manifest = Manifest(
        name=clean_title(name),
        created=time.time(),
        recipe=recipe.id,
        id_columns=read.id,
        score=read.score,
        meaning=read.meaning,
        reason=read.reason,
        rows=len(read.row),
        judged=read.judged,
        of=read.of,
        part=read.part,
        unknown=read.unknown,
        training=read.training,
        clipped=read.clipped,
        tied=read.tied,
    )
    place = dataset.folder / FOLDER / new_id()
    place.parent.mkdir(exist_ok=True)
    sweep(place.parent)
    with new_folder(place) as folder:
        pd.DataFrame({"row": read.row, "logit": read.logit}).to_parquet(folder / "scores.parquet", index=False)
        write_text(folder / "outside.json", manifest.model_dump_json(indent=1))
    return OutsideScores(dataset, place.name, manifest)


def held_of(dataset: Dataset, recipe: Recipe) -> Held:
    """The rows of a dataset that no model learns from, as a recipe splits them."""
    from ctrcore.runs.outside_rows import Held

    made = dataset.prepared(recipe)
    return Held(
        test=np.asarray(made.test.row),
        valid=np.asarray(made.valid.row),
        test_label=np.asarray(made.test.label),
        valid_label=np.asarray(made.valid.label),
    )


def outside_of(dataset: Dataset) -> list[OutsideScores]:
    """The outside scores kept with a dataset that can be read, newest first."""
    parent = dataset.folder / FOLDER
    names = filter(is_id, visible(parent)) if parent.is_dir() else ()  # a file manager may leave something of its own
    found = [open_outside(dataset, name) for name in names]
    return sorted((one for one in found if one is not None), key=lambda one: (-one.created, one.id))


def open_outside(dataset: Dataset, outside_id: str) -> OutsideScores | None:
    """The outside scores of that id, or None if there are none that can be read."""
    manifest = _manifests.get(dataset.folder / FOLDER / checked_id(outside_id, "outside score") / "outside.json")
    return OutsideScores(dataset, outside_id, manifest) if manifest is not None else None


def clean_title(name: str) -> str:
    """A name to show: one line, not too long, not empty."""
    words = "".join(letter if letter.isprintable() else " " for letter in name).split()
    return " ".join(words)[:LONGEST] or "Another system"


def _parse(path: Path) -> Manifest | None:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


_manifests = FileCache(_parse, size=2_000)
