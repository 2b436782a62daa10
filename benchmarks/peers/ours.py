"""This project's preparation of a train, a valid and a test CSV, through the same door as an upload in the app.

    python -m benchmarks.peers.ours TASK.json

TASK.json: {"train", "valid", "test": CSV files, "folder": where to write, "numbers", "ids": column names, "label"}.
The last line printed is a JSON object. This one runs in the project's own environment.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from ctrcore.data.preparing import Prepared
from ctrcore.data.recipe import Recipe, Split
from ctrcore.runs.workspace import Workspace
from ctrcore.schema import Column, Schema


def ours(task: dict[str, Any]) -> tuple[Prepared, float]:
    """Upload, read in a process of its own, encode by the given recipe. Returns also the seconds until it was read.

    Raises:
        RuntimeError: the files could not be read.
    """
    began = time.perf_counter()
    workspace = Workspace(Path(task["folder"]))
    with open(task["train"], "rb") as train, open(task["valid"], "rb") as valid, open(task["test"], "rb") as test:
        name = workspace.add_upload("clicks.csv", train, valid=valid, test=test)
    while (dataset := workspace.dataset(name)).active:
        time.sleep(0.05)
    if dataset.state != "done":
        raise RuntimeError(f"{dataset.error or dataset.state} {dataset.log()}")
    read = time.perf_counter() - began
    columns = [Column(name=number, kind="numeric", scale="standard") for number in task["numbers"]]
    columns += [Column(name=one, kind="categorical", min_count=1) for one in task["ids"]]
    schema = Schema(label=task["label"], columns=columns)
    return dataset.prepared(Recipe(data_schema=schema, split=Split(by="given", column="split"))), read


def main() -> None:
    """Prepare, then look at what was written."""
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    began = time.perf_counter()
    prepared, read = ours(task)
    seconds = time.perf_counter() - began
    parts = [folder for folder in Path(task["folder"]).glob("datasets/*/prepared/*") if folder.is_dir()]
    print(
        json.dumps(
            {
                "inside_seconds": seconds,
                "reading_seconds": read,
                "rows": [len(prepared.train), len(prepared.valid), len(prepared.test)],
                "vocabulary": prepared.encoder.vocabulary_size,
                "bytes": sum(file.stat().st_size for part in parts for file in part.rglob("*") if file.is_file()),
            }
        )
    )


if __name__ == "__main__":
    main()
