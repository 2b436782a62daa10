"""Finding a row by what it holds: only the rows of one user, or with one value of a field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from ctrcore.data.histories import full_schema
from ctrcore.data.recipe import Recipe
from ctrcore.data.values import Words, as_words
from ctrcore.language import mark, say, say_in
from ctrcore.metrics import sigmoid
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run
from pages.shared import address
from pages.shared.compare.view import View
from pages.shared.explain.chosen import names_of, run_of
from pages.shared.store import seen_of

ANY = "any"
OFFERED = 1000
LISTED = 100
MISSING = mark("(missing)")


@dataclass(frozen=True)
class Found:
    """What was looked for: the column, its value, and (n,) which of the scored rows have it."""

    column: str
    value: str
    rows: npt.NDArray[np.bool_]


def pick_filter(view: View) -> Found | None:
    """The controls in the sidebar; None where every row will do."""
    run = run_of(view.contenders[0])
    columns = _columns(run.recipe)
    with st.sidebar.expander(
        say("Only rows with …"), icon=":material/filter_alt:", expanded=address.read("field") in columns
    ):
        address.show("explain-field", "field", [ANY, *columns], ANY)
        column = st.selectbox(
            say("Column"),
            [ANY, *columns],
            format_func=lambda one: say_in("any value", ANY) if one == ANY else one,
            key="explain-field",
            on_change=_column_picked,
            help=say("Find looks only among the rows that have this value, for example among the rows of one user."),
        )
        if column == ANY:
            return None
        words = words_of(view.dataset, run.recipe, column)
        codes = _codes_at(view, run, words)
        counts = np.bincount(codes + 1, minlength=len(words.words) + 1)
        values = _offered(words, counts)
        said, names = address.read("value"), names_of(run)
        if said is not None and said not in values and said in set(words.words):
            values.append(said)  # a link may name a rare one
        address.show("explain-value", "value", values, values[0])
        value = st.selectbox(
            say("Value"),
            values,
            format_func=lambda word: say(MISSING) if word == MISSING else names.value(column, word),
            key="explain-value",
            on_change=_value_picked,
            help=say("The values of these rows, the commonest first; at most {most:,}. Type to search.", most=OFFERED),
        )
        rows = codes == (-1 if value == MISSING else int(np.flatnonzero(words.words == value)[0]))
        st.caption(
            say("{found:,} of {rows:,} rows have it.", found=int(rows.sum()), rows=len(rows))
            if rows.any()
            else say("None of the rows has it.")
        )
        return Found(column, value, rows)


def list_found(view: View, found: Found, focus: str) -> None:
    """The rows that have the value, to be clicked."""
    places = np.flatnonzero(found.rows)
    if not len(places):
        return
    logit = view.sheet.logit[focus]
    order = places[np.argsort(-logit[places], kind="stable")][:LISTED]
    table = pd.DataFrame(
        {
            "row": view.sheet.row[order],
            "really": np.where(view.sheet.label[order] == 1, say("click"), say("no click")),
            **{one.title: sigmoid(view.sheet.logit[one.id][order]) for one in view.contenders},
        }
    )
    with st.expander(
        say("The rows found ({shown} of {found:,})", shown=len(table), found=len(places))
        if len(places) > LISTED
        else say("The rows found")
    ):
        st.dataframe(
            table,
            hide_index=True,
            height=min(38 + 35 * len(table), 250),
            key=f"explain-found-{found.column}-{found.value}",
            on_select=lambda: _row_clicked(table, f"explain-found-{found.column}-{found.value}"),
            selection_mode="single-row",
            alt=say("Rows with the value looked for, and each model's probability"),
            column_config={
                "row": st.column_config.Column(say("row")),
                "really": st.column_config.Column(say("really")),
                **{one.title: st.column_config.NumberColumn(one.title, format="percent") for one in view.contenders},
            },
        )


def words_of(dataset: Dataset, recipe: Recipe, column: str) -> Words:
    """The cells of a column, each different value once, of the rows that stay after cleaning."""
    with st.spinner(say("Reading the column")):
        return _words(dataset.id, recipe.id, column, dataset, recipe)


def _columns(recipe: Recipe) -> list[str]:
    """The columns that can be filtered by: one value a row, not a number."""
    schema = full_schema(recipe)
    first = [name for name in (schema.user, schema.item) if name is not None]
    return list(dict.fromkeys([*first, *(c.name for c in schema.fields if c.kind == "categorical")]))


def _codes_at(view: View, run: Run, words: Words) -> npt.NDArray[np.int64]:
    """Which of the words each of the scored rows has, -1 for a missing one."""
    index = seen_of(view.dataset, run.recipe).index.to_numpy()
    return words.codes[np.searchsorted(index, view.sheet.row)]


def _offered(words: Words, counts: npt.NDArray[np.int64]) -> list[str]:
    order = np.argsort(-counts[1:], kind="stable")[:OFFERED]
    return [str(words.words[code]) for code in order if counts[code + 1]] + [MISSING] * bool(counts[0])


def _column_picked() -> None:
    address.take("explain-field", "field")
    address.write("value", None)


def _value_picked() -> None:
    """Show the surest row that has the value."""
    address.take("explain-value", "value")
    address.write("row", None)


def _row_clicked(table: pd.DataFrame, key: str) -> None:
    chosen = st.session_state[key]["selection"]["rows"]
    if chosen:
        address.write("row", str(int(table["row"].iloc[chosen[0]])))


@st.cache_resource(show_spinner=False, max_entries=12)
def _words(dataset_id: str, recipe_id: str, column: str, _dataset: Dataset, _recipe: Recipe) -> Words:  # noqa: ARG001
    return as_words(seen_of(_dataset, _recipe)[column])
