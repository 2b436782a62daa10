"""One check of trust: what was measured, and what it means under thresholds that can be edited.

Free of torch. A `Check` holds figures only; whether they pass is decided when they are shown, so that another
threshold needs no new computation.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ctrcore.explain.trust.definitions import DEFINITIONS, Definition

__all__ = [
    "DEFINITIONS",
    "LIVE",
    "MODEL",
    "Check",
    "Definition",
    "Limit",
    "Thresholds",
    "Verdict",
    "overall",
    "verdict",
]

Verdict = Literal["green", "amber", "red", "shown"]
MODEL = "model"  # where a card has the checks of the model and its rows, T0, T10 and T14: once, as no picture's
LIVE = ("T0", "T2", "T3", "T13", "T14")  # these are cheap enough to stand beside every row
RANK: dict[Verdict, int] = {"shown": 0, "green": 1, "amber": 2, "red": 3}


class Check(BaseModel):
    """What one check found.

    `value` is None where the check does not apply or could not be made; `says` then tells why.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(description="T0 to T14, a key of DEFINITIONS")
    value: float | None = Field(None, description="the figure that the threshold is for")
    low: float | None = Field(None, description="lower end of its 95 % interval")
    high: float | None = Field(None, description="upper end")
    rows: int = Field(0, ge=0, description="rows that the figure rests on")
    says: str = Field(description="the finding as a sentence for people")
    details: dict[str, Any] = Field(default_factory=dict, description="further figures by name, plain JSON")

    @field_validator("value", "low", "high")
    @classmethod
    def _finite(cls, value: float | None) -> float | None:
        """JSON has no NaN, and a figure that is not defined is none."""
        return value if value is not None and math.isfinite(value) else None


class Limit(BaseModel):
    """Where a verdict changes. `green` passes; what does not pass is red from `amber` on, and amber in between.

    Of a check with direction 'interval', `amber` is the smallest difference that would matter: an interval that lies
    wholly below it is red, one that reaches above it leaves the question open (amber).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    green: float = Field(allow_inf_nan=False)
    amber: float = Field(allow_inf_nan=False)


def _limit(green: float, amber: float) -> Any:
    return Field(default_factory=lambda: Limit(green=green, amber=amber))


class Thresholds(BaseModel):
    """The thresholds of all checks that are judged; a field has the name of its check."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    T0: Limit = _limit(1e-5, 1e-3)
    T1: Limit = _limit(0.0, 0.001)
    T2: Limit = _limit(0.5, 0.2)
    T3: Limit = _limit(0.9, 0.7)
    T4: Limit = _limit(0.0, 0.02)
    T5: Limit = _limit(0.0, 0.05)
    T6: Limit = _limit(0.5, 1.0)
    T7: Limit = _limit(0.3, 0.5)
    T8: Limit = _limit(0.3, 0.1)
    T9: Limit = _limit(0.6, 0.4)
    T10: Limit = _limit(0.2, 0.4)
    T13: Limit = _limit(0.05, 0.25)
    T14: Limit = _limit(0.05, 0.25)

    @model_validator(mode="after")
    def _in_order(self) -> Thresholds:
        for name, limit in self:
            direction = DEFINITIONS[name].direction
            wrong = limit.green < limit.amber if direction == "high" else limit.green > limit.amber
            if wrong:
                raise ValueError(f"{name}: the amber limit must be easier to reach than the green one")
        return self

    def of(self, id: str) -> Limit | None:  # noqa: A002
        """The limit of a check; None if it is never judged."""
        found: Limit | None = getattr(self, id, None) if id in type(self).model_fields else None
        return found


def verdict(check: Check, thresholds: Thresholds) -> Verdict:
    """What the check's figures mean under these thresholds; 'shown' where there is nothing to judge."""
    limit = thresholds.of(check.id)
    if limit is None or check.value is None:
        return "shown"
    direction = DEFINITIONS[check.id].direction
    if direction == "interval":
        return _of_interval(check.value, check.low, check.high, limit)
    value = check.value if direction == "low" else -check.value
    green, amber = (limit.green, limit.amber) if direction == "low" else (-limit.green, -limit.amber)
    if value <= green:
        return "green"
    return "amber" if value <= amber else "red"


def _of_interval(value: float, low: float | None, high: float | None, limit: Limit) -> Verdict:
    """A figure without an interval, of one row or of too few clicks, is shown and no more."""
    if low is None or high is None:
        return "shown"
    if low > limit.green:
        return "green"
    return "red" if value <= limit.green or high < limit.amber else "amber"


def overall(checks: Iterable[Check], thresholds: Thresholds) -> Verdict:
    """The worst verdict of all: one red check is enough."""
    verdicts = [verdict(check, thresholds) for check in checks]
    return max(verdicts, key=RANK.__getitem__, default="shown")
