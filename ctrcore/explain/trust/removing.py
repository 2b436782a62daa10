"""What a logit becomes when only some of the parts of its row are left: for any set of parts, of many rows at once.

Pairs of AFM in closed form, behaviours of DIN by a forward pass with the weights of those that are left, fields by
forward passes with the values of background rows in the others' place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import Background
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.players import field_groups
from ctrcore.explain.shared_parts import hybrids_of
from ctrcore.explain.trust.statistics import Array, Mask, ratio_of
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel
from ctrcore.models.din import DIN
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict

Unit = Literal["pair", "field", "behaviour"]
REPLACEMENTS = 8  # background rows drawn for each row, where sets of fields are taken away


class Removal(ABC):
    """n rows whose parts can be taken away.

    Attributes:
        unit: what a part is.
        mask: (n, L) True for a part that is there.
        logit: (n,) with all parts.
    """

    unit: Unit
    mask: Mask
    logit: Array

    @abstractmethod
    def keep(self, kept: Mask) -> Array:
        """Logits (S, n) with only the parts `kept` (S, n, L) of each row, for S sets of each."""


class PairRemoval(Removal):
    """Pairs of AFM: the softmax is taken over the pairs that are left. Exact, without a forward pass."""

    unit = "pair"

    def __init__(self, model: AFM, rows: Encoded) -> None:
        terms = own_terms(model, rows)
        assert terms.attention is not None
        assert terms.pairs is not None
        self.logit = terms.base + terms.share.sum(1)
        self.mask = np.ones_like(terms.attention, dtype=bool)
        self._weight, self._part = terms.attention, terms.pairs
        self._rest = self.logit - terms.pairs.sum(1)

    def keep(self, kept: Mask) -> Array:
        logits = np.empty(kept.shape[:2])
        for number, one in enumerate(kept):
            pooled = ratio_of((self._part * one).sum(1), (self._weight * one).sum(1))
            logits[number] = self._rest + np.nan_to_num(pooled, nan=0.0)
        return logits


class BehaviourRemoval(Removal):
    """Behaviours of DIN: leaving some out is a shorter history, so nothing has to be invented in their place."""

    unit = "behaviour"

    def __init__(self, model: DIN, rows: Encoded) -> None:
        self._model, self._batch = model, to_batch(rows, device=model.bias.device)
        parts = model.explain(self._batch)
        assert parts.behaviour_weights is not None
        assert parts.mask is not None
        self._weight = parts.behaviour_weights
        self.mask = parts.mask.cpu().numpy()
        self.logit = parts.logit.double().cpu().numpy()

    def keep(self, kept: Mask) -> Array:
        logits = np.empty(kept.shape[:2])
        for number, one in enumerate(kept):
            weight = self._weight * torch.from_numpy(one).to(self._weight.device)
            if self._model.config.softmax:
                weight = weight / weight.sum(1, keepdim=True).clamp(min=torch.finfo(weight.dtype).tiny)
            with torch.inference_mode():
                logits[number] = self._model.forward_with_attention(self._batch, weight).cpu().numpy()
        return logits


class FieldRemoval(Removal):
    """Fields of any model: one that is taken away has the value of a background row. A history is one part.

    Each row has its own few rows of the background, the same ones for every set of fields, and the logit is the mean
    over them.

    Args:
        model: in eval mode.
        rows: n rows.
        background: what stands for fields that are taken away.
        groups: places of the fields of each part; None: every field by itself, and a history as one.
        replacements: background rows for each row.
    """

    unit = "field"

    def __init__(
        self,
        model: CTRModel,
        rows: Encoded,
        background: Background,
        *,
        groups: Sequence[tuple[int, ...]] | None = None,
        replacements: int = REPLACEMENTS,
    ) -> None:
        self._hybrids = hybrids_of(model, rows, background.rows)
        count = min(replacements, len(background))
        order = np.random.default_rng(background.seed).random((len(rows), len(background))).argsort(axis=1)
        self._others = order[:, :count]
        groups = field_groups(model.fields) if groups is None else groups
        part = {place: number for number, group in enumerate(groups) for place in group}
        self._part = [part[place] for place in range(len(model.fields))]
        self.mask = np.ones((len(rows), len(groups)), bool)
        self.logit = predict(model, rows).astype(np.float64)

    def keep(self, kept: Mask) -> Array:
        foreign = ~kept[:, :, self._part]
        return np.column_stack(
            [
                self._hybrids.values(row, self._others[row], np.ascontiguousarray(foreign[:, row])).mean(0)
                for row in range(len(self.logit))
            ]
        )


def removal_of(model: CTRModel, rows: Encoded, background: Background) -> Removal:
    """How the parts that the model's own picture shows are taken away."""
    if isinstance(model, AFM):
        return PairRemoval(model, rows)
    return BehaviourRemoval(model, rows) if isinstance(model, DIN) else FieldRemoval(model, rows, background)
