"""One table for all fields: a row holds the k embedding numbers and, last, the first-order weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ctrcore.models.batch import Batch
from ctrcore.schema import EncodedField


class Looked(NamedTuple):
    """What a batch looked up. F counts all fields in field order: the dense ones, then the bags."""

    v: Tensor  # (B, F, k) a numeric field's vector times its value, a bag's mean
    w: Tensor  # (B, F) first-order weights, treated alike
    members: dict[str, Tensor]  # per bag (B, L, k): its members' vectors, zero where padded


class FieldEmbedding(nn.Module):
    """Looks all fields up in one table of shape (vocabulary, k + 1).

    A categorical value picks its own row, a numeric field's one row is multiplied by the value, and a bag is the
    mean over its members, zeros if it has none.
    """

    def __init__(self, fields: Sequence[EncodedField], size: int, init_std: float) -> None:
        super().__init__()
        self.size = size
        self.bag_names = [field.name for field in fields if field.is_bag]
        rows = max(field.start + field.size for field in fields)
        table = torch.randn(rows, size + 1) * init_std
        table[:, size] = 0.0
        self.table = nn.Parameter(table)

    def forward(self, batch: Batch) -> Looked:
        found = [F.embedding(batch.ids, self.table) * batch.values.unsqueeze(-1)]
        members = {}
        for name in self.bag_names:
            ids, mask = batch.bags[name]
            rows = F.embedding(ids * mask, self.table) * mask.unsqueeze(-1)
            found.append(rows.sum(1, keepdim=True) / mask.sum(1).clamp(min=1).view(-1, 1, 1))
            members[name] = rows[..., : self.size]
        both = torch.cat(found, dim=1)
        return Looked(both[..., : self.size], both[..., self.size], members)

    def penalty(self, batch: Batch, inverse_count: Tensor) -> Tensor:
        """Sum over the looked-up rows of |row|^2 / (times the row is looked up in an epoch).

        Over an epoch this adds up to |table|^2 of the seen rows, yet a step only moves rows of its batch
        (Zhou et al. 2018, section 5.1). Not averaged over the batch.

        Args:
            batch: the rows of the step.
            inverse_count: (vocabulary,) one over the number of look-ups in the training rows.
        """
        ids = [batch.ids.reshape(-1)] + [bag.ids[bag.mask] for bag in batch.bags.values()]
        flat = torch.cat(ids)
        return (F.embedding(flat, self.table).square().sum(1) * inverse_count[flat]).sum()
