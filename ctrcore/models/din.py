"""Deep interest network (Zhou et al. 2018).

    q   = the candidate's embeddings (item id, category, ... concatenated);  k_t = the same columns of behaviour t
    s_t = MLP([q, k_t, q - k_t, q * k_t])         or the dot product <q, k_t>
    a_t = s_t (the paper: intensity is kept)       or softmax_t(s_t / sqrt(d)) over the real behaviours
    interest = sum_t a_t k_t
    f   = MLP([all other fields, q, interest, q * interest])

An empty history has interest 0. The candidate's columns are those that a history column is `of`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from ctrcore.errors import ModelError
from ctrcore.models.base import CTRModel, Parts
from ctrcore.models.batch import Batch
from ctrcore.models.config import DINConfig
from ctrcore.models.embedding import Looked
from ctrcore.models.layers import MLP, held_at
from ctrcore.models.row_parts import by_parts, cut
from ctrcore.schema import EncodedField

TOGETHER = 256  # rows of a part, each with a whole history


class DIN(CTRModel):
    """Deep interest network over one behaviour sequence with any number of columns."""

    exact = False
    config: DINConfig

    def __init__(self, config: DINConfig, fields: Sequence[EncodedField]) -> None:
        super().__init__(config, fields)
        self.histories = [field.name for field in self.fields if field.kind == "history"]
        if not self.histories:
            raise ModelError(
                "DIN needs a behaviour history, and the data have none.",
                "Set a column's kind to 'history', or let histories be built from user, item and time.",
            )
        position = {field.name: place for place, field in enumerate(self.fields)}
        self.candidate = [position[field.of or ""] for field in self.fields if field.kind == "history"]
        taken = {*self.candidate, *(position[name] for name in self.histories)}
        self.others = [place for place in range(len(self.fields)) if place not in taken]
        self.width = config.embedding_size * len(self.histories)
        self.scorer = (
            MLP(4 * self.width, config.attention_units, act=config.activation) if config.scorer == "mlp" else None
        )
        inputs = config.embedding_size * len(self.others) + 3 * self.width
        self.mlp = MLP(inputs, config.hidden_units, config.activation, config.dropout, config.batch_norm)

    def _sequence(self, batch: Batch, looked: Looked) -> tuple[Tensor, Tensor, Tensor]:
        """The candidate q (B, d), the behaviours k (B, L, d), zero where padded, and the mask (B, L)."""
        q = looked.v[:, self.candidate].flatten(1)
        k = torch.cat([looked.members[name] for name in self.histories], dim=2)
        return q, k, batch.bags[self.histories[0]].mask

    def attend(self, q: Tensor, k: Tensor, mask: Tensor) -> Tensor:
        """(B, L) weights, 0 where padded."""
        score = self._scores(q, k, mask)
        if self.scorer is None or self.config.softmax:
            score = score / self.width**0.5
        if not self.config.softmax:
            return score.where(mask, 0.0)
        full = score.where(mask, float("-inf"))
        return torch.softmax(full, dim=1).where(mask, 0.0) if mask.shape[1] else full

    def _scores(self, q: Tensor, k: Tensor, mask: Tensor) -> Tensor:
        """(B, L) s_t of the behaviours, anything where padded."""
        if self.scorer is None:
            return torch.bmm(k, q.unsqueeze(2)).squeeze(2)
        # q - k is no new input of a linear layer, and q scales what that makes of q * k: a layer for each row
        of_q, of_k, of_difference, of_product = torch.split(self.scorer.first.weight, self.width, dim=1)
        once = q @ (of_q + of_difference).T + self.scorer.first.bias
        layer = torch.addcmul((of_k - of_difference).T, q.unsqueeze(2), of_product.T)  # (B, d, units)
        each = torch.baddbmm(once.unsqueeze(1), k, layer)
        if self.scorer.apart:
            return self.scorer.after_first(each.flatten(0, 1)).view(mask.shape)
        score = self.scorer.after_first(each[mask])  # Dice must not see padding
        return torch.zeros_like(mask, dtype=score.dtype).masked_scatter(mask, score)

    def _output_input(self, v: Tensor, q: Tensor, interest: Tensor) -> Tensor:
        """(..., B, inputs) of the output layers for an interest (..., B, d)."""
        given = torch.cat([v[:, self.others].flatten(1), q], dim=1)
        return torch.cat([given.expand(*interest.shape[:-1], -1), interest, q * interest], dim=-1)

    def forward_with_attention(self, batch: Batch, attention: Tensor | None = None) -> Tensor:
        """Logits (B,) with these weights (B, L) of the behaviours instead of the model's own: for ablation.

        Weights (V, B, L) give logits (V, B) of V variants, for which everything else is looked up once.
        """
        looked = self.embedding(batch)
        q, k, mask = self._sequence(batch, looked)
        attention = self.attend(q, k, mask) if attention is None else attention
        interest = torch.einsum("...bl,bld->...bd", attention, k)
        x = self._output_input(looked.v, q, interest)
        logit: Tensor = self.bias + self.mlp(x.flatten(0, -2)).view(x.shape[:-1])
        return logit

    def forward(self, batch: Batch) -> Tensor:
        """The same as `forward_with_attention`; on the CPU in parts of rows whose histories are of like length."""
        mask = batch.bags[self.histories[0]].mask
        if mask.device.type != "cpu" or len(batch) <= TOGETHER or not self.shares_rows:
            return self.forward_with_attention(batch)
        order = mask.sum(1).argsort()
        batch = batch.take(order)
        looked = self.embedding(batch, skip=self.histories)
        key = torch.cat([self.embedding.members(batch, name) for name in self.histories], dim=1)
        mask = batch.bags[self.histories[0]].mask
        rows = cut(len(batch), TOGETHER)
        ends = [0, *mask.sum(1).cumsum(0)[[part.stop - 1 for part in rows]].tolist()]
        parts = [[part, slice(*behaviours), part] for part, behaviours in zip(rows, pairwise(ends), strict=True)]
        read = [] if self.scorer is None else list(self.scorer.parameters())
        if self.mlp.apart:
            deep = by_parts(self._deep, [looked.v, key, mask], [*read, *self.mlp.parameters()], parts)
        else:
            deep = self.mlp(by_parts(self._read, [looked.v, key, mask], read, parts))
        logit: Tensor = self.bias + deep.index_select(0, order.argsort())
        return logit

    def _deep(self, v: Tensor, key: Tensor, mask: Tensor) -> Tensor:
        deep: Tensor = self.mlp(self._read(v, key, mask))
        return deep

    @property
    def shares_rows(self) -> bool:
        return self.scorer is None or self.scorer.apart

    def _read(self, v: Tensor, key: Tensor, mask: Tensor) -> Tensor:
        """(B, inputs) of the output layers from the fields (B, F, k) and the behaviours (N, d) of the mask (B, L)."""
        mask = mask[:, : int(mask.any(0).nonzero().amax()) + 1] if len(key) else mask[:, :0]
        k = key.new_zeros(*mask.shape, key.shape[1]).index_put(mask.nonzero(as_tuple=True), key)
        q = v[:, self.candidate].flatten(1)
        interest = torch.bmm(self.attend(q, k, mask).unsqueeze(1).to(k.dtype), k).squeeze(1)
        return self._output_input(v, q, interest)

    @torch.no_grad()
    def explain(self, batch: Batch) -> Parts:
        looked = self.embedding(batch)
        q, k, mask = self._sequence(batch, looked)
        attention = self.attend(q, k, mask)
        interest = torch.einsum("bl,bld->bd", attention, k)
        x = self._output_input(looked.v, q, interest)
        gradient, constant = held_at(self.mlp, x)
        size, d = self.config.embedding_size, self.width
        others, of_q, of_interest, of_match = torch.split(gradient, [size * len(self.others), d, d, d], dim=1)
        fields = torch.zeros(len(batch), len(self.fields), dtype=q.dtype, device=q.device)
        blocks = torch.cat([others, of_q], dim=1).view(len(batch), len(self.others) + len(self.candidate), size)
        places = self.others + self.candidate
        # two histories may be of one column: its candidate block then counts twice
        fields.index_add_(1, torch.tensor(places, device=q.device), (blocks * looked.v[:, places]).sum(2))
        # the block q * interest belongs to the behaviours: without them it is gone
        towards = of_interest + of_match * q
        return Parts(
            logit=self(batch),
            base=self.bias + constant,
            fields=fields,
            behaviours=attention * torch.einsum("bd,bld->bl", towards, k),
            behaviour_weights=attention,
            mask=mask,
        )
