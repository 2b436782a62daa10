"""What the choices mean, in words that stand in reasons and on pages."""

from __future__ import annotations

from ctrcore.data.logs.choices import LogChoices

CLICK = "click"


def asked_action(choices: LogChoices) -> str:
    """The action that a row asks about: the first that counts as a click."""
    return choices.positive_actions[0] if choices.positive_actions else CLICK


def click_in_words(choices: LogChoices) -> str:
    """What counts as a click, to stand after 'A click is'."""
    parts = []
    if choices.action is not None and choices.positive_actions:
        actions = [f"'{action}'" for action in choices.positive_actions]
        listed = actions[0] if len(actions) == 1 else ", ".join(actions[:-1]) + f" or {actions[-1]}"
        parts.append(f"an event whose {choices.action} is {listed}")
    if choices.rating is not None and choices.rating_threshold is not None:
        rated = f"{choices.rating} is {choices.rating_threshold:g} or more"
        parts.append(rated if parts else f"an event whose {rated}")
    return " and whose ".join(parts) if parts else "every event of the log"


def negatives_in_words(choices: LogChoices) -> str:
    """Where rows without a click come from, as a sentence."""
    if choices.negatives == "given":
        return "The other events of the log are the rows without a click."
    among = {
        "uniform": "from all items of the log alike",
        "popularity": "from all items of the log by how often they were clicked",
        "hard": f"from the items with the same {choices.category} as the clicked one",
    }[choices.negatives]
    when = "ever clicked" if choices.avoid_later else "clicked until then"
    count = f"{choices.per_positive} row" + ("s" if choices.per_positive > 1 else "")
    return f"For each click {count} without a click were drawn {among}, never one that the user {when}."


def remembered_in_words(choices: LogChoices) -> str:
    """What histories remember: 'clicks', or the events of some actions."""
    if not choices.history_actions:
        return "clicks"
    return "events (" + ", ".join(choices.history_actions) + ")"
