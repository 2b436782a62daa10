"""The same rows scored by several models: what every comparison reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ctrcore import threads
from ctrcore.comparing.ranked import Ranked
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.metrics import user_codes

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Sheet:
    """Rows that all models scored, in the order of the first model's rows.

    Attributes:
        row: (n,) numbers of the rows in the dataset's table.
        label: (n,) 1 where the row was clicked, else 0.
        group: (n,) the user of each row as a number, -1 where there is none.
        logit: (n,) scores by the model's id, in the order in which the models were given.
        left_out: rows of each model that another one has not scored.
    """

    row: npt.NDArray[np.int64]
    label: npt.NDArray[np.uint8]
    group: npt.NDArray[np.int32]
    logit: dict[str, npt.NDArray[np.float32]]
    left_out: dict[str, int] = field(default_factory=dict)
    _kept: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.row)

    @property
    def ids(self) -> list[str]:
        """The models, in order."""
        return list(self.logit)

    @property
    def clicks(self) -> int:
        """Clicked rows."""
        return int(self.label.sum())

    @property
    def has_users(self) -> bool:
        """True if rows have users."""
        return bool(len(self.group)) and bool((self.group >= 0).any())

    @property
    def users(self) -> tuple[npt.NDArray[np.int32], int]:
        """(n,) the user of each row counted from 0, -1 where there is none; and how many users there are."""
        return self.kept("users", "", lambda: user_codes(self.group))

    def ordered(self, names: Sequence[str]) -> Sheet:
        """The same sheet with the models in this order; all that is kept is kept for both."""
        return replace(self, logit={name: self.logit[name] for name in names})

    def kept(self, kind: str, name: str, make: Callable[[], T]) -> T:
        """Something computed from a model's scores, computed once and kept with the sheet.

        Threads that ask at the same time may each compute it; they get the same.

        Args:
            kind: what it is.
            name: the model's id, or other words where it is of several models.
            make: computes it.
        """
        if (kind, name) not in self._kept:
            self._kept.setdefault((kind, name), make())
        return cast(T, self._kept[kind, name])

    def ranked(self, name: str) -> Ranked:
        """The rows sorted by a model's score, sorted once and kept."""
        return self.kept("ranked", name, lambda: Ranked(self.label, self.logit[name]))

    def best_first(self) -> list[str]:
        """The models' ids, the best AUC first; equal ones, and those without an AUC (rows of one class), in order."""
        auc = {name: self.ranked(name).auc for name in self.ids}
        return sorted(self.ids, key=lambda name: -auc[name] if auc[name] == auc[name] else math.inf)

    def warm(self) -> None:
        """Sort the rows by every model's score, several models at a time."""
        self.of_each(self.ranked)

    def of_each(self, work: Callable[[str], T]) -> list[T]:
        """Something of every model, in their order; numpy works outside Python's lock, so several at a time."""
        with ThreadPoolExecutor(threads.of_arrays()) as pool:
            return list(pool.map(work, self.ids))


def sheet_of(scored: Mapping[str, pd.DataFrame], titles: Mapping[str, str] | None = None) -> Sheet:
    """Bring the scores of several models onto the rows that all of them scored.

    Args:
        scored: by the model's id, a table with row, label, group and logit; a row occurs once.
        titles: the models' names by id, for what is wrong with one; without them the id is said.

    Raises:
        DataError: the models share no row, do not agree on which rows were clicked, or one has a score that is no
            number.
    """
    names = list(scored)
    first = scored[names[0]]
    row = first["row"].to_numpy(np.int64)
    same = {name: np.array_equal(row, scored[name]["row"].to_numpy(np.int64)) for name in names}
    if not all(same.values()):
        for name in names:
            row = row[np.isin(row, scored[name]["row"].to_numpy(np.int64))]
    if not len(row):
        raise DataError(
            say("The models were not tested on a single common row, so they cannot be compared."),
            say("Choose models that were trained with the same split."),
        )
    label = _taken(first, "label", row).astype(np.uint8)
    for name in names[1:]:
        if not np.array_equal(label, _taken(scored[name], "label", row)):
            raise DataError(
                say("The models do not agree on which rows were clicked, so they cannot be compared."),
                say("Choose models that were trained on the same label."),
            )
    logit = {name: _taken(scored[name], "logit", row).astype(np.float32) for name in names}
    for name in names:
        unknown = int(np.isnan(logit[name]).sum())
        if unknown:
            raise DataError(
                say(
                    "{count:,} of the scores of '{model}' are not numbers, so its rows cannot be put in order.",
                    count=unknown,
                    model=(titles or {}).get(name, name),
                ),
                say("Leave this model out; if it was trained here, train it again with a lower learning rate."),
            )
    return Sheet(
        row=row,
        label=label,
        group=_taken(first, "group", row).astype(np.int32),
        logit=logit,
        left_out={name: len(scored[name]) - len(row) for name in names},
    )


def _taken(table: pd.DataFrame, column: str, row: npt.NDArray[np.int64]) -> npt.NDArray[np.generic]:
    """A column at these rows."""
    there = table["row"].to_numpy(np.int64)
    values = table[column].to_numpy()
    if len(there) == len(row) and np.array_equal(there, row):
        return values
    order = np.argsort(there, kind="stable")
    return values[order[np.searchsorted(there, row, sorter=order)]]
