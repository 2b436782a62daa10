"""The knobs: which preset, what the shop is like, which model learns and how. All of them stand in the address."""

from __future__ import annotations

import math
from dataclasses import dataclass

import streamlit as st

from ctrcore.data.tiny_shop import TinyConfig
from ctrcore.figures.style import MODEL_TITLES
from ctrcore.language import say
from ctrcore.learn.playground_presets import FIRST, MODELS, PRESETS, shop_config
from pages.shared import address
from pages.shared.learn import knobs
from pages.shared.level import LEVELS, Level, level
from pages.shared.playground.knob_list import SHOP, TRAINING, Knob

PRESET = "preset"


@dataclass(frozen=True)
class Settings:
    """Everything that is set."""

    preset: str
    shop: TinyConfig
    model: str
    learning_rate: float
    l2: float
    batch_size: int
    start: int


def pick_preset() -> str:
    """The presets as buttons, and what the chosen one is about."""
    said = knobs.get(PRESET, FIRST)
    chosen = said if said in PRESETS else FIRST
    if not knobs.hidden():
        if st.session_state.get(PRESET) != chosen:
            st.session_state[PRESET] = chosen
        st.segmented_control(
            say("Start from"),
            list(PRESETS),
            required=True,
            format_func=lambda one: say(PRESETS[one].title),
            key=PRESET,
            on_change=_take_preset,
        )
    return chosen


def pick_shop(preset: str) -> dict[str, float]:
    """The sliders of the shop; the preset's values until they are moved."""
    base = shop_config(preset, {})
    return {knob.name: _slide(knob, float(getattr(base, knob.name))) for knob in SHOP}


def pick_model(preset: str) -> str:
    """Which model learns."""
    return knobs.pick(
        "model",
        say("Model"),
        options=MODELS,
        default=PRESETS[preset].model,
        words=MODEL_TITLES.__getitem__,
    )


def pick_training(preset: str) -> dict[str, float]:
    """How it learns: name of the choice to its number."""
    return {name: float(_choose(name, preset)) for name in TRAINING}


def settings_of(preset: str, shop: dict[str, float], model: str, training: dict[str, float]) -> Settings:
    """All choices together."""
    moved = shop | {"seed": int(training["seed"]), "rows": int(training["rows"])}
    return Settings(
        preset=preset,
        shop=shop_config(preset, moved),
        model=model,
        learning_rate=training["rate"],
        l2=training["l2"],
        batch_size=int(training["batch"]),
        start=int(training["start"]),
    )


def _slide(knob: Knob, default: float) -> float:
    if _shown(knob.since):
        return knobs.slider(
            knob.name,
            say(knob.label),
            low=knob.low,
            high=knob.high,
            default=default,
            step=knob.step,
            help_text=say(knob.help_text),
        )
    try:
        value = float(knobs.get(knob.name, str(default)))
    except ValueError:
        return default
    return min(max(value, knob.low), knob.high) if math.isfinite(value) else default


def _choose(name: str, preset: str) -> str:
    label, options, default, help_text, since = TRAINING[name]
    default = str(PRESETS[preset].rate) if name == "rate" else default
    if _shown(since):
        return knobs.pick(name, say(label), options=options, default=default, help_text=say(help_text))
    said = knobs.get(name, default)
    return said if said in options else default


def _shown(since: Level) -> bool:
    """A knob that a level leaves out keeps the value of the address."""
    order = list(LEVELS)
    return order.index(level()) >= order.index(since)


def _take_preset() -> None:
    chosen = st.session_state[PRESET]
    knobs.clear()
    knobs.put(PRESET, chosen)
    address.flush()
