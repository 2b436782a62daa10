"""Factorization machine (Rendle 2010).

    f = w0 + sum_i w_i + sum_{i<j} <v_i, v_j>

The pair term is computed as `1/2 sum_d [ (sum_i v_id)^2 - sum_i v_id^2 ]`, in O(F k) instead of O(F^2 k).
With `hidden_units` the k numbers of that sum and `sum_i w_i` go through hidden layers instead of being added up.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ctrcore.models.base import CTRModel, Parts
from ctrcore.models.batch import Batch
from ctrcore.models.config import FMConfig
from ctrcore.models.embedding import Sums
from ctrcore.models.layers import MLP, held_at
from ctrcore.schema import EncodedField


def pair_interaction(total: Tensor, squares: Tensor) -> Tensor:
    """`sum_{i<j} v_i * v_j` elementwise (B, k) from `sum_i v_i` and `sum_i v_i * v_i`, both (B, k)."""
    return 0.5 * (total.square() - squares)


class FM(CTRModel):
    """Factorization machine, optionally with hidden layers on top."""

    config: FMConfig

    def __init__(self, config: FMConfig, fields: Sequence[EncodedField]) -> None:
        super().__init__(config, fields)
        hidden = config.hidden_units
        self.mlp = MLP(1 + config.embedding_size, hidden, dropout=config.dropout) if hidden else None
        self.exact = self.mlp is None

    def forward(self, batch: Batch) -> Tensor:
        sums = self.embedding.sums(batch)
        if self.mlp is None:
            deep = sums.w + pair_interaction(sums.v, sums.square).sum(1)
        else:
            deep = self.mlp(self._hidden_input(sums))
        logit: Tensor = self.bias + deep
        return logit

    @staticmethod
    def _hidden_input(sums: Sums) -> Tensor:
        return torch.cat([sums.w.unsqueeze(1), pair_interaction(sums.v, sums.square)], dim=1)

    @torch.no_grad()
    def explain(self, batch: Batch) -> Parts:
        looked = self.embedding(batch)
        i, j = self.pairs
        g = looked.v[:, i] * looked.v[:, j]
        base = self.bias.expand(len(batch))
        if self.mlp is None:
            return Parts(logit=self(batch), base=base, fields=looked.w, pairs=g.sum(2))
        gradient, constant = held_at(self.mlp, self._hidden_input(self.embedding.sums(batch)))
        return Parts(
            logit=self(batch),
            base=base + constant,
            fields=looked.w * gradient[:, :1],
            pairs=(g * gradient[:, None, 1:]).sum(2),
        )
