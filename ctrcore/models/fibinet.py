"""FiBiNET: feature importance and bilinear interaction (Huang, Zhang, Zhang 2019).

    squeeze      z_i = mean_d v_id
    excitation   A = act(W2 relu(W1 z)),  m = max(2, ceil(F / reduction)) hidden units, no bias
    re-weight    u_i = A_i v_i
    bilinear     p_ij = (v_i W) * v_j on the raw, q_ij = (u_i W') * u_j on the re-weighted embeddings
    output       f = w0 + sum_i w_i + MLP(concat(p, q));  without hidden layers the sum of p and q

The paper's act is ReLU, whose gates die (exactly 0 for a large share of rows). With `excitation="sigmoid"` the gate
is `2 sigmoid`, so that 1 leaves a field unchanged and no gate is ever 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from ctrcore.models.base import CTRModel, Parts
from ctrcore.models.batch import Batch
from ctrcore.models.bilinear import Bilinear, layer_over_pairs
from ctrcore.models.config import FiBiNETConfig
from ctrcore.models.layers import MLP, held_at
from ctrcore.schema import EncodedField


class SENet(nn.Module):
    """Squeeze and excite: (B, F, k) embeddings to (B, F) gates."""

    def __init__(self, fields: int, reduction: int, excitation: str) -> None:
        super().__init__()
        hidden = max(2, math.ceil(fields / reduction))
        self.squeeze = nn.Linear(fields, hidden, bias=False)
        self.excite = nn.Linear(hidden, fields, bias=False)
        self.excitation = excitation

    def forward(self, v: Tensor) -> Tensor:
        return self.of_means(v.mean(2))

    def of_means(self, z: Tensor) -> Tensor:
        """(..., F) gates of the squeezed embeddings z (..., F)."""
        gate: Tensor = self.excite(torch.relu(self.squeeze(z)))
        return torch.relu(gate) if self.excitation == "relu" else 2 * torch.sigmoid(gate)


class FiBiNET(CTRModel):
    """SENet gates, two bilinear layers, hidden layers."""

    config: FiBiNETConfig

    def __init__(self, config: FiBiNETConfig, fields: Sequence[EncodedField]) -> None:
        super().__init__(config, fields)
        self.senet = SENet(len(fields), config.reduction, config.excitation)
        self.raw = Bilinear(self.pairs, config.embedding_size, config.bilinear)
        self.reweighted = Bilinear(self.pairs, config.embedding_size, config.bilinear)
        width = config.embedding_size if config.product == "hadamard" else 1
        inputs = 2 * self.pairs.shape[1] * width
        self.mlp = (
            MLP(inputs, config.hidden_units, dropout=config.dropout, batch_norm=config.batch_norm)
            if config.hidden_units and inputs
            else None
        )
        self.exact = self.mlp is None

    def gates(self, v: Tensor) -> Tensor:
        """(B, F) gates of the looked-up embeddings (B, F, k)."""
        result: Tensor = self.senet(v)
        return result

    def _interactions(self, v: Tensor, gates: Tensor) -> Tensor:
        """(B, 2, P, k or 1): raw and re-weighted pair products."""
        both = torch.stack([self.raw(v, self.pairs), self.reweighted(v * gates.unsqueeze(2), self.pairs)], dim=1)
        return both if self.config.product == "hadamard" else both.sum(3, keepdim=True)

    def forward_with_gates(self, batch: Batch, gates: Tensor | None = None) -> Tensor:
        """Logits (B,) with these gates (B, F) instead of the model's own: for ablation."""
        looked = self.embedding(batch)
        gates = self.gates(looked.v) if gates is None else gates
        if self.mlp is None:
            deep = self._interactions(looked.v, gates).sum((1, 2, 3))
        else:
            deep = self.mlp.after_first(self._first_layer(looked.v, gates, self.mlp.first))
        logit: Tensor = self.bias + looked.w.sum(1) + deep
        return logit

    def _first_layer(self, v: Tensor, gates: Tensor, first: nn.Linear) -> Tensor:
        """(B, m) what the first layer makes of the interactions."""
        if v.device.type != "cpu":  # many small products take longer there than few large ones
            return cast(Tensor, first(self._interactions(v, gates).flatten(1)))
        # a product's sum weighs each of its k numbers alike
        alike = self.config.embedding_size if self.config.product == "inner" else 1
        out: Tensor = first.bias
        for layer, bilinear, rows in zip(
            first.weight.chunk(2, 1), (self.raw, self.reweighted), (v, v * gates.unsqueeze(2)), strict=True
        ):
            out = out + layer_over_pairs(rows, bilinear.per_pair(self.pairs), layer.repeat_interleave(alike, dim=1))
        return out

    def forward(self, batch: Batch) -> Tensor:
        return self.forward_with_gates(batch)

    @torch.no_grad()
    def explain(self, batch: Batch) -> Parts:
        looked = self.embedding(batch)
        gates = self.gates(looked.v)
        c = self._interactions(looked.v, gates)
        base = self.bias.expand(len(batch))
        if self.mlp is not None:
            gradient, constant = held_at(self.mlp, c.flatten(1))
            c, base = c * gradient.view_as(c), base + constant
        raw, reweighted = c.sum(3).unbind(1)
        return Parts(logit=self(batch), base=base, fields=looked.w, pairs=raw, reweighted_pairs=reweighted, gates=gates)
