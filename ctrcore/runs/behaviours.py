"""What a dataset built from behaviours can be asked: its actions, its ratings, what its items are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ctrcore.errors import RunError
from ctrcore.runs.dataset import Dataset

if TYPE_CHECKING:
    from ctrcore.data.logs.choices import LogChoices
    from ctrcore.data.logs.timeline import Timeline, UserActivity
    from ctrcore.data.recipe import Recipe
    from ctrcore.data.stored import Stored

NAMES = {"title", "name"}  # words in the name of a column that says what an item is called


def log_of(dataset: Dataset) -> tuple[Stored, LogChoices]:
    """The behaviours, and how rows were built from them.

    Raises:
        RunError: the rows were not built from behaviours.
    """
    log, choices = dataset.behaviours(), dataset.log_choices()
    if log is None or choices is None:
        raise RunError(f"The rows of '{dataset.name}' were not built from behaviours.", "Choose another dataset.")
    return log, choices


def values_of(dataset: Dataset, column: str) -> dict[str, int]:
    """The values of a column of the log with how often each occurs, the commonest first; those alike by name."""
    from ctrcore.data.values import as_words

    found = as_words(log_of(dataset)[0][column])
    pairs = [(str(word), int(count)) for word, count in zip(found.words, found.counts, strict=True) if count]
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def grades_of(dataset: Dataset, column: str) -> list[float]:
    """The different numbers of a column of the log, from small to large."""
    from ctrcore.data.values import as_numbers

    numbers = as_numbers(log_of(dataset)[0][column])
    return [float(number) for number in np.unique(numbers[~np.isnan(numbers)])]


def item_columns(dataset: Dataset, choices: LogChoices) -> list[str]:
    """The columns that may say something of an item: those of the table of items, and the log's own other ones.

    Those called like a category come first, those that hold a name last.
    """
    from ctrcore.data.guesses.names import is_id_of, words_of
    from ctrcore.data.logs.guessing import CATEGORIES

    keys = {choices.user, choices.item, choices.time, choices.action, choices.rating, choices.session}
    items = dataset.side("items")
    names = [*(items.columns if items is not None else ()), *log_of(dataset)[0].columns]
    found = [name for name in dict.fromkeys(map(str, names)) if name not in keys]
    return sorted(found, key=lambda name: (not is_id_of(name, CATEGORIES), bool(NAMES & set(words_of(name)))))


def item_names(dataset: Dataset) -> dict[str, str]:
    """What items are called, by id: from a column of the table of items that is a title or a name and no field."""
    from ctrcore.data.guesses.names import words_of
    from ctrcore.data.values import as_words

    items, item = dataset.side("items"), log_of(dataset)[1].item
    if items is None or item not in items.columns:
        return {}
    columns = (column for column in dataset.guess().columns if column.kind == "ignore" and column.role == "item")
    named = next((c.name for c in columns if NAMES & set(words_of(c.name)) and c.name in items.columns), None)
    if named is None:
        return {}
    ids, texts = as_words(items[item]).texts(), as_words(items[named]).texts()
    return {str(id_): str(text) for id_, text in zip(ids, texts, strict=True) if id_ is not None and text is not None}


def users_to_check(dataset: Dataset, n: int = 30) -> list[UserActivity]:
    """Users whose rows are worth a look: two thirds with a handful of clicked rows, the rest the busiest."""
    from ctrcore.data.logs.timeline import busiest_users

    log, choices = log_of(dataset)
    return busiest_users(log, dataset.stored(), choices, dataset.guess(), n)


def timeline_of(dataset: Dataset, user: str, recipe: Recipe | None) -> Timeline:
    """One user's events and rows; with the parts they are in, if rows were prepared by that recipe.

    Raises:
        DataError: the log does not know the user.
    """
    from ctrcore.data.logs.timeline import user_timeline

    log, choices = log_of(dataset)
    parts = {}
    if recipe is not None and dataset.is_prepared(recipe):
        made = dataset.prepared(recipe)
        parts = {name: np.asarray(getattr(made, name).row) for name in ("train", "valid", "test")}
    return user_timeline(log, dataset.stored(), choices, dataset.guess(), user, parts=parts)
