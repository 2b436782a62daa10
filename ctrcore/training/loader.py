"""From encoded arrays to batches: the whole set as tensors on the device, a batch as one gather."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from ctrcore.data.encoded import Bag, Encoded
from ctrcore.models.batch import BagBatch, Batch

COPIED = 65_536  # rows of a memory-mapped array copied in one piece


def forget(array: np.ndarray) -> None:
    """Give back the pages of a memory-mapped array. What was read of a file counts as this process's memory."""
    mapped = getattr(array, "_mmap", None)
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def _tensor(array: np.ndarray, device: torch.device | str) -> Tensor:
    if array.flags.writeable and array.flags.c_contiguous:
        return torch.from_numpy(array).to(device)
    # a memory-mapped array is read-only, which torch warns about; nothing here writes to it
    copy = np.empty(array.shape, array.dtype)
    for start in range(0, len(array), COPIED):
        copy[start : start + COPIED] = array[start : start + COPIED]
        forget(array)
    return torch.from_numpy(copy).to(device)


class _BagTensors:
    def __init__(self, bag: Bag, device: torch.device | str) -> None:
        self.ids = _tensor(bag.ids, device)
        self.starts = _tensor(bag.offsets[:-1], device)
        self.lengths = _tensor(bag.lengths, device)

    def batch(self, index: Tensor) -> BagBatch:
        lengths = self.lengths[index]
        width = int(lengths.max()) if len(lengths) else 0
        step = torch.arange(width, device=lengths.device)
        mask = step < lengths[:, None]
        where = (self.starts[index][:, None] + step) * mask
        ids = self.ids[where] if len(self.ids) else torch.zeros_like(where, dtype=torch.int32)
        return BagBatch(ids, mask)


class RowTensors:
    """Encoded rows as tensors on a device.

    Args:
        rows: the encoded rows.
        device: where the tensors live.
    """

    def __init__(self, rows: Encoded, device: torch.device | str = "cpu") -> None:
        self.device = device
        self.ids = _tensor(rows.ids, device)
        self.numbers = _tensor(rows.numbers, device)
        self.numeric = torch.from_numpy(np.array(rows.numeric)).to(device)
        self.label = _tensor(rows.label, device)
        self.bags = {name: _BagTensors(bag, device) for name, bag in rows.bags.items()}

    def __len__(self) -> int:
        return len(self.label)

    def batch(self, index: Tensor) -> Batch:
        """The rows at the positions `index` (B,), padded to the longest bag among them."""
        ids = self.ids.index_select(0, index)
        values = torch.ones(ids.shape, dtype=self.numbers.dtype, device=ids.device)
        if len(self.numeric):
            values[:, self.numeric] = self.numbers.index_select(0, index)
        return Batch(ids, values, {name: bag.batch(index) for name, bag in self.bags.items()})

    def epoch(self, batch_size: int) -> Iterator[tuple[Batch, Tensor]]:
        """Shuffled batches and their labels (B,). The order comes from torch's own generator, seeded by the caller."""
        order = torch.randperm(len(self)).to(self.device)
        for index in torch.split(order, batch_size):
            yield self.batch(index), self.label[index]

    def in_order(self, batch_size: int) -> Iterator[Batch]:
        """All rows as they stand."""
        for start in range(0, len(self), batch_size):
            yield self.batch(torch.arange(start, min(start + batch_size, len(self)), device=self.device))


def tensor_bytes(rows: Encoded) -> int:
    """Bytes that the rows take as tensors: with a start and a length for every bag of a row."""
    bags = sum(bag.ids.nbytes + 16 * len(bag) for bag in rows.bags.values())
    return rows.ids.nbytes + rows.numbers.nbytes + rows.label.nbytes + bags


def to_batch(rows: Encoded, positions: Sequence[int] | None = None, device: torch.device | str = "cpu") -> Batch:
    """The rows (all, or those at the positions) as one batch."""
    chosen = rows if positions is None else rows.take(positions)
    return RowTensors(chosen, device).batch(torch.arange(len(chosen), device=device))
