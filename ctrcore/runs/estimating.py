"""How long a training may take, judging by what was trained before."""

from __future__ import annotations

from collections.abc import Sequence

from ctrcore.runs.run import Run
from ctrcore.runs.spec import RunSpec


def seconds_at_most(spec: RunSpec, rows: int, earlier: Sequence[Run]) -> float | None:
    """Seconds until the last epoch, if none is saved by early stopping; None if no run of that model is known.

    Args:
        spec: what would be trained.
        rows: rows of the dataset.
        earlier: runs, newest first; one on the same dataset tells more than one on another.
    """
    same_model = [run for run in earlier if run.state == "done" and run.spec.model.name == spec.model.name]
    same_model.sort(key=lambda run: run.spec.dataset != spec.dataset)
    for run in same_model:
        speed = (run.metrics() or {}).get("rows_per_second")
        if speed:
            split = spec.recipe.split
            return rows * (1 - split.valid - split.test) * spec.training.epochs / float(speed)
    return None
