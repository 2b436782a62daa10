"""What each row adds to the difference of two models, and the mean of it over a place among the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.slicing import losses

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
By = Literal["rank", "loss"]


@dataclass(frozen=True)
class Place:
    """The lead of one model over another in a place, and how much larger it is there than on all other rows.

    Attributes:
        rows: rows of the place.
        value: mean lead of a row.
        error: standard error of it.
        beyond: the mean lead less that of the other rows; NaN if there are none.
        beyond_error: standard error of that.
    """

    rows: int
    value: float
    error: float
    beyond: float
    beyond_error: float


class Advantage:
    """The lead of model `a` over model `b` on each row.

    By rank: the placement of the row by `a` less that by `b` (see `Ranked.placements`), so that the mean over the
    clicked rows, as over the others, is AUC(a) - AUC(b). By loss: how much less `a` loses on the row.

    Args:
        sheet: the rows and scores.
        a: a model.
        b: another one.
        by: which of the two.

    Attributes:
        values: (n,) the leads; above 0 `a` does better.
    """

    def __init__(self, sheet: Sheet, a: str, b: str, by: By) -> None:
        self._sheet, self._a, self._b, self._by = sheet, a, b, by
        if by == "rank":
            self.values: Array = sheet.ranked(a).placements() - sheet.ranked(b).placements()
        else:
            self.values = losses(sheet, b) - losses(sheet, a)

    def on(self, inside: Mask) -> Place:
        """The mean lead over some rows.

        By rank a row's lead depends on the rows that it is compared with, so that even a lead in a small place varies
        with all rows. The standard errors count this: they are the root of the summed squares of what each row would
        change (its influence; for all rows together this is DeLong's variance).
        """
        rows = int(inside.sum())
        other = self._influence(~inside, len(inside) - rows)
        value, mine = self._influence(inside, rows)
        return Place(
            rows=rows,
            value=value,
            error=float(np.sqrt(np.sum(mine**2))),
            beyond=value - other[0],
            beyond_error=float(np.sqrt(np.sum((mine - other[1]) ** 2))),
        )

    def _influence(self, inside: Mask, rows: int) -> tuple[float, Array]:
        """Mean over some rows, and by how much each row (n,) moves it; NaN without rows."""
        if not rows:
            return float("nan"), np.full(len(inside), np.nan)
        value = float(self.values[inside].sum()) / rows
        moved = np.where(inside, self.values - value, 0.0)
        if self._by == "rank":
            moved += self._against(inside)
        return value, moved / rows

    def _against(self, inside: Mask) -> Array:
        """(n,) by how much each row moves the leads of those inside, as one that these are compared with.

        A clicked row is one of P that decide on the leads of the unclicked rows inside, and the other way round.
        """
        ahead = _won(self._sheet, self._a, inside) - _won(self._sheet, self._b, inside)
        for label in (0, 1):
            mine = self._sheet.label == label
            ahead[mine] -= ahead[mine].mean()
            ahead[mine] /= mine.sum()
        return ahead


def _won(sheet: Sheet, name: str, inside: Mask) -> Array:
    """(n,) pairs that each row wins against rows inside of the other class; a tie is half a pair."""
    ranked = sheet.ranked(name)
    chosen = inside[ranked.order]
    ends = ranked.ends - 1
    hits = np.cumsum(chosen & ranked.clicked)[ends]
    misses = np.cumsum(chosen & ~ranked.clicked)[ends]
    sizes = np.diff(ranked.ends, prepend=0)
    below = np.repeat(2 * misses[-1] - misses - np.append(0, misses[:-1]), sizes)
    above = np.repeat(hits + np.append(0, hits[:-1]), sizes)
    result = np.empty(len(sheet))
    result[ranked.order] = np.where(ranked.clicked, below, above) / 2
    return result
