"""Calibration repair: a curve from a model's logit to the share of clicks that rows of that logit really have.

Both curves are fitted on rows that the model has not learnt from, the validation rows. Platt's is a sigmoid of a
straight line (Platt 1999, "Probabilistic outputs for support vector machines"), which keeps the order of the rows if it
rises; the isotonic one is the best staircase that never falls (Zadrozny and Elkan 2002, "Transforming classifier scores
into accurate multiclass probability estimates"), which ties the rows of a step. A repair is a handful of numbers in
JSON, applied with numpy alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Literal, Self, get_args

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ctrcore.errors import DataError
from ctrcore.language import Spoken, mark, say
from ctrcore.metrics import sigmoid

Kind = Literal["platt", "isotonic"]
Array = npt.NDArray[np.float64]
KINDS: tuple[Kind, ...] = get_args(Kind)
REPAIR_TITLES: Spoken[Kind] = Spoken({"platt": mark("Platt"), "isotonic": mark("isotonic")})
LEAST_ROWS = 50
LEAST_OF_A_CLASS = 10
MOST_STEPS = 500_000
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e60, le=1e60)]  # times a score it is still a number
Share = Annotated[float, Field(gt=0, lt=1)]


class Repair(BaseModel, ABC):
    """A fitted repair."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind = Field(description="which curve")
    rows: int = Field(ge=LEAST_ROWS, description="rows that it was fitted on")
    clicks: int = Field(ge=LEAST_OF_A_CLASS, description="clicked rows among them")

    @model_validator(mode="after")
    def _both_classes(self) -> Self:
        if self.rows - self.clicks < LEAST_OF_A_CLASS:
            raise ValueError("there are more clicks than rows allow")
        return self

    @abstractmethod
    def logit(self, logit: npt.NDArray[np.floating]) -> Array:
        """Repaired logits (n,) of a model's logits (n,). All are finite."""

    def apply(self, logit: npt.NDArray[np.floating]) -> Array:
        """Repaired probabilities (n,) of a model's logits (n,)."""
        return sigmoid(self.logit(logit))

    @property
    @abstractmethod
    def warning(self) -> str:
        """What is wrong with the model, going by the repair; empty if nothing is."""


class Platt(Repair):
    """The sigmoid of `slope * logit + intercept`."""

    kind: Literal["platt"] = "platt"
    slope: Number = Field(description="below 1 the model was too sure of itself, above 1 not sure enough")
    intercept: Number = Field(description="added to the logit of each row")

    def logit(self, logit: npt.NDArray[np.floating]) -> Array:
        """Repaired logits (n,) of a model's logits (n,)."""
        return self.slope * np.asarray(logit, np.float64) + self.intercept

    @property
    def warning(self) -> str:
        """Said of a line that falls."""
        if self.slope > 0:
            return ""
        return say("On the validation rows the model ranks backwards, so this repair turns its order round.")


class Isotonic(Repair):
    """A curve that never falls: straight between its points, level beyond both ends."""

    kind: Literal["isotonic"] = "isotonic"
    x: list[Number] = Field(min_length=2, max_length=MOST_STEPS, description="logits, rising")
    y: list[Share] = Field(min_length=2, max_length=MOST_STEPS, description="probability at each of them")

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if len(self.x) != len(self.y) or np.any(np.diff(self.x) <= 0) or np.any(np.diff(self.y) < 0):
            raise ValueError("the points do not rise")
        return self

    def logit(self, logit: npt.NDArray[np.floating]) -> Array:
        """Repaired logits (n,) of a model's logits (n,)."""
        share = np.interp(np.asarray(logit, np.float64), self.x, self.y)
        return np.log(share) - np.log1p(-share)

    @property
    def warning(self) -> str:
        """Said of a curve that is level throughout."""
        if self.y[0] < self.y[-1]:
            return ""
        return say("Clicks do not grow with the model's score on the validation rows, so all rows get one probability.")


def fit_repair(kind: Kind, label: npt.NDArray[np.generic], logit: npt.NDArray[np.floating]) -> Repair:
    """Fit a repair with scikit-learn on rows that the model has not learnt from.

    No finite number of rows proves a probability of 0 or 1, which would make one wrong row cost an infinite log-loss.
    So both kinds go by Platt's targets (section 2.2 there): with P clicks and N other rows a click counts as
    (P + 1) / (P + 2) of a click, another row as 1 / (N + 2). Platt's line then stays finite where the classes are told
    apart without a mistake; the isotonic curve ends at those two values.

    Args:
        kind: 'platt' or 'isotonic'.
        label: (n,) 1 where the row was clicked, else 0.
        logit: (n,) the model's raw scores.

    Raises:
        DataError: there are too few rows or clicks to fit anything, or the scores do not differ.
    """
    clicked, x = np.asarray(label) == 1, np.asarray(logit, np.float64)
    _checked(clicked, x)
    rows, clicks = len(x), int(clicked.sum())
    low, high = 1 / (rows - clicks + 2), (clicks + 1) / (clicks + 2)
    if kind == "platt":
        slope, intercept = _line(np.where(clicked, high, low), x)
        return Platt(rows=rows, clicks=clicks, slope=slope, intercept=intercept)
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(y_min=low, y_max=high, out_of_bounds="clip").fit(x, clicked.astype(np.float64))
    points, shares = curve.X_thresholds_, curve.y_thresholds_
    if len(points) == 1:  # scores so close to each other that they count as one
        points, shares = np.array([points[0], np.nextafter(points[0], np.inf)]), np.repeat(shares, 2)
    return Isotonic(rows=rows, clicks=clicks, x=points.tolist(), y=shares.tolist())


def _line(target: Array, logit: Array) -> tuple[float, float]:
    """Slope and intercept of the logistic regression of the targets on the logit, without a penalty."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = logit.mean(), logit.std()
    scaled = ((logit - mean) / spread)[:, None]  # Newton's steps are sure of their way on this scale
    # a row whose target is t is t of a click and 1 - t of none
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10, max_iter=200)
    model.fit(
        np.concatenate([scaled, scaled]),
        np.repeat([1, 0], len(logit)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    slope = float(model.coef_[0, 0] / spread)
    return slope, float(model.intercept_[0] - slope * mean)


def _checked(clicked: npt.NDArray[np.bool_], logit: Array) -> None:
    """Say what makes a fit impossible."""
    rows, clicks = len(logit), int(clicked.sum())
    if not rows:
        raise DataError(
            say("There are no validation rows to fit a repair on."),
            say("Train the model with a split that has validation rows."),
        )
    if rows < LEAST_ROWS or min(clicks, rows - clicks) < LEAST_OF_A_CLASS:
        raise DataError(
            say(
                "The validation part has {clicks:,} clicks in {rows:,} rows, too few to fit a repair on.",
                clicks=clicks,
                rows=rows,
            ),
            say(
                "Train with a larger validation part: {rows} rows, {least} of them clicks and {least} not, are the "
                "least.",
                rows=LEAST_ROWS,
                least=LEAST_OF_A_CLASS,
            ),
        )
    if not np.isfinite(logit).all():
        raise DataError(
            say("Some of the model's scores are no finite numbers, so they cannot be repaired."),
            say("Train the model again with a lower learning rate."),
        )
    if logit.std() == 0:
        raise DataError(
            say("The model gives all validation rows the same score, so there is nothing to repair."),
            say("Train the model longer, or on more fields."),
        )
