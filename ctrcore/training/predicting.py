"""Logits of any number of rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.models.base import CTRModel
from ctrcore.training.loader import RowTensors


def predict(model: CTRModel, rows: Encoded | RowTensors, batch_size: int = 8192) -> npt.NDArray[np.float32]:
    """Logits (n,) in row order, computed on the model's device in eval mode; the model's mode is left as it was."""
    device = model.bias.device
    tensors = rows if isinstance(rows, RowTensors) else RowTensors(rows, device)
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            parts = [
                model(tensors.batch(torch.arange(start, min(start + batch_size, len(tensors)), device=device)))
                for start in range(0, len(tensors), batch_size)
            ]
    finally:
        model.train(training)
    if not parts:
        return np.empty(0, np.float32)
    logits: npt.NDArray[np.float32] = torch.cat(parts).float().cpu().numpy()
    return logits
