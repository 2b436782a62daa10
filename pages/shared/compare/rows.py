"""The rows behind the scores: the table they come from, and one of them in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from ctrcore.comparing.disputes import percentiles, scores
from ctrcore.comparing.groupings import Grouping, groupings
from ctrcore.data.histories import full_schema
from ctrcore.data.members import as_members
from ctrcore.data.recipe import Recipe
from ctrcore.language import language, mark, say
from ctrcore.report.writing import KINDS
from ctrcore.runs.run import Run
from ctrcore.schema import Column
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.chores import rows_ready
from pages.shared.compare.view import SHEETS, Key, View
from pages.shared.level import level
from pages.shared.problems import problems_shown
from pages.shared.store import judged_rows, prepared, seen_of
from pages.shared.tools import plain

if TYPE_CHECKING:
    from ctrcore.data.stored import Stored

INSIDE = {
    "afm": ("afm.py", mark("AFM attention")),
    "fibinet": ("senet.py", mark("SENet importance")),
    "din": ("din.py", mark("DIN attention")),
}
BEHAVIOURS = 12


def recipe_of(view: View) -> Recipe:
    """How the rows were made: as the first of the models says."""
    return _run_of(view).recipe


def table_of(view: View) -> Stored:
    """The rows of the dataset as the models saw them.

    Raises:
        RunError: the table is lost, or a run was trained on other rows than the dataset holds.
    """
    judged_rows(_run_of(view))
    return seen_of(view.dataset, recipe_of(view))


def at_hand(view: View) -> bool:
    """True if the table can be looked at; else what is wrong, or an offer to prepare it, takes its place."""
    if not rows_ready(view.dataset, recipe_of(view)):
        return False
    with problems_shown():
        table_of(view)
        return True
    return False


def learned_rows(view: View) -> npt.NDArray[np.int64]:
    """The numbers of the rows that the models learned from."""
    return np.asarray(prepared(view.dataset.id, recipe_of(view)).train.row)


def groupings_of(view: View) -> list[Grouping]:
    """Every way to cut the compared rows into slices. Raises RunError as `table_of` does."""
    with st.spinner(say("Cutting the rows into slices")):
        return _groupings(view.key, view.dataset.id, recipe_of(view).id, language(), view)


def show_row(view: View, row: int, *, with_cells: bool) -> None:
    """One row: what every model says of it, its fields, its history, and links that look inside.

    Args:
        view: what is compared.
        row: its number in the table; one of the sheet's.
        with_cells: the table is at hand, so that its fields can be shown.
    """
    place = int(np.flatnonzero(view.sheet.row == row)[0])
    clicked = bool(view.sheet.label[place])
    with st.container(border=True, key="disputed-row", height="stretch"):
        st.markdown(say("#### Row {row}: a click", row=row) if clicked else say("#### Row {row}: no click", row=row))
        if level() != "Expert":
            st.caption(say("What each model says of it. Click a point, or a line of the table below, for another row."))
        st.dataframe(
            _said(view, place),
            hide_index=True,
            key="disputed-row-scores",
            alt=say("What each model says of row {row}", row=row),
            column_config={
                "Model": say("Model"),
                "probability": st.column_config.ProgressColumn(
                    say("Probability"),
                    min_value=0.0,
                    max_value=1.0,
                    format="percent",
                    width=120,
                    help=WORDS["probability"],
                ),
                "rank": st.column_config.NumberColumn(say("Rank"), format="localized", help=WORDS["rank"]),
                "above": st.column_config.NumberColumn(say("Is above"), format="percent", help=WORDS["rank"]),
                "logit": st.column_config.NumberColumn(say("Logit"), format="%+.3f", help=WORDS["logit"]),
            },
            column_order=["Model", "probability", "rank", "above"] + (["logit"] if level() == "Expert" else []),
        )
        if with_cells:
            _cells(view, row)
        _links(view, row)


def _said(view: View, place: int) -> pd.DataFrame:
    """What each model says of a row: its probability, and its place from the top."""
    lines = []
    for one in view.contenders:
        above = float(percentiles(view.sheet, one.id)[place])
        known = one.meaning == "probability"
        lines.append(
            {
                "Model": one.title,
                "probability": float(scores(view.sheet, one.id, "probability")[place]) if known else None,
                "rank": round(1 + (1 - above) * (len(view.sheet) - 1)),
                "above": above,
                "logit": float(view.sheet.logit[one.id][place]),
            }
        )
    return pd.DataFrame(lines)


def _cells(view: View, row: int) -> None:
    """The row's columns, and its histories as a list of behaviours."""
    recipe = recipe_of(view)
    cells = table_of(view).at([row]).iloc[0]
    schema = full_schema(recipe)
    histories = [column for column in schema.histories if column.name in cells.index]
    kinds = {column.name: column.kind for column in schema.columns} | {schema.label: "label"}
    shown = [name for name in cells.index if name not in {column.name for column in histories}]
    table = pd.DataFrame(
        {
            "column": [str(name) for name in shown],
            "value": [str(cells[name])[:400] for name in shown],
            "read as": [KINDS[kinds.get(str(name), "ignore")] for name in shown],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height=min(38 + 35 * len(table), 285),
        key="disputed-row-cells",
        alt=say("The row's values"),
        column_config={"column": say("column"), "value": say("value"), "read as": say("read as")},
    )
    if histories:
        _history(cells, histories)


def _history(cells: pd.Series[Any], histories: Sequence[Column]) -> None:
    """What came before the row, the newest first: a line a behaviour, a column a history."""
    members = {column.name: _members(cells[column.name], column) for column in histories}
    longest = max(len(found) for found in members.values())
    if not longest:
        st.caption(say("The user had done nothing before this row: the history is empty."))
        return
    table = pd.DataFrame({name: pd.Series(found[:BEHAVIOURS], dtype=object) for name, found in members.items()})
    table.index = pd.RangeIndex(1, len(table) + 1, name="back")  # a column of the table may have any name
    st.markdown(
        say("**Before it, the newest first** ({shown} of {longest})", shown=min(BEHAVIOURS, longest), longest=longest),
        help=WORDS["history"],
    )
    st.dataframe(
        table.fillna(""),
        height=min(38 + 35 * len(table), 215),
        key="disputed-row-history",
        column_config={"back": say("back")},
        alt=say("The last {count} behaviours before the row, the newest first", count=len(table)),
    )


def _members(cell: Any, column: Column) -> list[str]:
    """The behaviours of a history that the models see, newest first."""
    found = as_members(pd.Series([cell], dtype=object), column.delimiter).known().last(column.max_length)
    return [str(found.words[code]) for code in found.codes[::-1]]


def _run_of(view: View) -> Run:
    """The run that says how the rows were made: the first one, or the one that scores from elsewhere go by."""
    return next(run for one in view.contenders if (run := one.run or one.reference) is not None)


@st.cache_resource(show_spinner=False, max_entries=SHEETS)
def _groupings(
    key: Key,  # noqa: ARG001
    dataset_id: str,  # noqa: ARG001
    recipe_id: str,  # noqa: ARG001
    spoken: str,  # noqa: ARG001 - slices are kept with their names
    _view: View,
) -> list[Grouping]:
    recipe = recipe_of(_view)
    return groupings(table_of(_view), full_schema(recipe), _view.sheet.row, learned_rows(_view))


def _links(view: View, row: int) -> None:
    """Where a model can be looked into, on this very row."""
    found: list[Run] = [one.run for one in view.contenders if one.run is not None and one.model in INSIDE]
    with st.container(horizontal=True):
        for run in found:
            page, label = INSIDE[run.spec.model.name]
            query = address.query() | {"dataset": view.dataset.id, run.spec.model.name: run.id, "row": str(row)}
            name = f"{say(label)}: {plain(view.titles[run.id])}"
            st.page_link(page, label=name, icon=":material/search:", query_params=query)
