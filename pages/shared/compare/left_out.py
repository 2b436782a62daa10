"""Rows that are not compared, because not all models scored them: said, with whose fault it is, and a way out."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ctrcore.runs.contenders import PART_TITLES, Contender
from pages.shared import address
from pages.shared.compare.view import View
from pages.shared.tools import plain

NAMED = 3  # more names would be no sentence


def say_left_out_rows(view: View) -> None:
    """How many rows are left, which models have fewer than the others, and a button to take these out."""
    left_out = view.sheet.left_out
    if not max(left_out.values(), default=0):
        return
    scored = {one.id: len(view.sheet) + left_out[one.id] for one in view.contenders}
    most = max(scored.values())
    fewer = sorted((one for one in view.contenders if scored[one.id] < most), key=lambda one: scored[one.id])
    if fewer:
        shown = ", ".join(f"**{plain(one.title)}** has scores of only {scored[one.id]:,}" for one in fewer[:NAMED])
        others = f", and {len(fewer) - NAMED} more models have fewer too" if len(fewer) > NAMED else ""
        why = f"because {shown} of them{others}"
        if len(view.sheet) < scored[fewer[0].id]:
            why += ", and not of the same ones"
    else:
        why = "because their splits differ, or each has some rows without a score"
    part = PART_TITLES[view.part]
    with st.container(key="left-out-rows"):
        st.warning(
            f"**All models are compared on {view.rows_in_words} only, of the {most:,} {part} rows that a model "
            f"scored,** {why}.",
            icon=":material/warning:",
        )
        if fewer and len(fewer) < len(view.contenders):
            names = plain(fewer[0].title) if len(fewer) == 1 else f"these {len(fewer)} models"
            st.button(
                f"Compare without {names}",
                key="take-out",
                icon=":material/remove_circle:",
                on_click=_take_out,
                args=(fewer,),
            )


def _take_out(models: Sequence[Contender]) -> None:
    gone = {one.id for one in models}
    address.write_list("runs", [name for name in address.read_list("runs") if name not in gone])
