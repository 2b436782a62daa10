"""Controls of a lesson or the playground. Their values stand in the address; a teacher's link can hide them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import unquote

import streamlit as st

from pages.shared import address

SET = "set"  # in the address: every knob that was moved, as name:value,name:value
_ESCAPED = {"%": "%25", ",": "%2C", ":": "%3A"}  # in names and values, which may come from data


def hidden() -> bool:
    """Whether the link hides all controls; a print needs none."""
    return "controls" in address.read_list("hide") or address.read("show") == "print"


def slider(
    name: str, label: str, *, low: float, high: float, default: float, step: float, help_text: str = ""
) -> float:
    """A slider; hidden, it keeps the value of the link."""
    said = _settings().get(name)
    try:
        value = min(max(float(said), low), high) if said is not None else default
    except ValueError:
        value = default
    value = float(value if math.isfinite(value) else default)
    if hidden():
        return value
    key = f"knob-{name}"
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    found: float = st.slider(
        label,
        float(low),
        float(high),
        step=float(step),
        format="%d" if float(step).is_integer() else None,
        key=key,
        on_change=_take,
        args=(name,),
        help=help_text or None,
    )
    return found


def pick(
    name: str,
    label: str,
    *,
    options: Sequence[str],
    default: str,
    words: Callable[[str], str] = str,
    help_text: str = "",
) -> str:
    """Buttons of which one is chosen. `words` says an option in the reader's language."""
    said = _settings().get(name)
    value = said if said is not None and said in options else default
    if hidden():
        return value
    key = f"knob-{name}"
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    st.segmented_control(
        label,
        list(options),
        required=True,
        format_func=words,
        key=key,
        on_change=_take,
        args=(name,),
        help=help_text or None,
    )
    return value


def put(name: str, value: object) -> None:
    """Set a knob from elsewhere, such as a click into the flow diagram. Before it is drawn, or with a rerun."""
    settings = _settings()
    settings[name] = str(value)
    address.write(SET, ",".join(f"{_escaped(key)}:{_escaped(said)}" for key, said in settings.items()))


def put_missing(values: Mapping[str, object]) -> None:
    """Set those knobs that nobody has moved and no link has named. Before they are drawn."""
    settings = _settings()
    for name, value in values.items():
        if name not in settings:
            put(name, value)


def get(name: str, default: str = "") -> str:
    """The value of a knob that is not drawn."""
    said: str = _settings().get(name, default)
    return said


def clear() -> None:
    """All knobs back to their defaults."""
    address.write(SET, None)


def _take(name: str) -> None:
    put(name, st.session_state[f"knob-{name}"])
    address.flush()


def _settings() -> dict[str, str]:
    pairs = (part.partition(":") for part in (address.read(SET) or "").split(",") if ":" in part)
    return {unquote(name): unquote(value) for name, _, value in pairs}


def _escaped(text: str) -> str:
    for letter, code in _ESCAPED.items():
        text = text.replace(letter, code)
    return text
