"""Which columns of another system's file hold the row and the score, and what the scores mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ctrcore.data.guesses.names import is_code, words_of
from ctrcore.data.values import as_numbers
from ctrcore.errors import DataError
from ctrcore.language import mark, say
from ctrcore.runs.outside_choices import ROW, Meaning
from ctrcore.runs.outside_keys import Index
from ctrcore.runs.outside_rows import Held, is_row_number

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.stored import Stored
    from ctrcore.schema import Schema

_CALLED = mark("The column is called '{column}'.")
_WITHIN = mark("All scores lie within 0 and 1.")
_REACH = r"The scores reach from (\S+) to (\S+), and nothing says that they are logits\."
ROW_NAMES = {ROW, "row_id", "rowid", "row_number", "row_index", "index", "idx", ""}
# Words in the name of a column of scores; where two lists match, the earlier one says more.
SCORE_NAMES = (
    {"logit", "logits"},
    {"probability", "probabilities", "prob", "probs", "proba", "pctr", "p"},
    {"prediction", "predictions", "predicted", "pred", "preds", "yhat", "hat"},
    {"score", "scores", "scoring", "ctr"},
)


def guess_score(file: Stored, table: Stored, schema: Schema, ids: list[str]) -> str:
    """The column of scores: by its name, or because it is the only one that is left.

    Raises:
        DataError: there is none, or several might be it.
    """
    own = {ROW, "split", schema.label, *ids}
    names = [str(name) for name in file.columns if str(name) not in own]
    new = [name for name in names if name not in table.columns]
    left = [name for name in new if name.strip().lower() not in ROW_NAMES]
    found = _named(new) or (left if len(left) == 1 else _named(names)) or left
    if len(found) == 1:
        return found[0]
    rows = [*ids, *(name for name in map(str, file.columns) if name == ROW or (name in names and name not in left))]
    raise _unclear_score(file, found, list(dict.fromkeys(rows)))


def _named(names: list[str]) -> list[str]:
    """The columns that are called like a score, by the list of words that says most; empty if none is."""
    called = ([name for name in names if words & set(words_of(name))] for words in SCORE_NAMES)
    return next((found for found in called if found), [])


def _unclear_score(file: Stored, names: list[str], rows: list[str]) -> DataError:
    """Why no column is taken for the score, and what each of them could be.

    Args:
        file: what was read.
        names: columns that might be the score.
        rows: columns that might name the row.
    """
    numbers = [name for name in names if _is_plain(file[name]) and np.isfinite(as_numbers(file[name])).all()]
    parts = []
    if numbers:
        could = mark("{columns} could each be it") if len(numbers) > 1 else mark("{columns} could be it")
        parts.append(say(could, columns=_listed(numbers)))
    parts += [_why_no_score(name, file[name]) for name in names[:5] if name not in numbers]
    parts.append(say("{columns} may name the row", columns=_listed(rows)) if rows else say("no column names the row"))
    because = say("; ").join(parts)
    problem = (
        say("No column is surely the score: {because}.", because=because)
        if names
        else say("The file has no column of scores: {because}.", because=because)
    )
    if rows:
        remedy = say("Name the column of scores.") if names else say("Name the column of scores, or add one.")
    elif names:
        remedy = say(
            "Name the column of scores, and add a column '{row}' with the row's number in the table, counted from 0.",
            row=ROW,
        )
    else:
        remedy = say(
            "Name the column of scores, or add one, and add a column '{row}' with the row's number in the table, "
            "counted from 0.",
            row=ROW,
        )
    return DataError(problem, remedy)


def _why_no_score(name: str, cells: pd.Series[Any]) -> str:
    """What speaks against a column as the score."""
    column = name[:60]
    if not _is_plain(cells):
        return say("'{column}' is not, as it holds lists", column=column)
    wrong = ~np.isfinite(as_numbers(cells))
    if wrong.all():
        return say("'{column}' is not, as it holds no numbers", column=column)
    return say(
        "'{column}' is not, as {count:,} of its {all:,} cells are missing or no numbers",
        column=column,
        count=int(wrong.sum()),
        all=len(wrong),
    )


def _listed(names: list[str]) -> str:
    *some, last = [f"'{name[:60]}'" for name in names[:5]]
    return say("{some} and {last}", some=say(", ").join(some), last=last) if some else last


def guess_ids(file: Stored, table: Stored, schema: Schema, held: Held, score: str) -> list[str]:
    """The columns that name a row: one of row numbers, else those shared with the table that tell its rows apart.

    Raises:
        DataError: there are none.
    """
    names = [str(name) for name in file.columns if str(name) != score]
    numbered = [name for name in names if name.strip().lower() in ROW_NAMES and is_row_number([name], table)]
    if numbered:
        return sorted(numbered, key=lambda name: name.strip().lower() != ROW)[:1]
    shared = [name for name in names if name in table.columns and name != schema.label and _is_plain(table[name])]
    special = [name for name in (schema.user, schema.item, schema.time) if name in shared]
    for tried in [*([name] for name in shared if is_code(name)), special, shared]:
        if tried and _tell_apart(table, tried, held.judged):
            return tried
    part = say(held.title)
    raise DataError(
        say(
            "No column of the file says which {part} row a score belongs to: {columns} do not tell these rows apart.",
            part=part,
            columns=", ".join(shared)[:80],
        )
        if shared
        else say("No column of the file says which {part} row a score belongs to.", part=part),
        say("Add a column 'row' with the row's number in the table, counted from 0, as the template has it."),
    )


def _tell_apart(table: Stored, names: list[str], rows: Index) -> bool:
    """True if no two of these rows are equal in all these columns."""
    import pandas as pd

    return not pd.DataFrame({name: table[name].iloc[rows] for name in names}).duplicated().any()


def guess_meaning(name: str, numbers: npt.NDArray[np.float64]) -> tuple[Meaning, str]:
    """What scores mean, and a sentence that says why it is believed, in English: it is kept with the scores."""
    words = set(words_of(name))
    if words & SCORE_NAMES[0]:
        return "logit", _CALLED.format(column=name[:60])
    low, high = float(np.nanmin(numbers, initial=np.inf)), float(np.nanmax(numbers, initial=-np.inf))
    if low >= 0 and high <= 1:
        return "probability", _WITHIN
    return "order", f"The scores reach from {low:g} to {high:g}, and nothing says that they are logits."


def reason_in_words(meaning: Meaning, column: str, reason: str) -> str:
    """The sentence of `guess_meaning` in the reader's language; '' if there is none."""
    if reason == _CALLED.format(column=column[:60]):
        return say(_CALLED, column=column[:60])
    if meaning == "order" and (ends := re.fullmatch(_REACH, reason)):
        return say(
            "The scores reach from {low} to {high}, and nothing says that they are logits.", low=ends[1], high=ends[2]
        )
    return say(reason)


def _is_plain(cells: pd.Series[Any]) -> bool:
    """True for a column without lists."""
    import pandas as pd

    return not isinstance(cells.dtype, pd.ArrowDtype)
