"""The row as it is imagined: its changes, kept for the session, and what every model makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from ctrcore.runs.run import Run
from pages.shared.explain.chosen import Explained, cells_of, run_of
from pages.shared.store import encoder_of, model_of

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.whatif import Cell
    from ctrcore.schema import Column, Schema

_CHANGES = "explain-changes"


@dataclass(frozen=True)
class Imagined:
    """What a model makes of the changed row.

    Attributes:
        cells: the row's cells as they are: a frame of one row.
        one: the changed row as the model reads it.
        logit: its score, by a forward pass.
        changes: those changes that the model reads and that differ from the row.
    """

    cells: pd.DataFrame
    one: Encoded
    logit: float
    changes: dict[str, Cell]


def changes_of(dataset_id: str, row: int) -> dict[str, Cell]:
    """The changes of a row, by field, to be changed in place. Plain values: a reload of the code does no harm."""
    kept: dict[str, dict[str, Any]] = st.session_state.setdefault(_CHANGES, {})
    return kept.setdefault(f"{dataset_id} {row}", {})


def reset(dataset_id: str, row: int) -> None:
    """Make the row what it was."""
    st.session_state.get(_CHANGES, {}).pop(f"{dataset_id} {row}", None)


def replace_changes(dataset_id: str, row: int, changes: Mapping[str, Cell]) -> None:
    """Make the row what a scenario says."""
    reset(dataset_id, row)
    changes_of(dataset_id, row).update(changes)


def editable(chosen: Explained) -> dict[str, tuple[Column, Run]]:
    """Every field that one of the runs reads, by name: its column, and the first run that has it, the focus first."""
    runs = [chosen.run, *(run_of(one) for one in chosen.view.contenders if one.id != chosen.focus.id)]
    found: dict[str, tuple[Column, Run]] = {}
    for run in runs:
        for column in encoder_of(run).schema.fields:
            found.setdefault(column.name, (column, run))
    return found


def history_run(chosen: Explained) -> Run | None:
    """The run whose histories are edited: the one that reads most of them, the focus first."""
    runs = [chosen.run, *(run_of(one) for one in chosen.view.contenders)]
    best = max(runs, key=lambda run: len(encoder_of(run).schema.histories))
    return best if encoder_of(best).schema.histories else None


def imagine(run: Run, row: int, changes: Mapping[str, Cell]) -> Imagined:
    """The row with these changes, as a run's model sees it.

    Raises:
        DataError: a change does not suit its field.
    """
    known = _own(encoder_of(run).schema, changes)
    return _imagined(run.id, run.finished, row, json.dumps(known, sort_keys=True), run, known)


def _own(schema: Schema, changes: Mapping[str, Cell]) -> dict[str, Cell]:
    """The changes that concern a run's fields; histories that it alone reads have unknown values in the new clicks."""
    known = {column.name: changes[column.name] for column in schema.fields if column.name in changes}
    lists = [cell for name, cell in known.items() if schema.column(name).kind == "history" and isinstance(cell, list)]
    for column in schema.histories:
        if lists and column.name not in known:
            known[column.name] = [None] * len(lists[0])
    return known


@st.cache_resource(show_spinner=False, max_entries=400)
def _imagined(
    run_id: str,  # noqa: ARG001
    version: float | None,  # noqa: ARG001
    row: int,
    changes: str,  # noqa: ARG001
    _run: Run,
    _changes: dict[str, Cell],
) -> Imagined:
    from ctrcore.explain.whatif import real_changes, scored

    cells, encoder = cells_of(_run, row), encoder_of(_run)
    real = real_changes(cells, _changes, encoder.schema)
    one, logit = scored(model_of(_run), encoder, cells, real)
    return Imagined(cells, one, logit, real)
