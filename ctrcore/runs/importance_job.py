"""What the fields of a run are worth by permutation, over many rows: measured in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ctrcore.language import mark
from ctrcore.runs.files import Record, write_json
from ctrcore.runs.opening import Opened, open_for_explaining
from ctrcore.runs.studies import RESULT, study_of
from ctrcore.runs.worker import Reporter

OPTIONS: Record = {"rows": 5000, "repeats": 5, "seed": 0, "tied": False}
REMOVED = 2000  # rows at most whose behaviours are left out one by one


def study_importance(folder: Path, report: Reporter) -> None:
    """The job function: permutation with intervals, and for DIN what the behaviours do, value by value."""
    run, options = study_of(folder)
    report.progress(0.0, mark("opening the model and its rows"))
    opened = open_for_explaining(run)
    result = measure_importance(opened, options, report.progress)
    write_json(folder / RESULT, result)


def measure_importance(
    opened: Opened, options: Mapping[str, Any], progress: Callable[[float, str], None] | None = None
) -> Record:
    """AUC lost by shuffling each field, with its interval.

    Args:
        opened: the run.
        options: rows (of the sample), repeats (shuffles), seed, tied (True: columns that determine each other are
            shuffled together).
        progress: told the share that is done and what is being done.

    Returns:
        auc, rows, of (rows that judge the run), repeats, units ('users' or 'rows' are taken as independent), ties (the
        columns shuffled together), fields (name, drop, low, high, standard_error, spread over the repeats), seconds,
        and for DIN behaviours: per history column the rows of `effects.behaviour_effect`, over behaviour_rows rows.
    """
    from ctrcore.explain.importance import group_names
    from ctrcore.explain.permutation import permutation_importance
    from ctrcore.explain.players import field_groups
    from ctrcore.explain.sampling import sample_rows
    from ctrcore.models.din import DIN

    began, tell = time.perf_counter(), progress or (lambda _done, _text: None)
    ties = ties_of(opened) if options["tied"] else []
    rows = sample_rows(opened.judged, options["rows"], options["seed"])
    groups = field_groups(opened.model.fields, ties)
    share = 0.8 if isinstance(opened.model, DIN) else 1.0
    found = permutation_importance(
        opened.model,
        rows,
        groups,
        repeats=options["repeats"],
        seed=options["seed"],
        progress=lambda done: tell(share * done, mark("shuffling the fields")),
    )
    columns = {"drop": found.drop, "low": found.low, "high": found.high}
    columns |= {"standard_error": found.standard_error, "spread": found.spread}
    names = group_names(opened.model, groups)
    result: Record = {
        "auc": found.auc,
        "rows": len(rows),
        "of": len(opened.judged),
        "repeats": options["repeats"],
        "units": found.units,
        "ties": ties,
        "fields": [
            {"name": name} | {key: float(values[place]) for key, values in columns.items()}
            for place, name in enumerate(names)
        ],
    }
    if isinstance(opened.model, DIN):
        tell(share, mark("leaving out behaviours"))
        result |= _behaviours(opened, options["seed"])
    return result | {"seconds": time.perf_counter() - began}


def ties_of(opened: Opened) -> list[list[str]]:
    """The columns of the run's training rows that determine each other."""
    from ctrcore.explain.players import tied_fields

    return tied_fields(opened.prepared.train, opened.model.fields)


def _behaviours(opened: Opened, seed: int) -> Record:
    from ctrcore.explain.effects import behaviour_effect
    from ctrcore.explain.own_terms import own_terms
    from ctrcore.explain.removal import behaviour_removal
    from ctrcore.explain.sampling import sample_rows
    from ctrcore.models.din import DIN

    assert isinstance(opened.model, DIN)
    rows = sample_rows(opened.judged, REMOVED, seed)
    removal, terms = behaviour_removal(opened.model, rows), own_terms(opened.model, rows)
    tables = {
        name: behaviour_effect(opened.encoder, rows, terms, name, removal).to_dict("records")
        for name in opened.model.histories
    }
    return {"behaviours": tables, "behaviour_rows": len(rows)}
