"""What the page explains: one row, and the runs that have scored it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.comparing.disputes import apart, usual_logits
from ctrcore.errors import CtrLensError
from ctrcore.language import mark, say
from ctrcore.runs.contenders import Contender
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run
from pages.shared import address
from pages.shared.chores import rows_ready
from pages.shared.compare.view import View, view_of
from pages.shared.pickers import pick_contenders
from pages.shared.problems import show_problem
from pages.shared.store import encoder_of, item_names_of, judged_rows, model_of, seen_of
from pages.shared.tools import PageEnd, plain

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.names import Names

MOST = 5
ROWS_OF = {"test": mark("test rows"), "valid": mark("validation rows")}


@dataclass(frozen=True)
class Explained:
    """The row and the runs.

    Attributes:
        view: the runs, and the rows that all of them scored.
        focus: the run that is looked at most closely.
        row: the row's number in the table.
    """

    view: View
    focus: Contender
    row: int

    @property
    def dataset(self) -> Dataset:
        """The table behind it."""
        return self.view.dataset

    @property
    def run(self) -> Run:
        """The run in focus."""
        return run_of(self.focus)

    @property
    def place(self) -> int:
        """Where the row stands among those scored."""
        return int(np.flatnonzero(self.view.sheet.row == self.row)[0])

    @property
    def clicked(self) -> bool:
        """What really happened."""
        return bool(self.view.sheet.label[self.place])

    def logit(self, one: Contender) -> float:
        """A model's score of the row."""
        return float(self.view.sheet.logit[one.id][self.place])

    def at(self, row: int) -> Explained:
        """The same runs on another row."""
        return replace(self, row=row)


def run_of(one: Contender) -> Run:
    """The run behind a contender; scores from elsewhere have none and are not on this page."""
    assert one.run is not None
    return one.run


def choose_runs(dataset: Dataset) -> View:
    """One to five runs that can be looked into, with the rows that all of them scored. Ends the page without one."""
    chosen = pick_contenders(dataset)
    runs = [one for one in chosen if one.run is not None]
    if len(runs) < len(chosen):
        st.caption(say("Scores of other systems are left out: there is no model here to look into."))
    if not runs:
        st.info(say("Choose at least one run in the sidebar."), icon=":material/arrow_back:")
        raise PageEnd
    if len(runs) > MOST:
        st.caption(say("The first {most} of the {runs} runs chosen are shown.", most=MOST, runs=len(runs)))
    usable = [one for one in runs[:MOST] if _opens(dataset, one)]
    if not usable:
        raise PageEnd
    return view_of(dataset, usable)


def _opens(dataset: Dataset, one: Contender) -> bool:
    """True if a run's model and rows can be looked at; else why not takes the place."""
    run = run_of(one)
    try:
        if not rows_ready(dataset, run.recipe):
            return False
        with st.spinner(say("Opening the model and its rows")):
            model_of(run)
            judged_rows(run)
    except CtrLensError as error:
        show_problem(error)
        return False
    return True


def pick_focus(view: View) -> Contender:
    """The run in focus: the one of the address, else the one that ranks best."""
    return next((one for one in view.contenders if one.id == address.read("run")), view[view.sheet.best_first()[0]])


def focus_buttons(view: View) -> None:
    """Buttons that choose the run in focus; none where there is only one."""
    if len(view.contenders) == 1:
        return
    ids = [one.id for one in view.contenders]
    address.show("explain-focus", "run", ids, pick_focus(view).id)
    st.segmented_control(
        say("Model"),
        ids,
        format_func=lambda one: plain(view[one].title),
        required=True,
        key="explain-focus",
        on_change=address.take,
        args=("explain-focus", "run"),
        help=say("The model whose parts are shown. The runs themselves are chosen in the sidebar."),
    )


def scored_by(view: View, focus: Contender) -> pd.DataFrame:
    """The rows with the focus' score, to find one among them: row, label, logit."""
    sheet = view.sheet
    return pd.DataFrame({"row": sheet.row, "label": sheet.label, "logit": sheet.logit[focus.id]})


def disputed(view: View) -> np.ndarray | None:
    """(n,) how far the models' probabilities of a row lie apart; None for a single model."""
    if len(view.contenders) == 1:
        return None
    return view.sheet.kept("disputed", "·".join(sorted(view.sheet.ids)), lambda: apart(list(view.sheet.logit.values())))


def usual(view: View, one: Contender) -> tuple[float, float, float]:
    """The 5 %, 50 % and 95 % quantiles of a model's logits."""
    return view.sheet.kept("usual", one.id, lambda: usual_logits(view.sheet.logit[one.id]))


def encoded_row(run: Run, row: int) -> Encoded:
    """The row as a run's model reads it. Read only."""
    return _encoded(run.id, run.finished, row, run)


def cells_of(run: Run, row: int) -> pd.DataFrame:
    """The row's cells as a run's model was given them: a frame of one row. Read only."""
    return _cells(run.id, run.finished, row, run)


@st.cache_resource(show_spinner=False, max_entries=400)
def _encoded(run_id: str, version: float | None, row: int, _run: Run) -> Encoded:  # noqa: ARG001
    rows = judged_rows(_run)
    place = np.flatnonzero(rows.row == row)
    if len(place):
        return rows.take(place)
    return encoder_of(_run).transform(seen_of(_run.dataset(), _run.recipe).at([row]))  # judges others, not this run


@st.cache_resource(show_spinner=False, max_entries=400)
def _cells(run_id: str, version: float | None, row: int, _run: Run) -> pd.DataFrame:  # noqa: ARG001
    from ctrcore.explain.whatif import row_as_read

    return row_as_read(seen_of(_run.dataset(), _run.recipe).at([row]), encoder_of(_run), encoded_row(_run, row))


def names_of(run: Run) -> Names:
    """What items are called, for the fields that hold items."""
    return item_names_of(run.dataset(), run.recipe)


def rows_in_words(view: View) -> str:
    """The rows that can be explained, as in 'test rows'."""
    return say(ROWS_OF[view.part])
