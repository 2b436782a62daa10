"""The one value that every method of explaining returns and every figure draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

PartKind = Literal["field", "pair", "behaviour", "group", "other"]
COLUMNS = ("kind", "name", "value", "contribution", "weight", "standard_error")
Part = tuple[PartKind, str, str, float, float, float]
"""One row of `Explanation.parts`, in the order of `COLUMNS`."""

NAN = float("nan")


@dataclass(frozen=True)
class Explanation:
    """Why one row has its logit.

    Attributes:
        base: the logit before any part is added.
        parts: one row a part with the columns kind ('field', 'pair', 'behaviour', 'group' of fields or behaviours,
            'other'), name (of a pair 'a × b'), value (as the user knows it; several have ', ' between them, and each is
            `undivided`), contribution (to the logit), weight (the model's own attention or gate for the part, NaN
            where it has none) and standard_error (of the contribution, NaN where nothing was sampled).
        logit: the model's output for the row.
        method: how it was computed, in the field's words.
        exact: True if no contribution is sampled or approximated. Then the residual is only rounding; the reverse does
            not hold, for sampled Shapley values sum to the logit too.
        checks: results of trust checks by id.
    """

    base: float
    parts: pd.DataFrame
    logit: float
    method: str
    exact: bool
    checks: dict[str, float] = field(default_factory=dict)

    @property
    def residual(self) -> float:
        """logit - base - sum of contributions: what the parts do not explain."""
        return self.logit - self.base - float(self.parts["contribution"].sum())


def undivided(value: str) -> str:
    """A single value whose own commas do not divide it: a no-break space follows them, so that ', ' stands between
    several values only."""
    return value.replace(", ", ",\u00a0")


def as_written(value: str) -> str:
    """The value as the table has it, from `undivided`."""
    return value.replace(",\u00a0", ", ")


def parts_table(parts: Iterable[Part]) -> pd.DataFrame:
    """`Explanation.parts` of a list of parts; with all columns even if there are none."""
    table = pd.DataFrame(list(parts), columns=list(COLUMNS))
    numbers = ["contribution", "weight", "standard_error"]
    return table.astype(dict.fromkeys(numbers, np.float64))
