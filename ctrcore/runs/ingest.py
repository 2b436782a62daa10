"""Reading an uploaded file, in a process of its own: whatever the file does, it does it there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ctrcore.errors import DataError, RunError
from ctrcore.runs.files import Record, read_json, replacing, write_json, write_text
from ctrcore.runs.worker import Reporter

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.schema import Schema


def ingest(folder: Path, report: Reporter) -> None:
    """The job function of an upload: read, join, guess, profile, keep.

    Raises:
        DataError: if the file cannot be read as a table.
    """
    manifest = read_json(folder / "dataset.json")
    if manifest is None or "files" not in manifest:
        raise RunError("The uploaded file is gone.", "Upload it again.")
    files = {part: folder / name for part, name in manifest["files"].items()}
    report.progress(0.01, "reading the file")
    frame = read_files(files, lambda done: report.progress(0.6 * done, "reading the file"))
    report.progress(0.7, "guessing the columns")
    report.check()
    store_table(folder, frame, manifest)
    for path in files.values():
        path.unlink(missing_ok=True)  # the table holds all of it


def store_table(folder: Path, frame: pd.DataFrame, manifest: Record, schema: Schema | None = None) -> None:
    """Write table.parquet, guess.json, profile.json and dataset.json into a dataset's folder.

    Args:
        folder: the dataset's folder.
        frame: the rows.
        manifest: what dataset.json says besides the table's shape.
        schema: what to profile the table with; by default the guess.
    """
    from ctrcore.data.guessing import guess_schema
    from ctrcore.data.profiling import profile

    frame = frame.reset_index(drop=True)
    guess = guess_schema(frame)
    schema = schema or guess
    made = profile(frame, schema)
    with replacing(folder / "table.parquet") as path:
        frame.to_parquet(path, index=False, compression="zstd")
    write_text(folder / "guess.json", guess.model_dump_json(indent=1))
    text = f'{{"schema": {schema.model_dump_json()}, "profile": {made.model_dump_json()}}}\n'
    write_text(folder / "profile.json", text)
    shape = {"rows": len(frame), "columns": [str(name) for name in frame.columns]}
    write_json(folder / "dataset.json", {key: value for key, value in manifest.items() if key != "files"} | shape)


def read_files(files: dict[str, Path], progress: Callable[[float], None] | None = None) -> pd.DataFrame:
    """The table that several files make together.

    Args:
        files: the path of 'rows', and if they are given apart those of 'valid' and 'test' rows; 'users' and 'items'
            hold one row a user or an item and are joined by the id column they share with the rows.
        progress: called with the share done, 0 to 1.

    Raises:
        DataError: if a file cannot be read, or they do not go together.
    """
    from ctrcore.data.joining import join_tables
    from ctrcore.data.reading import read_table, read_tables

    if "valid" in files or "test" in files:
        frame = read_tables(files["rows"], files.get("valid"), files.get("test"), progress=progress)
    else:
        frame = read_table(files["rows"], progress=progress)
    sides = {part: read_table(files[part]) if part in files else None for part in ("users", "items")}
    if sides["users"] is None and sides["items"] is None:
        return frame
    keys = {part: join_key(frame, side, part) if side is not None else "" for part, side in sides.items()}
    return join_tables(frame, sides["users"], sides["items"], keys["users"], keys["items"])


def join_key(rows: pd.DataFrame, side: pd.DataFrame, part: str) -> str:
    """The column by which a table of users or items belongs to the rows: in both, and unique in the side table.

    Raises:
        DataError: if there is no such column.
    """
    shared = [str(name) for name in side.columns if name in rows.columns]
    unique = [name for name in shared if side[name].is_unique and side[name].notna().all()]
    if unique:
        return unique[0]
    if shared:
        raise DataError(
            f"The {part} table has no id column: '{shared[0]}' is in the rows too, but its values repeat.",
            "Keep one row for each id.",
        )
    raise DataError(
        f"The {part} table has no column in common with the rows.", "Give the id column the same name in both files."
    )
