"""Logits of hybrids from what they share, for models whose costly parts read one pair of fields or the history.

In all hybrids of a row with one background row a pair of fields has four forms: left and right field each the row's or
the background's. AFM scores and FiBiNET multiplies each form once, and hybrids are sums over them by one matrix
product. DIN attends once for each candidate and history that occur together, and adds up what the other fields bring
to the first hidden layer. The numbers are those of forward passes, up to rounding.
"""

from __future__ import annotations

from functools import cached_property

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


class PairHybrids(Hybrids):
    """What AFM and FiBiNET have in common: hybrids as sums over the four forms of each pair."""

    def first_order(self, row: int, others: Tensor, changed: Tensor) -> Tensor:
        """(R, S) bias and first-order weights of changes (F, S) or (R, F, S)."""
        w = self.looked.w
        change = w[self.rows + others] - w[row]
        return self.model.bias + w[row].sum() + torch.matmul(change[:, None], changed).squeeze(1)


class AFMHybrids(PairHybrids):
    """Hybrids of an AFM: the softmax as sums of exponentials over the forms, of which a hybrid has one of each pair."""

    model: AFM
    mixes_freely, at_once = True, 65_536

    def _values(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> Tensor:
        if steps is not None or not self.model.pairs.shape[1]:
            return super()._values(row, others, foreign, steps)
        theirs = self.looked.v[self.rows + others]
        g = products(torch.stack([self.looked.v[row].expand_as(theirs), theirs], dim=2))  # (R, 4P, k)
        score, projected = self.model.score(g), g @ self.model.p
        mass = torch.exp(score - score.amax(1, keepdim=True))
        changed = foreign.mT.to(g.dtype)  # (F, S) or (R, F, S)
        has = products(torch.stack([1 - changed, changed], dim=-2))  # (..., 4P, S) 1 where the hybrid has this form
        pooled, total = torch.matmul(torch.stack([mass * projected, mass], dim=1), has).unbind(1)
        if total.min() < TINY:  # a score that others have stands far above all that this hybrid has
            return super()._values(row, others, foreign, steps)
        return self.first_order(row, others, changed) + pooled / total


class FiBiNETHybrids(PairHybrids):
    """Hybrids of a FiBiNET: the first hidden layer as a sum over forms; in the re-weighted branch times two gates.

    A field is its own embedding plus, where it is changed, the change. So a hybrid has the products without a change,
    and those of the changes that it has.
    """

    model: FiBiNET

    def _values(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> Tensor:
        if steps is not None or not self.model.pairs.shape[1]:
            return super()._values(row, others, foreign, steps)
        model, (left, right) = self.model, self.model.pairs
        own, change = self.looked.v[row], self.looked.v[self.rows + others] - self.looked.v[row]
        changed = foreign.mT.to(own.dtype)  # (F, S) or (R, F, S)
        present = torch.stack([torch.ones_like(changed), changed], dim=-2)  # (..., F, 2, S)
        gates = model.senet.of_means(own.mean(1) + foreign * change.mean(2)[:, None]).mT  # (R, F, S)
        gated = products(gates[:, :, None] * present)  # (R, 4P, S)
        hidden = torch.bmm(gated.mT, self._forms(own, change, 1).flatten(0, 1).transpose(0, 1))  # (R, S, H)
        # the raw branch has no gates: forms with the same changes are one
        both = changed[..., left, :] * changed[..., right, :]
        changes = torch.cat([torch.ones_like(changed[..., :1, :]), changed, both], dim=-2)  # (..., 1 + F + P, S)
        hidden.baddbmm_(changes.expand(len(others), -1, -1).mT, self._raw(own, change).transpose(0, 1))
        first_order = self.first_order(row, others, changed)
        return first_order + (hidden.squeeze(2) if model.mlp is None else in_parts(model.mlp, hidden))

    def _raw(self, own: Tensor, change: Tensor) -> Tensor:
        """(1 + F + P, R, H) what the raw branch brings: without a change, by the change of each field, of two."""
        neither, of_right, of_left, both = self._forms(own, change, 0).unbind(1)
        constant = neither.sum(0, keepdim=True)
        if self.model.mlp is not None:
            constant += self.model.mlp.first.bias
        left, right = self.model.pairs
        alone = both.new_zeros(len(own), *both.shape[1:]).index_add_(0, left, of_left).index_add_(0, right, of_right)
        return torch.cat([constant, alone, both])

    def _forms(self, own: Tensor, change: Tensor, branch: int) -> Tensor:
        """(P, 4, R, H) what each pair brings: neither field changed, the right one, the left one, both."""
        model, layer = self.model, (self.model.raw, self.model.reweighted)[branch]
        states = torch.cat([own.expand_as(change), change])  # (2R, F, k)
        sides = layer.turned(states, model.pairs), states[:, model.pairs[1]]
        left, right = (
            side.view(2, len(change), -1, side.shape[2]).permute(2, 0, 1, 3) for side in sides
        )  # (P, 2, R, k)
        product = left[:, :, None] * right[:, None]
        if model.config.product == "inner":
            product = product.sum(4, keepdim=True)
        if model.mlp is None:
            product = product.sum(4, keepdim=True)
            return product.flatten(1, 2)
        return torch.bmm(product.flatten(1, 3), self._first_layer[branch]).view(len(left), 4, len(change), -1)

    @cached_property
    def _first_layer(self) -> Tensor:
        """(2, P, k or 1, H) the first layer's weights of each branch and pair."""
        assert self.model.mlp is not None
        weight = self.model.mlp.first.weight
        return weight.view(len(weight), 2, self.model.pairs.shape[1], -1).permute(1, 2, 3, 0).contiguous()


class DINHybrids(Hybrids):
    """Hybrids of a DIN: sums of what fields add to the first hidden layer; an interest per candidate and history."""

    model: DIN
    at_once = 16_384  # most of its steps are short: fewer and longer ones take less time

    def _values(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> Tensor:
        model, first = self.model, self.model.mlp.first
        free, size = model.others, (len(others), foreign.shape[-2])
        v, width = self.looked.v, model.config.embedding_size * len(model.others)
        change = v[self.rows + others][:, free] - v[row, free]  # (R, O, k)
        weight = first.weight[:, :width].view(first.out_features, len(free), -1)
        moved = torch.einsum("rok,hok->roh", change, weight)
        constant = torch.einsum("ok,hok->h", v[row, free], weight) + first.bias
        which, interest = self._interests(row, others, foreign, steps)
        brought = interest @ first.weight[:, width:].T + constant
        hidden = brought.index_select(0, which.expand(size).flatten()).view(*size, -1)
        hidden.baddbmm_(foreign[..., free].to(v.dtype).expand(*size, -1), moved)
        return model.bias + in_parts(model.mlp, hidden)

    def _interests(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> tuple[Tensor, Tensor]:
        """(R, S) which interest each hybrid has, and (N, 3d) candidate, interest and their product, once each."""
        model = self.model
        histories = tuple(place for place, field in enumerate(model.fields) if field.kind == "history")
        columns = [*model.candidate, histories[0]]
        deciding = torch.cat([foreign[..., columns], *([] if steps is None else [steps])], dim=-1)
        first, kind = distinct([np.packbits(deciding.flatten(0, -2).numpy(), axis=1)])
        kinds = deciding.flatten(0, -2)[torch.from_numpy(first)]  # (K, ...)
        which = torch.from_numpy(kind).view(deciding.shape[:-1]) + len(kinds) * torch.arange(len(others))[:, None]
        asked, which = torch.unique(which, return_inverse=True)  # each background row with each of its kinds
        kinds, theirs = kinds[asked % len(kinds)], self.rows + others[asked // len(kinds)]
        source = torch.where(kinds[:, : len(columns)], theirs[:, None], row)  # (N, columns)
        held = [*((column,) for column in model.candidate), histories]
        same = [self.codes(fields)[source[:, place]] for place, fields in enumerate(held)]
        place, again = distinct([*same, np.packbits(kinds[:, len(columns) :].numpy(), axis=1)])
        return torch.from_numpy(again)[which], self._interest(source[place], kinds[place, len(columns) :])

    def _interest(self, source: Tensor, steps: Tensor) -> Tensor:
        """(N, 3d) from the rows of candidate columns and history (N, columns), and the steps (N, L or 0) that stay."""
        model = self.model
        q = self.looked.v[source[:, :-1], torch.tensor(model.candidate)].flatten(1)
        k = torch.cat([self.looked.members[name] for name in model.histories], dim=2)[source[:, -1]]
        mask = self.bags[model.histories[0]].mask[source[:, -1]]
        mask = mask & steps if steps.shape[1] else mask
        interest = torch.einsum("bl,bld->bd", model.attend(q, k, mask), k)
        return torch.cat([q, interest, q * interest], dim=1)


def products(states: Tensor) -> Tensor:
    """(..., 4P, n) each pair of fields in its four forms, from both states of the fields (..., F, 2, n)."""
    found = [
        (states[..., left, None, :, None, :] * states[..., left + 1 :, None, :, :]).flatten(-4, -2)
        for left in range(states.shape[-3] - 1)
    ]
    return torch.cat(found, dim=-2)


def in_parts(mlp: MLP, hidden: Tensor) -> Tensor:
    """(R, S) outputs from first-layer sums (R, S, H), as many together as fit the cache."""
    found = [mlp.after_first(part) for part in torch.split(hidden.flatten(0, 1), 2 * TOGETHER)]
    return torch.cat(found).view(hidden.shape[:2])
