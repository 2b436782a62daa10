"""From a label column to 0 and 1."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.values import Words, as_numbers, as_words
from ctrcore.errors import DataError
from ctrcore.schema import Schema

if TYPE_CHECKING:
    from ctrcore.data.stored import Table

CLICK_WORDS = {
    "1", "1.0", "true", "yes", "y", "t", "click", "clicked",
    "ja", "oui", "sí", "si", "sì", "sim", "да", "是", "はい", "예", "네",
}  # fmt: skip
NO_CLICK_WORDS = {
    "0", "0.0", "-1", "-1.0", "false", "no", "n", "f", "no click", "no_click", "not clicked", "not_clicked",
    "unclicked", "skip", "skipped", "nein", "non", "não", "nao", "нет", "否", "不是", "いいえ", "아니요",
}  # fmt: skip


def plain_word(text: object) -> str:
    """A label's text as the lists of words have it: small letters, an accent and its letter as one."""
    return unicodedata.normalize("NFC", str(text)).strip().lower()


def read_labels(frame: Table, schema: Schema) -> npt.NDArray[np.float32]:
    """1 for a click, 0 for none and NaN where the label is missing, shape (n,).

    With a `threshold` numbers from it on are clicks, with a `positive` value that value is the only click. Without
    either the label must speak for itself: 0 and 1 (or -1 and 1), true and false, yes and no (in ten languages),
    clicked and skipped.

    Raises:
        DataError: the column is missing, or its values do not say what a click is.
    """
    if schema.label not in frame.columns:
        raise DataError(
            f"The table has no label column '{schema.label}'.",
            "Choose the column that says whether a row was a click.",
        )
    cells = frame[schema.label]
    if schema.threshold is not None:
        return _above(cells, schema.label, schema.threshold)
    found = as_words(cells)
    if schema.positive is not None:
        return np.append(_is_positive(found.words, schema.positive), np.float32(np.nan))[found.codes]
    return np.append(_plain(found, schema.label), np.float32(np.nan))[found.codes]


def _above(cells: pd.Series[Any], name: str, threshold: float) -> npt.NDArray[np.float32]:
    numbers, known = as_numbers(cells), as_words(cells).known
    wrong = np.flatnonzero(known & np.isnan(numbers))
    if len(wrong):
        raise DataError(
            f"The label '{name}' has a threshold, but its value '{str(cells.iloc[wrong[0]])[:50]}' is no number.",
            "Clear the threshold and set the value that counts as a click, or choose another label.",
        )
    return np.where(np.isnan(numbers), np.nan, numbers >= threshold).astype(np.float32)


def _is_positive(words: npt.NDArray[np.object_], positive: str) -> npt.NDArray[np.float32]:
    hits: npt.NDArray[np.bool_] = np.asarray(words == positive, dtype=bool)
    if not hits.any():
        # '1.0' in the schema also means the number 1.
        numbers = pd.to_numeric(pd.Series([positive, *words], dtype=object), errors="coerce").to_numpy(np.float64)
        hits = numbers[1:] == numbers[0]
    return hits.astype(np.float32)


def _plain(found: Words, name: str) -> npt.NDArray[np.float32]:
    words = found.words
    lower = [plain_word(text) for text in words]
    labels = np.array([1 if t in CLICK_WORDS else 0 if t in NO_CLICK_WORDS else np.nan for t in lower], np.float32)
    used = found.counts > 0
    if not np.isnan(labels[used]).any():
        return labels
    values = sorted(words[used])
    shown = ", ".join(f"'{str(value)[:20]}'" for value in values[:5]) + (", ..." if len(values) > 5 else "")
    problem = (
        f"The label '{name}' has {len(values):,} different values ({shown}), and none of them is known as a click."
    )
    if len(values) <= 2:
        raise DataError(problem, f"Set the value that counts as a click, for example '{values[-1]}'.")
    if np.isnan(pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(np.float64)).any():
        raise DataError(problem, "Set the value that counts as a click, or choose another label column.")
    raise DataError(problem, "Set the threshold from which on a value counts as a click, or choose another label.")
