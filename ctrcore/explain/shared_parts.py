"""Logits of hybrids from what they share, for models whose costly parts read one pair of fields or the history.

In all hybrids of a row with one background row a pair of fields has four forms: left and right field each the row's or
the background's. AFM scores and FiBiNET multiplies each form once, and hybrids are sums over them by one matrix
product. DIN attends once for each candidate and history that occur together, and adds up what the other fields bring
to the first hidden layer. The numbers are those of forward passes, up to rounding.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ctrcore.data.encoded import Encoded
from ctrcore.explain.hybrids import TOGETHER, Hybrids, distinct
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel
from ctrcore.models.din import DIN
from ctrcore.models.fibinet import FiBiNET
from ctrcore.models.layers import MLP

TINY = 1e-30


def hybrids_of(model: CTRModel, rows: Encoded, background: Encoded) -> Hybrids:
    """The fastest hybrids of the model."""
    kinds: list[tuple[type[CTRModel], type[Hybrids]]] = [
        (AFM, AFMHybrids),
        (FiBiNET, FiBiNETHybrids),
        (DIN, DINHybrids),
    ]
    kind = next((kind for of, kind in kinds if isinstance(model, of)), Hybrids)
    return kind(model, rows, background)


class Terms(NamedTuple):
    """The terms that a sum over P pairs has where each field is of state 0, the row's, or 1, a change to it.

    C terms: of every pair one for both own states, and one more for each state that occurs.
    """

    pair: Tensor  # (C,) which pair
    left: Tensor  # (C,) state of its left field, among 2F: own, then changed
    right: Tensor  # (C,) of its right field


class PairHybrids(Hybrids):
    """What AFM and FiBiNET have in common: hybrids as sums over the terms of each pair."""

    def terms(self, foreign: Tensor) -> Terms:
        """The terms that occur where these fields (S, F) come from the background row."""
        fields, pairs = foreign.shape[1], self.model.pairs
        shift = torch.tensor([[0, 0, fields, fields], [0, fields, 0, fields]])
        left, right = (pairs[:, :, None] + shift[:, None]).flatten(1)
        occurs = torch.cat([torch.ones(fields, dtype=torch.bool), foreign.any(0)])
        kept = (occurs[left] & occurs[right]).nonzero().squeeze(1)
        return Terms(kept // 4, left[kept], right[kept])

    def first_order(self, row: int, others: Tensor, foreign: Tensor) -> Tensor:
        """(R, S) bias and first-order weights."""
        w = self.looked.w
        change = w[self.rows + others] - w[row]
        return self.model.bias + w[row].sum() + change @ foreign.to(w.dtype).T


class AFMHybrids(PairHybrids):
    """Hybrids of an AFM: the softmax as sums of exponentials over the terms, of which a hybrid has one of each pair."""

    model: AFM

    def _values(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> Tensor:
        if steps is not None or not self.model.pairs.shape[1]:
            return super()._values(row, others, foreign, steps)
        _, left, right = self.terms(foreign)
        theirs = self.looked.v[self.rows + others]
        v = torch.cat([self.looked.v[row].expand_as(theirs), theirs], dim=1)  # (R, 2F, k)
        g = v[:, left] * v[:, right]  # (R, C, k)
        score, projected = self.model.score(g), g @ self.model.p
        mass = torch.exp(score - score.amax(1, keepdim=True))
        state = torch.cat([~foreign, foreign], dim=1).T.to(g.dtype)  # (2F, S)
        has = state[left] * state[right]  # (C, S) 1 where the hybrid has this term
        pooled, total = (torch.cat([mass * projected, mass]) @ has).chunk(2)
        if total.min() < TINY:  # a score that others have stands far above all that this hybrid has
            return super()._values(row, others, foreign, steps)
        return self.first_order(row, others, foreign) + pooled / total


class FiBiNETHybrids(PairHybrids):
    """Hybrids of a FiBiNET: the first hidden layer as a sum over terms; in the re-weighted branch times two gates."""

    model: FiBiNET

    def _values(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> Tensor:
        if steps is not None or not self.model.pairs.shape[1]:
            return super()._values(row, others, foreign, steps)
        model, terms, (own, theirs) = self.model, self.terms(foreign), (row, self.rows + others)
        z = self.looked.v.mean(2)
        gates = model.senet.of_means(torch.where(foreign, z[theirs][:, None], z[own]))  # (R, S, F)
        changed = foreign.T.to(z.dtype)  # (F, S): a field is own + changed * (theirs - own)
        by_field = gates.transpose(1, 2).contiguous()
        gated = torch.cat([by_field, by_field * changed], dim=1)  # (R, 2F, S)
        product = gated.index_select(1, terms.left).mul_(gated.index_select(1, terms.right))  # (R, C, S)
        hidden = product.transpose(1, 2) @ self._brought(own, theirs, terms, 1)
        # the raw branch has no gates, so terms of the same changes are one
        code = torch.stack([terms.left, terms.right]).sub(len(model.fields) - 1).clamp(min=0).sort(0).values
        kinds, kind = torch.unique(code[0] * (len(model.fields) + 1) + code[1], return_inverse=True)
        raw = self._brought(own, theirs, terms, 0)
        joined = raw.new_zeros(len(others), len(kinds), raw.shape[2]).index_add_(1, kind, raw)
        one = torch.cat([torch.ones_like(changed[:1]), changed])
        size = len(model.fields) + 1
        hidden += (one[kinds // size] * one[kinds % size]).T @ joined
        if model.mlp is None:
            return self.first_order(row, others, foreign) + hidden.squeeze(2)
        return self.first_order(row, others, foreign) + in_parts(model.mlp, hidden.add_(model.mlp.first.bias))

    def _brought(self, own: int, theirs: Tensor, terms: Terms, branch: int) -> Tensor:
        """(R, C, H) what each term brings to the first layer, by the raw (0) or the re-weighted (1) branch."""
        model, v = self.model, self.looked.v
        layer, (pairs, fields) = (model.raw, model.reweighted)[branch], (model.pairs.shape[1], len(model.fields))
        change = v[theirs] - v[own]
        turned_own = layer.turned(v[None, own], model.pairs).expand(len(theirs), -1, -1)
        turned = torch.cat([turned_own, layer.turned(change, model.pairs)], dim=1)  # (R, 2P, k)
        both = torch.cat([v[own].expand_as(change), change], dim=1)  # (R, 2F, k)
        product = turned.index_select(1, terms.pair + pairs * (terms.left >= fields))
        product *= both.index_select(1, terms.right)  # (R, C, k)
        if model.config.product == "inner":
            product = product.sum(2, keepdim=True)
        if model.mlp is None:
            return product.sum(2, keepdim=True)
        found = product.transpose(0, 1) @ self._first_layer[branch].index_select(0, terms.pair)
        return found.transpose(0, 1)

    @cached_property
    def _first_layer(self) -> Tensor:
        """(2, P, k or 1, H) the first layer's weights of each branch and pair."""
        assert self.model.mlp is not None
        weight = self.model.mlp.first.weight
        return weight.view(len(weight), 2, self.model.pairs.shape[1], -1).permute(1, 2, 3, 0).contiguous()


class DINHybrids(Hybrids):
    """Hybrids of a DIN: sums of what fields add to the first hidden layer; an interest per candidate and history."""

    model: DIN

    def _values(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> Tensor:
        model, first = self.model, self.model.mlp.first
        free = model.others
        v, width = self.looked.v, model.config.embedding_size * len(model.others)
        change = v[self.rows + others][:, free] - v[row, free]  # (R, O, k)
        weight = first.weight[:, :width].view(first.out_features, len(free), -1)
        moved = torch.einsum("rok,hok->roh", change, weight)
        constant = torch.einsum("ok,hok->h", v[row, free], weight) + first.bias
        history = next(place for place, field in enumerate(model.fields) if field.kind == "history")
        deciding = [foreign[:, [*model.candidate, history]], *([] if steps is None else [steps])]
        flags = torch.cat(deciding, dim=1)
        place, kind = distinct([np.packbits(flags.numpy(), axis=1)])
        interest = self._interest(row, others, flags[place]) @ first.weight[:, width:].T + constant  # (R, C, H)
        chosen = torch.nn.functional.one_hot(torch.from_numpy(kind), len(place))  # (S, C)
        hidden = torch.cat([foreign[:, free], chosen], dim=1).to(v.dtype) @ torch.cat([moved, interest], dim=1)
        return model.bias + in_parts(model.mlp, hidden)

    def _interest(self, row: int, others: Tensor, kinds: Tensor) -> Tensor:
        """(R, C, 3d) candidate, interest and their product, for kinds (C, ...) of candidate and history."""
        model, places = self.model, len(self.model.candidate)
        theirs = (self.rows + others)[:, None]
        source = torch.where(kinds[None, :, :places], theirs[..., None], row)  # (R, C, columns)
        q = self.looked.v[source, torch.tensor(model.candidate)].flatten(0, 1).flatten(1)
        of_history = torch.where(kinds[None, :, places], theirs, row).flatten()
        k = torch.cat([self.looked.members[name] for name in model.histories], dim=2)[of_history]
        mask = self.bags[model.histories[0]].mask[of_history]
        if kinds.shape[1] > places + 1:
            mask = mask & kinds[:, places + 1 :].repeat(len(others), 1)
        interest = torch.einsum("bl,bld->bd", model.attend(q, k, mask), k)
        return torch.cat([q, interest, q * interest], dim=1).view(len(others), len(kinds), -1)


def in_parts(mlp: MLP, hidden: Tensor) -> Tensor:
    """(R, S) outputs from first-layer sums (R, S, H), as many together as fit the cache."""
    found = [mlp.after_first(part) for part in torch.split(hidden.flatten(0, 1), TOGETHER)]
    return torch.cat(found).view(hidden.shape[:2])
