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
        writer = EncodedWriter(len(self), self.ids.shape[1], self.numeric.tolist(), folder)
        numbers = dict(zip(self.numeric.tolist(), self.numbers.T, strict=True))
        for place in range(self.ids.shape[1]):
            writer.add_dense(self.ids[:, place], numbers.get(place))
        for name, bag in self.bags.items():
            writer.add_bag(name, bag)
        writer.finish(self.label, self.group, self.row)

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


class EncodedWriter:
    """Takes encoded rows one field after the other, in field order. `close` it if something goes wrong on the way.

    Args:
        n: number of rows.
        dense: number of dense fields.
        numeric: where the numeric fields stand among them.
        folder: where the arrays are written to; None: they are kept in memory.
    """

    def __init__(self, n: int, dense: int, numeric: Sequence[int], folder: Path | None) -> None:
        self._n, self._folder, self._numeric = n, folder, np.array(numeric, dtype=np.int64)
        self._bags: dict[str, Bag] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._ids = _Columns(n, dense, np.dtype(np.int32), folder and folder / "ids.npy")
        self._numbers = _Columns(n, len(numeric), np.dtype(np.float32), folder and folder / "numbers.npy")

    def add_dense(self, ids: npt.NDArray[np.int32], numbers: npt.NDArray[np.float32] | None) -> None:
        """The ids (n,) of the next dense field, and if it is numeric its numbers (n,)."""
        self._ids.add(ids)
        if numbers is not None:
            self._numbers.add(numbers)

    def add_bag(self, name: str, bag: Bag) -> None:
        """The members of the next bag field."""
        if self._folder is None:
            self._bags[name] = bag
            return
        np.save(self._folder / f"bag{len(self._bags)}_ids.npy", bag.ids)
        np.save(self._folder / f"bag{len(self._bags)}_offsets.npy", bag.offsets)
        self._bags[name] = Bag(bag.ids[:0], bag.offsets[:1])  # only its name is of use from here on

    def finish(
        self, label: npt.NDArray[np.float32], group: npt.NDArray[np.int32], row: npt.NDArray[np.int64]
    ) -> Encoded:
        """The rows, memory-mapped if they were written; arguments of shape (n,), see `Encoded`."""
        rows: dict[str, Any] = {"label": label, "group": group, "row": row, "numeric": self._numeric}
        ids, numbers = self._ids.finish(), self._numbers.finish()
        if self._folder is None:
            return Encoded(ids=ids, numbers=numbers, bags=self._bags, **rows)
        for name, array in rows.items():
            np.save(self._folder / f"{name}.npy", array)
        return Encoded.load(self._folder, list(self._bags))

    def close(self) -> None:
        """Let go of the files, whether they are whole or not."""
        self._ids.finish()
        self._numbers.finish()


class _Columns:
    """An (n, columns) array that is made column by column: in memory row-major, on disk one column after the other."""

    def __init__(self, n: int, columns: int, dtype: np.dtype[Any], path: Path | None) -> None:
        self._place, self._path = 0, path
        self._array = np.empty((n, columns) if path is None else (0, 0), dtype=dtype)
        if path is not None:
            self._file = path.open("wb")
            header = {"descr": dtype.str, "fortran_order": True, "shape": (n, columns)}
            np.lib.format.write_array_header_1_0(self._file, header)

    def add(self, column: npt.NDArray[Any]) -> None:
        """The next column, shape (n,)."""
        if self._path is None:
            self._array[:, self._place] = column
            self._place += 1
        else:
            self._file.write(np.ascontiguousarray(column, dtype=self._array.dtype).data)

    def finish(self) -> npt.NDArray[Any]:
        """The array; an empty one if it is on disk."""
        if self._path is not None:
            self._file.close()
        return self._array
