"""What the adapters of the speed benchmark share: the rows of a task, and the run that is timed.

An adapter is started as `python speed_LIBRARY.py TASK.json` in that library's environment, so this imports nothing but
what every one of them has. benchmarks/speed/data.py writes the rows.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HISTORY, LENGTH = "hist_item_id", "hist_length"


@dataclass(frozen=True)
class Rows:
    """One part of a task.

    Attributes:
        ids: (n, F) int32, local to each field; 0 is unknown.
        label: (n,) float32, 0 or 1.
        history: (n, L) int32, earlier items, oldest first, padded with 0 on the right; None without a history.
        length: (n,) int32, how many of them are real.
    """

    ids: Any
    label: Any
    history: Any = None
    length: Any = None

    def columns(self, names: Sequence[str]) -> dict[str, Any]:
        """One contiguous array a field, with the history and its length if there is one, by name."""
        found = {name: self.ids[:, place].copy() for place, name in enumerate(names)}
        return found if self.history is None else found | {HISTORY: self.history, LENGTH: self.length}


def read_task() -> tuple[dict[str, Any], dict[str, int], Rows, Rows]:
    """The task named on the command line, the rows of each field's table, training rows and test rows."""
    import numpy as np

    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = Path(task["data"])
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    names = ["ids", "label"] + (["history", "length"] if task["model"] == "din" else [])
    train = Rows(*(np.load(folder / f"train_{name}.npy")[: task["rows"]] for name in names))
    test = Rows(*(np.load(folder / f"test_{name}.npy") for name in names))
    return task, {field["name"]: field["size"] for field in meta["fields"]}, train, test


def settle(task: dict[str, Any]) -> None:
    """Seed and threads, before a model is made."""
    import torch

    torch.manual_seed(task["seed"])
    torch.set_num_threads(task["threads"])


def measured(
    task: dict[str, Any], model: Any, rows: Rows, test: Rows, *, train: Callable[[], object], predict: Callable[[], Any]
) -> dict[str, Any]:
    """Train for the epochs of the task, each followed by a pass over the test rows that is not part of its seconds.

    Args:
        task: see `read_task`.
        model: the torch module, of which the parameters are counted.
        rows: the training rows.
        test: the test rows.
        train: one epoch.
        predict: the scores of all test rows, in their order.
    """
    from sklearn.metrics import roc_auc_score

    epochs = []
    for _ in range(task["epochs"]):
        seconds = _timed(train, task["device"])
        epochs.append({"seconds": seconds, "auc": float(roc_auc_score(test.label, predict()))})
    return {
        "epochs": epochs,
        "predict_seconds": [_timed(predict, task["device"]) for _ in range(task["predictions"])],
        "rows": len(rows.label),
        "test_rows": len(test.label),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
    }


def answer(found: dict[str, Any]) -> None:
    """Print the last line."""
    sys.stdout.flush()
    print("\n" + json.dumps(found), flush=True)


def _timed(call: Callable[[], object], device: str) -> float:
    """Seconds until the call and all work that it left on the device are done."""
    import torch

    wait = torch.cuda.synchronize if device.startswith("cuda") else (lambda: None)
    wait()
    began = time.perf_counter()
    call()
    wait()
    return time.perf_counter() - began
