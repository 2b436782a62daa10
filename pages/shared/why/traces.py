"""The two steps, opened and traced: kept once per server under the runs, the row and the sizes, never under tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ctrcore.errors import CtrLensError
from ctrcore.language import language, say
from ctrcore.runs.run import Run
from pages.shared.store import naming_of, seen_of
from pages.shared.why.choices import Asked

if TYPE_CHECKING:
    from ctrcore.recommend.counterfactual import Counterfactual
    from ctrcore.recommend.funnel import Trace
    from ctrcore.recommend.why import Above, Why, WhyNot
    from ctrcore.runs.recommending import TwoStages

Key = tuple[object, ...]
# Each holds a model and every item once, encoded: a few megabytes for a hundred thousand items. "Do the other models
# agree" asks every run for every user, so as many stay as it asks.
STAGES = 32


def key_of(asked: Asked) -> Key:
    """Everything that the list depends on."""
    runs = _runs_key(asked.run, asked.recall)
    return (*runs, asked.row, asked.recalled, asked.popular, asked.top, asked.fresh)


def stages_of(run: Run, recall: Run | None) -> TwoStages:
    """Two runs opened for recommending."""
    with st.spinner(say("Opening the models and the items")):
        return _stages(_runs_key(run, recall), run, recall)


def trace_of(asked: Asked) -> Trace:
    """One user's way from all items to the list. Raises DataError where there is nothing to rank."""
    return _trace(key_of(asked), language(), asked)


def why_of(asked: Asked, item: str) -> Why:
    """Why an item of the candidates has its place, without the smallest change, which takes longer: `change_of`."""
    return _why(key_of(asked), item, asked)


def change_of(asked: Asked, item: str) -> Counterfactual | None:
    """The smallest change that takes an item off the list; None if it is not on it."""
    rank = trace_of(asked).rank(item)
    return _change(key_of(asked), item, asked) if rank is not None and rank <= asked.top else None


def above_of(asked: Asked, a: str, b: str) -> Above:
    """What puts one candidate above another."""
    return _above(key_of(asked), a, b, asked)


def missed_of(asked: Asked, item: str) -> WhyNot:
    """Where an item was lost, and what would lift it into the list."""
    return _missed(key_of(asked), item, asked)


def ranked_by(asked: Asked, run: Run) -> pd.DataFrame:
    """The same user's candidates as another run ranks them, by item: rank and probability; empty if it cannot."""
    other = replace(asked, run=run)
    return _ranks(key_of(other), other)


def _runs_key(run: Run, recall: Run | None) -> Key:
    """The two runs, and what the items are called."""
    first = (None, None) if recall is None else (recall.id, recall.finished)
    return (run.id, run.finished, *first, naming_of(run.dataset()))


@st.cache_resource(show_spinner=False, max_entries=STAGES)
def _stages(key: Key, _run: Run, _recall: Run | None) -> TwoStages:  # noqa: ARG001
    from ctrcore.runs.recommending import open_two_stages

    return open_two_stages(_run, _recall, seen_of)


@st.cache_resource(show_spinner=False, max_entries=32)
def _trace(key: Key, spoken: str, _asked: Asked) -> Trace:  # noqa: ARG001
    return _made(_asked)


def _made(asked: Asked) -> Trace:
    from ctrcore.recommend.funnel import recommend
    from ctrcore.recommend.options import Options

    two = stages_of(asked.run, asked.recall)
    options = Options(
        recall_size=asked.recalled,
        popular_size=asked.popular,
        top_k=asked.top,
        leave_out_seen=asked.fresh,
    )
    return recommend(two.recommender, two.moment(asked.row), options)


@st.cache_resource(show_spinner=False, max_entries=500)
def _ranks(key: Key, _asked: Asked) -> pd.DataFrame:  # noqa: ARG001
    try:
        found = _made(_asked).candidates  # kept without the trace, which holds models
    except CtrLensError:  # a run with other choices of columns or rows has no such user or item
        return pd.DataFrame({"rank": [], "probability": []}, dtype=float)
    return found.set_index("item")[["rank", "probability"]]


@st.cache_resource(show_spinner=False, max_entries=128)
def _why(key: Key, item: str, _asked: Asked) -> Why:  # noqa: ARG001
    from ctrcore.recommend.why import why

    return why(trace_of(_asked), item, counterfactual=False)


@st.cache_resource(show_spinner=False, max_entries=128)
def _change(key: Key, item: str, _asked: Asked) -> Counterfactual:  # noqa: ARG001
    from ctrcore.recommend.counterfactual import drop

    return drop(trace_of(_asked), item)


@st.cache_resource(show_spinner=False, max_entries=128)
def _above(key: Key, a: str, b: str, _asked: Asked) -> Above:  # noqa: ARG001
    from ctrcore.recommend.why import above

    return above(trace_of(_asked), a, b)


@st.cache_resource(show_spinner=False, max_entries=128)
def _missed(key: Key, item: str, _asked: Asked) -> WhyNot:  # noqa: ARG001
    from ctrcore.recommend.why import why_not

    return why_not(trace_of(_asked), item)
