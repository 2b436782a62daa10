"""Reading uploaded files, in a process of its own: whatever the files do, they do it there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ctrcore.errors import RunError
from ctrcore.runs.files import Record, read_json, replacing, write_json, write_text
from ctrcore.runs.uploads import SOURCE
from ctrcore.runs.worker import Reporter
from ctrcore.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.importing import Files, ImportChoices, Imported
    from ctrcore.data.recipe import Recipe

Tell = Callable[[float, str], None]


def ingest(folder: Path, report: Reporter) -> None:
    """The job function of an upload: read, join, build, guess, profile, keep.

    Raises:
        DataError: if the files cannot be read as a table.
    """
    manifest = read_json(folder / "dataset.json")
    if manifest is None or "files" not in manifest:
        raise RunError("The uploaded file is gone.", "Upload it again.")
    try:
        _ingest(folder, manifest, report.progress)
    finally:  # nobody reads them a second time, however this ends
        shutil.rmtree(folder / SOURCE, ignore_errors=True)


def _ingest(folder: Path, manifest: Record, tell: Tell) -> None:
    from ctrcore.data.importing import Files, ImportChoices

    given = {part: {name: folder / path for name, path in files.items()} for part, files in manifest["files"].items()}
    single = {part: next(iter(files.values())) for part, files in given.items() if part != "rows"}
    files = Files(rows=given["rows"], **single)
    read_into(folder, files, ImportChoices.model_validate(manifest.get("import", {})), manifest, tell)


def read_into(folder: Path, files: Files, choices: ImportChoices, manifest: Record, tell: Tell) -> None:
    """Read files into a dataset's folder, and write everything that makes it a dataset.

    Raises:
        DataError: if the files cannot be read as a table.
    """
    from ctrcore.data.importing import import_files

    clear(folder)  # of an attempt that was cut off
    tell(0.01, "reading the file")
    try:
        finish(folder, import_files(files, choices, folder, tell), manifest, tell)
    except BaseException:
        clear(folder)
        raise
    shutil.rmtree(folder / "unpacked", ignore_errors=True)


def clear(folder: Path) -> None:
    """Remove the tables of an attempt that came to nothing."""
    for path in folder.glob("*.parquet"):
        path.unlink()
    shutil.rmtree(folder / "unpacked", ignore_errors=True)


def store_table(folder: Path, frame: pd.DataFrame, manifest: Record, recipe: Recipe | None = None) -> None:
    """Make a dataset of a table that is in memory.

    Args:
        folder: the dataset's folder.
        frame: the rows.
        manifest: what dataset.json says besides the table's shape.
        recipe: the choices for the table; by default those that follow from the guess.
    """
    from ctrcore.data.guessing import guess_schema

    frame = frame.reset_index(drop=True)
    guess = guess_schema(frame)
    with replacing(folder / "table.parquet") as path:
        frame.to_parquet(path, index=False, compression="zstd")
    if recipe is not None:
        write_text(folder / "recipe.json", recipe.model_dump_json(indent=1))
    _describe(folder, guess, guess if recipe is None else recipe.data_schema, manifest)


def finish(folder: Path, made: Imported, manifest: Record, tell: Tell) -> None:
    """Measure the table of the folder, and write everything that makes it a dataset."""
    known = {"about": made.about} if made.about else {}
    if made.about.get("built") is not None:  # its split and kinds are known, not guessed
        write_text(folder / "recipe.json", made.recipe.model_dump_json(indent=1))
    _describe(
        folder,
        made.guess,
        made.guess,
        manifest | known,
        lambda done: tell(0.7 + 0.3 * done, "measuring the columns"),
    )


def _describe(
    folder: Path,
    guess: Schema,
    schema: Schema,
    manifest: Record,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Write guess.json, profile.json and dataset.json."""
    from ctrcore.data.profiling import profile
    from ctrcore.data.stored import Stored

    table = Stored(folder / "table.parquet")
    made = profile(table, schema, progress)
    write_text(folder / "guess.json", guess.model_dump_json(indent=1))
    text = f'{{"schema": {schema.model_dump_json()}, "profile": {made.model_dump_json()}}}\n'
    write_text(folder / "profile.json", text)
    shape = {"rows": len(table), "columns": [str(name) for name in table.columns]}
    kept = {key: value for key, value in manifest.items() if key not in ("files", "import", "known", "keys")}
    write_json(folder / "dataset.json", kept | shape)
