"""The truth of a simulated shop, brought into the form that explanations are judged by.

A table of the shop comes with the terms of each row's true logit, which `ctrcore.data.simulate` writes down: `main`,
one term for each planted pair, `interest` and `suppression` from the history, and the share of each behaviour in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.data.stored import Table
from ctrcore.data.values import UNKNOWN
from ctrcore.errors import DataError
from ctrcore.language import say

Floats = npt.NDArray[np.floating]

MOVING = ("age", "gender", "city_tier", "spending", "hour", "weekday", "device", "channel")
"""Fields with a main effect that change while the item stays."""
OF_ITEM = ("category", "brand")
"""Fields of the item with a main effect per level."""
SLOPES: dict[str, Callable[[Floats], Floats]] = {
    "launch_days": lambda days: np.log1p(np.maximum(days, 0)),
    "price": np.log,
}
"""Fields with a slope, and what it is a slope on."""
ITEM = "item_id"
"""What is left of an item's main effect, its popularity, can be told from its id alone."""
OF_HISTORY = ("category", "durability", "history_category")
"""The fields that the terms of the history are made of."""
HISTORIES = ("history_item", "history_category")
TABLE_COLUMNS = (*MOVING, *OF_ITEM, *SLOPES, ITEM)


@dataclass(frozen=True)
class PlantedTruth:
    """What explanations of a simulated shop ought to find. n rows, those of the source table.

    Attributes:
        pairs: the planted pairs of fields.
        fields: (n, fields) by name the part of the true logit that depends on the field: its main effect, its planted
            pairs and, for the fields they are made of, the terms of the history. A field that is not named has none.
        behaviours: the signed share of every behaviour in the true logit, of row r
            `behaviours[offsets[r]:offsets[r + 1]]`, oldest first.
        offsets: (n + 1,).
        histories: (n,) by the name of each history column its cells as text, members divided by '|'.
    """

    pairs: tuple[tuple[str, str], ...]
    fields: pd.DataFrame
    behaviours: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.int64]
    histories: dict[str, npt.NDArray[np.object_]] = field(default_factory=dict)

    def check_histories(self, encoder: Encoder, rows: Encoded) -> None:
        """Make sure that the rows' behaviours are the most recent ones of the table, one for one.

        A value that the model did not learn reads 'unknown' and cannot be compared.

        Raises:
            DataError: a history has another length or holds other values, for example one that was cleaned.
        """
        lengths = np.diff(self.offsets)[rows.row]
        read = encoder.inverse(rows)
        for one in (one for one in encoder.fields if one.kind == "history"):
            longest = encoder.schema.column(one.name).max_length
            cells = self.histories.get(one.name, np.full(len(self.offsets) - 1, None, dtype=object))[rows.row]
            for length, cell, members in zip(lengths.tolist(), cells, read[one.name], strict=True):
                own = None if cell is None else cell.split("|")[-len(members) :] if members else []
                alike = own is None or all(a in (b, UNKNOWN) for a, b in zip(members, own, strict=False))
                if len(members) != min(length, longest) or not alike:
                    raise DataError(
                        say("The model's histories in '{field}' are not those that the truth is of.", field=one.name),
                        say("Prepare the shop's own histories, unchanged."),
                    )

    def field_effects(self, names: Sequence[str], rows: npt.NDArray[np.int64]) -> Floats:
        """The true effect of each named field over these rows of the table: the standard deviation of its part."""
        parts = self.fields.iloc[rows].std(ddof=0)
        return np.array([float(parts.get(name, 0.0)) for name in names])

    def behaviour_effects(self, rows: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """(sum of lengths,) the shares of the most recent `lengths` behaviours of these rows, one row after the other.

        A history that a recipe cuts off loses its oldest behaviours.
        """
        ends = self.offsets[rows + 1]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        result: npt.NDArray[np.float32] = self.behaviours[np.repeat(ends - lengths, lengths) + within]
        return result


def planted_truth(table: Table, truth: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> PlantedTruth:
    """The truth of a table.

    Args:
        table: the shop's impressions, at least `TABLE_COLUMNS`.
        truth: aligned with them: main, pair_<first>_<second>, interest, suppression, behaviour_effect.
        pairs: the planted pairs.
    """
    parts = main_parts(table, truth["main"].to_numpy(dtype=np.float64))
    history = (truth["interest"] + truth["suppression"]).to_numpy(dtype=np.float64)
    for first, second in pairs:
        for name in (first, second):
            parts[name] = parts.get(name, 0.0) + truth[f"pair_{first}_{second}"].to_numpy(dtype=np.float64)
    for name in OF_HISTORY:
        parts[name] = parts.get(name, 0.0) + history
    texts = truth["behaviour_effect"].astype(str).tolist()
    lengths = [text.count("|") + 1 if text else 0 for text in texts]
    joined = "|".join(text for text in texts if text)
    return PlantedTruth(
        pairs=tuple(pairs),
        fields=pd.DataFrame(parts).astype(np.float32),
        behaviours=np.array(joined.split("|") if joined else [], dtype=np.float32),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        histories={
            name: np.asarray(table[name]).astype(str).astype(object) for name in HISTORIES if name in table.columns
        },
    )


def main_parts(table: Table, main: Floats) -> dict[str, Floats]:
    """Split the main effects of n rows, of which only the sum is written down, by field; each part (n,).

    First what changes while the item stays, by least squares within the items: exact, as these effects add up. Then
    what is left of each item, by least squares over the items, each counted once. The rest belongs to the item's id:
    it is the effect of its popularity, which no other column tells. So the item's parts are exact but for what its
    popularity has by chance in common with its price and brand: some three per cent of their size on 1,500 items.
    """
    _, first, code = np.unique(np.asarray(table[ITEM]).astype(str), return_index=True, return_inverse=True)
    count = np.bincount(code)

    def mean_of_item(values: Floats) -> Floats:
        return np.bincount(code, values) / count

    moving = _design(table, (*MOVING, "launch_days"))
    within = moving.design - np.column_stack([mean_of_item(column)[code] for column in moving.design.T])
    slopes: Floats = np.linalg.lstsq(within, main - mean_of_item(main)[code], rcond=None)[0]
    parts = moving.parts(slopes)
    left = mean_of_item(main - moving.design @ slopes)
    fixed = _design({name: np.asarray(table[name])[first] for name in (*OF_ITEM, "price")}, (*OF_ITEM, "price"))
    with_constant = np.column_stack([fixed.design, np.ones(len(left))])
    slopes = np.linalg.lstsq(with_constant, left, rcond=None)[0]
    of_item = fixed.parts(slopes[:-1]) | {ITEM: left - with_constant @ slopes}
    return parts | {name: part[code] for name, part in of_item.items()}


@dataclass(frozen=True)
class _Design:
    """The columns (n, c) that fields are fitted by, and which of them belong to which field."""

    design: Floats
    places: dict[str, slice]

    def parts(self, slopes: Floats) -> dict[str, Floats]:
        return {name: self.design[:, place] @ slopes[place] for name, place in self.places.items()}


def _design(table: Mapping[str, Any] | Table, names: Sequence[str]) -> _Design:
    columns: list[Floats] = []
    places = {}
    for name in names:
        values = np.asarray(table[name])
        if name in SLOPES:
            found = SLOPES[name](values.astype(np.float64))[:, None]
        else:  # one column a level but for the first, which the constant stands for
            levels, code = np.unique(values.astype(str), return_inverse=True)
            found = np.eye(len(levels))[code][:, 1:]
        start = sum(column.shape[1] for column in columns)
        columns.append(found)
        places[name] = slice(start, start + found.shape[1])
    return _Design(np.hstack(columns), places)
