"""Attentional factorization machine (Xiao et al. 2017).

    g_ij = v_i * v_j                                   (elementwise)
    e_ij = h . ReLU(W g_ij + b)
    a_ij = softmax over all pairs of e_ij
    f    = w0 + sum_i w_i + p . sum_{i<j} a_ij g_ij

A pair's signed contribution is `a_ij (p . g_ij)`: attention alone has no sign.

At first each of the P pairs has about 1/P of the attention: the sum is a mean, whose spread falls with the root of P,
and with many pairs the gradients to small embeddings are so small that L2 holds these at zero. `scale_by_pairs` starts
p larger by the root of P, so that the first spread is the same for any number of pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ctrcore.models.base import CTRModel, Parts
from ctrcore.models.batch import Batch
from ctrcore.models.config import AFMConfig
from ctrcore.schema import EncodedField


class PairTerms(NamedTuple):
    """The steps from a pair of embeddings to its contribution, each for B rows and P pairs."""

    g: Tensor  # (B, P, k) elementwise products
    score: Tensor  # (B, P) e_ij
    attention: Tensor  # (B, P) a_ij, sums to 1 over the pairs
    projected: Tensor  # (B, P) p . g_ij


class AFM(CTRModel):
    """Attentional factorization machine."""

    config: AFMConfig

    def __init__(self, config: AFMConfig, fields: Sequence[EncodedField]) -> None:
        super().__init__(config, fields)
        k, t = config.embedding_size, config.attention_size
        self.attention = nn.Linear(k, t)
        self.h = nn.Parameter(torch.randn(t) / t**0.5)
        # both signs: an all-positive p can only add what FM already has
        self.p = nn.Parameter(torch.randn(k) * (self.pairs.shape[1] ** 0.5 if config.scale_by_pairs else 1.0))
        self.attention_dropout = nn.Dropout(config.attention_dropout)
        self.dropout = nn.Dropout(config.dropout)

    def _attend(self, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        i, j = self.pairs
        g = v.index_select(1, i) * v.index_select(1, j)
        score = self.score(g)
        return g, score, torch.softmax(score, dim=1)

    def score(self, g: Tensor) -> Tensor:
        """e_ij (...) of products of embeddings g (..., k)."""
        return torch.relu(self.attention(g)) @ self.h

    def forward_with_attention(self, batch: Batch, attention: Tensor | None = None) -> Tensor:
        """Logits (B,) with these weights (B, P) instead of the model's own: for ablation."""
        looked = self.embedding(batch)
        if attention is None and self._by_kernel(looked.v):
            from ctrcore.models.pair_attention import pooled_pairs

            pooled = pooled_pairs(looked.v, self.attention.weight, self.attention.bias, self.h)
        else:
            g, _, own = self._attend(looked.v)
            attention = own if attention is None else attention
            pooled = torch.einsum("bp,bpk->bk", self.attention_dropout(attention), g)
        logit: Tensor = self.bias + looked.w.sum(1) + self.dropout(pooled) @ self.p
        return logit

    def _by_kernel(self, v: Tensor) -> bool:
        """A kernel takes the embeddings through all steps; it knows no dropout."""
        fits = v.dtype == torch.float32 and self.pairs.shape[1] > 0
        return self.embedding.by_kernel and fits and not self.attention_dropout.p

    def forward(self, batch: Batch) -> Tensor:
        return self.forward_with_attention(batch)

    @torch.no_grad()
    def pair_terms(self, batch: Batch) -> PairTerms:
        """Every number between the embeddings and the pair contributions."""
        g, score, attention = self._attend(self.embedding(batch).v)
        return PairTerms(g, score, attention, g @ self.p)

    @torch.no_grad()
    def explain(self, batch: Batch) -> Parts:
        terms = self.pair_terms(batch)
        return Parts(
            logit=self(batch),
            base=self.bias.expand(len(batch)),
            fields=self.embedding(batch).w,
            pairs=terms.attention * terms.projected,
            pair_weights=terms.attention,
        )

    def penalty(self) -> Tensor | None:
        if not self.config.attention_l2:
            return None
        return self.config.attention_l2 * self.attention.weight.square().sum()
