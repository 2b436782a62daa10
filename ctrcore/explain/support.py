"""How much training data stands behind each value of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.data.values import as_numbers
from ctrcore.language import say
from ctrcore.schema import EncodedField

State = Literal["known", "rare", "unknown", "missing", "outside"]
RARE = 5
Ids = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Support:
    """What training knows of one value.

    Attributes:
        field: the field's name.
        value: as the user knows it; 'unknown' where it was not learned.
        seen: how often training looked it up, in the field and in the histories that share it; None for numbers.
        state: 'rare' below 5 times, 'unknown' if never learned; of numbers 'missing' where the model reads a stand-in,
            'outside' of the range of the training numbers.
    """

    field: str
    value: str
    seen: int | None
    state: State


@dataclass(frozen=True)
class Seen:
    """How many values of a field training has never or hardly seen.

    Attributes:
        unknown: values that were not learned.
        rare: values that training looked up fewer than 5 times.
        values: all of them.
    """

    unknown: int
    rare: int
    values: int

    @property
    def weak(self) -> int:
        """Values that are unknown or rare."""
        return self.unknown + self.rare

    @property
    def weak_share(self) -> float:
        """Their share of all."""
        return self.weak / max(self.values, 1)


def seen_in_training(fields: Sequence[EncodedField], encoder: Encoder, rows: Encoded) -> dict[str, Seen]:
    """By field how many of the values that are looked up training knows little of; members of bags one by one.

    Numbers that are not read as buckets are not looked up, so there is no count of them: they are left out.
    """
    found: dict[str, Seen] = {}
    dense = [field for field in fields if not field.is_bag]
    for field in fields:
        if field.kind == "numeric":
            continue
        ids = rows.bags[field.name].ids if field.is_bag else rows.ids[:, dense.index(field)]
        unknown, rare = _unknown(field, ids), _rare(encoder, field, ids)
        found[field.name] = Seen(int(unknown.sum()), int(rare.sum()), len(ids))
    return found


def _unknown(field: EncodedField, ids: Ids) -> npt.NDArray[np.bool_]:
    return np.asarray(ids == field.start)


def _rare(encoder: Encoder, field: EncodedField, ids: Ids) -> npt.NDArray[np.bool_]:
    return np.asarray((encoder.counts[ids] < RARE) & ~_unknown(field, ids))


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
            found.append(_number(encoder, field, one, id_, row))
        else:
            found.append(_value(encoder, field, id_))
    for field in encoder.fields:
        if field.is_bag:
            found += [_value(encoder, field, id_) for id_ in one.bags[field.name].ids.tolist()]
    return found


def _value(encoder: Encoder, field: EncodedField, id_: int) -> Support:
    ids = np.array([id_])
    state: State = "unknown" if _unknown(field, ids)[0] else "rare" if _rare(encoder, field, ids)[0] else "known"
    return Support(field.name, encoder.label_of(field.name, id_), int(encoder.counts[id_]), state)


def _number(encoder: Encoder, field: EncodedField, one: Encoded, id_: int, row: pd.DataFrame | None) -> Support:
    """A number as it stands in the row; one that is read as a bucket has been seen as often as its bucket."""
    seen = None if field.kind == "numeric" else int(encoder.counts[id_])
    if row is None or field.name not in row.columns:
        return Support(field.name, "" if seen is None else encoder.label_of(field.name, id_), seen, "known")
    number = float(as_numbers(row[field.name])[0])
    if np.isnan(number):
        read = encoder.inverse(one)[field.name].iloc[0]
        return Support(field.name, say("missing (read as {value})", value=_short(read)), seen, "missing")
    low, high = encoder.number_range(field.name)
    return Support(field.name, f"{number:.6g}", seen, "known" if low <= number <= high else "outside")


def _short(value: object) -> str:
    """A number with the digits that a reader needs, a bucket as it is called."""
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)
