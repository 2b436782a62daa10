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
    click_rate: float | None = Field(None, description="of the labelled rows; none if there is none")


class Lengths(BaseModel):
    """How many members the cells of a multi-value or history column have."""

    model_config = ConfigDict(extra="forbid")

    mean: float
    median: float
    longest: int
    empty_share: float


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
    lengths: Lengths | None = None
    auc: float | None = Field(None, description="AUC of this column alone, from 0.5; estimated on rows left out")


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
    warnings: list[DataWarning]
