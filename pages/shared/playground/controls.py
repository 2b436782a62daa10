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
    """The presets as buttons; none is marked once a knob of the chosen one was moved."""
    said = knobs.get(PRESET, FIRST)
    chosen = said if said in PRESETS else FIRST
    if not knobs.hidden():
        changed = _changed(chosen)
        shown = None if changed else chosen
        if st.session_state.get(PRESET) != shown:
            st.session_state[PRESET] = shown
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.segmented_control(
                say("Start from"),
                list(PRESETS),
                format_func=lambda one: say(PRESETS[one].title),
                key=PRESET,
                on_change=_take_preset,
                args=(chosen,),
                wrap=True,
            )
            if changed:
                st.button(
                    say("Changed: put back"),
                    key="back-to-preset",
                    type="tertiary",
                    icon=":material/undo:",
                    help=say("Back to “{preset}” as it was.", preset=say(PRESETS[chosen].title)),
                    on_click=_start_from,
                    args=(chosen,),
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
    """How it learns, as far as it is shown beside the model: name of the choice to its number."""
    return {name: float(_choose(name, preset)) for name, choice in TRAINING.items() if choice.beside}


def pick_more(preset: str) -> dict[str, float]:
    """The other choices, which open on demand."""
    rest = [name for name, choice in TRAINING.items() if not choice.beside]
    if knobs.hidden() or not any(_shown(TRAINING[name].since) for name in rest):
        return {name: float(_choice(name, preset)) for name in rest}
    more = st.popover(say("More settings"), icon=":material/tune:", key="more", on_change="rerun")
    with more:  # drawn only while open: a choice that is not seen when it is set shows nothing as chosen
        return {name: float(_choose(name, preset) if more.open else _choice(name, preset)) for name in rest}


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
    return _value(knob, default)


def _value(knob: Knob, default: float) -> float:
    """What the address says, within the knob's range."""
    try:
        value = float(knobs.get(knob.name, str(default)))
    except ValueError:
        return default
    return min(max(value, knob.low), knob.high) if math.isfinite(value) else default


def _choose(name: str, preset: str) -> str:
    choice = TRAINING[name]
    if not _shown(choice.since):
        return _choice(name, preset)
    found = knobs.pick(
        name,
        say(choice.label),
        options=choice.options,
        default=_default(name, preset),
        help_text=say(choice.words) if choice.beside else "",
    )
    if not choice.beside:
        st.caption(say(choice.words))
    return found


def _choice(name: str, preset: str) -> str:
    """What the address says, if it can be chosen."""
    said = knobs.get(name)
    return said if said in TRAINING[name].options else _default(name, preset)


def _default(name: str, preset: str) -> str:
    return str(PRESETS[preset].rate) if name == "rate" else TRAINING[name].default


def _changed(preset: str) -> bool:
    """Whether anything but the model, which the presets ask to change, is not as the preset has it."""
    base = shop_config(preset, {})
    shop = ((knob, float(getattr(base, knob.name))) for knob in SHOP)
    return any(_value(knob, default) != default for knob, default in shop) or any(
        _choice(name, preset) != _default(name, preset) for name in TRAINING
    )


def _shown(since: Level) -> bool:
    """A knob that a level leaves out keeps the value of the address."""
    order = list(LEVELS)
    return order.index(level()) >= order.index(since)


def _take_preset(before: str) -> None:
    """A click on the marked preset takes the mark away, and asks for the preset as it was."""
    _start_from(st.session_state[PRESET] or before)


def _start_from(chosen: str) -> None:
    knobs.clear()
    knobs.put(PRESET, chosen)
    address.flush()
