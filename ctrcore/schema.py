"""What a column is, and what an encoded field is. The floor that everything else stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ctrcore.errors import DataError
from ctrcore.language import mark

Kind = Literal["numeric", "categorical", "multi_value", "history", "ignore"]
Role = Literal["user", "item", "context"]
Impute = Literal["constant", "mean", "median", "most_frequent", "forward_fill"]
Scale = Literal["none", "min_max", "standard", "log1p", "log_standard", "quantile"]


class Column(BaseModel):
    """One column of the source table: what it means and how it becomes numbers."""

    model_config = ConfigDict(extra="forbid")

    name: str
    kind: Kind
    role: Role = Field("context", description=mark("who the value describes: the user, the item, or the situation"))
    of: str | None = Field(
        None, description=mark("history only: the item column whose values the behaviours hold; they share embeddings")
    )
    delimiter: str = Field("|", min_length=1, description=mark("between the members of a multi-value or history text"))
    max_length: int = Field(50, ge=1, le=1000, description=mark("members kept; of a history the most recent ones"))
    min_count: int = Field(1, ge=1, description=mark("values seen in fewer training rows become 'unknown'"))
    impute: Impute | None = Field(
        None, description=mark("what stands in for a missing value; none: median for numbers, 'unknown' for the rest")
    )
    fill_value: float | str | None = Field(None, description=mark("the value of the 'constant' imputation"))
    scale: Scale = Field(
        "standard",
        description=mark(
            "numeric only; 'log_standard' takes the logarithm first; 'quantile' makes the number a bucket id"
        ),
    )
    buckets: int = Field(20, ge=2, le=1000, description=mark("number of buckets of the 'quantile' scaling"))
    reason: str = Field("", description=mark("why the kind was guessed"))


class Schema(BaseModel):
    """The meaning of a table: the label, the id and time columns, and every column's kind."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(description="column that says whether the row was a click")
    positive: str | None = Field(None, description="label value that counts as a click, for labels that are not 0/1")
    threshold: float | None = Field(None, description="a numeric label counts as a click from this value on")
    user: str | None = Field(None, description="column that groups rows for per-user metrics and histories")
    item: str | None = Field(None, description="column with the candidate's id")
    time: str | None = Field(None, description="column that orders rows")
    item_name: str | None = Field(
        None, description="column with the item's name for people, such as a title; no model reads it for that"
    )
    columns: list[Column]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            double = next(name for name in names if names.count(name) > 1)
            raise DataError(f"The column '{double}' appears twice in the schema.", "Give every column its own name.")
        known = {column.name: column for column in self.columns}
        if self.label in known and known[self.label].kind != "ignore":
            raise DataError(
                f"The label column '{self.label}' is also used as a field.", "Set its kind to 'ignore' in the schema."
            )
        for column in self.columns:
            if column.kind != "history":
                continue
            target = known.get(column.of or "")
            if target is None or target.kind != "categorical":
                raise DataError(
                    f"The history '{column.name}' does not say which categorical column its behaviours belong to.",
                    "Set 'of' to the item column that holds the same ids, for example item_id.",
                )
        if not self.fields:
            raise DataError(
                "The schema has no field to learn from.",
                "Set at least one column's kind to something else than 'ignore'.",
            )
        return self

    @property
    def fields(self) -> list[Column]:
        """The columns that the models see."""
        return [column for column in self.columns if column.kind != "ignore"]

    @property
    def histories(self) -> list[Column]:
        """The behaviour-history columns, in schema order."""
        return [column for column in self.columns if column.kind == "history"]

    def column(self, name: str) -> Column:
        """The column of that name. Raises DataError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise DataError(
            f"There is no column '{name}' in the schema.",
            "Use one of: " + ", ".join(c.name for c in self.columns) + ".",
        )

    def save(self, path: Path) -> None:
        """Write the schema as JSON."""
        path.write_text(self.model_dump_json(indent=2), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a schema written by `save`."""
        return cls.model_validate_json(path.read_text(encoding="utf-8"))


class EncodedField(BaseModel):
    """A field as the models see it: a range of rows in the one shared id space.

    Row `start` of a categorical, multi-value or history field is its out-of-vocabulary row; a numeric field has
    one row. A history has the range of the column it is `of`, so a behaviour and a candidate share an embedding.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Literal["numeric", "categorical", "multi_value", "history"]
    role: Role = "context"
    start: int
    size: int
    of: str | None = None

    @property
    def is_bag(self) -> bool:
        """True if a row holds any number of members instead of exactly one."""
        return self.kind in ("multi_value", "history")
