"""This project's preparation of a train, a valid and a test CSV.

    python -m benchmarks.peers.ours [--upload] TASK.json

TASK.json: {"train", "valid", "test": CSV files, "folder": where to write, "numbers", "ids": column names, "label"}.
With --upload through the same door as an upload in the app, which also guesses the schema and profiles every column.
The last line printed is a JSON object. This one runs in the project's own environment.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from ctrcore.data.layouts.plan import Part
from ctrcore.data.preparing import Prepared, prepare
from ctrcore.data.reading import join_stored, store_part
from ctrcore.data.recipe import Recipe, Split
from ctrcore.data.stored import Stored
from ctrcore.runs.workspace import Workspace
from ctrcore.schema import Column, Schema


def ours(task: dict[str, Any]) -> Prepared:
    """Read the files into one table on disk and encode it by the given recipe."""
    folder = Path(task["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    parts = ["train", "valid", "test"]
    for part in parts:
        store_part(Part(Path(task[part])), folder / part)
    join_stored([folder / part for part in parts], folder / "table.parquet", parts, parts)
    return prepare(Stored(folder / "table.parquet"), recipe(task), folder=folder / "prepared")


def upload(task: dict[str, Any]) -> Prepared:
    """Upload, read in a process of its own, encode by the given recipe.

    Raises:
        RuntimeError: the files could not be read.
    """
    workspace = Workspace(Path(task["folder"]))
    with open(task["train"], "rb") as train, open(task["valid"], "rb") as valid, open(task["test"], "rb") as test:
        name = workspace.add_upload("clicks.csv", train, valid=valid, test=test)
    while (dataset := workspace.dataset(name)).active:
        time.sleep(0.05)
    if dataset.state != "done":
        raise RuntimeError(f"{dataset.error or dataset.state} {dataset.log()}")
    return dataset.prepared(recipe(task))


def recipe(task: dict[str, Any]) -> Recipe:
    """The types and the split, which are given to all libraries."""
    columns = [Column(name=number, kind="numeric", scale="standard") for number in task["numbers"]]
    columns += [Column(name=one, kind="categorical", min_count=1) for one in task["ids"]]
    return Recipe(data_schema=Schema(label=task["label"], columns=columns), split=Split(by="given", column="split"))


def main() -> None:
    """Prepare, then look at what was written."""
    task = json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8"))
    began = time.perf_counter()
    prepared = upload(task) if "--upload" in sys.argv else ours(task)
    seconds = time.perf_counter() - began
    parts = [path.parent for path in Path(task["folder"]).rglob("encoder.json")]
    print(
        json.dumps(
            {
                "inside_seconds": seconds,
                "rows": [len(prepared.train), len(prepared.valid), len(prepared.test)],
                "vocabulary": prepared.encoder.vocabulary_size,
                "bytes": sum(file.stat().st_size for part in parts for file in part.rglob("*") if file.is_file()),
            }
        )
    )


if __name__ == "__main__":
    main()
