"""A model's own terms over many rows: what `explain` says of each, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ctrcore.data.encoded import Encoded
from ctrcore.models.base import CTRModel, Parts
from ctrcore.training.loader import RowTensors

BATCH = 512
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class OwnTerms:
    """The parts of n logits; F fields, P pairs, L behaviours of the longest history, the oldest first.

    Attributes:
        share: (n, F) what each field adds: its own term, half of each pair it is in, and for a history all of its
            behaviours (at the first history's place). The base and all shares sum to the logit.
        base: (n,) the rest.
        pairs: (n, P) contribution of each pair, before and after the gates together; None if the model has no pairs.
        attention: (n, P) AFM's attention, which sums to 1; else None.
        weights: (n, F) the weight that the model itself gives to a field: FiBiNET's gates; AFM's attention on the
            field's pairs, half of each, so that it sums to 1; None for the other models.
        behaviours: (n, L) contribution of each of DIN's behaviours; else None.
        behaviour_weights: (n, L) DIN's attention; else None.
        mask: (n, L) True for a real behaviour; else None.
    """

    share: Array
    base: Array
    pairs: Array | None = None
    attention: Array | None = None
    weights: Array | None = None
    behaviours: Array | None = None
    behaviour_weights: Array | None = None
    mask: npt.NDArray[np.bool_] | None = None

    def together(self, places: Sequence[int]) -> Array:
        """(n,) what the fields at these places add together."""
        summed: Array = self.share[:, list(places)].sum(1)
        return summed


def own_terms(model: CTRModel, rows: Encoded) -> OwnTerms:
    """The model's own terms of every row. The model must be in eval mode."""
    found = list(_parts(model, rows))
    pairs, share = _joined([_all_pairs(parts) for parts in found]), _needed([parts.fields for parts in found])
    behaviours = _joined([parts.behaviours for parts in found])
    attention, weights = (
        _joined([parts.pair_weights for parts in found]),
        _joined([parts.gates for parts in found]),
    )
    if pairs is not None:
        share += _halves(model, pairs)
    if attention is not None:
        weights = _halves(model, attention)
    if behaviours is not None:
        first = next(place for place, field in enumerate(model.fields) if field.kind == "history")
        share[:, first] += behaviours.sum(1)
    mask = _joined([parts.mask for parts in found])
    return OwnTerms(
        share=share,
        base=_needed([parts.base for parts in found]),
        pairs=pairs,
        attention=attention,
        weights=weights,
        behaviours=behaviours,
        behaviour_weights=_joined([parts.behaviour_weights for parts in found]),
        mask=None if mask is None else mask > 0,
    )


def _parts(model: CTRModel, rows: Encoded) -> Iterator[Parts]:
    tensors = RowTensors(rows, model.bias.device)
    for batch in tensors.in_order(BATCH):
        yield model.explain(batch)


def _halves(model: CTRModel, pairs: Array) -> Array:
    """(n, P) to (n, F): each pair's number shared by its two fields."""
    single = np.zeros((len(pairs), len(model.fields)))
    for place, fields in enumerate(model.pairs.T.tolist()):
        single[:, fields] += pairs[:, [place]] / 2
    return single


def _all_pairs(parts: Parts) -> Tensor | None:
    if parts.pairs is None or parts.reweighted_pairs is None:
        return parts.pairs
    return parts.pairs + parts.reweighted_pairs


def _joined(pieces: Sequence[Tensor | None]) -> Array | None:
    """Batches below each other; behaviours are padded to the longest history among them."""
    real = [piece for piece in pieces if piece is not None]
    return _needed(real) if real else None


def _needed(pieces: Sequence[Tensor]) -> Array:
    real = [piece.detach().double() for piece in pieces]
    if real[0].ndim > 1:
        width = max(piece.shape[1] for piece in real)
        real = [torch.nn.functional.pad(piece, (0, width - piece.shape[1])) for piece in real]
    return torch.cat(real).cpu().numpy()
