"""Rows put together from two: some fields of one row, the others of a background row, made as tensors at once."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ctrcore.data.encoded import Encoded
from ctrcore.models.base import CTRModel
from ctrcore.models.batch import BagBatch, Batch
from ctrcore.training.loader import to_batch

Words = npt.NDArray[np.uint64]
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
    """

    def __init__(self, model: CTRModel, rows: Encoded, background: Encoded) -> None:
        device = model.bias.device
        ours, theirs = to_batch(rows, device=device), to_batch(background, device=device)
        self.model, self.rows, self.background = model, len(rows), len(background)
        self.ids = torch.cat([ours.ids, theirs.ids])
        self.values = torch.cat([ours.values, theirs.values]).to(model.bias.dtype)
        self.bags = {name: _stack(bag, theirs.bags[name]) for name, bag in ours.bags.items()}
        self._words: dict[tuple[int, ...], Words] = {}

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
        return Batch(self.ids.gather(0, dense), self.values.gather(0, dense), bags)

    def logits(self, source: Tensor, steps: Tensor | None = None) -> npt.NDArray[np.float64]:
        """Logits (H,) of the rows that `batch` would make, without making all of them at once."""
        places = range(0, len(source), TOGETHER)
        parts = (slice(start, start + TOGETHER) for start in places)
        return logits(self.model, (self.batch(source[p], None if steps is None else steps[p]) for p in parts))

    def words(self, fields: tuple[int, ...]) -> Words:
        """(n + B,) a 64-bit hash of what the fields hold in each row: equal if, and all but surely only if, that is."""
        if fields not in self._words:
            columns = [column for field in fields for column in self._columns(field)]
            cells = np.hstack([np.ascontiguousarray(c).view(np.uint8).reshape(len(c), -1) for c in columns])
            self._words[fields] = np.array([word_of(repr(fields), row.tobytes()) for row in cells], dtype=np.uint64)
        return self._words[fields]

    def _columns(self, field: int) -> list[npt.NDArray[Any]]:
        """Everything that one field holds, as arrays with one line a row."""
        if field < self.ids.shape[1]:
            held = [self.ids[:, field], self.values[:, field]]
        else:
            bag = list(self.bags.values())[field - self.ids.shape[1]]
            held = [bag.ids * bag.mask, bag.mask]
        return [tensor.cpu().numpy() for tensor in held]


def word_of(who: str, value: bytes = b"") -> int:
    """A 64-bit hash of what someone holds; equal values of different holders are as different as any two."""
    return int.from_bytes(blake2b(who.encode() + b"\0" + value, digest_size=8).digest(), "little")


def _stack(ours: BagBatch, theirs: BagBatch) -> BagBatch:
    """Both bags, padded to the longer one."""
    width = max(ours.ids.shape[1], theirs.ids.shape[1])
    padded = [torch.nn.functional.pad(tensor, (0, width - tensor.shape[1])) for bag in (ours, theirs) for tensor in bag]
    return BagBatch(torch.cat([padded[0], padded[2]]), torch.cat([padded[1], padded[3]]))
