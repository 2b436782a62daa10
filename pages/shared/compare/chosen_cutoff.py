"""The cutoff that the visitor chose, in the address; and the one of the table above the tabs.

A slider alone would forget it: one look at a model whose axis ends earlier would move it for good.
"""

from __future__ import annotations

import streamlit as st

from pages.shared import address

_NAME = "cutoff"  # in the address
_EXACT = "cutoff-exact"
_OF_TABLE = "cutoff-of-table"


def chosen() -> float | None:
    """What the slider was moved to, or what a link says; None if nothing was chosen."""
    text = address.read(_NAME) or ""
    try:
        found = float(text)
    except ValueError:
        return None
    exact = st.session_state.get(_EXACT)
    if exact is not None and _written(exact) == text:
        return float(exact)
    return found if 0 <= found <= 1 else None


def choose(cutoff: float) -> None:
    """Keep it, whatever the axis shows later: exactly here, as the best one stands for a very row; short in a link."""
    st.session_state[_EXACT] = cutoff
    address.write(_NAME, _written(cutoff))


def of_table() -> float:
    """Where the table takes accuracy and F1."""
    return float(st.session_state.get(_OF_TABLE, 0.5))


def bring_to_table(cutoff: float) -> None:
    """Take accuracy and F1 of the table there."""
    st.session_state[_OF_TABLE] = cutoff


def forget() -> None:
    """Both start anew: a cutoff that fits one dataset says nothing on another."""
    address.write(_NAME, None)
    st.session_state.pop(_EXACT, None)
    st.session_state.pop(_OF_TABLE, None)


def _written(cutoff: float) -> str:
    return f"{cutoff:.4g}"
