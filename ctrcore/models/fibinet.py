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

import torch
from torch import Tensor, nn

from ctrcore.models.base import CTRModel, Parts
from ctrcore.models.batch import Batch
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


class Bilinear(nn.Module):
    """`(v_i W) * v_j` for every pair: (B, F, k) to (B, P, k). W is shared by all, by a left field, or by a pair."""

    def __init__(self, pairs: Tensor, size: int, kind: str) -> None:
        super().__init__()
        count = pairs.shape[1]  # F (F - 1) / 2, so F - 1 is the root of twice that, rounded down
        matrices = {"field_all": min(count, 1), "field_each": math.isqrt(2 * count), "field_interaction": count}[kind]
        bound = math.sqrt(6 / (2 * size))  # the fan of one k x k matrix, not of the stack
        self.weight = nn.Parameter(torch.empty(matrices, size, size).uniform_(-bound, bound))
        self.kind = kind

    def forward(self, v: Tensor, pairs: Tensor) -> Tensor:
        return self.turned(v, pairs) * v[:, pairs[1]]

    def turned(self, v: Tensor, pairs: Tensor) -> Tensor:
        """(B, P, k): `v_i W` of each pair's left field."""
        i, _ = pairs
        if self.kind == "field_interaction":
            turned = torch.bmm(v[:, i].transpose(0, 1), self.weight).transpose(0, 1)
        elif self.kind == "field_each":
            left = v[:, : self.weight.shape[0]]  # every field but the last is a left one
            turned = torch.bmm(left.transpose(0, 1), self.weight).transpose(0, 1)[:, i]
        else:
            turned = (v @ self.weight[0])[:, i] if len(self.weight) else v[:, i]
        return turned


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
        c = self._interactions(looked.v, self.gates(looked.v) if gates is None else gates)
        deep = c.sum((1, 2, 3)) if self.mlp is None else self.mlp(c.flatten(1))
        logit: Tensor = self.bias + looked.w.sum(1) + deep
        return logit

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
