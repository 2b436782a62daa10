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
from ctrcore.language import say


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
        "user": say("'{user}' says who: {users:,} users.", user=choices.user, users=users),
        "item": say("'{item}' says with which item: {items:,} items.", item=choices.item, items=items),
        "time": say(
            "'{time}' orders the events. Only what is earlier than a row goes into its history.", time=choices.time
        ),
    }
    if choices.action is not None:
        found["action"] = say(
            "'{action}' says what was done: {value}.", action=choices.action, value=_shares(log[choices.action])
        )
    if choices.rating is not None:
        ratings = as_numbers(log[choices.rating])
        known = ratings[~np.isnan(ratings)]
        scale = say(" from {known:g} to {known_2:g}", known=known.min(), known_2=known.max()) if len(known) else ""
        found["rating"] = say(
            "'{rating}' holds ratings{scale}. They come after the click, so no row has them.",
            rating=choices.rating,
            scale=scale,
        )
    if choices.session is not None:
        found["session"] = say(
            "'{session}' says in which visit; it groups events and is no field.", session=choices.session
        )
    return found


def _shares(cells: pd.Series[Any]) -> str:
    """'view (90.0 %), cart (6.2 %) and 3 more', the commonest first."""
    found = as_words(cells)
    order = np.argsort(-found.counts, kind="stable")[: int((found.counts > 0).sum())]
    shown = [f"{found.words[place]} ({found.counts[place] / max(len(found), 1):.1%})" for place in order[:4]]
    return ", ".join(shown) + (say(" and {count} more", count=len(order) - 4) if len(order) > 4 else "")


def _clicks(choices: LogChoices, log: Table) -> dict[str, str]:
    share = say("{value:.1%} of the events are clicks", value=is_click(log, choices).mean() if len(log) else 0)
    found = {}
    if choices.action is not None:
        if choices.positive_actions:
            why = say(
                "A click is {choices}: {share}. The model learns to foretell this action.",
                choices=click_in_words(choices),
                share=share,
            )
        else:
            why = say("Every action counts as a click: {share}.", share=share)
        found["positive_actions"] = why
    if choices.rating is not None:
        if choices.rating_threshold is None:
            found["rating_threshold"] = say("No rating is asked for: an event counts whatever its rating.")
        else:
            found["rating_threshold"] = say(
                "From {rating_threshold:g} on, the upper part of the scale, a rating says that the user "
                "liked the item: {share}.",
                rating_threshold=choices.rating_threshold,
                share=share,
            )
    return found


def _negatives(choices: LogChoices) -> dict[str, str]:
    why = {
        "given": say("The log says itself what was no click: its other events. Nothing has to be made up."),
        "uniform": say(
            "The log does not say what was seen and not clicked, so such rows are drawn: any item alike, "
            "however often it is clicked. A model then learns a good deal of plain popularity."
        ),
        "popularity": say(
            "Items are drawn as often as the whole log has them clicked, later clicks included. So being "
            "popular does not give a click away, and the model must learn taste."
        ),
        "hard": say(
            "Items of the same {category} are drawn: the model must tell alike items apart. A click "
            "whose {category} has no item left gets any items.",
            category=choices.category,
        ),
    }[choices.negatives]
    found = {"negatives": why}
    if choices.negatives == "given":
        return found
    rate = 1 / (1 + choices.per_positive)
    found["per_positive"] = say(
        "{per_positive} for each click make a click rate of about {rate:.0%}. It is a choice, "
        "not what a shop would see; probabilities are right for these rows only, the order of "
        "items is what counts.",
        per_positive=choices.per_positive,
        rate=rate,
    )
    found["avoid_later"] = (
        say(
            "An item that the user clicks later was no refusal, so it is not drawn. This looks into the "
            "future: items that are drawn are known never to be clicked."
        )
        if choices.avoid_later
        else say("As in practice, only clicks until then are known: an item that the user clicks later may be drawn.")
    )
    found["seed"] = say("The same seed draws the same items.")
    if choices.category is not None and choices.negatives == "hard":
        found["category"] = say("Negatives share the '{category}' of the clicked item.", category=choices.category)
    return found


def _histories(choices: LogChoices, log: Table) -> dict[str, str]:
    share = f"{is_remembered(log, choices).mean() if len(log) else 0:.1%}"
    what = remembered_in_words(choices)
    remembered = [choices.item, *choices.history_columns]
    found = {
        "history_actions": say("Histories remember {what}: {share} of the events.", what=what, share=share),
        "history_columns": say(
            "Of each one they remember {names}.", names=say(" and ").join(f"'{name}'" for name in remembered)
        ),
        "history_length": say(
            "Of longer histories the {history_length} most recent ones stay.", history_length=choices.history_length
        ),
    }
    if choices.history_with_action and choices.action is not None:
        found["history_with_action"] = say(
            "Each behaviour carries its '{action}', compared with '{choices}', the action that every row asks about.",
            action=choices.action,
            choices=asked_action(choices),
        )
    if choices.min_user_events > 1 or choices.min_item_events > 1:
        why = say("Users and items with fewer events go, again and again until all that are left have enough.")
        found |= {"min_user_events": why, "min_item_events": why}
    if choices.first_clicks:
        found["first_clicks"] = say(
            "The first {first_clicks} clicks of each user make no rows, only a history.",
            first_clicks=choices.first_clicks,
        )
    return found
