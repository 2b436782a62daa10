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
from ctrcore.models.row_parts import by_parts, cut
from ctrcore.schema import EncodedField

TOGETHER = 2048  # rows of a part: fewer make more gradients of the weights to add up


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
        logit: Tensor = self.bias + looked.w.sum(1) + self._deep(looked.v, gates)
        return logit

    def _deep(self, v: Tensor, gates: Tensor | None = None) -> Tensor:
        """(B,) what the interactions of the embeddings (B, F, k) bring to the logit."""
        if self.mlp is None:
            return self._interactions(v, self.gates(v) if gates is None else gates).sum((1, 2, 3))
        return self.mlp.after_first(self._first_layer(v, gates))

    def _first_layer(self, v: Tensor, gates: Tensor | None = None) -> Tensor:
        """(B, m) what the first hidden layer makes of the interactions."""
        assert self.mlp is not None
        first, gates = self.mlp.first, self.gates(v) if gates is None else gates
        if v.device.type != "cpu":  # many small products take longer there than few large ones
            return cast(Tensor, first(self._interactions(v, gates).flatten(1)))
        # a product's sum weighs each of its k numbers alike
        alike = self.config.embedding_size if self.config.product == "inner" else 1
        raw, reweighted = (
            layer_over_pairs(rows, bilinear.per_pair(self.pairs), layer.repeat_interleave(alike, dim=1))
            for layer, bilinear, rows in zip(
                first.weight.chunk(2, 1), (self.raw, self.reweighted), (v, v * gates.unsqueeze(2)), strict=True
            )
        )
        return first.bias + raw + reweighted

    def forward(self, batch: Batch) -> Tensor:
        """The same as `forward_with_gates`; on the CPU in parts."""
        if self.bias.device.type != "cpu" or self.mlp is None:
            return self.forward_with_gates(batch)
        looked = self.embedding(batch)
        parts = [[rows] for rows in cut(len(batch), TOGETHER)]
        weights = [*self.senet.parameters(), *self.raw.parameters(), *self.reweighted.parameters()]
        if self.mlp.apart:
            deep = by_parts(self._deep, [looked.v], [*weights, *self.mlp.parameters()], parts)
        else:
            first = by_parts(self._first_layer, [looked.v], [*weights, *self.mlp.first.parameters()], parts)
            deep = self.mlp.after_first(first)
        logit: Tensor = self.bias + looked.w.sum(1) + deep
        return logit

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
