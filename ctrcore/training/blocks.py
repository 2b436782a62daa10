"""Training rows that need more memory than there is: read in blocks, in an order that is drawn anew for each epoch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ctrcore.data.encoded import Bag, Encoded
from ctrcore.models.batch import Batch
from ctrcore.training.loader import RowTensors, forget, tensor_bytes

MEMORY = 1 << 30  # bytes that training rows and validation rows may take, unless the machine's owner says otherwise
BLOCK = 32_768  # rows read in one piece, at most: long enough for a disk, short enough to mix
MIXED = 16  # blocks that lie in memory together, at least: so many places of the file meet in a batch
CHUNK = 65_536  # rows read in one piece where the order does not matter


def part_of(rows: Encoded, start: int, stop: int) -> Encoded:
    """The rows from `start` to `stop`, without copying the large arrays."""
    bags = {}
    for name, bag in rows.bags.items():
        offsets = np.asarray(bag.offsets[start : stop + 1])
        bags[name] = Bag(bag.ids[offsets[0] : offsets[-1]], offsets - offsets[0])
    here = slice(start, stop)
    return replace(
        rows,
        ids=rows.ids[here],
        numbers=rows.numbers[here],
        bags=bags,
        label=rows.label[here],
        group=rows.group[here],
        row=rows.row[here],
    )


def parts_of(rows: Encoded, size: int = CHUNK) -> Iterator[Encoded]:
    """All rows in order, at most `size` at a time; the memory of each part is given back before the next one."""
    for start in range(0, len(rows), size):
        yield part_of(rows, start, min(start + size, len(rows)))
        forget_all(rows)


def forget_all(rows: Encoded) -> None:
    """Give back the pages of all memory-mapped arrays of the rows."""
    bags = [array for bag in rows.bags.values() for array in (bag.ids, bag.offsets)]
    for array in (rows.ids, rows.numbers, rows.label, rows.group, rows.row, *bags):
        forget(array)


def join(parts: list[Encoded]) -> Encoded:
    """Copies of several parts as one, in their order; the pages of each are given back as soon as it is copied."""
    first, total = parts[0], sum(len(part) for part in parts)
    starts = np.cumsum([0, *(len(part) for part in parts)])
    made = {
        name: np.empty((total, *getattr(first, name).shape[1:]), getattr(first, name).dtype)
        for name in ("ids", "numbers", "label", "group", "row")
    }
    bags = {name: Bag(*_empty_bag([part.bags[name] for part in parts])) for name in first.bags}
    for part, (start, stop) in zip(parts, pairwise(starts), strict=True):
        for name, array in made.items():
            array[start:stop] = getattr(part, name)
        for name, bag in bags.items():
            before, own = bag.offsets[start], part.bags[name]
            bag.offsets[start + 1 : stop + 1] = before + own.offsets[1:]
            bag.ids[before : before + own.offsets[-1]] = own.ids
        forget_all(part)
    return Encoded(**made, numeric=first.numeric, bags=bags)


def _empty_bag(bags: list[Bag]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    members, rows = sum(int(bag.offsets[-1]) for bag in bags), sum(len(bag) for bag in bags)
    return np.empty(members, np.int32), np.zeros(rows + 1, np.int64)


class BlockedRows:
    """Rows on disk that are shuffled block by block, because they do not fit into memory.

    An epoch reads the blocks in random order, as many together as fill half the memory allowed, shuffles the rows that
    lie in memory, and cuts them into batches; rows left over join the next group. Every row comes once, and every batch
    but the last is full.

    This is not a shuffle of all rows: rows of one block come close to each other. In data sorted by time or by user a
    batch mixes the rows of at least `MIXED` places of the file, not of all of it, so gradients of neighbouring batches
    are a little more alike than with a full shuffle. The larger the memory, the smaller the difference; for a table in
    random order there is none.

    Args:
        rows: memory-mapped or in memory.
        device: where the batches are wanted.
        memory: bytes that rows may take in memory.
    """

    def __init__(self, rows: Encoded, device: torch.device | str, memory: int) -> None:
        self._rows, self._device = rows, device
        group = max(1, int(memory / 2 / max(tensor_bytes(rows) / max(len(rows), 1), 1)))
        self.block = min(BLOCK, max(1, group // MIXED))
        self.together = max(1, group // self.block)

    def __len__(self) -> int:
        return len(self._rows)

    def epoch(self, batch_size: int) -> Iterator[tuple[Batch, Tensor]]:
        """Shuffled batches and their labels (B,). The order comes from torch's own generator, seeded by the caller."""
        rng, total = np.random.default_rng(int(torch.randint(2**62, ()))), len(self)
        blocks = rng.permutation(math.ceil(total / self.block)) * self.block
        left: list[Encoded] = []
        for at in range(0, len(blocks), self.together):
            chosen = blocks[at : at + self.together].tolist()
            last = at + self.together >= len(blocks)
            group = join(left + [part_of(self._rows, start, min(start + self.block, total)) for start in chosen])
            forget_all(self._rows)
            order = rng.permutation(len(group))
            whole = len(group) if last else len(group) // batch_size * batch_size
            left = [group.take(order[whole:])] if whole < len(group) else []
            tensors = RowTensors(group, self._device)
            del group
            for index in torch.split(torch.from_numpy(order[:whole]).to(self._device), batch_size):
                if len(index):
                    yield tensors.batch(index), tensors.label[index]
            del tensors  # before the next group is read


def hold(
    train: Encoded, valid: Encoded, device: torch.device | str, memory: int
) -> tuple[RowTensors | BlockedRows, RowTensors | Encoded]:
    """Training and validation rows as tensors on the device where they fit, else as they will be read.

    Args:
        train, valid: the encoded rows.
        device: where batches are wanted.
        memory: bytes for both; a quarter is for the validation rows.
    """
    own = memory - memory // 4
    rows = RowTensors(train, device) if tensor_bytes(train) <= own else BlockedRows(train, device, own)
    return rows, RowTensors(valid, device) if tensor_bytes(valid) <= memory // 4 else valid
