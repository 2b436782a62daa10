"""How one numeric column becomes a number a model can use, and back."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from ctrcore.data.imputing import fill_forward
from ctrcore.errors import DataError
from ctrcore.language import mark, say
from ctrcore.schema import Column, Scale

Numbers = npt.NDArray[np.float64]
MAX_DECIMALS = 6
LOGARITHMS = ("log1p", "log_standard")
LARGEST = 1e18  # products of two scaled numbers stay within float32


class NumberScale(BaseModel):
    """Fitted on training rows: what stands in for a missing number, the range, and the scaling.

    A number outside the training range counts as the nearest end of it, so that one wild value cannot decide a score.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    scale: Scale
    fill: float = Field(description=mark("stands in for a missing number"))
    low: float = Field(description=mark("smallest training number, the fill included"))
    high: float
    shift: float = Field(description=mark("subtracted, after the logarithm if there is one"))
    factor: float = Field(gt=0, description=mark("then divided by"))
    decimals: int | None = Field(
        ge=0, le=MAX_DECIMALS, description=mark("decimals of the training numbers; none: more")
    )
    edges: list[float] = Field(description=mark("quantile only: inner bucket edges, increasing"))

    @classmethod
    def fit(cls, column: Column, numbers: Numbers, order: npt.NDArray[np.int64]) -> Self:
        """Learn from training rows.

        Args:
            column: its imputation, scaling and number of buckets.
            numbers: (n,) with NaN where missing.
            order: (n,) row positions in the order of time, for the forward fill.

        Raises:
            DataError: the constant that should stand in for missing numbers is none.
        """
        known = numbers[~np.isnan(numbers)]
        fill = _fill_value(column, numbers, known, order)
        low, high = (min(known.min(), fill), max(known.max(), fill)) if len(known) else (fill, fill)
        shift, factor = _shift_and_factor(column.scale, known)
        return cls(
            scale=column.scale,
            fill=fill,
            low=float(low),
            high=float(high),
            shift=shift,
            factor=factor,
            decimals=_decimals(np.append(known, fill) if column.impute == "constant" else known),
            edges=_edges(known, column.buckets) if column.scale == "quantile" else [],
        )

    def impute(self, numbers: Numbers, column: Column, order: npt.NDArray[np.int64]) -> Numbers:
        """Replace NaN by the fitted value, or with 'forward_fill' by the last known number before it in `order`."""
        missing = np.isnan(numbers)
        if not missing.any():
            return numbers
        if column.impute != "forward_fill":
            return np.where(missing, self.fill, numbers)
        source = fill_forward(~missing, order)
        return np.where(source >= 0, np.append(numbers, self.fill)[source], self.fill)

    def apply(self, numbers: Numbers) -> npt.NDArray[np.float32]:
        """The scaled numbers of imputed ones, shape (n,)."""
        inside = np.clip(numbers, self.low, self.high)
        if self.scale in LOGARITHMS:
            inside = _logarithm(inside)
        return np.clip((inside - self.shift) / self.factor, -LARGEST, LARGEST).astype(np.float32)

    def invert(self, scaled: npt.NDArray[np.float32]) -> Numbers:
        """The numbers again, to the decimals of the training numbers as far as float32 holds them."""
        numbers = scaled.astype(np.float64) * self.factor + self.shift
        if self.scale in LOGARITHMS:
            numbers = np.sign(numbers) * np.expm1(np.abs(numbers))
        return numbers if self.decimals is None else np.round(numbers, self.decimals)

    def bucket(self, numbers: Numbers) -> npt.NDArray[np.int64]:
        """The bucket of each number, from 0."""
        return np.searchsorted(np.asarray(self.edges), numbers, side="right").astype(np.int64)

    @property
    def bucket_names(self) -> list[str]:
        """'[a, b)' for each bucket; the outer ones are open."""
        edges = ["-inf", *(f"{edge:.15g}" for edge in self.edges), "inf"]
        return [f"{'(' if i == 0 else '['}{edges[i]}, {edges[i + 1]})" for i in range(len(edges) - 1)]


def _fill_value(column: Column, numbers: Numbers, known: Numbers, order: npt.NDArray[np.int64]) -> float:
    if column.impute == "constant":
        try:
            fill = float(column.fill_value if column.fill_value is not None else "none")
        except ValueError:
            fill = float("nan")
        if not np.isfinite(fill):
            raise DataError(
                say(
                    "Missing numbers of '{name}' should be replaced by '{fill_value}', which is no number.",
                    name=column.name,
                    fill_value=column.fill_value,
                ),
                say("Set a number as its fill value, or choose another imputation."),
            )
        return fill
    if not len(known):
        return 0.0
    if column.impute == "mean":
        return _within(known.mean(), known)
    if column.impute == "most_frequent":
        distinct, counts = np.unique(known, return_counts=True)
        return float(distinct[counts.argmax()])
    if column.impute == "forward_fill":
        ordered = numbers[order]
        return float(ordered[~np.isnan(ordered)][-1])
    return _within(np.median(known), known)


def _within(middle: np.floating, known: Numbers) -> float:
    """The mean or median of huge numbers may overflow on its way."""
    return float(np.clip(middle, known.min(), known.max()))


def _decimals(numbers: Numbers) -> int | None:
    with np.errstate(over="ignore"):
        return next((d for d in range(MAX_DECIMALS + 1) if np.array_equal(np.round(numbers, d), numbers)), None)


def _logarithm(numbers: Numbers) -> Numbers:
    logarithm: Numbers = np.sign(numbers) * np.log1p(np.abs(numbers))
    return logarithm


def _shift_and_factor(scale: Scale, known: Numbers) -> tuple[float, float]:
    """Never a factor of zero: a constant column becomes a column of zeros."""
    if scale == "log_standard":
        return _shift_and_factor("standard", _logarithm(known))
    shift, factor = 0.0, 1.0
    if len(known) and scale in ("min_max", "standard"):
        with np.errstate(over="ignore", invalid="ignore"):
            shift = float(known.min() if scale == "min_max" else known.mean())
            factor = float(np.ptp(known) if scale == "min_max" else known.std())
    if not np.isfinite(shift) or not np.isfinite(factor):
        return 0.0, float(np.abs(known).max())
    return shift, factor if factor > 1e-12 * abs(shift) else 1.0


def _edges(known: Numbers, buckets: int) -> list[float]:
    """Inner edges at quantiles that are training numbers, rounded as far as the buckets stay apart."""
    if not len(known):
        return []
    quantiles = np.unique(np.quantile(known, np.arange(1, buckets) / buckets, method="higher"))
    edges = quantiles[quantiles > known.min()]
    for digits in range(3, 16):
        rounded = [float(f"{edge:.{digits}g}") for edge in edges]
        if all(a < b for a, b in zip([known.min(), *rounded], [*rounded, np.inf], strict=True)):
            return rounded
    return [float(edge) for edge in edges]
