"""How long a training, or the checks of a run, may take, judging by what was done before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctrcore.runs.run import Run
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.studies import find_study
from ctrcore.runs.trust_job import SHORT_EPOCHS, SHORT_ROWS

SHORT_TRAININGS = 3  # of a trust card: as it was, on shuffled clicks, with another seed


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


def seconds_of_card(run: Run, options: Mapping[str, Any], earlier: Sequence[Run]) -> float | None:
    """Seconds that the trust card of a run may take; None if no card of that model was made without training again.

    Args:
        run: whose card.
        options: of the card; with `retrain` the short trainings are added, at the speed of the run's own training.
        earlier: runs whose cards tell how long the checks take; one of the same dataset tells more.
    """
    trainings = 0.0
    if options.get("retrain"):
        speed = (run.metrics() or {}).get("rows_per_second")
        if not speed:
            return None
        split, rows = run.recipe.split, run.dataset().rows or 0
        learnt = min(SHORT_ROWS, rows * (1 - split.valid - split.test))
        trainings = SHORT_TRAININGS * SHORT_EPOCHS * learnt / float(speed)
    alike = [one for one in earlier if one.spec.model.name == run.spec.model.name]
    alike.sort(key=lambda one: one.spec.dataset != run.spec.dataset)
    for one in alike:
        found = find_study(one, "trust", {**options, "retrain": False})
        result = found.result() if found is not None else None
        if result is not None:
            return float(result["seconds"]) + trainings
    return None
