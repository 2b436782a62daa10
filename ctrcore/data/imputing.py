"""What stands in for missing words and members. Numbers: see scaling.py, which fits it with the scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ctrcore.data.members import Members
from ctrcore.data.values import Words, word
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.schema import Column

Order = npt.NDArray[np.int64]


def fill_forward(known: npt.NDArray[np.bool_], order: Order) -> npt.NDArray[np.int64]:
    """For each row the last known row at or before it, shape (n,); -1 where there is none.

    Args:
        known: (n,) True where the row has a value.
        order: (n,) row positions, earliest first.
    """
    n = len(known)
    last = np.maximum.accumulate(np.where(known[order], np.arange(n), -1)) if n else np.empty(0, np.int64)
    source = np.empty(n, dtype=np.int64)
    source[order] = np.where(last >= 0, order[last], -1)
    return source


def learn_fill(column: Column, found: Words | Members, order: Order) -> list[str]:
    """The words that stand in for a missing cell; none: it stays 'unknown', a bag stays empty.

    'forward_fill' keeps the last known training cell, which rows before the first known one get.

    Raises:
        DataError: the imputation does not fit the column's kind.
    """
    if column.impute is None:
        return []
    if column.impute in ("mean", "median"):
        raise DataError(
            say(
                "Missing values of '{name}' should be replaced by their {impute}, but it holds no numbers.",
                name=column.name,
                impute=column.impute,
            ),
            say("Choose constant, most_frequent or forward_fill for it, or make it numeric."),
        )
    if column.impute == "constant":
        return _constant(column)
    codes = found.codes[found.codes >= 0]
    if not len(codes):
        return []
    if column.impute == "most_frequent":
        counts = np.bincount(codes, minlength=len(found.words))
        return [min(found.words[counts == counts.max()])]
    if isinstance(found, Words):
        return [found.words[found.codes[order][found.known[order]][-1]]]
    members = found.known()
    last = int(order[members.lengths[order] > 0][-1])
    return list(members.words[members.codes[members.offsets[last] : members.offsets[last + 1]]])


def _constant(column: Column) -> list[str]:
    text = word(column.fill_value)
    if text is None:
        raise DataError(
            say("Missing values of '{name}' should be replaced by a constant, but none is given.", name=column.name),
            say("Set its fill value, or choose another imputation."),
        )
    return [part for part in text.split(column.delimiter) if part] if column.kind == "multi_value" else [text]


def impute_words(found: Words, column: Column, fill: list[str], order: Order) -> Words:
    """Replace missing cells as the column says; cells without any stand-in stay missing."""
    if found.known.all() or column.impute is None:
        return found
    codes = found.codes
    if column.impute == "forward_fill":
        source = fill_forward(found.known, order)
        codes = np.append(codes, -1)[source]
    added, words = _add(found.words, fill)
    return Words(np.where(codes < 0, added[0], codes), words) if len(added) else Words(codes, words)


def impute_members(found: Members, column: Column, fill: list[str], order: Order) -> Members:
    """Replace cells without a known member as the column says; missing members of other cells are dropped."""
    found = found.known()
    empty = found.lengths == 0
    if not empty.any() or column.impute is None:
        return found
    rows = np.arange(len(found))
    if column.impute == "forward_fill":
        rows = fill_forward(~empty, order)
        empty = rows < 0
    added, words = _add(found.words, fill)
    # One more cell, the stand-in, that every empty row takes.
    stand_in = len(found)
    offsets = np.append(found.offsets, found.offsets[-1] + len(added))
    return Members(np.append(found.codes, added), offsets, words).take(np.where(empty, stand_in, rows))


def _add(words: npt.NDArray[np.object_], more: list[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Positions of `more` in the words, which grow where needed."""
    place = {text: position for position, text in enumerate(words)}
    positions = [place.setdefault(text, len(place)) for text in more]
    return np.asarray(positions, dtype=np.int64), np.array([*place, None], dtype=object)[:-1]
