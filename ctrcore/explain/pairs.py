"""What the model makes of pairs of fields, over many rows and for one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.explain.importance import pair_importance
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.sampling import sample_rows
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel
from ctrcore.training.loader import to_batch


def pair_summary(model: CTRModel, rows: Encoded, sample: int = 2000, seed: int = 0) -> dict[str, Any]:
    """Mean attention and contribution of every pair over a sample of rows.

    Returns:
        fields; rows (size of the sample); contribution, its mean size (`strength`), and for AFM attention, each a
        symmetric (F, F) list of lists with NaN-free zeros on the diagonal; for AFM also `against`: the share of the
        attention mass that lies on pairs with a negative contribution.
    """
    chosen = sample_rows(rows, sample, seed)
    terms = own_terms(model, chosen)
    table = pair_importance(model, terms)
    assert table is not None
    assert terms.pairs is not None
    summary: dict[str, Any] = {"fields": [field.name for field in model.fields], "rows": len(chosen)}
    columns = {"contribution": "mean", "strength": "strength"}
    if terms.attention is not None:
        summary["against"] = float((terms.attention * (terms.pairs < 0)).sum(1).mean())
        columns["attention"] = "attention"
    return summary | {name: _matrix(summary["fields"], table, column) for name, column in columns.items()}


def _matrix(fields: list[str], table: pd.DataFrame, column: str) -> list[list[float]]:
    matrix = np.zeros((len(fields), len(fields)))
    i, j = ([fields.index(name) for name in table[side]] for side in ("left", "right"))
    matrix[i, j] = matrix[j, i] = table[column]
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
