"""Rows that are not compared, because not all models scored them: said, with whose fault it is, and a way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from ctrcore.language import mark, say
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
    with st.container(key="left-out-rows"):
        st.warning(
            say(
                "**All models are compared on {rows} only, of the {most:,} {part} rows that a model scored,** {why}.",
                rows=view.rows_in_words,
                most=most,
                part=PART_TITLES[view.part],
                why=_why(fewer, scored, len(view.sheet)),
            ),
            icon=":material/warning:",
        )
        if fewer and len(fewer) < len(view.contenders):
            st.button(
                say("Compare without {model}", model=plain(fewer[0].title))
                if len(fewer) == 1
                else say("Compare without these {count} models", count=len(fewer)),
                key="take-out",
                icon=":material/remove_circle:",
                on_click=_take_out,
                args=(fewer,),
            )


def _why(fewer: Sequence[Contender], scored: Mapping[str, int], left: int) -> str:
    """Why not all rows are compared: which models have fewer than the others."""
    if not fewer:
        return say("because their splits differ, or each has some rows without a score")
    shown = say(", ").join(
        say("**{model}** has scores of only {scored:,}", model=plain(one.title), scored=scored[one.id])
        for one in fewer[:NAMED]
    )
    more, others = len(fewer) - NAMED, left < scored[fewer[0].id]
    if more > 0 and others:
        text = mark("because {models} of them, and {more} more models have fewer too, and not of the same ones")
    elif more > 0:
        text = mark("because {models} of them, and {more} more models have fewer too")
    elif others:
        text = mark("because {models} of them, and not of the same ones")
    else:
        text = mark("because {models} of them")
    return say(text, models=shown, more=more)


def _take_out(models: Sequence[Contender]) -> None:
    gone = {one.id for one in models}
    address.write_list("runs", [name for name in address.read_list("runs") if name not in gone])
