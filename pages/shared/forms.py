"""Forms made from pydantic settings: every field becomes a control with its description and its bounds."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, Literal, TypeVar, get_args, get_origin

import streamlit as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ctrcore.errors import ModelError
from ctrcore.language import say
from ctrcore.setting_names import SETTINGS

Settings = TypeVar("Settings", bound=BaseModel)


def settings_form(settings: Settings, key: str, skip: Collection[str] = (), columns: int = 3) -> Settings:
    """Controls for every field of `settings` but those to skip; returns the settings as the controls say.

    Raises:
        ModelError: for a list of numbers that is none.
        pydantic.ValidationError: for a value out of its bounds.
    """
    values = settings.model_dump()
    with st.grid(columns, min_column_width=200, gap="small"):
        for name, info in type(settings).model_fields.items():
            if name not in skip:
                values[name] = _control(name, info, values[name], f"{key}-{name}")
    return type(settings).model_validate(values)


def label_of(name: str) -> str:
    """A field's name as words."""
    if name in SETTINGS:
        return SETTINGS[name]
    text = name.replace("_", " ")
    return text[0].upper() + text[1:]


def bounds(info: FieldInfo) -> tuple[float | None, float | None]:
    """The smallest and the largest value; a bound that is excluded is left to the validation."""
    sides = ("ge", "gt", "le", "lt")
    limits = {side: getattr(mark, side) for mark in info.metadata for side in sides if hasattr(mark, side)}
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    return low, high


def _control(name: str, info: FieldInfo, value: Any, key: str) -> Any:
    label, note, kind = label_of(name), say(info.description or ""), info.annotation
    if get_origin(kind) is Literal:
        options = list(get_args(kind))
        return st.selectbox(label, options, index=options.index(value), key=key, help=note)
    if kind is bool:
        return st.toggle(label, value=value, key=key, help=note)
    low, high = bounds(info)
    if kind is int:
        return st.number_input(
            label,
            min_value=None if low is None else int(low),
            max_value=None if high is None else int(high),
            value=int(value),
            step=1,
            key=key,
            help=note,
        )
    if kind is float:
        return st.number_input(
            label,
            min_value=None if low is None else float(low),
            max_value=None if high is None else float(high),
            value=float(value),
            step=_step(float(value)),
            format="%.6g",
            key=key,
            help=note,
        )
    if isinstance(value, tuple):
        text = st.text_input(
            label, ", ".join(str(part) for part in value), key=key, help=say("{note} (as in: 128, 64)", note=note)
        )
        return _numbers(label, text)
    return st.text_input(label, str(value), key=key, help=note, max_chars=200)


def _numbers(label: str, text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    if not all(part.isascii() and part.isdecimal() and len(part) < 8 for part in parts):
        raise ModelError(
            say("'{label}' is not a list of whole numbers.", label=label),
            say("Write it like 128, 64, or leave it empty."),
        )
    return tuple(int(part) for part in parts)


def _step(value: float) -> float:
    """A step of the value's own size, so that 0.001 does not jump to 0.01."""
    return 10.0 ** math.floor(math.log10(abs(value))) if value else 0.01
