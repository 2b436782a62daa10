"""What a model reads: tensors of B rows on one device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor


class BagBatch(NamedTuple):
    """The members of one bag field, padded on the right to the longest row of the batch."""

    ids: Tensor  # (B, L) int32, anything where the mask is False
    mask: Tensor  # (B, L) bool, True for a real member; oldest first


@dataclass(frozen=True)
class Batch:
    """B rows. Dense fields in field order, then each bag by its name."""

    ids: Tensor  # (B, D) int32
    values: Tensor  # (B, D) float32
    bags: dict[str, BagBatch]

    def __len__(self) -> int:
        return self.ids.shape[0]

    def take(self, rows: Tensor) -> Batch:
        """The rows at these positions (n,)."""
        bags = {name: BagBatch(bag.ids[rows], bag.mask[rows]) for name, bag in self.bags.items()}
        return Batch(self.ids[rows], self.values[rows], bags)
