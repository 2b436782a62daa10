"""What every model is: a module from a batch to logits that can also say what its logit is made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ctrcore.models.batch import Batch
from ctrcore.models.config import ModelConfig
from ctrcore.models.embedding import FieldEmbedding
from ctrcore.schema import EncodedField


@dataclass(frozen=True)
class Parts:
    """What the logits of B rows are made of: `base` and all contributions sum to `logit`.

    F fields, P = F (F - 1) / 2 pairs in the order of `CTRModel.pairs`, L behaviours (padded).
    """

    logit: Tensor  # (B,)
    base: Tensor  # (B,)
    fields: Tensor  # (B, F) contribution of each field by itself
    pairs: Tensor | None = None  # (B, P) contribution of each pair
    pair_weights: Tensor | None = None  # (B, P) AFM: attention, sums to 1
    reweighted_pairs: Tensor | None = None  # (B, P) FiBiNET: contribution of each pair after the gates
    gates: Tensor | None = None  # (B, F) FiBiNET: SENet gates, 1 leaves a field unchanged
    behaviours: Tensor | None = None  # (B, L) DIN: contribution of each behaviour, 0 where padded
    behaviour_weights: Tensor | None = None  # (B, L) DIN: attention, 0 where padded
    mask: Tensor | None = None  # (B, L) DIN: True for a real behaviour

    def total(self) -> Tensor:
        """Base plus all contributions, shape (B,)."""
        contributions = (self.fields, self.pairs, self.reweighted_pairs, self.behaviours)
        return self.base + torch.stack([part.sum(1) for part in contributions if part is not None]).sum(0)


class CTRModel(nn.Module, ABC):
    """A click-through-rate model over encoded fields.

    Attributes:
        fields: the fields in the order of the tensors' F axis: dense ones, then bags.
        pairs: (2, P) the left and right field of each pair, left < right.
        exact: True if `explain` splits the model as it is computed; False if it holds the gates of hidden layers
            at the row (an identity at that row only).
    """

    exact: bool = True
    pairs: Tensor

    def __init__(self, config: ModelConfig, fields: Sequence[EncodedField]) -> None:
        super().__init__()
        dense = [field for field in fields if not field.is_bag]
        self.config = config
        self.fields = dense + [field for field in fields if field.is_bag]
        self.embedding = FieldEmbedding(self.fields, config.embedding_size, config.init_std)
        self.bias = nn.Parameter(torch.zeros(()))
        self.register_buffer("pairs", torch.triu_indices(len(fields), len(fields), offset=1), persistent=False)

    @abstractmethod
    def forward(self, batch: Batch) -> Tensor:
        """Logits, shape (B,)."""

    @abstractmethod
    def explain(self, batch: Batch) -> Parts:
        """What the logits are made of. The model must be in eval mode; gradients are not kept."""

    @property
    def shares_rows(self) -> bool:
        """What takes long in a step is shared out among threads by rows, so that torch's own threads are of no use."""
        return True

    def penalty(self) -> Tensor | None:
        """A term of the model's own that is added to the training loss."""
        return None
