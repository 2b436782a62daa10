"""What the three look-inside pages have in common: the run, the row, and the row's score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.language import say
from ctrcore.metrics import sigmoid
from ctrcore.report.writing import KINDS
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared.level import level
from pages.shared.pickers import pick_dataset, pick_run
from pages.shared.rows import pick_row
from pages.shared.store import encoder_of, judged_of, judged_part, judged_rows, model_of
from pages.shared.tools import no_run, ready

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded


@dataclass(frozen=True)
class Chosen:
    """The run and the row that a page looks into.

    Attributes:
        position: of the row within the encoded rows that judge the run.
        row: its number in the table.
        label: 1 for a click.
        logit: the model's score.
    """

    dataset: Dataset
    run: Run
    position: int
    row: int
    label: int
    logit: float

    def rows(self) -> Encoded:
        """The encoded rows that judge the run."""
        return judged_rows(self.run)


def choose(model: str, needs: str = "", *, with_history: bool = False) -> Chosen:
    """The pickers of a look-inside page; ends the page with advice if there is nothing to look into.

    Args:
        model: which model's run.
        needs: what that model needs, for the advice.
        with_history: offer first a row whose history is not empty.
    """
    dataset = ready(pick_dataset([model]))
    run = pick_run(dataset, model)
    if run is None:
        no_run(model, needs)
    with st.spinner(say("Opening the model and its rows")):
        model_of(run)
        judged_rows(run)
    scored = judged_of(run)
    position = pick_row(scored, has_history(run) if with_history else None)
    one = scored.iloc[position]
    return Chosen(dataset, run, position, int(one["row"]), int(one["label"]), float(one["logit"]))


def has_history(run: Run) -> np.ndarray:
    """(n,) True for the rows that judge the run whose history is not empty."""
    rows = judged_rows(run)
    names = [field.name for field in encoder_of(run).fields if field.kind == "history"]
    return np.asarray(rows.bags[names[0]].lengths) > 0


def sample_note(run: Run, rows: int) -> str:
    """What a mean over rows rests on."""
    total, test = len(judged_of(run)), judged_part(run) == "test"
    if rows >= total:
        return (
            say("all {total:,} test rows", total=total) if test else say("all {total:,} validation rows", total=total)
        )
    if test:
        return say("a sample of {rows:,} of the {total:,} test rows", rows=rows, total=total)
    return say("a sample of {rows:,} of the {total:,} validation rows", rows=rows, total=total)


def show_row(chosen: Chosen) -> None:
    """The row as the user knows it, and what the model said."""
    with st.container(border=True, key="row-card"):
        st.markdown(f"#### {say('Row {row} of the table', row=chosen.row)}")
        if level() != "Expert":
            st.caption(say("Another row: in the sidebar, or by its Find button."))
        with st.grid(3, min_column_width=150):
            st.metric(say("Logit"), f"{chosen.logit:+z.3f}", help=WORDS["logit"])
            st.metric(say("Probability"), f"{float(sigmoid(np.array(chosen.logit))):.1%}", help=WORDS["probability"])
            st.metric(say("Really"), say("click") if chosen.label else say("no click"))
        with st.expander(say("The row's values")):
            st.dataframe(
                row_values(chosen),
                hide_index=True,
                alt=say("The row's columns and values"),
                key="row-values",
                column_config={"column": say("column"), "value": say("value"), "read as": say("read as")},
            )


def row_values(chosen: Chosen) -> pd.DataFrame:
    """Column, value, and how the model reads it."""
    source = chosen.dataset.stored().at([chosen.row]).iloc[0]
    label = chosen.run.recipe.data_schema.label
    kinds = {column.name: column.kind for column in chosen.run.recipe.data_schema.columns}
    return pd.DataFrame(
        {
            "column": [str(name) for name in source.index],
            "value": [str(value)[:400] for value in source],
            "read as": [KINDS["label" if name == label else kinds.get(str(name), "ignore")] for name in source.index],
        }
    )
