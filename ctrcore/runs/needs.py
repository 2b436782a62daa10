"""What a run's model wants of a file whose rows it should score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.errors import RunError
from ctrcore.runs.remembering import behaviours_of, keys_of
from ctrcore.runs.run import Run
from ctrcore.schema import Column

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.encoding import Encoder

LOOKED_AT = 200  # rows of the dataset that examples are taken from
LOOKED_UP = "looked up in the behaviours, by user and item"
NO_ROW, NO_LOOK = "no row can be scored", "nothing can be looked up"
ALL_PAST = "all behaviours of the user count as the past"
# What a missing value means in a column that no field is made of: of rows built from behaviours, and of others.
ASKED = {"user": "the user has no behaviours", "item": "nothing is known of the item", "time": ALL_PAST}
BUILT = {"user": "the row has no history", "item": "the click is remembered without it", "time": "the earliest row"}
EMPTY = {"history": "no behaviours", "multi_value": "no values"}


class NeededColumn(BaseModel):
    """One column of a file to score."""

    model_config = ConfigDict(extra="forbid")

    name: str
    kind: str = Field(description="numeric, categorical, multi_value or history; user, item, time or label")
    required: bool = Field(description="rows cannot be scored without the column")
    without: str = Field("", description="what happens if the file lacks a column by which a row's past is found")
    stand_in: str = Field(description="what the model sees where the column or a value is missing")
    example: str = Field(description="a value that the model knows, as it stands in a CSV file")


def stand_ins(encoder: Encoder) -> dict[str, str]:
    """What the model sees in place of a missing value, by field."""
    seen, columns = _nothing_known(encoder), {column.name: column for column in encoder.schema.fields}
    return {
        name: f"the last value before it in time, else {text}" if columns[name].impute == "forward_fill" else text
        for name, text in seen.items()
    }


def needed_columns(run: Run) -> list[NeededColumn]:
    """The columns of a file to score, in the order of the run's schema, then those that only tell a row's past.

    Where the run builds histories from the rows, what they are built from is required. Where its rows were built from
    behaviours, the rest is looked up by user, item and time: without them rows are scored by what the file has. The
    label, which may be missing, is last.
    """
    encoder, schema = run.encoder(), run.recipe.data_schema
    seen, examples, keys = stand_ins(encoder), _examples(run), keys_of(run)
    behaviours = behaviours_of(run)
    missing, without, alone = dict(seen), dict.fromkeys(keys, NO_ROW), BUILT
    if behaviours is not None:
        missing |= dict.fromkeys(
            (c.name for c in schema.fields if c.role != "context" and c.name not in keys), LOOKED_UP
        )
        without, alone = {name: ALL_PAST if kind == "time" else NO_LOOK for name, kind in keys.items()}, ASKED
    found = [
        NeededColumn(
            name=column.name,
            kind=column.kind,
            required=behaviours is None and column.name in keys,
            without=without.get(column.name, ""),
            stand_in=missing[column.name],
            example=examples.get(column.name) or _known(encoder, column),
        )
        for column in schema.fields
    ]
    found += [
        NeededColumn(
            name=name,
            kind=kind,
            required=behaviours is None,
            without=without[name],
            stand_in=alone[kind],
            example=examples.get(name, ""),
        )
        for name, kind in keys.items()
        if name not in seen
    ]
    about = "rows are scored, but the scores are not measured"
    example = examples.get(schema.label, "")
    return [*found, NeededColumn(name=schema.label, kind="label", required=False, stand_in=about, example=example)]


def template(run: Run) -> pd.DataFrame:
    """A table with the columns that are needed, without the label and what is looked up, and one row to begin with."""
    import pandas as pd

    left_out = [column for column in needed_columns(run) if column.kind == "label" or column.stand_in == LOOKED_UP]
    return pd.DataFrame({c.name: [c.example] for c in needed_columns(run) if c not in left_out})


def _nothing_known(encoder: Encoder) -> dict[str, str]:
    """Each field of a row of which nothing is known, as the model sees it."""
    import pandas as pd

    row = encoder.inverse(encoder.transform(pd.DataFrame(index=[0]))).iloc[0]
    columns = {column.name: column for column in encoder.schema.fields}
    return {field.name: _in_words(columns[field.name], row[field.name]) for field in encoder.fields}


def _in_words(column: Column, seen: Any) -> str:
    if isinstance(seen, list):
        return column.delimiter.join(map(str, seen)) or EMPTY[column.kind]
    return f"{seen:.6g}" if column.kind == "numeric" and isinstance(seen, float) else str(seen)


def _known(encoder: Encoder, column: Column) -> str:
    """A value of the column that the encoder knows, or nothing."""
    words = encoder.words(column.name)[:2]
    if column.kind == "numeric":
        return "" if words else _nothing_known(encoder)[column.name]  # with words it is one of its buckets
    return column.delimiter.join(words) if column.kind in ("multi_value", "history") else next(iter(words), "")


def _examples(run: Run) -> dict[str, str]:
    """A value of each column from the first rows of the run's dataset; none if the dataset is gone."""
    from ctrcore.data.members import is_list
    from ctrcore.data.values import word

    try:
        head = run.dataset().head(LOOKED_AT)
    except RunError:
        return {}
    delimiters = {column.name: column.delimiter for column in run.recipe.data_schema.columns}
    found: dict[str, str] = {}
    for name in map(str, head.columns):
        for cell in head[name]:
            if is_list(cell):
                text = delimiters.get(name, "|").join(word(member) or "" for member in cell)
            else:
                text = word(cell) or ""
            if text:
                found[name] = text
                break
    return found
