"""Exact Shapley values of FM and LR against a background, without sampling or enumeration.

With `m_i = E_b v_i(b)`, `wbar_i = E_b w_i(b)` and `C_ij = E_b <v_i(b), v_j(b)>` over the background rows b:

    I_ij  = <v_i, v_j> - <v_i, m_j> - <m_i, v_j> + C_ij
    phi_i = (w_i - wbar_i) + 1/2 sum_{j != i} ( <v_i, v_j> + <v_i, m_j> - <m_i, v_j> - C_ij )

They sum to `f(x) - E_b f(b)`. A bag is a field: its members' mean. Interactions have order two, so the value of fields
tied into one player is the sum of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ctrcore.data.encoded import Encoded
from ctrcore.errors import ModelError
from ctrcore.explain.background import Background
from ctrcore.language import say
from ctrcore.models.base import CTRModel
from ctrcore.models.fm import FM
from ctrcore.models.lr import LR
from ctrcore.training.loader import RowTensors

Numbers = npt.NDArray[np.float64]
ROWS = 1024  # computed together


@dataclass(frozen=True)
class FMShapley:
    """Shapley values of n rows, F fields in the order of `model.fields`.

    Attributes:
        base: mean logit of the background.
        phi: (n, F) Shapley values.
        interaction: (n, F, F) symmetric, what a pair adds beyond both fields; 0 on the diagonal.
    """

    base: float
    phi: Numbers
    interaction: Numbers


def has_closed_form(model: CTRModel) -> bool:
    """True for LR, and for FM without hidden layers."""
    return isinstance(model, LR) or (isinstance(model, FM) and model.mlp is None)


def fm_shapley(model: CTRModel, rows: Encoded, background: Background) -> FMShapley:
    """Exact Shapley values and pairwise interactions, in double precision.

    Args:
        model: FM without hidden layers, or LR.
        rows: n encoded rows.
        background: what they are compared with.

    Raises:
        ModelError: the model has no closed form.
    """
    if not has_closed_form(model):
        raise ModelError(
            say("{model} as it is set up here has no closed form of its Shapley values.", model=model.config.title),
            say("Use shapley(), which enumerates or samples."),
        )
    with torch.inference_mode():
        w_b, v_b = _looked(model, background.rows)
        m, wbar = v_b.mean(0), w_b.mean(0)
        c = _off_diagonal(torch.einsum("bik,bjk->ij", v_b, v_b) / len(background))
        phi, interaction = [], []
        for w, v in _in_parts(model, rows):
            own = _off_diagonal(v @ v.transpose(1, 2))
            mixed = _off_diagonal(v @ m.T)  # <v_i, m_j>
            swapped = mixed.transpose(1, 2)
            phi.append(w - wbar + 0.5 * (own + mixed - swapped - c).sum(2))
            interaction.append(own - mixed - swapped + c)
        base = float(model.bias.double() + wbar.sum() + 0.5 * c.sum())
    return FMShapley(base, torch.cat(phi).cpu().numpy(), torch.cat(interaction).cpu().numpy())


def _in_parts(model: CTRModel, rows: Encoded) -> list[tuple[Tensor, Tensor]]:
    """First-order weights (B, F) and vectors (B, F, k) of all rows, in double precision; LR has vectors of size 0."""
    size = 0 if isinstance(model, LR) else model.config.embedding_size
    found = [model.embedding(batch) for batch in RowTensors(rows, model.bias.device).in_order(ROWS)]
    return [(looked.w.double(), looked.v[..., :size].double()) for looked in found]


def _looked(model: CTRModel, rows: Encoded) -> tuple[Tensor, Tensor]:
    w, v = zip(*_in_parts(model, rows), strict=True)
    return torch.cat(w), torch.cat(v)


def _off_diagonal(matrix: Tensor) -> Tensor:
    return matrix * (1 - torch.eye(matrix.shape[-1], dtype=matrix.dtype, device=matrix.device))
