"""What the result files of a run hold: the one description for who writes them and for who must check them."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Number = float | None  # JSON has no NaN: a metric that is not defined is null
Numbers = list[Number]


class RunMetrics(BaseModel):
    """`metrics.json`: how good the model is, and what it cost."""

    model_config = ConfigDict(extra="forbid")

    valid: dict[str, Number] = Field(description="metrics of the validation rows by name")
    test: dict[str, Number] = Field(description="metrics of the test rows by name; empty without test rows")
    epochs: int = Field(ge=0, description="epochs trained")
    best_epoch: int | None = Field(description="the epoch whose weights were kept")
    seconds: float = Field(ge=0, description="training time, validation included")
    rows_per_second: Number = Field(description="mean training speed")
    predict_rows_per_second: Number = Field(description="speed of scoring the validation and test rows")
    rows: dict[Literal["train", "valid", "test"], int] = Field(description="rows of each part")
    fields: int = Field(ge=1, description="fields of the model")
    vocabulary_size: int = Field(ge=1, description="rows of the embedding table")
    parameters: int = Field(ge=1, description="numbers that were trained")
    keep_negatives: float = Field(gt=0, le=1, description="share of the training negatives that was kept")
    device: str = Field(description="where it was trained, for example cpu or cuda")
    device_name: str = Field(description="the device's model")
    threads: int = Field(ge=1, description="threads of the CPU")
    peak_memory_bytes: int | None = Field(description="largest resident size of the process")
    peak_device_memory_bytes: int | None = Field(description="largest memory on the accelerator")
    versions: dict[str, str] = Field(description="versions of Python and of the libraries")
    data: dict[str, Any] = Field(description="what happened when the rows were prepared")


class _Section(BaseModel):
    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    rows: int = Field(ge=0)

    @model_validator(mode="after")
    def _one_number_a_field(self) -> Self:
        values = dict(self)
        fields = values.get("fields")
        for name, value in values.items():
            if fields is not None and isinstance(value, list) and len(value) != len(fields):
                raise ValueError(f"{name} has not one entry a field")
        return self


class Importance(_Section):
    """What shuffling each field costs."""

    fields: list[str]
    permutation_auc_drop: Numbers
    permutation_std: Numbers


class Pairs(_Section):
    """What the model makes of each pair of fields."""

    fields: list[str]
    contribution: list[Numbers]
    strength: list[Numbers]
    attention: list[Numbers] | None = None
    against: Number = None


class Gates(_Section):
    """What the gates do to each field."""

    fields: list[str]
    gate_mean: Numbers
    gate_std: Numbers
    gate_quantiles: list[Numbers]
    dead_share: Numbers
    ablation: Numbers


class Behaviours(_Section):
    """What the model makes of past behaviours."""

    rows_without_history: int = Field(ge=0)
    behaviours: int = Field(ge=0)
    by_recency: list[dict[str, Number]]
    by_match: list[dict[str, str | bool | Number]]


class Summaries(BaseModel):
    """`explain.json`: what the model does over many rows."""

    model_config = ConfigDict(extra="forbid")

    importance: Importance | None = None
    pairs: Pairs | None = None
    gates: Gates | None = None
    behaviours: Behaviours | None = None
