"""Files of outside scores that come through the browser: looked at first, kept when the user agrees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ctrcore.errors import CtrLensError
from ctrcore.runs.outside import OutsideScores, add_outside, held_of, write_template
from ctrcore.runs.outside_choices import OutsideChoices
from ctrcore.runs.outside_files import Read, read_scores
from ctrcore.runs.score_files import stored_rows
from ctrcore.runs.uploads import Upload, save_upload, suffix_of

if TYPE_CHECKING:
    from ctrcore.data.recipe import Recipe
    from ctrcore.runs.dataset import Dataset
    from ctrcore.runs.run import Run


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


def look_at(dataset: Dataset, recipe: Recipe, name: str, data: Upload, choices: OutsideChoices) -> Look:
    """Read an upload of scores without keeping it.

    Args:
        dataset: whose rows are scored.
        recipe: says which of them are validation and test rows.
        name: of the file; its ending says what it is.
        data: its bytes.
        choices: how to read it; what is not said is guessed.

    Raises:
        CtrLensError: it is no table at all.
    """
    with _saved(name, data) as path:
        with stored_rows(path) as file:
            columns = [str(column) for column in file.columns]
        try:
            held = held_of(dataset, recipe)
            return Look(columns, read_scores(path, dataset.stored(), recipe.data_schema, held, choices))
        except CtrLensError as problem:
            return Look(columns, problem=problem)


def add_upload(
    dataset: Dataset, recipe: Recipe, file: tuple[str, Upload], title: str, choices: OutsideChoices
) -> OutsideScores:
    """Keep an upload of scores; see `outside.add_outside`.

    Args:
        dataset, recipe, choices: as in `look_at`.
        file: its name and its bytes.
        title: what to call the scores.
    """
    name, data = file
    with _saved(name, data) as path:
        return add_outside(dataset, recipe, path, title or name, choices)


def template_of(run: Run) -> bytes:
    """The rows that another system has to score, as CSV; see `outside.write_template`."""
    with TemporaryDirectory(prefix="ctrcore-") as folder:
        path = Path(folder) / "template.csv"
        write_template(run, path)
        return path.read_bytes()


@contextmanager
def _saved(name: str, data: Upload) -> Iterator[Path]:
    """An upload as a file that lasts as long as the block."""
    with TemporaryDirectory(prefix="ctrcore-") as folder:
        path = Path(folder) / f"scores{suffix_of(name)}"
        save_upload(path, data)
        yield path
