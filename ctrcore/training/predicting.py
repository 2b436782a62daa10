"""Logits of any number of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.models.base import CTRModel
from ctrcore.models.batch import Batch
from ctrcore.training.blocks import CHUNK, parts_of
from ctrcore.training.loader import RowTensors


def predict(
    model: CTRModel,
    rows: Encoded | RowTensors,
    batch_size: int = 8192,
    progress: Callable[[float], None] | None = None,
) -> npt.NDArray[np.float32]:
    """Logits (n,) in row order, computed on the model's device in eval mode; the model's mode is left as it was.

    Encoded rows are read in parts, so that memory-mapped ones may be larger than the memory.

    Args:
        model: a model of these rows' fields.
        rows: the rows.
        batch_size: rows computed together.
        progress: called with the share done, 0 to 1.
    """
    logits = np.empty(len(rows), np.float32)
    training, done = model.training, 0
    model.eval()
    try:
        with torch.inference_mode():
            for batch in _batches(rows, batch_size, model.bias.device):
                found = model(batch).float().cpu().numpy()
                logits[done : done + len(batch)] = found
                done += len(batch)
                if progress is not None:
                    progress(done / len(rows))
    finally:
        model.train(training)
    return logits


def _batches(rows: Encoded | RowTensors, batch_size: int, device: torch.device) -> Iterator[Batch]:
    if isinstance(rows, RowTensors):
        yield from rows.in_order(batch_size)
        return
    for part in parts_of(rows, max(CHUNK // batch_size, 1) * batch_size):
        yield from RowTensors(part, device).in_order(batch_size)
