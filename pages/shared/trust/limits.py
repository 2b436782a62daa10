"""The thresholds of the trust checks: edited by anybody, kept in the address, so that a teacher can share them."""

from __future__ import annotations

import re
from typing import NamedTuple

import streamlit as st
from pydantic import ValidationError

from ctrcore.explain.trust.check import DEFINITIONS, Limit, Thresholds
from ctrcore.explain.trust.words import SHARES
from ctrcore.language import mark, say
from pages.shared import address

KEY = "limits"
DEFAULTS = Thresholds()
ENTRY = re.compile(r"(T\d{1,2}):(-?[\d.]+(?:e-?\d+)?):(-?[\d.]+(?:e-?\d+)?)")
LABELS = {
    "high": (mark("holds from"), mark("fails below")),
    "low": (mark("holds up to"), mark("fails above")),
    "interval": (mark("holds above"), mark("fails if out of reach")),
}


# Beyond these no figure can lie, so a limit there says nothing.
BOUNDS = {"T0": (0.0, 10.0), "T6": (0.0, 10.0), "T10": (0.0, 10.0), "T13": (0.0, 1.0), "T14": (0.0, 1.0)}
BOUNDS |= {"T3": (0.0, 1.0)}
USUAL_BOUNDS = (-1.0, 1.0)  # of correlations and differences


class Scale(NamedTuple):
    """How a limit is written in its widget."""

    factor: float
    step: float
    format: str


def chosen_limits() -> Thresholds:
    """The thresholds of the address; the defaults where it says nothing, or what cannot be a threshold."""
    found = DEFAULTS
    for entry in (address.read(KEY) or "").split(",")[: len(DEFINITIONS)]:
        said = ENTRY.fullmatch(entry)
        if said is not None:
            found = _with(found, *said.groups()) or found
    return found


def are_edited() -> bool:
    """True if a verdict may differ from the one by the default thresholds."""
    return chosen_limits() != DEFAULTS


def edit_limits() -> None:
    """A popover with two numbers for each check that is judged, and a way back to the defaults."""
    limits = chosen_limits()
    count = sum(limit != DEFAULTS.of(name) for name, limit in limits)
    label = say("Thresholds ({edited} edited)", edited=count) if count else say("Thresholds")
    with st.popover(label, icon=":material/tune:", type="tertiary"):
        st.markdown(
            say(
                "What a check must reach is a choice, not a law. Change it here: nothing is computed again, and **the "
                "address of the page keeps it**, so a link shares it."
            )
        )
        with st.container(height=420, border=False):
            for name, limit in limits:
                _edit_one(name, limit)
        st.button(
            say("Back to the defaults"),
            icon=":material/restart_alt:",
            key="limits-reset",
            disabled=not count,
            on_click=lambda: address.write(KEY, None),
        )


def _edit_one(name: str, limit: Limit) -> None:
    scale, labels = _scale(name), LABELS[DEFINITIONS[name].direction]
    title = f"**{name}** {DEFINITIONS[name].title}"
    st.markdown(title if limit == DEFAULTS.of(name) else f"{title} · {say('edited')}")
    with st.container(horizontal=True, gap="small"):
        for end, label, value in zip(("green", "amber"), labels, (limit.green, limit.amber), strict=True):
            shown = round(value * scale.factor, 10)
            # A closed popover mounts its widgets only when it is opened, maybe many reruns after a value was put into
            # the session state: they would start at their default, and send that as if it had been typed. So the
            # limit is the default, and a part of the key, as another default alone does not make another widget.
            key = f"limit-{name}-{end}-{shown:g}"
            low, high = _bounds(name)
            with st.container(key=f"limit-{name}-{end}"):
                st.number_input(
                    say(label) + (" (%)" if name in SHARES else ""),
                    value=shown,
                    key=key,
                    step=scale.step,
                    format=scale.format,
                    min_value=low * scale.factor,
                    max_value=high * scale.factor,
                    on_change=_take,
                    args=(name, end, key),
                )


def _take(name: str, end: str, key: str) -> None:
    """Write an edited limit to the address; the other end moves along where it would be the stricter one."""
    scale, limits = _scale(name), chosen_limits()
    limit = limits.of(name)
    value = float(st.session_state[key]) / scale.factor
    assert limit is not None
    green, amber = (value, limit.amber) if end == "green" else (limit.green, value)
    found = _with(limits, name, green, amber) or _with(limits, name, value, value)
    if found is not None:
        _write(found)


def _write(limits: Thresholds) -> None:
    edited = [f"{name}:{one.green:.6g}:{one.amber:.6g}" for name, one in limits if one != DEFAULTS.of(name)]
    address.write(KEY, ",".join(edited) or None)


def _with(limits: Thresholds, name: str, green: str | float, amber: str | float) -> Thresholds | None:
    """The thresholds with another limit for one check; None if it cannot be one."""
    if limits.of(name) is None:
        return None
    low, high = _bounds(name)
    try:
        limit = Limit(green=float(green), amber=float(amber))
        if not (low <= limit.green <= high and low <= limit.amber <= high):
            return None
        return Thresholds(**{one: own for one, own in limits if one != name} | {name: limit})
    except (ValidationError, ValueError):
        return None


def _bounds(name: str) -> tuple[float, float]:
    return BOUNDS.get(name, USUAL_BOUNDS)


def _scale(name: str) -> Scale:
    if name in SHARES:
        return Scale(100.0, 1.0, "%g")
    return Scale(1.0, 1e-5, "%.0e") if name == "T0" else Scale(1.0, 0.001 if name == "T1" else 0.05, "%g")
