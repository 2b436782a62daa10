"""Scores of other systems that are kept with a dataset: what they are, a new name, or away with them."""

from __future__ import annotations

import streamlit as st

from ctrcore.language import say
from ctrcore.runs.outside import OutsideScores
from pages.shared import address
from pages.shared.problems import safely
from pages.shared.tools import ago, plain


def manage(one: OutsideScores) -> None:
    """Scores that are there: what they are, a new name, or away with them."""
    with st.container(border=True, key=f"outside-{one.id}"):
        head, buttons = st.columns([3, 2], vertical_alignment="center")
        head.markdown(f"**{plain(one.name)}** · {ago(one.created)}")
        with buttons.container(horizontal=True, horizontal_alignment="right"):
            with st.popover(say("Rename"), icon=":material/edit:", type="tertiary"):
                st.text_input(say("New name"), value=one.name, key=f"outside-rename-{one.id}", max_chars=120)
                st.button(say("Rename"), key=f"outside-do-rename-{one.id}", on_click=safely(_rename), args=(one,))
            if st.button(say("Delete"), key=f"outside-delete-{one.id}", icon=":material/delete:", type="tertiary"):
                st.dialog(say("Delete these scores?"))(_confirm_delete)(one)
        for note in one.notes():
            st.caption(plain(note))


def _rename(one: OutsideScores) -> None:
    one.rename(st.session_state[f"outside-rename-{one.id}"])


def _confirm_delete(one: OutsideScores) -> None:
    """Ask once more."""
    st.markdown(
        say(
            "The scores of **{name}** are removed. This cannot be undone, but by adding their file again.",
            name=plain(one.name),
        )
    )
    with st.container(horizontal=True):
        gone = st.button(
            say("Delete"), type="primary", key="outside-really-delete", on_click=safely(_delete), args=(one,)
        )
        if gone or st.button(say("Keep them"), key="outside-keep"):
            st.rerun()


def _delete(one: OutsideScores) -> None:
    one.delete()
    address.write_list("runs", [name for name in address.read_list("runs") if name != one.id])
