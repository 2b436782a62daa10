"""The trust cards of runs: asked for, found again, and those of other runs to set beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from pydantic import ValidationError

from ctrcore.explain.trust.check import MODEL
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.estimating import seconds_of_card
from ctrcore.runs.run import Run
from ctrcore.runs.studies import find_study
from pages.shared import address
from pages.shared.level import level
from pages.shared.store import workspace
from pages.shared.tools import duration

if TYPE_CHECKING:
    from ctrcore.explain.trust.card import Card
    from ctrcore.explain.trust.check import Check

Options = dict[str, Any]
ROWS, SEED = 500, 0
ABOUT = Spoken(
    {
        "rows": mark("More rows give narrower intervals and take longer."),
        "seed": mark("Picks the rows, the random orders and the background."),
    }
)


def pick_options(run: Run) -> Options:
    """How the checks are made: on how many rows, and whether models are trained again for two of them."""
    rows, seed = ROWS, SEED
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if level() == "Expert":
            rows = _number(say("Rows looked at"), "rows", range(20, 20_001), ROWS)
            seed = _number(say("Seed"), "seed", range(10_001), SEED)
        known = find_card(run, {"seed": seed, "rows": rows, "retrain": True}) is not None
        address.show("retrain", "retrain", [True, False], known)
        retrain = st.toggle(
            say("Also train again (T8, T9)"),
            key="retrain",
            on_change=address.take,
            args=("retrain", "retrain"),
            help=say(
                "Two checks need new models: one that learns from shuffled clicks, and the same model from other "
                "seeds. They are trained in the background and take much longer than all the rest."
            ),
        )
    return {"seed": seed, "rows": rows, "retrain": bool(retrain)}


def find_card(run: Run, options: Options) -> Card | None:
    """The card of a run under these options; None if it was not computed."""
    found = find_study(run, "trust", options)
    result = found.result() if found is not None else None
    return None if result is None else card_of(result)


def newest_card(run: Run, options: Options) -> Card | None:
    """The same, with or without models trained again, whatever is there."""
    both = (find_card(run, options | {"retrain": retrain}) for retrain in (True, False))
    return next((card for card in both if card is not None), None)


def pictures_of(card: Card) -> dict[str, list[Check]]:
    """The checks of each picture on a card, without those that ask of the model and its rows."""
    return {name: checks for name, checks in card.methods.items() if name != MODEL}


def checks_shown(card: Card, method: str) -> list[Check]:
    """The checks of a picture and those of the model and its rows, T0 first."""
    both = [*card.methods.get(method, ()), *card.methods.get(MODEL, ())]
    return sorted(both, key=lambda check: int(check.id[1:]))


def card_of(result: dict[str, Any]) -> Card | None:
    """What the worker wrote; None if another version of the app wrote it."""
    from ctrcore.explain.trust.card import Card

    try:
        return Card.model_validate(result)
    except ValidationError:
        return None


def say_estimate(run: Run, options: Options) -> None:
    """How long a card takes, while it can still be asked for."""
    if find_study(run, "trust", options) is not None:
        return
    seconds = seconds_of_card(run, options, workspace().runs())
    if seconds is not None:
        told = say(
            "It takes about {time}, in the background: you may leave this page. The result is kept.",
            time=duration(seconds),
        )
    elif options["retrain"]:
        told = say("It takes some minutes, in the background: you may leave this page. The result is kept.")
    else:
        told = say("It takes a minute or so, in the background: you may leave this page. The result is kept.")
    st.caption(told)


def _number(label: str, key: str, numbers: range, default: int) -> int:
    address.show(key, key, numbers, default)
    value = st.number_input(
        label,
        numbers[0],
        numbers[-1],
        step=1 if key == "seed" else 100,
        key=key,
        on_change=address.take,
        args=(key, key),
        help=ABOUT[key],
        width=160,
    )
    return int(value)
