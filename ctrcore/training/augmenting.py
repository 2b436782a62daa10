"""Changed copies of the training rows: what is hidden or moved while the model learns, never while it is measured.

    feature_dropout   single ids become 'unknown'
    cold_start        the user's and the item's id of a row become 'unknown' together; its history stays
    history_crop      only a contiguous part of the row's history is kept
    history_mask      single behaviours become 'unknown'
    history_reorder   a contiguous part of the history is shuffled

The last three are the augmentations of CL4SRec (Xie et al. 2022, section 3.3), which mends sequences for a contrastive
loss; here the changed row keeps its label. There the part has a fixed share of the length, here any length is equally
likely. All history columns of a row are changed alike, so that a behaviour stays one behaviour. A model that reads no
order, such as DIN, learns the same from a shuffled history.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from torch import Tensor

from ctrcore.errors import ModelError
from ctrcore.models.batch import BagBatch, Batch
from ctrcore.schema import EncodedField
from ctrcore.training.config import TrainConfig


class Augmenter:
    """Changes batches of training rows as the settings say; with all of them off it returns the batch itself.

    Its random numbers come from torch's own generator, and only for what is switched on: the trainer seeds that from
    the seed and the epoch.

    Args:
        fields: the model's fields, dense ones first.
        config: how much is changed.
        id_fields: names of the fields that hold the user's and the item's id; None where there is none.
        device: where the batches are.

    Raises:
        ModelError: `cold_start` is on and no field holds an id.
    """

    def __init__(
        self,
        fields: Sequence[EncodedField],
        config: TrainConfig,
        id_fields: Collection[str | None] = (),
        device: torch.device | str = "cpu",
    ) -> None:
        dense = [field for field in fields if not field.is_bag]
        self._config = config
        self._unknown = torch.tensor([field.start for field in dense], dtype=torch.int32, device=device)
        self._droppable = torch.tensor([field.kind == "categorical" for field in dense], device=device)
        hidden = [field.kind == "categorical" and field.name in id_fields for field in dense]
        self._ids = torch.tensor(hidden, dtype=torch.bool, device=device)
        self._bags = {field.name: field.start for field in fields if field.is_bag}
        self._histories = [field.name for field in fields if field.kind == "history"]
        if config.cold_start and not any(hidden):
            raise ModelError(
                "cold_start hides the ids of users and items, and the model has no field with such an id.",
                "Name the user and item columns and make them categorical, or set cold_start to 0.",
            )

    def __call__(self, batch: Batch) -> Batch:
        """The batch with some ids and behaviours changed; numbers are never touched."""
        config = self._config
        if config.history_crop or config.history_mask or config.history_reorder:
            batch = self._change_histories(batch)
        if config.cold_start:
            cold = torch.rand(len(batch), device=batch.ids.device) < config.cold_start
            batch = self._hide(batch, cold[:, None] & self._ids)
        if config.feature_dropout:
            batch = self._drop_features(batch)
        return batch

    def _hide(self, batch: Batch, hidden: Tensor) -> Batch:
        return Batch(torch.where(hidden, self._unknown, batch.ids), batch.values, batch.bags)

    def _drop_features(self, batch: Batch) -> Batch:
        """Replace a share of the ids by their field's unknown row, which so learns to stand in for new values."""
        rate, device = self._config.feature_dropout, batch.ids.device
        batch = self._hide(batch, (torch.rand(batch.ids.shape, device=device) < rate) & self._droppable)
        bags = {}
        for name, unknown in self._bags.items():
            ids, mask = batch.bags[name]
            bags[name] = BagBatch(ids.masked_fill(torch.rand(ids.shape, device=device) < rate, unknown), mask)
        return Batch(batch.ids, batch.values, bags)

    def _change_histories(self, batch: Batch) -> Batch:
        if not self._histories:
            return batch
        config, mask = self._config, batch.bags[self._histories[0]].mask
        rows, width = mask.shape
        if not width:
            return batch
        length = mask.sum(1)
        order = torch.arange(width, device=mask.device).expand(rows, width)
        if config.history_crop:
            start, kept = _random_part(length)
            chosen = torch.rand(rows, device=mask.device) < config.history_crop
            start, length = torch.where(chosen, start, 0), torch.where(chosen, kept, length)
            # the padding may point anywhere, as long as it is inside
            order = (start[:, None] + order).clamp(max=width - 1)
        hidden = None
        if config.history_mask:
            hidden = torch.rand(mask.shape, device=mask.device) < config.history_mask
        if config.history_reorder:
            chosen = torch.rand(rows, device=mask.device) < config.history_reorder
            order = order.gather(1, _shuffled_part(length, width, chosen))
        mask = torch.arange(width, device=mask.device) < length[:, None]
        bags = dict(batch.bags)
        for name in self._histories:
            ids = bags[name].ids.gather(1, order)
            bags[name] = BagBatch(ids if hidden is None else ids.masked_fill(hidden, self._bags[name]), mask)
        return Batch(batch.ids, batch.values, bags)


def _random_part(length: Tensor) -> tuple[Tensor, Tensor]:
    """Start and length of a random contiguous part of each row, 1 to `length` (B,) long; 0 long where that is 0."""
    part = 1 + (torch.rand(length.shape, device=length.device) * length).long()
    part = torch.minimum(part, length)
    places = length - part + 1
    start = (torch.rand(length.shape, device=length.device) * places).long()
    return torch.minimum(start, places - 1), part


def _shuffled_part(length: Tensor, width: int, chosen: Tensor) -> Tensor:
    """Positions (B, width) of which a random contiguous part is in random order where `chosen` (B,), else in order."""
    start, part = _random_part(length)
    place = torch.arange(width, device=length.device).expand(len(length), width)
    inside = (place >= start[:, None]) & (place < (start + part)[:, None]) & chosen[:, None]
    # sorted by these keys, the part stays between its neighbours, whose keys are whole numbers half a step away or more
    keys = start[:, None] - 0.5 + torch.rand(place.shape, device=length.device) * part[:, None]
    return torch.where(inside, keys, place.to(keys.dtype)).argsort(dim=1)
