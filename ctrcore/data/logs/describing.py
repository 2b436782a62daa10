"""What the columns of built impressions mean: most of it is known, the rest is guessed."""

from __future__ import annotations

import pandas as pd

from ctrcore.data.guessing import guess_schema
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.wording import asked_action, click_in_words, negatives_in_words, remembered_in_words
from ctrcore.language import say
from ctrcore.schema import Column, Schema


def describe(frame: pd.DataFrame, choices: LogChoices, label: str, histories: dict[str, str]) -> Schema:
    """The schema of impressions built from a log.

    Args:
        frame: the impressions.
        choices: how they were built.
        label: the label column.
        histories: the history columns, each with the column whose past values it holds.
    """
    constant = choices.action if choices.action in frame.columns else None
    guessed = guess_schema(
        frame.drop(columns=[*histories, *([constant] if constant else [])]),
        label=label,
        user=choices.user,
        item=choices.item,
        time=choices.time,
    )
    known = {label: Column(name=label, kind="ignore", reason=_label_reason(choices))}
    if choices.session in frame.columns:
        reason = say("It says in which visit; a visit never comes again, so there is nothing to learn from its number.")
        known[str(choices.session)] = Column(name=str(choices.session), kind="ignore", reason=reason)
    for name in {of for of in histories.values() if of not in (choices.item, constant)}:
        column = guessed.column(name)
        if column.kind != "categorical":
            reason = say("A history remembers it, so that each of its values, taken whole, is one category.")
            known[name] = Column(name=name, kind="categorical", role=column.role, reason=reason)
    for column in guessed.histories:
        reason = say("The log brings it along; the history built from the events takes its place.")
        known[column.name] = Column(name=column.name, kind="ignore", role="user", reason=reason)
    columns = [known.get(column.name, column) for column in guessed.columns]
    if constant:
        columns.append(Column(name=constant, kind="categorical", reason=_constant_reason(choices)))
    columns += [_history(name, of, choices) for name, of in histories.items()]
    return Schema.model_validate(
        {**guessed.model_dump(), "positive": None, "threshold": None, "columns": [c.model_dump() for c in columns]}
    )


def _label_reason(choices: LogChoices) -> str:
    return say(
        "A click is {choices}. {choices_2}", choices=click_in_words(choices), choices_2=negatives_in_words(choices)
    )


def _constant_reason(choices: LogChoices) -> str:
    return say(
        "It is '{choices}' in every row, the action that a row asks about. It is there so that "
        "the actions in the history and the action asked about share their embeddings, as DIN "
        "compares the two; what the user really did is only known after the click and is no "
        "column.",
        choices=asked_action(choices),
    )


def _history(name: str, of: str, choices: LogChoices) -> Column:
    reason = say(
        "It holds the '{of}' of the user's {choices} before the row's time, oldest first, at most {history_length}.",
        of=of,
        choices=remembered_in_words(choices),
        history_length=choices.history_length,
    )
    return Column(name=name, kind="history", role="user", of=of, max_length=choices.history_length, reason=reason)
