"""The only thing that training and explaining read: rows as contiguous, memory-mappable arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

ARRAYS = ("ids", "numbers", "numeric", "label", "group", "row")


@dataclass(frozen=True)
class Bag:
    """Ragged members of one field: row r has `ids[offsets[r]:offsets[r + 1]]`, oldest first."""

    ids: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]  # (n + 1,)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Members per row, shape (n,)."""
        return np.diff(self.offsets)

    def take(self, rows: npt.NDArray[np.int64]) -> Bag:
        """The bag of the chosen rows, in the order given."""
        starts, lengths = self.offsets[rows], self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
        return Bag(np.ascontiguousarray(self.ids[np.repeat(starts, lengths) + within]), offsets)


@dataclass(frozen=True)
class Encoded:
    """n encoded rows. Dense fields (categorical, numeric) come first in the field order, then the bags.

    Attributes:
        ids: (n, D) int32, the embedding row of each dense field; on disk one field after the other.
        numbers: (n, N) float32, the scaled numbers of the numeric fields.
        numeric: (N,) int64, where these stand among the dense fields, increasing.
        bags: per bag field its ragged members; insertion order is the field order.
        label: (n,) float32, 0 or 1; NaN where unknown (new rows to score).
        group: (n,) int32, the user as a number for per-user metrics; -1 where there is none.
        row: (n,) int64, the row of the source table.
    """

    ids: npt.NDArray[np.int32]
    numbers: npt.NDArray[np.float32]
    numeric: npt.NDArray[np.int64]
    bags: dict[str, Bag]
    label: npt.NDArray[np.float32]
    group: npt.NDArray[np.int32]
    row: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.label)

    @property
    def values(self) -> npt.NDArray[np.float32]:
        """(n, D) float32, made anew: what multiplies each embedding, 1 for a category, the number for a number."""
        values = np.ones(self.ids.shape, dtype=np.float32)
        values[:, self.numeric] = self.numbers
        return values

    def take(self, rows: Sequence[int] | npt.NDArray[np.integer]) -> Encoded:
        """The chosen rows (positions, not source rows), in the order given."""
        index = np.asarray(rows, dtype=np.int64)
        return Encoded(
            ids=np.ascontiguousarray(self.ids[index]),
            numbers=np.ascontiguousarray(self.numbers[index]),
            numeric=self.numeric,
            bags={name: bag.take(index) for name, bag in self.bags.items()},
            label=self.label[index],
            group=self.group[index],
            row=self.row[index],
        )

    def save(self, folder: Path) -> None:
        """Write one `.npy` file per array into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        for position, bag in enumerate(self.bags.values()):
            np.save(folder / f"bag{position}_ids.npy", bag.ids)
            np.save(folder / f"bag{position}_offsets.npy", bag.offsets)

    @classmethod
    def load(cls, folder: Path, bag_names: Sequence[str]) -> Self:
        """Memory-map what `save` wrote; `bag_names` are the bag fields in field order."""

        def array(name: str) -> np.ndarray[Any, Any]:
            loaded: np.ndarray[Any, Any] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            return loaded

        return cls(
            bags={
                name: Bag(array(f"bag{position}_ids"), array(f"bag{position}_offsets"))
                for position, name in enumerate(bag_names)
            },
            **{name: array(name) for name in ARRAYS},
        )
