"""Rows put together from two: some fields of one row, the others of a background row, made as tensors at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ctrcore.data.encoded import Encoded
from ctrcore.models.base import CTRModel
from ctrcore.models.batch import BagBatch, Batch
from ctrcore.models.embedding import Looked
from ctrcore.models.row_parts import cut, each
from ctrcore.training.loader import to_batch

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
TOGETHER = 1024  # rows of a forward pass: few enough that what lies between the layers stays in the cache


def logits(model: CTRModel, batches: Iterable[Batch]) -> npt.NDArray[np.float64]:
    """Logits of all batches, one after the other, (n,), in double precision if the model computes in it."""
    with torch.inference_mode():
        found = [model(batch).double().cpu() for batch in batches]
    return torch.cat(found).numpy() if found else np.empty(0)


class Hybrids:
    """n rows and B background rows side by side, from which rows are put together field by field.

    Args:
        model: in eval mode; its device is used.
        rows: (n) rows.
        background: (B) rows.

    Attributes:
        mixes_freely: True if mixtures cost next to nothing as long as all background rows have the same ones.
        at_once: mixtures that one call computes: few enough that what lies between the steps stays in the cache.
    """

    mixes_freely = False
    at_once = 4096

    def __init__(self, model: CTRModel, rows: Encoded, background: Encoded) -> None:
        device = model.bias.device
        ours, theirs = to_batch(rows, device=device), to_batch(background, device=device)
        self.model, self.rows, self.background = model, len(rows), len(background)
        self.ids = torch.cat([ours.ids, theirs.ids])
        self.numbers = torch.cat([ours.values, theirs.values]).to(model.bias.dtype)
        self.bags = {name: _stack(bag, theirs.bags[name]) for name, bag in ours.bags.items()}
        self._codes: dict[tuple[int, ...], Integers] = {}

    @property
    def history_width(self) -> int:
        """Behaviours of the longest history, 0 if the model reads none."""
        widths = [self.bags[field.name].mask.shape[1] for field in self.model.fields if field.kind == "history"]
        return max(widths, default=0)

    def batch(self, source: Tensor, steps: Tensor | None = None) -> Batch:
        """H rows.

        Args:
            source: (H, F) where each field comes from: 0 to n - 1 a row, n to n + B - 1 a background row.
            steps: (H, L) bool, the behaviours that stay in the history; None keeps all of them.
        """
        dense = source[:, : self.ids.shape[1]]
        bags = {}
        for place, (name, bag) in enumerate(self.bags.items(), start=dense.shape[1]):
            here = source[:, place]
            ids, mask = bag.ids[here], bag.mask[here]
            if steps is not None and self.model.fields[place].kind == "history":
                mask = mask & steps
            bags[name] = BagBatch(ids, mask)
        return Batch(self.ids.gather(0, dense), self.numbers.gather(0, dense), bags)

    def logits(self, source: Tensor, steps: Tensor | None = None) -> npt.NDArray[np.float64]:
        """Logits (H,) of the rows that `batch` would make, without making all of them at once."""
        places = range(0, len(source), TOGETHER)
        parts = (slice(start, start + TOGETHER) for start in places)
        return logits(self.model, (self.batch(source[p], None if steps is None else steps[p]) for p in parts))

    def values(self, row: int, others: Integers, foreign: Flags, steps: Flags | None = None) -> npt.NDArray[np.float64]:
        """(R, S) logits of one row with each of R background rows in S mixtures.

        Args:
            row: which row.
            others: (R,) which background rows.
            foreign: the fields that come from the background row: (S, F), or (R, S, F) where each has its own mixtures.
            steps: (S, L) or (R, S, L) the behaviours that stay in the history; None keeps all of them.
        """
        mixtures = foreign.shape[-2]
        if not mixtures or not len(others):
            return np.empty((len(others), mixtures))
        parts = cut(len(others), max(1, self.at_once // mixtures))
        _ = self.looked  # once, before the threads

        @torch.inference_mode()
        def one(number: int) -> Tensor:
            part = parts[number]
            mixed, kept = (
                None if flags is None else torch.from_numpy(flags if flags.ndim == 2 else flags[part])
                for flags in (foreign, steps)
            )
            assert mixed is not None
            return self._values(row, torch.from_numpy(others[part]), mixed, kept).double().cpu()

        return torch.cat(each(one, len(parts), self.model.bias.device)).numpy()

    def _values(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> Tensor:
        """`values` by forward passes."""
        source = torch.where(foreign, self.rows + others[:, None, None], row)
        kept = None if steps is None else steps.expand(*source.shape[:2], -1).flatten(0, 1)
        return torch.from_numpy(self.logits(source.flatten(0, 1), kept)).view(source.shape[:2])

    @cached_property
    def looked(self) -> Looked:
        """What all n + B rows look up."""
        everything = torch.arange(self.rows + self.background)[:, None].expand(-1, len(self.model.fields))
        with torch.inference_mode():
            looked: Looked = self.model.embedding(self.batch(everything))
        return looked

    def codes(self, fields: tuple[int, ...]) -> Integers:
        """(n + B,) a number for what the fields hold together in each row, the same for the same values."""
        if fields not in self._codes:
            columns = [column for field in fields for column in self._columns(field)]
            self._codes[fields] = distinct(columns)[1]
        return self._codes[fields]

    def _columns(self, field: int) -> list[npt.NDArray[Any]]:
        """Everything that one field holds, as arrays with one line a row."""
        if field < self.ids.shape[1]:
            held = [self.ids[:, field], self.numbers[:, field]]
        else:
            bag = list(self.bags.values())[field - self.ids.shape[1]]
            held = [bag.ids * bag.mask, bag.mask]
        return [tensor.cpu().numpy() for tensor in held]


def distinct(columns: Sequence[npt.NDArray[Any]]) -> tuple[Integers, Integers]:
    """The first of each kind of equal lines, and for every line the number of its kind.

    Args:
        columns: arrays of n lines, compared byte by byte.
    """
    cells = np.hstack([np.ascontiguousarray(column).view(np.uint8).reshape(len(column), -1) for column in columns])
    lines = cells.view(np.dtype((np.void, cells.shape[1]))).ravel()
    _, first, kind = np.unique(lines, return_index=True, return_inverse=True)
    return first, kind


def _stack(ours: BagBatch, theirs: BagBatch) -> BagBatch:
    """Both bags, padded to the longer one."""
    width = max(ours.ids.shape[1], theirs.ids.shape[1])
    padded = [torch.nn.functional.pad(tensor, (0, width - tensor.shape[1])) for bag in (ours, theirs) for tensor in bag]
    return BagBatch(torch.cat([padded[0], padded[2]]), torch.cat([padded[1], padded[3]]))
