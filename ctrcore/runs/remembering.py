"""Histories of new rows, for runs that build them from the rows themselves: what the user clicked before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ctrcore.data.recipe import Recipe
from ctrcore.errors import DataError, RunError
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from ctrcore.data.stored import Table
    from ctrcore.runs.dataset import Dataset

LOOKED_UP = "What the file lacks was looked up in the behaviours that the run's rows were built from."
GONE = "The run's dataset is not here any more, so histories hold only clicks of the file itself."


def missing_histories(recipe: Recipe, columns: Sequence[str]) -> list[str]:
    """The columns to remember of each click: those of the recipe, unless the table brings its histories itself."""
    from ctrcore.data.histories import history_name

    wanted = recipe.history.columns
    return [] if all(history_name(name) in columns for name in wanted) else list(wanted)


def remember(run: Run, table: Table) -> tuple[dict[str, pd.Series[Any]], str]:
    """The columns that the run's model needs and the table lacks, as far as they are known; and what they rest on.

    Of rows that were built from a log the log tells the histories, users and items tell their columns.

    Otherwise histories are built, each (n,):

    The past of a row are the clicked rows of the run's own dataset, and those of the table itself if it has labels.
    A click that is in both, such as when the dataset's own rows are scored, is remembered once.

    Args:
        run: a run that is done.
        table: the new rows.

    Raises:
        DataError: the table lacks a column that the histories are built from, or its times are not understood.
    """
    from ctrcore.data.histories import build_histories, history_name

    behaviours = behaviours_of(run)
    if behaviours is not None:
        return _looked_up(behaviours, run, table)
    wanted = missing_histories(run.recipe, [str(name) for name in table.columns])
    if not wanted:
        return {}, ""
    schema = run.recipe.data_schema
    keys = [str(schema.user), str(schema.time), *wanted]
    for name in keys:
        if name not in table.columns:
            given = " and ".join(f"'{history_name(column)}'" for column in run.recipe.history.columns)
            raise DataError(
                f"The file has no column '{name}', which the model's histories are built from.",
                f"Add it, or give the histories themselves as {given}.",
            )
    rows, past = _columns(table, [*keys, schema.label]), _past(run, [*keys, schema.label])
    note = GONE
    if past is not None:
        note = f"Histories hold the clicks among the {len(past):,} rows of the run's dataset"
        note += ", and those of the file." if schema.label in rows.columns else "."
        if schema.label in rows.columns:
            rows[schema.label] = rows[schema.label].where(~_in_both(past, rows, keys, run.recipe))
    made = build_histories(rows, run.recipe, past, compact=True)
    return {history_name(name): made[history_name(name)] for name in wanted}, note


def behaviours_of(run: Run) -> Dataset | None:
    """The run's dataset, if its rows were built from behaviours and it is still here."""
    try:
        dataset = run.dataset()
        return dataset if dataset.behaviours() is not None and dataset.log_choices() is not None else None
    except RunError:
        return None


def keys_of(run: Run) -> dict[str, str]:
    """The columns by which the past of new rows is found, with what they hold: user, item or time."""
    behaviours = behaviours_of(run)
    choices = behaviours.log_choices() if behaviours is not None else None
    if choices is not None:
        return {choices.user: "user", choices.item: "item", choices.time: "time"}
    wanted, schema = run.recipe.history.columns, run.recipe.data_schema
    if not wanted:
        return {}
    return dict.fromkeys(wanted, "item") | {str(schema.user): "user", str(schema.time): "time"}


def _looked_up(dataset: Dataset, run: Run, table: Table) -> tuple[dict[str, pd.Series[Any]], str]:
    from ctrcore.data.logs.completing import complete_rows

    log, choices = dataset.behaviours(), dataset.log_choices()
    assert log is not None
    assert choices is not None
    if choices.user not in table.columns or choices.item not in table.columns:
        return {}, ""
    schema = run.recipe.data_schema
    users, items = dataset.side("users"), dataset.side("items")
    found = complete_rows(table, schema, log, choices, users=users, items=items)
    return found, LOOKED_UP if found else ""


def _columns(table: Table, names: list[str]) -> pd.DataFrame:
    """Some columns, in memory; those that the table lacks are left out."""
    import pandas as pd

    found = {name: table[name] for name in dict.fromkeys(names) if name in table.columns}
    plain = {name: cells.astype("str") if cells.dtype == "category" else cells for name, cells in found.items()}
    return pd.DataFrame({name: cells.reset_index(drop=True) for name, cells in plain.items()})


def _past(run: Run, names: list[str]) -> pd.DataFrame | None:
    """The rows that the run's own histories were built from; None if they are gone."""
    from ctrcore.data.cleaning import clean

    try:
        table: Table = run.dataset().stored()
    except RunError:  # the dataset was deleted, or the run came from elsewhere
        return None
    if any(name not in table.columns for name in names):
        return None
    if run.recipe.cleaning.drop_duplicates:
        table = clean(table, run.recipe)[0]
    return _columns(table, names)


def _in_both(past: pd.DataFrame, rows: pd.DataFrame, keys: list[str], recipe: Recipe) -> npt.NDArray[np.bool_]:
    """True for rows (n,) whose click the past holds already: same user, time and remembered columns."""
    import numpy as np
    import pandas as pd

    from ctrcore.data.labels import read_labels
    from ctrcore.data.timescales import as_times_together
    from ctrcore.data.values import as_words

    clicked = read_labels(past, recipe.data_schema) == 1
    clicks = int(clicked.sum())
    code = np.zeros(clicks + len(rows), dtype=np.int64)
    for name in dict.fromkeys(keys):
        if name == recipe.data_schema.time:
            before, now = as_times_together([past[name], rows[name]], name)
            found = pd.factorize(np.concatenate([before[clicked], now]))[0]
        else:
            found = as_words(pd.concat([past[name][clicked], rows[name]], ignore_index=True)).codes
        code = pd.factorize(code * (found.max(initial=0) + 2) + found + 1)[0]  # stays below the number of rows
    known: npt.NDArray[np.bool_] = np.isin(code[clicks:], code[:clicks])
    return known
