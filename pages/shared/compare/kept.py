"""What is computed from the scores, kept once per server under the key of the view, never by hashing arrays.

Nothing kept here holds a title: a run that is renamed keeps its scores.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from ctrcore.comparing import cutoffs
from ctrcore.comparing.counts import ManyCounts
from ctrcore.comparing.cutoffs import Goal
from ctrcore.comparing.probabilities import Bins, calibration, histogram
from ctrcore.comparing.ranked import Ranked
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.testing import Comparison, Method, compare_all, method_for
from ctrcore.figures.curves import Curve
from ctrcore.language import say
from ctrcore.metrics import sigmoid
from pages.shared.compare.view import Key, View

Array = npt.NDArray[np.float64]
Kind = Literal["roc", "precision_recall", "gain", "lift"]
READ: dict[Kind, Callable[[Ranked], tuple[Array, Array]]] = {
    "roc": Ranked.roc,
    "precision_recall": Ranked.precision_recall,
    "gain": Ranked.gain,
    "lift": Ranked.lift,
}
CUTOFFS = 500
BARS = 40


def comparison(view: View, method: Method | None = None) -> Comparison:
    """Intervals and tests of all models by a formula; without a method by the one that the rows call for."""
    with st.spinner(say("Comparing the models")):
        return _tested(view.key, method or method_for(view.sheet), view.sheet)


def bootstraps(view: View) -> dict[tuple[Method, int], Comparison]:
    """Bootstraps that were run, by method and replicates; a page adds those that it runs."""
    return _bootstraps(view.key)


def bootstrap_seconds(view: View, method: Method) -> float:
    """What one replicate takes on this machine, tried out with a few."""
    with st.spinner(say("Trying out how long it takes")):
        return _bootstrap_seconds(view.key, method, view.sheet)


def run_bootstrap(view: View, method: Method, replicates: int, progress: Callable[[float], None]) -> Comparison:
    """Draw rows or users anew; takes its time."""
    return compare_all(view.sheet, method, replicates, progress=progress)


def bins(view: View, count: int) -> dict[str, Bins]:
    """Each model's rows in groups by probability."""
    return _bins(view.key, count, view.sheet, [one.id for one in view.probable])


def histograms(view: View) -> dict[str, tuple[Array, Array, Array]]:
    """Shares of the clicks and of the others by probability, and the edges, for each model."""
    return _histograms(view.key, view.sheet, [one.id for one in view.probable])


def curves(view: View, kind: Kind) -> list[Curve]:
    """A curve of each model on the same rows, at most 1,000 points each."""
    found = _curves(view.key, kind, view.sheet)
    return [Curve(one.title, one.model, *found[one.id]) for one in view.contenders]


def over_cutoffs(view: View) -> tuple[Array, dict[str, ManyCounts]]:
    """Cutoffs from 0 to the end of the axis, and what each model with probabilities brings at them."""
    return _over_cutoffs(view.key, view.sheet, [one.id for one in view.probable])


def best_cutoffs(view: View, goal: Goal, false_alarm: float, missed: float) -> dict[str, tuple[float, float]]:
    """The best cutoff of each model with probabilities, and what it brings."""
    return _best_cutoffs(view.key, (goal, false_alarm, missed), view.sheet, [one.id for one in view.probable])


@st.cache_resource(show_spinner=False, max_entries=24)
def _tested(key: Key, method: Method, _sheet: Sheet) -> Comparison:  # noqa: ARG001
    return compare_all(_sheet, method)


@st.cache_resource(show_spinner=False, max_entries=24)
def _bootstraps(key: Key) -> dict[tuple[Method, int], Comparison]:  # noqa: ARG001
    return {}


@st.cache_resource(show_spinner=False, max_entries=24)
def _bootstrap_seconds(key: Key, method: Method, _sheet: Sheet) -> float:  # noqa: ARG001
    count = 4 if len(_sheet) > 100_000 else 20
    started = time.perf_counter()
    compare_all(_sheet, method, count)
    return (time.perf_counter() - started) / count


@st.cache_resource(show_spinner=False, max_entries=24)
def _bins(key: Key, count: int, _sheet: Sheet, _ids: list[str]) -> dict[str, Bins]:  # noqa: ARG001
    return {name: calibration(_sheet.label, sigmoid(_sheet.logit[name]), count) for name in _ids}


@st.cache_resource(show_spinner=False, max_entries=24)
def _histograms(key: Key, _sheet: Sheet, _ids: list[str]) -> dict[str, tuple[Array, Array, Array]]:  # noqa: ARG001
    top = cutoffs.top_of(_sheet, _ids)
    return {name: histogram(_sheet.label, sigmoid(_sheet.logit[name]), BARS, top) for name in _ids}


@st.cache_resource(show_spinner=False, max_entries=48)
def _curves(key: Key, kind: Kind, _sheet: Sheet) -> dict[str, tuple[Array, Array]]:  # noqa: ARG001
    return {name: READ[kind](_sheet.ranked(name)) for name in _sheet.ids}


@st.cache_resource(show_spinner=False, max_entries=48)
def _best_cutoffs(
    key: Key,  # noqa: ARG001
    wanted: tuple[Goal, float, float],
    _sheet: Sheet,
    _ids: list[str],
) -> dict[str, tuple[float, float]]:
    goal, false_alarm, missed = wanted
    return {name: cutoffs.best(_sheet, name, goal, false_alarm=false_alarm, missed=missed) for name in _ids}


@st.cache_resource(show_spinner=False, max_entries=24)
def _over_cutoffs(key: Key, _sheet: Sheet, _ids: list[str]) -> tuple[Array, dict[str, ManyCounts]]:  # noqa: ARG001
    grid = np.linspace(0.0, cutoffs.top_of(_sheet, _ids), CUTOFFS + 1)
    return grid, {name: cutoffs.over(_sheet, name, grid) for name in _ids}
