"""Choosing one test row to explain."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.language import mark, say
from pages.shared import address

CHOICES = (
    mark("a random click"),
    mark("a random non-click"),
    mark("the surest right guess"),
    mark("the most wrong guess"),
)
DISPUTED = mark("the most disputed row")


def pick_row(scored: pd.DataFrame, usable: np.ndarray | None = None, apart: np.ndarray | None = None) -> int:
    """The position, within the test rows, of the row to explain.

    Args:
        scored: the run's scored test rows, in the order of the encoded test rows (row, label, logit).
        usable: (n,) True where the view has something to show, or what the visitor looks for is found; the first row
            offered is one of them.
        apart: (n,) how far several models' scores lie apart, to offer the row most disputed.
    """
    rows = scored["row"].to_numpy()
    said = address.read("row")
    wanted = int(said) if said is not None and said.isdecimal() and len(said) < 16 else None
    position = _first(scored, usable) if wanted is None else int(np.abs(rows - wanted).argmin())
    row = int(rows[position])
    address.write("row", str(row))
    if st.session_state.get("pick-row") != row:
        st.session_state["pick-row"] = row
    with st.sidebar.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.number_input(
            say("Row"),
            min_value=0,
            step=1,
            key="pick-row",
            on_change=lambda: address.write("row", str(st.session_state["pick-row"])),
            help=say(
                "The row of the table to explain, counted from 0. Only test rows can be chosen; for any other "
                "number the nearest test row is shown. “Find” lets the app choose one."
            ),
        )
        st.menu_button(
            say("Find"),
            CHOICES if apart is None else (*CHOICES, DISPUTED),
            key="find-row",
            format_func=say,
            icon=":material/search:",
            on_click=_find,
            args=(scored, usable, apart),
        )
    if wanted is not None and wanted != row:
        st.sidebar.caption(say("Row {wanted} is not a test row; {row} is the nearest one.", wanted=wanted, row=row))
    return position


def _first(scored: pd.DataFrame, usable: np.ndarray | None) -> int:
    """The surest right guess among the clicked rows with something to show, if there is one."""
    clicked, logit = scored["label"].to_numpy() == 1, scored["logit"].to_numpy()
    for wanted in (clicked & usable if usable is not None else clicked, clicked):
        if wanted.any():
            return int(np.where(wanted, logit, -np.inf).argmax())
    return 0


def _find(scored: pd.DataFrame, usable: np.ndarray | None, apart: np.ndarray | None) -> None:
    position = find(scored, st.session_state["find-row"], usable, apart)
    if position is not None:
        address.write("row", str(int(scored["row"].iloc[position])))


def find(
    scored: pd.DataFrame, choice: str, usable: np.ndarray | None = None, apart: np.ndarray | None = None
) -> int | None:
    """The position of a row of the kind chosen, among the usable ones if there are any; None if there is none.

    Args:
        scored, usable, apart: as `pick_row` takes them.
        choice: one of `CHOICES`, or `DISPUTED`.
    """
    label, logit = scored["label"].to_numpy(), scored["logit"].to_numpy()
    allowed = usable if usable is not None and usable.any() else np.ones(len(scored), dtype=bool)
    if choice in CHOICES[:2]:
        wanted = np.flatnonzero(allowed & (label == (1 if choice == CHOICES[0] else 0)))
        return int(np.random.default_rng(time.time_ns()).choice(wanted)) if len(wanted) else None
    # Surest and right is a large logit on a click; most wrong is the largest loss: a large logit on a non-click.
    right = np.where(label == 1, logit, -logit)
    score = apart if choice == DISPUTED and apart is not None else right if choice == CHOICES[2] else -right
    return int(np.where(allowed, score, -np.inf).argmax())
