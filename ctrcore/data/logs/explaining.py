"""Why each choice is as it is, in a sentence or two that show what it does to this log."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.events import check_columns, is_click, is_remembered
from ctrcore.data.logs.wording import asked_action, click_in_words, remembered_in_words
from ctrcore.data.stored import Table
from ctrcore.data.values import as_numbers, as_words


def explain_choices(choices: LogChoices, log: Table) -> dict[str, str]:
    """A reason for each choice that has one, by the name of its field.

    Raises:
        DataError: the log lacks a column that the choices name.
    """
    check_columns(log, choices)
    return {**_columns(choices, log), **_clicks(choices, log), **_negatives(choices), **_histories(choices, log)}


def _columns(choices: LogChoices, log: Table) -> dict[str, str]:
    users, items = (int((as_words(log[name]).counts > 0).sum()) for name in (choices.user, choices.item))
    found = {
        "user": f"'{choices.user}' says who: {users:,} users.",
        "item": f"'{choices.item}' says with which item: {items:,} items.",
        "time": f"'{choices.time}' orders the events. Only what is earlier than a row goes into its history.",
    }
    if choices.action is not None:
        found["action"] = f"'{choices.action}' says what was done: {_shares(log[choices.action])}."
    if choices.rating is not None:
        ratings = as_numbers(log[choices.rating])
        known = ratings[~np.isnan(ratings)]
        scale = f" from {known.min():g} to {known.max():g}" if len(known) else ""
        found["rating"] = f"'{choices.rating}' holds ratings{scale}. They come after the click, so no row has them."
    if choices.session is not None:
        found["session"] = f"'{choices.session}' says in which visit; it groups events and is no field."
    return found


def _shares(cells: pd.Series[Any]) -> str:
    """'view (90.0 %), cart (6.2 %) and 3 more', the commonest first."""
    found = as_words(cells)
    order = np.argsort(-found.counts, kind="stable")[: int((found.counts > 0).sum())]
    shown = [f"{found.words[place]} ({found.counts[place] / max(len(found), 1):.1%})" for place in order[:4]]
    return ", ".join(shown) + (f" and {len(order) - 4} more" if len(order) > 4 else "")


def _clicks(choices: LogChoices, log: Table) -> dict[str, str]:
    share = f"{is_click(log, choices).mean() if len(log) else 0:.1%} of the events are clicks"
    found = {}
    if choices.action is not None:
        if choices.positive_actions:
            why = f"A click is {click_in_words(choices)}: {share}. The model learns to foretell this action."
        else:
            why = f"Every action counts as a click: {share}."
        found["positive_actions"] = why
    if choices.rating is not None:
        if choices.rating_threshold is None:
            found["rating_threshold"] = "No rating is asked for: an event counts whatever its rating."
        else:
            found["rating_threshold"] = (
                f"From {choices.rating_threshold:g} on, the upper part of the scale, a rating says that the user liked "
                f"the item: {share}."
            )
    return found


def _negatives(choices: LogChoices) -> dict[str, str]:
    why = {
        "given": "The log says itself what was no click: its other events. Nothing has to be made up.",
        "uniform": "The log does not say what was seen and not clicked, so such rows are drawn: any item alike, "
        "however often it is clicked. A model then learns a good deal of plain popularity.",
        "popularity": "Items are drawn as often as the whole log has them clicked, later clicks included. So being "
        "popular does not give a click away, and the model must learn taste.",
        "hard": f"Items of the same {choices.category} are drawn: the model must tell alike items apart. A click whose "
        f"{choices.category} has no item left gets any items.",
    }[choices.negatives]
    found = {"negatives": why}
    if choices.negatives == "given":
        return found
    rate = 1 / (1 + choices.per_positive)
    found["per_positive"] = (
        f"{choices.per_positive} for each click make a click rate of about {rate:.0%}. It is a choice, not what a shop "
        "would see; probabilities are right for these rows only, the order of items is what counts."
    )
    found["avoid_later"] = (
        "An item that the user clicks later was no refusal, so it is not drawn. This looks into the future: items that "
        "are drawn are known never to be clicked."
        if choices.avoid_later
        else "As in practice, only clicks until then are known: an item that the user clicks later may be drawn."
    )
    found["seed"] = "The same seed draws the same items."
    if choices.category is not None and choices.negatives == "hard":
        found["category"] = f"Negatives share the '{choices.category}' of the clicked item."
    return found


def _histories(choices: LogChoices, log: Table) -> dict[str, str]:
    share = f"{is_remembered(log, choices).mean() if len(log) else 0:.1%}"
    what = remembered_in_words(choices)
    remembered = [choices.item, *choices.history_columns]
    found = {
        "history_actions": f"Histories remember {what}: {share} of the events.",
        "history_columns": "Of each one they remember " + " and ".join(f"'{name}'" for name in remembered) + ".",
        "history_length": f"Of longer histories the {choices.history_length} most recent ones stay.",
    }
    if choices.history_with_action and choices.action is not None:
        found["history_with_action"] = (
            f"Each behaviour carries its '{choices.action}', compared with '{asked_action(choices)}', the action that "
            "every row asks about."
        )
    if choices.min_user_events > 1 or choices.min_item_events > 1:
        why = "Users and items with fewer events go, again and again until all that are left have enough."
        found |= {"min_user_events": why, "min_item_events": why}
    if choices.first_clicks:
        found["first_clicks"] = f"The first {choices.first_clicks} clicks of each user make no rows, only a history."
    return found
