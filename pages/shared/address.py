"""What is being looked at, kept in the address, so that a link, a reload and the back button open the same view.

Streamlit's own binding of widgets to the address writes an option's label and drops defaults: a renamed run or a newer
dataset would then change what an old link means. So ids are written here, defaults included. Everything is written
once at the end of a run, as each write makes a step for the back button.
"""

from __future__ import annotations

import streamlit as st

KEYS = ("dataset", "runs", "run", "row", "user", "afm", "fibinet", "din", "scoring", "a", "b", "cutoff")
NOTHING = "none"
_CHOSEN, _WRITTEN = "address-chosen", "address-written"


def restore() -> None:
    """Take over what the address says, where it is not what was written last. Once, at the start of a run."""
    chosen, written = _store(_CHOSEN), _store(_WRITTEN)
    for key in KEYS:
        said = st.query_params.get(key)
        if said is not None and said != written.get(key):
            chosen[key] = said


def flush() -> None:
    """Write what is chosen to the address. Once, at the end of a run."""
    chosen, written = _store(_CHOSEN), _store(_WRITTEN)
    for key in KEYS:
        if key not in chosen and key in st.query_params:
            del st.query_params[key]
    changed = {key: value for key, value in chosen.items() if st.query_params.get(key) != value}
    if changed:
        st.query_params.update(changed)
    written.clear()
    written.update(chosen)


def query() -> dict[str, str]:
    """All that is chosen, to take it along to another page."""
    return dict(_store(_CHOSEN))


def read(key: str) -> str | None:
    """The value of a key, None if there is none."""
    return _store(_CHOSEN).get(key)


def read_list(key: str) -> list[str]:
    """The ids of a key that holds several."""
    return [part for part in (read(key) or "").split(",") if part and part != NOTHING]


def write(key: str, value: str | None) -> None:
    """Choose a value, or none."""
    if value is None:
        _store(_CHOSEN).pop(key, None)
    else:
        _store(_CHOSEN)[key] = value


def write_list(key: str, values: list[str]) -> None:
    """Choose several ids; an empty choice is a choice too."""
    write(key, ",".join(values) or NOTHING)


def _store(name: str) -> dict[str, str]:
    store: dict[str, str] = st.session_state.setdefault(name, {})
    return store
