"""What takes longer than a page may: started and watched here, run by run."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.explain.trust.words import background_words
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.files import Record
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared.charts import csv_button
from pages.shared.importance.kept import shapley_rows_of
from pages.shared.importance.view import View
from pages.shared.level import learn
from pages.shared.studies import study_result
from pages.shared.tools import duration, model_badge, plain

EXACT = mark(":material/check: Exact, over a sample of {rows:,} of {of:,} rows against {background}. Took {seconds}.")
SAMPLED = mark(
    ":material/check: Sampled, over a sample of {rows:,} of {of:,} rows against {background}. Took {seconds}."
)
UNITS = Spoken({"users": mark("users"), "rows": mark("rows")})


def panel(view: View, shown: list[Run]) -> None:
    """One line a run: permutation with intervals, and Shapley values."""
    with st.container(border=True, key="matters-work"):
        st.markdown(say("#### Measured in the background"), help=WORDS["shapley"])
        learn(
            say(
                "Intervals for shuffling, and Shapley values, take from seconds to minutes. They are computed by a "
                "process of their own and kept with the run: you may leave the page."
            )
        )
        for run in shown:
            with st.grid(3, min_column_width=240):
                title = view.title(run)
                st.markdown(model_badge(run) + (f" {plain(title)}" if title != run.spec.model.title else ""))
                with st.container():
                    found = study_result(run, "importance", view.importance, say("Shuffle, with intervals"))
                    if found is not None:
                        _importance_done(found)
                with st.container():
                    result = study_result(run, "shapley", view.shapley, say("Compute Shapley values"))
                    if result is not None:
                        _shapley_done(view, run, result)


def _importance_done(found: Record) -> None:
    told = say(
        ":material/check: {repeats} shuffles of a sample of {rows:,} of {of:,} rows. Took {seconds}.",
        repeats=found["repeats"],
        rows=found["rows"],
        of=found["of"],
        seconds=duration(found["seconds"]),
    )
    st.caption(
        " ".join([told, *_together(found)]),
        help=say(
            "The AUC was {auc:.4f} before shuffling. The interval takes {units} as independent; it holds the luck of "
            "the sample and of the shuffles. Below 10 rows of a class or 20 users none is claimed.",
            auc=found["auc"],
            units=UNITS[found["units"]],
        ),
    )


def _shapley_done(view: View, run: Run, found: Record) -> None:
    how = EXACT if found["exact"] else SAMPLED
    told = say(
        how,
        rows=found["rows"],
        of=found["of"],
        background=plain(background_words(found["background"])),
        seconds=duration(found["seconds"]),
    )
    st.caption(" ".join([told, *_together(found)]), help=plain(found["method"]))
    csv_button(lambda: _file(view, run), f"shapley-{run.id}", say("Shapley values, row by row"))


def _file(view: View, run: Run) -> pd.DataFrame:
    table = shapley_rows_of(run, view.shapley)
    return table if table is not None else pd.DataFrame()


def _together(found: Record) -> list[str]:
    ties = "; ".join(plain(", ".join(names)) for names in found["ties"])
    return [say("Together: {ties}.", ties=ties)] if ties else []
