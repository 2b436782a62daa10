"""Two of the models, A and B. The address holds the choice, by id, so that a link opens the same two."""

from __future__ import annotations

import streamlit as st

from ctrcore.language import say
from pages.shared import address
from pages.shared.compare.view import View

NAMES = ("a", "b")


def pick_pair(view: View, where: str) -> tuple[str, str]:
    """A and B, chosen in two boxes: by default the best two by AUC. There must be two models at least.

    Args:
        view: what is compared.
        where: which tab asks, for the keys of the boxes.
    """
    chosen = _chosen(view)
    for name, one in zip(NAMES, chosen, strict=True):
        key = f"{where}-{name}"
        if st.session_state.get(key) != one:
            st.session_state[key] = one
        st.selectbox(
            say("Model {name}", name=name.upper()),
            view.sheet.ids,
            format_func=view.titles.__getitem__,
            key=key,
            on_change=_pick,
            args=(key, name, chosen),
            width=200,
        )
    return chosen


def _chosen(view: View) -> tuple[str, str]:
    order = view.sheet.best_first()
    a, b = address.read("a"), address.read("b")
    first = a if a in order else next(one for one in order if one != b)
    second = b if b in order and b != first else next(one for one in order if one != first)
    return str(first), str(second)


def _pick(key: str, name: str, before: tuple[str, str]) -> None:
    """A model takes its place; if it had the other place, the two change theirs."""
    picked = st.session_state[key]
    both = dict(zip(NAMES, before, strict=True))
    other = NAMES[1 - NAMES.index(name)]
    if picked == both[other]:
        both[other] = both[name]
    both[name] = picked
    for place, one in both.items():
        address.write(place, one)
