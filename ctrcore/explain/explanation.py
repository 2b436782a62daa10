"""The one value that every method of explaining returns and every figure draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

PartKind = Literal["field", "pair", "behaviour", "other"]
COLUMNS = ("kind", "name", "value", "contribution", "weight")


@dataclass(frozen=True)
class Explanation:
    """Why one row has its logit.

    Attributes:
        base: the logit before any part is added.
        parts: one row a part with the columns kind ('field', 'pair', 'behaviour', 'other'), name (of a pair
            'a × b'), value (as the user knows it), contribution (to the logit) and weight (the model's own attention
            or gate for the part, NaN where it has none).
        logit: the model's output for the row.
        method: how it was computed, in the field's words.
        exact: True if the parts sum to the logit by construction.
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
