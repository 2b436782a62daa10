"""All measures of a run's fields at once, in this process: what the shell shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctrcore.runs.files import Record
from ctrcore.runs.importance_job import measure_importance, ties_of
from ctrcore.runs.importances import measures
from ctrcore.runs.opening import open_for_explaining
from ctrcore.runs.run import Run
from ctrcore.runs.shapley_job import measure_shapley

if TYPE_CHECKING:
    import pandas as pd

QUICK = 0.2  # share of the progress bar that shuffling takes where Shapley values follow


def measure_all(
    run: Run, importance: Record, shapley: Record | None, progress: Callable[[float], None]
) -> tuple[pd.DataFrame, Record, Record | None, pd.DataFrame | None]:
    """Permutation, own terms, and Shapley values if they are wanted.

    Args:
        run: that is done.
        importance: options of `importance_job.measure_importance`.
        shapley: options of `shapley_job.measure_shapley`; None for none.
        progress: told the share that is done.

    Returns:
        The measures (`importances.measures`), the results of both jobs, and the Shapley values row by row.

    Raises:
        RunError: the run is not done, or its dataset is gone.
    """
    from ctrcore.explain.importance import own_importance, weight_name
    from ctrcore.explain.own_terms import own_terms
    from ctrcore.explain.players import field_groups
    from ctrcore.explain.sampling import sample_rows

    opened = open_for_explaining(run)
    share = QUICK if shapley is not None else 1.0
    shuffled = measure_importance(opened, importance, lambda done, _text: progress(share * done))
    found, values = None, None
    if shapley is not None:
        found, values = measure_shapley(opened, shapley, lambda done, _text: progress(share + (1 - share) * done))
    rows = sample_rows(opened.judged, importance["rows"], importance["seed"])
    groups = field_groups(opened.model.fields, ties_of(opened) if importance["tied"] else ())
    own = own_importance(opened.model, own_terms(opened.model, rows), groups)
    weight = weight_name(run.spec.model.name)
    return measures(own, len(rows), weight, importance=shuffled, shapley=found), shuffled, found, values
