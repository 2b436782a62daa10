"""DIN's controls on one row: another candidate, and past clicks that are switched off; both are in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.data.values import word
from ctrcore.figures.histories import behaviour_labels
from ctrcore.language import say
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.inside import Chosen
from pages.shared.store import catalogue_of, encoder_of, item_names_of, seen_of

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.names import Names

MOST_ITEMS = 2000
CANDIDATE, OFF = "candidate", "off"  # in the address


def pick_candidate(chosen: Chosen) -> str | None:
    """Another item to score for the same user and moment; None keeps the row's own."""
    items = catalogue_of(chosen.dataset, chosen.run.recipe)
    if items is None:
        return None
    own, names = word(row_as_read(chosen)[chosen.run.recipe.data_schema.item].iloc[0]) or "", names_of(chosen)
    shown = [column for column in items.columns if column != "seen"][:4]
    options = [own, *(item for item in items.index[:MOST_ITEMS] if item != own)]
    said = _of_row(chosen, CANDIDATE)
    if said in items.index and said not in options:  # of an address: it need not be among the commonest
        options.append(said)
    key = f"candidate-{chosen.run.id}-{chosen.row}"
    wanted = said if said in options else own
    if st.session_state.get(key) != wanted:
        st.session_state[key] = wanted
    picked = st.selectbox(
        say("Candidate item"),
        options,
        format_func=lambda item: (
            say("{item} (the row's own)", item=_item_label(items, item, shown, names))
            if item == own
            else _item_label(items, item, shown, names)
        ),
        key=key,
        on_change=lambda: address.write(CANDIDATE, f"{chosen.row} {st.session_state[key]}"),
        help=say(
            "{candidate} Change it and watch the attention move. The {most:,} commonest items are offered.",
            candidate=WORDS["candidate"],
            most=MOST_ITEMS,
        ),
    )
    return None if picked == own else picked


def _of_row(chosen: Chosen, key: str) -> str | None:
    """What the address says of this row: it holds the row's number first, as of another row it would mean nothing."""
    row, _, said = (address.read(key) or "").partition(" ")
    return said if row == str(chosen.row) else None


def names_of(chosen: Chosen) -> Names:
    """What items are called, for the fields that hold items."""
    return item_names_of(chosen.dataset, chosen.run.recipe)


def row_as_read(chosen: Chosen) -> pd.DataFrame:
    """The row's cells after cleaning, with built histories and what earlier rows filled in: a frame of one row."""
    from ctrcore.explain.whatif import row_as_read as as_read

    cells = seen_of(chosen.dataset, chosen.run.recipe).at([chosen.row])
    return as_read(cells, encoder_of(chosen.run), chosen.rows().take([chosen.position]))


def with_other_candidate(chosen: Chosen, item: str | None) -> Encoded:
    """The row as the model reads it, with the candidate chosen."""
    rows = chosen.rows().take([chosen.position])
    if item is None:
        return rows
    from ctrcore.explain.candidates import with_candidate

    frame = row_as_read(chosen)
    items = catalogue_of(chosen.dataset, chosen.run.recipe)
    assert items is not None
    return encoder_of(chosen.run).transform(with_candidate(frame, items, item))


def switched_off(history: pd.DataFrame, chosen: Chosen) -> np.ndarray:
    """True for the behaviours that stay on."""
    labels = behaviour_labels(named_history(chosen, history))
    said = (_of_row(chosen, OFF) or "").split(",")
    key = f"off-{chosen.run.id}-{chosen.row}"
    wanted = [place for place in range(len(labels)) if str(place) in said]
    if st.session_state.get(key) != wanted:
        st.session_state[key] = wanted
    off = st.multiselect(
        say("Switch behaviours off"),
        list(range(len(labels))),
        format_func=labels.__getitem__,
        key=key,
        on_change=lambda: address.write(OFF, f"{chosen.row} {','.join(str(one) for one in st.session_state[key])}"),
        placeholder=say("All are on"),
        help=say("The history without them is scored anew: what if the user had never clicked these?"),
    )
    keep = np.ones(len(labels), dtype=bool)
    keep[off] = False
    return keep


def named_history(chosen: Chosen, history: pd.DataFrame) -> pd.DataFrame:
    """The history with items by their names, for the picture and the lists."""
    names = names_of(chosen)
    return history.assign(
        **{
            str(name): [names.value(str(name), str(value)) for value in history[name]]
            for name in history.columns
            if name in names.fields
        }
    )


def _item_label(items: pd.DataFrame, item: str, columns: list[str], names: Names) -> str:
    """'Fargo (1996) · Crime': the item's name, and what of its columns the name does not say."""
    told = names.item(item)
    values = [word(items.at[item, column]) for column in columns] if item in items.index else []
    return " · ".join(
        dict.fromkeys([told, *(value for value in values if value and value != item and value not in told)])
    )
