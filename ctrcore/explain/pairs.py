"""What the model makes of pairs of fields, over many rows and for one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.explain.sampling import sample_rows
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel
from ctrcore.training.loader import RowTensors, to_batch

BATCH = 512


def pair_summary(model: CTRModel, rows: Encoded, sample: int = 2000, seed: int = 0) -> dict[str, Any]:
    """Mean attention and contribution of every pair over a sample of rows.

    Returns:
        fields; rows (size of the sample); contribution, its mean size (`strength`), and for AFM attention, each a
        symmetric (F, F) list of lists with NaN-free zeros on the diagonal; for AFM also `against`: the share of the
        attention mass that lies on pairs with a negative contribution.
    """
    chosen = sample_rows(rows, sample, seed)
    tensors = RowTensors(chosen, model.bias.device)
    total: dict[str, torch.Tensor] = {}
    for index in torch.split(torch.arange(len(chosen), device=model.bias.device), BATCH):
        parts = model.explain(tensors.batch(index))
        assert parts.pairs is not None
        pairs = parts.pairs if parts.reweighted_pairs is None else parts.pairs + parts.reweighted_pairs
        found = {"contribution": pairs, "strength": pairs.abs()}
        if parts.pair_weights is not None:
            found |= {"attention": parts.pair_weights, "against": parts.pair_weights * (pairs < 0)}
        for name, value in found.items():
            total[name] = total.get(name, torch.zeros(1)) + value.sum(0).cpu()
    mean = {name: value / len(chosen) for name, value in total.items()}
    summary: dict[str, Any] = {"fields": [field.name for field in model.fields], "rows": len(chosen)}
    if "against" in mean:
        summary["against"] = float(mean.pop("against").sum())
    return summary | {name: _matrix(model, value) for name, value in mean.items()}


def _matrix(model: CTRModel, values: torch.Tensor) -> list[list[float]]:
    size = len(model.fields)
    matrix = np.zeros((size, size))
    i, j = model.pairs.cpu().numpy()
    matrix[i, j] = matrix[j, i] = values.numpy()
    result: list[list[float]] = matrix.tolist()
    return result


def pair_formula(model: AFM, rows: Encoded, position: int, left: str, right: str) -> dict[str, Any]:
    """Every number of one pair's contribution in one row: `a_ij (p . g_ij)` with `a = softmax(e)`.

    Returns:
        v_left, v_right, g, p (k numbers each), score (e_ij), attention (a_ij), pairs (their number),
        projected (p . g_ij), contribution.
    """
    batch = to_batch(rows, [position], device=model.bias.device)
    terms = model.pair_terms(batch)
    names = [field.name for field in model.fields]
    i, j = sorted((names.index(left), names.index(right)))
    n = model.pairs.T.tolist().index([i, j])
    with torch.no_grad():
        v = model.embedding(batch).v[0]
    order = (i, j) if names[i] == left else (j, i)
    attention, projected = float(terms.attention[0, n]), float(terms.projected[0, n])
    return {
        "v_left": v[order[0]].tolist(),
        "v_right": v[order[1]].tolist(),
        "g": terms.g[0, n].tolist(),
        "p": model.p.tolist(),
        "score": float(terms.score[0, n]),
        "attention": attention,
        "pairs": model.pairs.shape[1],
        "projected": projected,
        "contribution": attention * projected,
    }
