"""What columns a file of sparse lines becomes: decided once for all of it, then read block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from ctrcore.data.layouts.sparse_blocks import Block, Ints

MOST_NUMBERS = 200  # numeric columns; a file with more indices of varying value is one of words, not of measurements
MOST_POSITIONS = 500
BAG = "features"

Span = tuple[float, float]
Source = Literal["position", "index", "members", "value"]


@dataclass(frozen=True)
class SparseColumn:
    """One column.

    Attributes:
        name: its name.
        source: what each line gives it: the index at a position, the only index of a field, all indices of a field but
            those with a column of their own, or the value of one index.
        field: the field, 0 where the form has none.
        place: the position, or the index whose value it is.
    """

    name: str
    source: Source
    field: int = 0
    place: int = 0


@dataclass
class Facts:
    """What the blocks tell, however many there are.

    Attributes:
        spans: smallest and largest value by field and index.
        several: fields that have more than one index in some line.
        width: entries of every line; -1 if they differ.
        low, high: smallest and largest index at each position while the width is the same.
        plain: every value is 1.
    """

    spans: dict[tuple[int, int], Span] = field(default_factory=dict)
    several: set[int] = field(default_factory=set)
    width: int | None = None
    low: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    high: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    plain: bool = True

    def add(self, block: Block) -> None:
        """Take one more block into account."""
        entries = pd.DataFrame({"field": block.field, "index": block.index, "value": block.value})
        found = entries.groupby(["field", "index"])["value"].agg(["min", "max"])
        for key, low, high in zip(found.index, found["min"], found["max"], strict=True):
            before = self.spans.get(key, (low, high))
            self.spans[key] = (min(before[0], low), max(before[1], high))
        twice = pd.DataFrame({"row": block.rows, "field": block.field}).duplicated()
        self.several |= set(np.unique(block.field[twice.to_numpy()]).tolist())
        self.plain = self.plain and bool((block.value == 1).all())
        self._positions(block)

    def _positions(self, block: Block) -> None:
        widths = np.unique(np.diff(block.offsets))
        if self.width is None:
            self.width = int(widths[0])
            self.low, self.high = (np.full(self.width, end) for end in (np.iinfo(np.int64).max, -1))
        if len(widths) > 1 or widths[0] != self.width or not 2 <= self.width <= MOST_POSITIONS:
            self.width = -1
            return
        table = block.index.reshape(-1, self.width)
        self.low, self.high = np.minimum(self.low, table.min(axis=0)), np.maximum(self.high, table.max(axis=0))

    @property
    def is_one_hot(self) -> bool:
        """True if each line has one index out of each of several ranges that do not touch."""
        if self.width is None or self.width < 0 or not self.plain:
            return False
        order = np.argsort(self.low)
        return bool((self.high[order][:-1] < self.low[order][1:]).all())


def columns_of(facts: Facts, has_fields: bool, names: tuple[str, ...] = ()) -> tuple[SparseColumn, ...]:
    """The columns that hold what the blocks hold.

    Args:
        facts: of all blocks.
        has_fields: the entries name their fields (libffm).
        names: of the positions, where there are so many and the lines are one-hot.
    """
    if has_fields:
        fields: dict[int, dict[int, Span]] = {}
        for (number, index), span in facts.spans.items():
            fields.setdefault(number, {})[index] = span
        return tuple(_column_of_field(number, fields[number], number in facts.several) for number in sorted(fields))
    if facts.is_one_hot:
        width = facts.width or 0
        called = names if len(names) == width else tuple(f"field_{place + 1}" for place in range(width))
        return tuple(SparseColumn(name, "position", place=place) for place, name in enumerate(called))
    varying = sorted(index for (_, index), (low, high) in facts.spans.items() if low != high)
    numbers = varying if len(varying) <= MOST_NUMBERS else []
    columns = [SparseColumn(f"feature_{index}", "value", place=index) for index in numbers]
    if len(numbers) < len(facts.spans):
        columns.insert(0, SparseColumn(BAG, "members"))
    return tuple(columns)


def _column_of_field(number: int, spans: dict[int, Span], several: bool) -> SparseColumn:
    """All indices of a field if it has several in a line, else the value of its only index if it varies, else the
    index."""
    name = f"field_{number}"
    if several:
        return SparseColumn(name, "members", number)
    index, (low, high) = next(iter(spans.items()))
    if len(spans) == 1 and low != high:
        return SparseColumn(name, "value", number, index)
    return SparseColumn(name, "index", number)
