"""How much training data stands behind each value of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.data.values import as_numbers
from ctrcore.schema import EncodedField

State = Literal["known", "rare", "unknown", "outside"]
RARE = 5


@dataclass(frozen=True)
class Support:
    """What training knows of one value.

    Attributes:
        field: the field's name.
        value: as the user knows it; 'unknown' where it was not learned.
        seen: how often training looked it up, in the field and in the histories that share it; None for numbers.
        state: 'rare' below 5 times, 'unknown' if never learned, 'outside' of the range of the training numbers.
    """

    field: str
    value: str
    seen: int | None
    state: State


def supports(encoder: Encoder, one: Encoded, row: pd.DataFrame | None = None) -> list[Support]:
    """The support of every value of one row, in field order; each member of a bag by itself.

    Args:
        encoder: the one the row was encoded with.
        one: a single encoded row.
        row: its cells (a frame of one), to tell numbers outside of the training range.
    """
    found: list[Support] = []
    dense = [field for field in encoder.fields if not field.is_bag]
    for field, id_ in zip(dense, one.ids[0].tolist(), strict=True):
        if encoder.schema.column(field.name).kind == "numeric":
            found.append(_number(encoder, field, id_, row))
        else:
            found.append(_value(encoder, field, id_))
    for field in encoder.fields:
        if field.is_bag:
            found += [_value(encoder, field, id_) for id_ in one.bags[field.name].ids.tolist()]
    return found


def _value(encoder: Encoder, field: EncodedField, id_: int) -> Support:
    seen = int(encoder.counts[id_])
    state: State = "unknown" if id_ == field.start else "rare" if seen < RARE else "known"
    return Support(field.name, encoder.label_of(field.name, id_), seen, state)


def _number(encoder: Encoder, field: EncodedField, id_: int, row: pd.DataFrame | None) -> Support:
    """A number as it stands in the row; one that is read as a bucket has been seen as often as its bucket."""
    seen = None if field.kind == "numeric" else int(encoder.counts[id_])
    if row is None or field.name not in row.columns:
        return Support(field.name, "" if seen is None else encoder.label_of(field.name, id_), seen, "known")
    number = float(as_numbers(row[field.name])[0])
    if np.isnan(number):
        return Support(field.name, "missing", seen, "unknown")
    low, high = encoder.number_range(field.name)
    return Support(field.name, f"{number:.6g}", seen, "known" if low <= number <= high else "outside")
