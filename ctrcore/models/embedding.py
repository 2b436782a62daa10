"""One table for all fields: a row holds the k embedding numbers and, last, the first-order weight."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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


class Sums(NamedTuple):
    """Sums over all fields."""

    v: Tensor  # (B, k)
    square: Tensor  # (B, k) of the squares of v
    w: Tensor  # (B,)


class FieldEmbedding(nn.Module):
    """Looks all fields up in one table of shape (vocabulary, k + 1).

    A categorical value picks its own row, a numeric field's one row is multiplied by the value, and a bag is the
    mean over its members, zeros if it has none.

    Attributes:
        compiled: look up with compiled kernels where they fit; the same numbers but for rounding.
        sparse: the table's gradient holds the looked-up rows only.
    """

    def __init__(self, fields: Sequence[EncodedField], size: int, init_std: float) -> None:
        super().__init__()
        self.size = size
        self.bag_names = [field.name for field in fields if field.is_bag]
        rows = max(field.start + field.size for field in fields)
        table = torch.randn(rows, size + 1) * init_std
        table[:, size] = 0.0
        self.table = nn.Parameter(table)
        self.compiled = self.sparse = False

    @property
    def by_kernel(self) -> bool:
        """The compiled kernels are wanted, and know these numbers: float32 on the CPU."""
        return self.compiled and self.table.dtype == torch.float32 and self.table.device.type == "cpu"

    def rows(self, ids: Tensor, apart: bool = False) -> Tensor:
        """The rows (..., k + 1) of ids of any shape; `apart`: the last axis are fields, which share no id."""
        if self.by_kernel:
            from ctrcore.models.lookup import look_up

            return look_up(self.table, ids, apart, self.sparse)
        return F.embedding(ids, self.table, sparse=self.sparse)

    def forward(self, batch: Batch, skip: Collection[str] = ()) -> Looked:
        """Look everything up; bags named in `skip` are left out: their v and w are zeros."""
        found = [self.rows(batch.ids, apart=True) * batch.values.unsqueeze(-1)]
        members = {}
        for name in self.bag_names:
            if name in skip:
                found.append(found[0].new_zeros(len(batch), 1, self.size + 1))
                continue
            mean, rows = self._bag(batch, name)
            found.append(mean.unsqueeze(1))
            members[name] = rows[..., : self.size]
        both = torch.cat(found, dim=1)
        return Looked(both[..., : self.size], both[..., self.size], members)

    def members(self, batch: Batch, name: str) -> Tensor:
        """(N, k) the vectors of the real members of a bag, row after row."""
        ids, mask = batch.bags[name]
        return self.rows(ids[mask])[:, : self.size]

    def _bag(self, batch: Batch, name: str) -> tuple[Tensor, Tensor]:
        """The mean (B, k + 1) of a bag and its members (B, L, k + 1), zero where padded."""
        ids, mask = batch.bags[name]
        rows = self.rows(ids * mask) * mask.unsqueeze(-1)
        return rows.sum(1) / mask.sum(1, keepdim=True).clamp(min=1), rows

    def sums(self, batch: Batch) -> Sums:
        """What models need that only add fields up: the same as the sums of `forward`, without its large arrays."""
        if self.by_kernel:
            from ctrcore.models.lookup import field_sums

            v, square, w = field_sums(self.table, batch.ids, batch.values, self.sparse)
        else:
            rows = self.rows(batch.ids, apart=True) * batch.values.unsqueeze(-1)
            v, square, w = rows[..., :-1].sum(1), rows[..., :-1].square().sum(1), rows[..., -1].sum(1)
        for name in self.bag_names:
            mean, _ = self._bag(batch, name)
            v, square, w = v + mean[:, :-1], square + mean[:, :-1].square(), w + mean[:, -1]
        return Sums(v, square, w)

    @torch.no_grad()
    def add_penalty(self, batch: Batch, inverse_count: Tensor, strength: float) -> None:
        """Add to the table's gradient that of `strength` times the sum over the look-ups of |row|^2 / its look-ups.

        Over an epoch the penalties add up to |table|^2 of the seen rows, yet a step only moves rows of its batch
        (Zhou et al. 2018, section 5.1). Not averaged over the batch.

        Args:
            batch: the rows of the step, after `backward`.
            inverse_count: (vocabulary,) one over the number of look-ups in the training rows.
            strength: of the penalty.
        """
        gradient = self.table.grad
        assert gradient is not None
        ids = torch.cat([batch.ids.reshape(-1), *(bag.ids[bag.mask] for bag in batch.bags.values())])
        count = torch.zeros_like(inverse_count).index_add_(0, ids, torch.ones(len(ids), device=ids.device))
        if not gradient.is_sparse:
            gradient.addcmul_(self.table, (count * inverse_count).unsqueeze(1), value=2 * strength)
            return
        self.table.grad = gradient = gradient.coalesce()
        seen = gradient.indices()[0]
        pull = (count[seen] * inverse_count[seen]).unsqueeze(1)
        gradient.values().addcmul_(self.table[seen], pull, value=2 * strength)
