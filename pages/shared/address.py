"""What is being looked at, kept in the address, so that a link, a reload and the back button open the same view.

The address is the only truth for the dataset, the runs and the row; widgets show it and write to it. Streamlit's own
binding writes an option's label and drops defaults: a renamed run or a newer dataset would then change what an old
link means. So ids are written here, defaults included.
"""

from __future__ import annotations

import streamlit as st

KEYS = ("dataset", "runs", "run", "row", "afm", "fibinet", "din")
NOTHING = "none"
_STORE = "_address"


def _store() -> dict[str, str]:
    store: dict[str, str] = st.session_state.setdefault(_STORE, {})
    return store


def restore() -> None:
    """Take over what the address says, and put back what a change of page dropped from it. Once per run."""
    store = _store()
    for key in KEYS:
        said = st.query_params.get(key)
        if said is not None:
            store[key] = said
        elif key in store:
            st.query_params[key] = store[key]


def read(key: str) -> str | None:
    """The value of a key, None if there is none."""
    return _store().get(key)


def read_list(key: str) -> list[str]:
    """The ids of a key that holds several."""
    return [part for part in (read(key) or "").split(",") if part and part != NOTHING]


def write(key: str, value: str | None) -> None:
    """Set or remove a key here and in the address."""
    store = _store()
    if value is None:
        store.pop(key, None)
        if key in st.query_params:
            del st.query_params[key]
    elif store.get(key) != value or st.query_params.get(key) != value:
        store[key] = value
        st.query_params[key] = value


def write_list(key: str, values: list[str]) -> None:
    """Set a key that holds several ids; an empty choice is a choice too."""
    write(key, ",".join(values) or NOTHING)
