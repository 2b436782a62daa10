"""Shapley values of many of a run's rows: computed in a process of its own, kept as a table beside the result."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctrcore.language import mark
from ctrcore.runs.files import Record, replacing, write_json
from ctrcore.runs.importance_job import ties_of
from ctrcore.runs.opening import Opened, open_for_explaining
from ctrcore.runs.studies import RESULT, study_of
from ctrcore.runs.worker import Reporter

if TYPE_CHECKING:
    import pandas as pd

OPTIONS: Record = {"rows": 1000, "background": 50, "seed": 0, "tied": False}
TABLE = "shapley.parquet"
TOLERANCE = 0.05  # standard error of a row's values as a share of their sum; the mean over rows is far surer


def study_shapley(folder: Path, report: Reporter) -> None:
    """The job function: the values row by row go to `shapley.parquet`, their means to the result."""
    run, options = study_of(folder)
    report.progress(0.0, mark("opening the model and its rows"))
    opened = open_for_explaining(run)
    result, table = measure_shapley(opened, options, report.progress)
    with replacing(folder / TABLE) as path:
        table.to_parquet(path, index=False)
    write_json(folder / RESULT, result)


def measure_shapley(
    opened: Opened, options: Mapping[str, Any], progress: Callable[[float, str], None] | None = None
) -> tuple[Record, pd.DataFrame]:
    """Shapley values of a sample of the rows that judge a run.

    Args:
        opened: the run.
        options: rows (of the sample), background (training rows that each is compared with), seed (of both samples),
            tied (True: columns that determine each other are one player).
        progress: told the share that is done and what is being done.

    Returns:
        A record of rows, of (rows that judge the run), background (its name), base, method, exact, ties, fields
        (`importance.shapley_importance`) and seconds; and the table (`shapley_table`).
    """
    from ctrcore.explain.background import background_of
    from ctrcore.explain.importance import shapley_importance
    from ctrcore.explain.sampling import sample_rows
    from ctrcore.explain.shapley import shapley_rows
    from ctrcore.explain.shapley_table import shapley_table, shapley_values

    began, tell = time.perf_counter(), progress or (lambda _done, _text: None)
    ties = ties_of(opened) if options["tied"] else []
    rows = sample_rows(opened.judged, options["rows"], options["seed"])
    background = background_of(opened.prepared.train, options["background"], options["seed"])
    found = shapley_rows(
        opened.model,
        rows,
        background,
        ties=ties,
        tolerance=TOLERANCE,
        seed=options["seed"],
        progress=lambda done: tell(done, f"{round(done * len(rows)):,} of {len(rows):,} rows"),
    )
    table = shapley_table(found, opened.encoder, rows)
    result = {
        "rows": len(rows),
        "of": len(opened.judged),
        "background": background.name,
        "base": found.base,
        "method": found.method,
        "exact": found.exact,
        "ties": ties,
        "fields": shapley_importance(shapley_values(table)).to_dict("records"),
        "seconds": time.perf_counter() - began,
    }
    return result, table
