"""What the choices mean, in words that stand in reasons and on pages."""

from __future__ import annotations

from ctrcore.data.logs.choices import LogChoices
from ctrcore.language import say, say_count

CLICK = "click"


def asked_action(choices: LogChoices) -> str:
    """The action that a row asks about: the first that counts as a click."""
    return choices.positive_actions[0] if choices.positive_actions else CLICK


def click_in_words(choices: LogChoices) -> str:
    """What counts as a click, to stand after 'A click is'."""
    parts = []
    if choices.action is not None and choices.positive_actions:
        actions = [f"'{action}'" for action in choices.positive_actions]
        listed = actions[0] if len(actions) == 1 else ", ".join(actions[:-1]) + say(" or {value}", value=actions[-1])
        parts.append(say("an event whose {action} is {listed}", action=choices.action, listed=listed))
    if choices.rating is not None and choices.rating_threshold is not None:
        rated = say(
            "{rating} is {rating_threshold:g} or more", rating=choices.rating, rating_threshold=choices.rating_threshold
        )
        parts.append(rated if parts else say("an event whose {rated}", rated=rated))
    return say(" and whose ").join(parts) if parts else say("every event of the log")


def negatives_in_words(choices: LogChoices) -> str:
    """Where rows without a click come from, as a sentence."""
    if choices.negatives == "given":
        return say("The other events of the log are the rows without a click.")
    among = {
        "uniform": say("from all items of the log alike"),
        "popularity": say("from all items of the log by how often they were clicked"),
        "hard": say("from the items with the same {category} as the clicked one", category=choices.category),
    }[choices.negatives]
    when = say("ever clicked") if choices.avoid_later else say("clicked until then")
    return say_count(
        "For each click {count} row without a click were drawn {among}, never one that the user {when}.",
        "For each click {count} rows without a click were drawn {among}, never one that the user {when}.",
        choices.per_positive,
        among=among,
        when=when,
    )


def remembered_in_words(choices: LogChoices) -> str:
    """What histories remember: 'clicks', or the events of some actions."""
    if not choices.history_actions:
        return say("clicks")
    return say("events ({actions})", actions=", ".join(choices.history_actions))
