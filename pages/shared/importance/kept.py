"""What the page computes at once from a model's own terms, and what studies found: kept once per server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from ctrcore.language import say
from ctrcore.runs.files import Record
from ctrcore.runs.run import Run
from ctrcore.runs.shapley_job import TABLE
from ctrcore.runs.studies import find_study
from pages.shared.store import encoder_of, judged_rows, model_of, ties_of

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.effects import Effect
    from ctrcore.explain.own_terms import OwnTerms

ROWS = 4000  # that judge the run, looked at while the page waits


@dataclass(frozen=True)
class Own:
    """A model's own terms over a sample of the rows that judge it.

    Attributes:
        rows: the sample, encoded.
        terms: of these rows, without the pairs and the behaviours, which are large.
        pairs: `importance.pair_importance`; None if the model has no pairs.
        behaviours: `effects.behaviour_effect` by the history's columns; empty but for DIN.
    """

    rows: Encoded
    terms: OwnTerms
    pairs: pd.DataFrame | None
    behaviours: dict[str, pd.DataFrame]


def own_of(run: Run) -> Own:
    """The model's own terms, without a study."""
    with st.spinner(say("Reading the model's own terms")):
        return _own(run.id, run.finished, run)


def groups_of(run: Run, *, tied: bool) -> list[tuple[int, ...]]:
    """Places of the fields that move together: the history's columns, and tied ones if wanted."""
    from ctrcore.explain.players import field_groups

    return field_groups(model_of(run).fields, ties_of(run) if tied else ())


def result_of(run: Run, kind: Any, options: Record) -> Record | None:
    """What a study found so far, if it was made."""
    found = find_study(run, kind, options)
    return None if found is None else found.result()


def shapley_rows_of(run: Run, options: Record) -> pd.DataFrame | None:
    """Shapley values row by row (`explain.shapley_table`), if the study was made. Read only."""
    found = find_study(run, "shapley", options)
    if found is None or found.result() is None or not (found.folder / TABLE).exists():
        return None
    return _table(str(found.folder / TABLE), (found.folder / TABLE).stat().st_mtime_ns)


def effect_of(run: Run, name: str, options: Record | None, *, tied: bool = False) -> Effect | None:
    """Mean effect of each value of a field: contributions, or Shapley values of the study with these options.

    Fields that move together have one effect: it is shown by the values of each. None where the model has no such
    field, or where the study was not made.
    """
    if name not in [field.name for field in model_of(run).fields]:
        return None
    table = shapley_rows_of(run, options) if options is not None else None
    if options is not None and table is None:
        return None
    found = find_study(run, "shapley", options) if options is not None else None
    key = (run.finished, found and found.status.finished, found and found.folder.name, tied)
    return _effect(run.id, name, key, run, options)


@st.cache_resource(show_spinner=False, max_entries=16)
def _own(run_id: str, version: float | None, _run: Run) -> Own:  # noqa: ARG001  part of the key
    from ctrcore.explain.effects import behaviour_effect
    from ctrcore.explain.importance import pair_importance
    from ctrcore.explain.own_terms import own_terms
    from ctrcore.explain.sampling import sample_rows

    model, encoder, rows = model_of(_run), encoder_of(_run), sample_rows(judged_rows(_run), ROWS, 0)
    terms = own_terms(model, rows)
    histories = [field.name for field in model.fields if field.kind == "history"]
    behaviours = {}
    if terms.behaviours is not None:
        behaviours = {name: behaviour_effect(encoder, rows, terms, name) for name in histories}
    small = replace(terms, pairs=None, behaviours=None, behaviour_weights=None, mask=None)
    return Own(rows, small, pair_importance(model, terms), behaviours)


@st.cache_resource(show_spinner=False, max_entries=24)
def _table(path: str, version: int) -> pd.DataFrame:  # noqa: ARG001
    return pd.read_parquet(path)


@st.cache_resource(show_spinner=False, max_entries=200)
def _effect(run_id: str, name: str, key: tuple[object, ...], _run: Run, _options: Record | None) -> Effect:  # noqa: ARG001
    from ctrcore.explain.effects import field_effect
    from ctrcore.explain.importance import group_names
    from ctrcore.explain.sampling import sample_rows
    from ctrcore.explain.shapley_table import VALUES

    model, encoder, groups = model_of(_run), encoder_of(_run), groups_of(_run, tied=bool(key[-1]))
    place = [field.name for field in model.fields].index(name)
    group = next(group for group in groups if place in group)
    if _options is None:
        own = own_of(_run)
        return field_effect(encoder, own.rows, name, own.terms.together(group))
    table = shapley_rows_of(_run, _options)
    assert table is not None
    rows = sample_rows(judged_rows(_run), _options["rows"], _options["seed"])
    return field_effect(encoder, rows, name, table[VALUES + group_names(model, [group])[0]].to_numpy(dtype=float))
