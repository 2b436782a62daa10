"""Logits of hybrids from what they share, for models whose costly parts read one pair of fields or the history.

A pair of fields has four versions in all hybrids of a row with one background row: left and right field each the row's
or the background's. So AFM and FiBiNET score or multiply each version once, and a hybrid is a sum over its versions, by
one matrix product. DIN attends once for each candidate and history that occur together, and adds up what each field
brings to the first hidden layer. The numbers are those of forward passes, up to rounding.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ctrcore.data.encoded import Encoded
from ctrcore.explain.hybrids import TOGETHER, Hybrids
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel
from ctrcore.models.din import DIN
from ctrcore.models.fibinet import FiBiNET
from ctrcore.models.layers import MLP

TINY = 1e-200


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
    """What AFM and FiBiNET have in common: hybrids as sums over the versions of each pair."""

    def versions(self, row: int, others: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Left and right vectors (R, F, k) of the versions: both own, left own, right own, none own."""
        foreign = self.looked.v[self.rows + others]
        own = self.looked.v[row].expand_as(foreign)
        return [(own, own), (own, foreign), (foreign, own), (foreign, foreign)]

    def columns(self) -> tuple[Tensor, Tensor]:
        """Of the 2F states [own, foreign], the left and the right one of every version of every pair (4P each)."""
        fields, (i, j) = len(self.model.fields), self.model.pairs
        return torch.cat([i, i, i + fields, i + fields]), torch.cat([j, j + fields, j, j + fields])

    def first_order(self, row: int, others: Tensor, foreign: Tensor) -> Tensor:
        """(R, S) bias and first-order weights."""
        w = self.looked.w
        change = w[self.rows + others] - w[row]
        return self.model.bias + w[row].sum() + change @ foreign.to(w.dtype).T


class AFMHybrids(PairHybrids):
    """Hybrids of an AFM: the softmax as sums of exponentials over the pairs' versions."""

    model: AFM

    def _values(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> Tensor:
        i, j = self.model.pairs
        if steps is not None or not len(i):
            return super()._values(row, others, foreign, steps)
        g = torch.stack([left[:, i] * right[:, j] for left, right in self.versions(row, others)], dim=1)
        score, projected = self.model.score(g).double().flatten(1), (g @ self.model.p).double().flatten(1)  # (R, 4P)
        mass = torch.exp(score - score.amax(1, keepdim=True))
        state = torch.cat([~foreign, foreign], dim=1).double().T  # (2F, S)
        left, right = self.columns()
        version = (state[left] * state[right]).T  # (S, 4P) 1 for the version that the hybrid has
        pooled, total = (version @ torch.cat([mass * projected, mass]).T).chunk(2, dim=1)
        if total.min() < TINY:  # a score far above all others would have hidden them
            return super()._values(row, others, foreign, steps)
        return self.first_order(row, others, foreign) + (pooled / total).T


class FiBiNETHybrids(PairHybrids):
    """Hybrids of a FiBiNET: sums of what the pairs' versions bring to the first hidden layer, times their gates."""

    model: FiBiNET

    def _values(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> Tensor:
        model = self.model
        if steps is not None:
            return super()._values(row, others, foreign, steps)
        z = self.looked.v.mean(2)
        gates = model.senet.of_means(torch.where(foreign, z[self.rows + others][:, None], z[row]))  # (R, S, F)
        state = torch.cat([~foreign, foreign], dim=1).to(z.dtype).T  # (2F, S)
        gated = torch.cat([gates, gates], dim=2).transpose(1, 2) * state  # (R, 2F, S)
        left, right = self.columns()
        raw, reweighted = (self._brought(row, others, branch) for branch in (0, 1))  # (R, 4P, H)
        hidden = (state[left] * state[right]).T @ raw
        hidden += (gated[:, left] * gated[:, right]).transpose(1, 2) @ reweighted
        if model.mlp is None:
            deep = hidden.squeeze(2)
        else:
            hidden += model.mlp.first.bias
            deep = in_parts(model.mlp, hidden)
        return self.first_order(row, others, foreign) + deep

    def _brought(self, row: int, others: Tensor, branch: int) -> Tensor:
        """(R, 4P, H) what the pairs' versions bring to the first layer, by the raw (0) or re-weighted (1) branch."""
        model, (_, j) = self.model, self.model.pairs
        layer = (model.raw, model.reweighted)[branch]
        product = torch.stack(
            [layer.turned(left, model.pairs) * right[:, j] for left, right in self.versions(row, others)], dim=1
        )  # (R, 4, P, k)
        if model.config.product == "inner":
            product = product.sum(3, keepdim=True)
        if model.mlp is None:
            return product.sum(3, keepdim=True).flatten(1, 2)
        weight = model.mlp.first.weight.view(-1, 2, len(j), product.shape[3])[:, branch]  # (H, P, k)
        found = product.permute(2, 0, 1, 3).flatten(1, 2) @ weight.permute(1, 2, 0)  # (P, R * 4, H)
        return found.view(len(j), len(others), 4, -1).permute(1, 2, 0, 3).flatten(1, 2)


class DINHybrids(Hybrids):
    """Hybrids of a DIN: sums of what fields add to the first hidden layer; an interest per candidate and history."""

    model: DIN

    def _values(self, row: int, others: Tensor, foreign: Tensor, steps: Tensor | None) -> Tensor:
        model, first = self.model, self.model.mlp.first
        free = model.others
        v, width = self.looked.v, model.config.embedding_size * len(model.others)
        change = v[self.rows + others][:, free] - v[row, free]  # (R, O, k)
        weight = first.weight[:, :width].view(first.out_features, len(free), -1)
        hidden = foreign[:, free].to(v.dtype) @ torch.einsum("rok,hok->roh", change, weight)  # (R, S, H)
        hidden += torch.einsum("ok,hok->h", v[row, free], weight) + first.bias
        history = next(place for place, field in enumerate(model.fields) if field.kind == "history")
        deciding = [foreign[:, [*model.candidate, history]], *([] if steps is None else [steps])]
        kinds, kind = torch.unique(torch.cat(deciding, dim=1), dim=0, return_inverse=True)
        hidden += (self._interest(row, others, kinds) @ first.weight[:, width:].T)[:, kind]
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
