"""Controls that change a row: a value from a list or typed, a number, several values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from ctrcore.data.values import as_numbers, is_missing, word
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.run import Run
from pages.shared.explain.chosen import Explained, cells_of, names_of
from pages.shared.explain.imagined import changes_of, editable
from pages.shared.store import catalogue_of, encoder_of

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.explain.whatif import Cell
    from ctrcore.schema import Column

OFFERED = 1000
MISSING = mark("(missing)")
ALONG = "whatif-along"
ROLES = Spoken({"user": mark("The user"), "item": mark("The item"), "context": mark("The moment")})


def edit_fields(chosen: Explained) -> None:
    """A control for every field but the histories, those of the user, the item and the moment apart."""
    fields = [(column, run) for column, run in editable(chosen).values() if column.kind != "history"]
    roles = [role for role in ROLES if any(column.role == role for column, _ in fields)]
    with st.grid(len(roles), min_column_width=230):
        for role in roles:
            with st.container(border=True, key=f"whatif-{role}", height="stretch"):
                st.markdown(f"**{ROLES[role]}**")
                for column, run in fields:
                    if column.role == role:
                        _control(chosen, column, run)


def _control(chosen: Explained, column: Column, run: Run) -> None:
    key = f"whatif-{chosen.dataset.id}-{chosen.row}-{column.name}"
    cells = cells_of(run, chosen.row)
    changes = changes_of(chosen.dataset.id, chosen.row)
    if column.kind == "numeric":
        _number(chosen, column, run, key, _number_in(changes, column, cells))
    elif column.kind == "multi_value":
        _several(chosen, column, run, key, cells)
    else:
        cell = changes.get(column.name, word(cells[column.name].iloc[0]))
        _single(chosen, column, run, key, MISSING if cell is None else str(cell))


def _number_in(changes: dict[str, Cell], column: Column, cells: pd.DataFrame) -> float | None:
    if column.name in changes:
        cell = changes[column.name]
        return float(cell) if isinstance(cell, int | float) else None
    number = float(as_numbers(cells[column.name])[0])
    return None if is_missing(number) else number


def _number(chosen: Explained, column: Column, run: Run, key: str, value: float | None) -> None:
    low, high = encoder_of(run).number_range(column.name)
    _show(key, value)
    st.number_input(
        column.name,
        key=key,
        format="%.6g",
        step=_step(high - low),
        placeholder=say("missing"),
        on_change=_changed,
        args=(chosen, column.name, key),
        help=say(
            "In training from {low:.6g} to {high:.6g}; a number outside counts as the nearest end.", low=low, high=high
        ),
    )


def _step(span: float) -> float:
    """A step that suits the range: 1 for hundreds, 0.01 for units."""
    return 1.0 if span >= 50 else 0.1 if span >= 5 else 0.01


def _single(chosen: Explained, column: Column, run: Run, key: str, value: str) -> None:
    names = names_of(run)
    options = list(dict.fromkeys([value, *encoder_of(run).words(column.name)[:OFFERED], MISSING]))
    if column.scale == "quantile" and column.kind == "numeric":
        return
    _show(key, value)
    st.selectbox(
        column.name,
        options,
        format_func=lambda text: say(MISSING) if text == MISSING else names.value(column.name, text),
        key=key,
        accept_new_options=True,
        on_change=_changed,
        args=(chosen, column.name, key),
        help=say(
            "The values that training knows, the commonest first. Any other can be typed; the models then read "
            "'unknown'."
        ),
    )
    if column.name == encoder_of(run).schema.item and _tied(chosen, run):
        st.checkbox(
            say("Take along what belongs to the item"),
            key=ALONG,
            value=True,
            persist_state="session",
            help=say(
                "Another item brings its own {columns}. Without this only the id changes, which may make "
                "an item that cannot exist.",
                columns=", ".join(_tied(chosen, run)),
            ),
        )


def _several(chosen: Explained, column: Column, run: Run, key: str, cells: pd.DataFrame) -> None:
    from ctrcore.explain.whatif import members_of

    cell = changes_of(chosen.dataset.id, chosen.row).get(column.name)
    own = members_of(cells, column)
    value = [str(one) for one in cell if one is not None] if isinstance(cell, list) else own
    options = list(dict.fromkeys([*value, *own, *encoder_of(run).words(column.name)[:OFFERED]]))
    _show(key, value)
    st.multiselect(
        column.name,
        options,
        key=key,
        accept_new_options=True,
        on_change=_changed,
        args=(chosen, column.name, key),
        placeholder=say("none"),
        help=say("Any number of values; new ones can be typed."),
    )


def _changed(chosen: Explained, name: str, key: str) -> None:
    """Take over what a control was changed to, and what goes along with another item."""
    changes, value = changes_of(chosen.dataset.id, chosen.row), st.session_state[key]
    changes[name] = list(value) if isinstance(value, list | tuple) else None if value == MISSING else value
    column, run = editable(chosen)[name]
    items = catalogue_of(chosen.dataset, run.recipe)
    is_item = name == encoder_of(run).schema.item and column.kind == "categorical"
    if is_item and items is not None and value in items.index and st.session_state.get(ALONG, True):
        from ctrcore.explain.whatif import item_changes

        for other in _tied(chosen, run):
            changes.pop(other, None)
        changes.update(item_changes(items.loc[[value]], encoder_of(run).schema, cells_of(run, chosen.row)))


def _tied(chosen: Explained, run: Run) -> Sequence[str]:
    """The item's other columns that the models read."""
    items, fields = catalogue_of(chosen.dataset, run.recipe), editable(chosen)
    schema = encoder_of(run).schema
    return [] if items is None else [str(one) for one in items.columns if one in fields and one != schema.item]


def _show(key: str, value: Any) -> None:
    """Make a control show what the row is imagined to be."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
