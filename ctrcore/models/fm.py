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
from ctrcore.models.embedding import Looked
from ctrcore.models.layers import MLP, held_at
from ctrcore.schema import EncodedField


def pair_interaction(v: Tensor) -> Tensor:
    """`sum_{i<j} v_i * v_j` elementwise in linear time: (B, F, k) to (B, k)."""
    return 0.5 * (v.sum(1).square() - v.square().sum(1))


class FM(CTRModel):
    """Factorization machine, optionally with hidden layers on top."""

    config: FMConfig

    def __init__(self, config: FMConfig, fields: Sequence[EncodedField]) -> None:
        super().__init__(config, fields)
        hidden = config.hidden_units
        self.mlp = MLP(1 + config.embedding_size, hidden, dropout=config.dropout) if hidden else None
        self.exact = self.mlp is None

    def forward(self, batch: Batch) -> Tensor:
        looked = self.embedding(batch)
        if self.mlp is None:
            deep = looked.w.sum(1) + pair_interaction(looked.v).sum(1)
        else:
            deep = self.mlp(self._hidden_input(looked))
        logit: Tensor = self.bias + deep
        return logit

    @staticmethod
    def _hidden_input(looked: Looked) -> Tensor:
        return torch.cat([looked.w.sum(1, keepdim=True), pair_interaction(looked.v)], dim=1)

    @torch.no_grad()
    def explain(self, batch: Batch) -> Parts:
        looked = self.embedding(batch)
        i, j = self.pairs
        g = looked.v[:, i] * looked.v[:, j]
        base = self.bias.expand(len(batch))
        if self.mlp is None:
            return Parts(logit=self(batch), base=base, fields=looked.w, pairs=g.sum(2))
        gradient, constant = held_at(self.mlp, self._hidden_input(looked))
        return Parts(
            logit=self(batch),
            base=base + constant,
            fields=looked.w * gradient[:, :1],
            pairs=(g * gradient[:, None, 1:]).sum(2),
        )
