"""What tables of slices have in common: which slices there are, their losses, several of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore import threads
from ctrcore.comparing.groupings import Grouping
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.within import Array, Classes, Codes, by_class, mean_and_variance

Columns = dict[str, Any]
Flags = npt.NDArray[np.bool_]
T = TypeVar("T")
MOST = 0.95  # of all rows


@dataclass(frozen=True)
class Cut:
    """The m slices of a grouping on the rows of a sheet.

    A slice of more than 95 % of the rows is as good as all rows: too little is left to tell it from, and each of them
    makes the correction of all others harder. So it is left empty (see `nearly_all`).

    Attributes:
        grouping: what they are.
        classes: their rows.
        same: (m,) a number that slices of the very same rows share, of whatever grouping.
    """

    grouping: Grouping
    classes: Classes
    same: Array

    @classmethod
    def of(cls, sheet: Sheet, grouping: Grouping) -> Cut:
        """Count the rows."""
        large = _nearly_all(sheet, grouping)
        if large.any():
            within = np.append(large, False)[grouping.codes]  # -1 is none
            grouping = replace(grouping, codes=np.where(within, -1, grouping.codes).astype(np.int32))
        # Sums of random numbers of the rows, in their order: equal for the very same rows only.
        marks = sheet.kept("marks", "", lambda: np.random.default_rng(0).random(len(sheet)))
        same = np.bincount(grouping.codes + 1, weights=marks, minlength=len(grouping) + 1)[1:].astype(np.float64)
        return cls(grouping, Classes.of(grouping.codes, sheet.label, len(grouping)), same)

    def columns(self, kept: Flags) -> Columns:
        """What the slices are that are `kept`, (m,)."""
        rows, clicks = self.classes.rows[kept], self.classes.clicks[kept]
        return {
            "grouping": np.full(len(rows), self.grouping.name, dtype=object),
            "kind": np.full(len(rows), self.grouping.kind, dtype=object),
            "slice": np.array([*self.grouping.labels, ""], dtype=object)[:-1][kept],
            "place": np.flatnonzero(kept),
            "rows": rows,
            "clicks": clicks,
            "click_rate": clicks / np.maximum(rows, 1),
            "same": self.same[kept],
        }


def nearly_all(sheet: Sheet, groupings: Sequence[Grouping]) -> int:
    """How many slices hold more than 95 % of the rows, and are left out of tables."""
    return sum(int(_nearly_all(sheet, grouping).sum()) for grouping in groupings)


def _nearly_all(sheet: Sheet, grouping: Grouping) -> Flags:
    rows = np.bincount(grouping.codes + 1, minlength=len(grouping) + 1)[1:]
    large: Flags = rows > MOST * len(sheet)
    return large


def cuts(sheet: Sheet, groupings: Sequence[Grouping]) -> list[Cut]:
    """Of each grouping, after one without slices, which shows the columns of a table that has no row."""
    nothing = Grouping("", "field", [], np.full(len(sheet), -1, dtype=np.int32))
    return at_once(partial(Cut.of, sheet, grouping) for grouping in [nothing, *groupings])


def at_once(jobs: Iterable[Callable[[], T]]) -> list[T]:
    """The answers in order; numpy sorts and counts outside Python's lock."""
    with ThreadPoolExecutor(threads.of_arrays()) as pool:
        return list(pool.map(lambda job: job(), jobs))


def table_of(parts: list[Columns]) -> tuple[pd.DataFrame, Array]:
    """The parts below each other, and for each line a number that tells which rows the slice holds."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    same = columns.pop("same")
    return pd.DataFrame(columns), same


def enough(classes: Classes, least: tuple[int, int]) -> Flags:
    """The slices that are large enough for an AUC."""
    return (classes.rows >= max(least[0], 1)) & (np.minimum(classes.clicks, classes.others) >= least[1])


def losses(sheet: Sheet, name: str) -> Array:
    """(n,) the log-loss of each row in nats, computed once and kept."""

    def make() -> Array:
        x = sheet.logit[name].astype(np.float64)
        return np.maximum(x, 0) - x * sheet.label + np.log1p(np.exp(-np.abs(x)))

    return sheet.kept("losses", name, make)


def mean_loss(values: Array, sheet: Sheet, codes: Codes, classes: Classes) -> tuple[Array, Array]:
    """Mean over the rows of each slice, and its standard error."""
    first, second = by_class(values, codes, sheet.label, len(classes.rows))
    mean, variance = mean_and_variance(first.sum(axis=1), second.sum(axis=1), classes.rows)
    return mean, np.sqrt(variance)
