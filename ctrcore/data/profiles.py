"""A table in numbers, as one JSON value."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.schema import Kind, Role

RARE = 5


class DataWarning(BaseModel):
    """Something that a person should look at, in two sentences."""

    model_config = ConfigDict(extra="forbid")

    problem: str
    remedy: str
    column: str | None = None


class TopValue(BaseModel):
    """A value, the rows that have it, and how many of them were clicked."""

    model_config = ConfigDict(extra="forbid")

    value: str
    rows: int
    labelled: int = Field(0, description="rows of it with a label")
    clicks: int = Field(0, description="rows of it that were clicked")
    click_rate: float | None = Field(None, description="of the labelled rows; none if there is none")
    low: float | None = Field(None, description="lower end of the click rate's 95 % interval (Wilson)")
    high: float | None = Field(None, description="its upper end")


class Histogram(BaseModel):
    """How many cells lie between each two edges; a cell on an edge belongs to the range above it, but for the last."""

    model_config = ConfigDict(extra="forbid")

    edges: list[float] = Field(description="increasing, one more than there are counts")
    counts: list[int]
    logarithmic: bool = Field(False, description="True if each range is a multiple of the one before")


class Quantile(BaseModel):
    """The number that a share of the cells does not exceed."""

    model_config = ConfigDict(extra="forbid")

    share: float
    value: float


class Lengths(BaseModel):
    """How many members the cells of a multi-value or history column have."""

    model_config = ConfigDict(extra="forbid")

    mean: float
    median: float
    longest: int
    empty_share: float
    histogram: Histogram | None = None


class ColumnProfile(BaseModel):
    """One column in numbers. What does not apply to its kind is None or empty."""

    model_config = ConfigDict(extra="forbid")

    name: str
    kind: Kind
    role: Role
    missing: int = Field(description="cells without a value; of a bag those without members")
    missing_share: float
    distinct: int = Field(description="different values or members")
    rare_share: float | None = Field(None, description=f"share of values or members seen in fewer than {RARE} places")
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    top: list[TopValue] = Field(
        default_factory=list, description="the most frequent values; of a numeric column equally full ranges, in order"
    )
    quantiles: list[Quantile] = Field(
        default_factory=list, description="numeric: least, 1 %, 25 %, 50 %, 75 %, 99 %, most"
    )
    histogram: Histogram | None = Field(None, description="numeric: its distribution")
    lengths: Lengths | None = None
    auc: float | None = Field(None, description="AUC of this column alone, from 0.5; estimated on rows left out")
    sample: int | None = Field(None, description="rows looked at, where not all were; counts are the sample's")


class TimePoint(BaseModel):
    """One step of time."""

    model_config = ConfigDict(extra="forbid")

    start: str
    rows: int
    labelled: int
    clicks: int


class TimeSpan(BaseModel):
    """When the rows happened."""

    model_config = ConfigDict(extra="forbid")

    column: str
    first: str
    last: str
    missing: int = Field(description="rows without a time")
    unit: str = Field(description="length of a step: minute, hour, day, week, month, year, or 'range' of a counter")
    points: list[TimePoint] = Field(description="all steps from the first to the last, those without rows included")
    note: str = Field("", description="what had to be assumed to read the dates")


class Determined(BaseModel):
    """Column `a` says what `b` is: rows with the same value of `a` have, nearly all, the same value of `b`."""

    model_config = ConfigDict(extra="forbid")

    a: str
    b: str
    share: float = Field(description="share of rows whose `b` is the commonest one of their `a` (seen twice at least)")
    both: bool = Field(description="True if `b` also says what `a` is: two names for the same thing")
    rows: int = Field(description="rows that the share was counted on")


class Profile(BaseModel):
    """A whole table in numbers."""

    model_config = ConfigDict(extra="forbid")

    rows: int
    labelled: int = Field(description="rows with a label")
    clicks: int
    click_rate: float = Field(description="clicks by labelled rows; 0 if there are none")
    duplicates: int = Field(description="rows that repeat an earlier row in every column")
    users: int | None = None
    items: int | None = None
    columns: list[ColumnProfile]
    times: TimeSpan | None = None
    determined: list[Determined] = Field(description="columns that determine each other")
    warnings: list[DataWarning]
