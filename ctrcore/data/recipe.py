"""The choices between a table and a trainable set, as one JSON value."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.language import mark
from ctrcore.schema import Schema


class Cleaning(BaseModel):
    """Which rows are dropped before anything else."""

    model_config = ConfigDict(extra="forbid")

    drop_duplicates: bool = Field(False, description=mark("drop rows that repeat an earlier row in every column"))
    drop_unlabelled: bool = Field(True, description=mark("drop rows without a label; otherwise they are an error"))


class BuildHistory(BaseModel):
    """Histories built from the rows themselves: a user's clicks strictly before the row's time, oldest first.

    Each column named adds a history field `history_<column>`.
    """

    model_config = ConfigDict(extra="forbid")

    columns: list[str] = Field(default_factory=list, description=mark("item columns to remember of each past click"))
    max_length: int = Field(50, ge=1, le=1000, description=mark("clicks remembered, the most recent ones"))


class Split(BaseModel):
    """How rows are divided into training, validation and test rows."""

    model_config = ConfigDict(extra="forbid")

    by: Literal["random", "time", "user", "time_per_user", "leave_last_out", "given"] = Field(
        "random",
        description=mark(
            "random rows; the last rows in time; whole users; each user's last rows; each user's last click; "
            "or a column that says it"
        ),
    )
    valid: float = Field(
        0.1, ge=0, lt=1, description=mark("share of validation rows; 'leave_last_out' has no use for it")
    )
    test: float = Field(0.1, ge=0, lt=1, description=mark("share of test rows; 'leave_last_out' has no use for it"))
    column: str | None = Field(
        None,
        description=mark(
            "'given' only: column with train, valid or test; validation rows are "
            "taken from the training rows at random where the column names none"
        ),
    )
    seed: int = Field(0, ge=0, description=mark("seed of the random choices"))


class Recipe(BaseModel):
    """Everything that turns a table into encoded train, valid and test rows."""

    model_config = ConfigDict(extra="forbid")

    data_schema: Schema
    cleaning: Cleaning = Cleaning()
    history: BuildHistory = BuildHistory()
    split: Split = Split()
    keep_negatives: float = Field(
        1.0,
        gt=0,
        le=1,
        description=mark("share of the training rows without a click that is kept; the logit is corrected"),
    )

    @property
    def id(self) -> str:
        """A short name of the content: equal recipes have equal ids. What items are called changes no row."""
        text = self.model_dump_json(exclude={"data_schema": {"item_name"}})
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def first_recipe(schema: Schema) -> Recipe:
    """The choices to begin with: the split that the table gives, else by time if there is one (no model may learn from
    the future), else at random."""
    if any(column.name == "split" for column in schema.columns) and schema.label != "split":
        return Recipe(data_schema=schema, split=Split(by="given", column="split"))
    return Recipe(data_schema=schema, split=Split(by="time" if schema.time else "random"))
