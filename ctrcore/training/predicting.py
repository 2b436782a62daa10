"""Logits of any number of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ctrcore.data.encoded import Encoded
from ctrcore.models.base import CTRModel
from ctrcore.models.row_parts import each
from ctrcore.training.blocks import CHUNK, parts_of
from ctrcore.training.loader import RowTensors

ON_CPU, ON_GPU = 2048, 8192  # rows of a batch: what stays in a core's cache, and what is worth a GPU's start
TOGETHER = 16  # batches between two reports


def predict(
    model: CTRModel,
    rows: Encoded | RowTensors,
    batch_size: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> npt.NDArray[np.float32]:
    """Logits (n,) in row order, computed on the model's device in eval mode; the model's mode is left as it was.

    Encoded rows are read in parts, so that memory-mapped ones may be larger than the memory.

    Args:
        model: a model of these rows' fields.
        rows: the rows.
        batch_size: rows computed together; None: as many as suit the device.
        progress: called with the share done, 0 to 1.
    """
    logits = np.empty(len(rows), np.float32)
    training = model.training
    batch_size = batch_size or (ON_CPU if model.bias.device.type == "cpu" else ON_GPU)
    model.eval()
    try:
        for start, part in _parts(rows, batch_size, model.bias.device):
            for begin in range(0, len(part), TOGETHER * batch_size):
                end = min(begin + TOGETHER * batch_size, len(part))
                logits[start + begin : start + end] = _logits(model, part, range(begin, end, batch_size), end)
                if progress is not None:
                    progress((start + end) / len(rows))
    finally:
        model.train(training)
    return logits


def _parts(rows: Encoded | RowTensors, batch_size: int, device: torch.device) -> Iterator[tuple[int, RowTensors]]:
    """Where each part begins, and its tensors."""
    if isinstance(rows, RowTensors):
        yield 0, rows
        return
    start = 0
    for part in parts_of(rows, max(CHUNK // batch_size, 1) * batch_size):
        yield start, RowTensors(part, device)
        start += len(part)


def _logits(model: CTRModel, rows: RowTensors, begins: range, end: int) -> npt.NDArray[np.float32]:
    """Of the batches that begin at `begins`, the last one up to `end`."""

    @torch.inference_mode()
    def one(number: int) -> Tensor:
        begin = begins[number]
        index = torch.arange(begin, min(begin + begins.step, end), device=rows.device)
        found: Tensor = model(rows.batch(index))
        return found.float().cpu()

    return torch.cat(each(one, len(begins), model.bias.device)).numpy()
