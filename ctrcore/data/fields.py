"""Where each field stands in the one table of embeddings."""

from __future__ import annotations

from typing import Literal

from ctrcore.data.columns import ColumnState, dense
from ctrcore.data.vocabulary import Vocabulary
from ctrcore.schema import Column, EncodedField, Schema


def in_field_order(schema: Schema) -> list[Column]:
    """The fields' columns as models see them: dense ones, then the bags."""
    return sorted(schema.fields, key=lambda column: not dense(column))


def place(column: Column, states: dict[str, ColumnState], places: dict[str, EncodedField]) -> EncodedField:
    """The field of a column, behind those placed already."""
    if column.kind == "history":
        target = places[column.of or ""]
        update = {"name": column.name, "kind": "history", "role": column.role, "of": column.of}
        return target.model_copy(update=update)
    start = sum(field.size for field in places.values() if field.kind != "history")
    size, kind = size_and_kind(states[column.name], column.kind)
    return EncodedField(name=column.name, kind=kind, role=column.role, start=start, size=size)


def size_and_kind(state: ColumnState, kind: str) -> tuple[int, Literal["numeric", "categorical", "multi_value"]]:
    """Rows of the table that a column takes, and the kind of its field."""
    if isinstance(state, Vocabulary):
        return state.size, "multi_value" if kind == "multi_value" else "categorical"
    if state.scale == "quantile":
        return len(state.bucket_names) + 1, "categorical"
    return 1, "numeric"
