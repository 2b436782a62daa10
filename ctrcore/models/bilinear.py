"""Bilinear interaction of fields, and the layer that reads it."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function


class Bilinear(nn.Module):
    """`(v_i W) * v_j` for every pair: (B, F, k) to (B, P, k). W is shared by all, by a left field, or by a pair."""

    def __init__(self, pairs: Tensor, size: int, kind: str) -> None:
        super().__init__()
        count = pairs.shape[1]  # F (F - 1) / 2, so F - 1 is the root of twice that, rounded down
        matrices = {"field_all": min(count, 1), "field_each": math.isqrt(2 * count), "field_interaction": count}[kind]
        bound = math.sqrt(6 / (2 * size))  # the fan of one k x k matrix, not of the stack
        self.weight = nn.Parameter(torch.empty(matrices, size, size).uniform_(-bound, bound))
        self.kind = kind

    def forward(self, v: Tensor, pairs: Tensor) -> Tensor:
        return self.turned(v, pairs) * v[:, pairs[1]]

    def turned(self, v: Tensor, pairs: Tensor) -> Tensor:
        """(B, P, k): `v_i W` of each pair's left field."""
        i, _ = pairs
        if self.kind == "field_interaction":
            turned = torch.bmm(v[:, i].transpose(0, 1), self.weight).transpose(0, 1)
        elif self.kind == "field_each":
            left = v[:, : self.weight.shape[0]]  # every field but the last is a left one
            turned = torch.bmm(left.transpose(0, 1), self.weight).transpose(0, 1)[:, i]
        else:
            turned = (v @ self.weight[0])[:, i] if len(self.weight) else v[:, i]
        return turned

    def per_pair(self, pairs: Tensor) -> Tensor:
        """(P, k, k) the matrix of each pair."""
        if self.kind == "field_all":
            return self.weight.expand(pairs.shape[1], -1, -1)
        return self.weight if self.kind == "field_interaction" else self.weight[pairs[0]]


class _Layer(Function):
    """A linear layer over all `(v_i W_ij) * v_j`, one left field after the other.

    The products of all pairs would be P k numbers a row, written and read many times. Those of one left field stay in
    the cache, and are made again for the gradient.
    """

    @staticmethod
    def forward(ctx: Any, v: Tensor, matrices: Tensor, layer: Tensor) -> Tensor:
        ctx.save_for_backward(v, matrices, layer)
        out = v.new_zeros(len(v), len(layer), dtype=torch.promote_types(v.dtype, torch.float32))
        for left, pairs, right in _blocks(v.shape[1], v.shape[2]):
            product = v[:, left] @ _beside(matrices[pairs])
            product *= v.flatten(1)[:, right]
            out += product @ layer[:, _columns(pairs, v)].T
        return out

    @staticmethod
    def backward(ctx: Any, *towards: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        v, matrices, layer = ctx.saved_tensors
        (fields, size), flat, gradient = v.shape[1:], v.flatten(1), towards[0].to(v.dtype)
        of_v, of_matrices, of_layer = torch.zeros_like(flat), torch.empty_like(matrices), torch.empty_like(layer)
        for left, pairs, right in _blocks(fields, size):
            columns, matrix = _columns(pairs, v), _beside(matrices[pairs])
            turned, other = v[:, left] @ matrix, flat[:, right]
            of_layer[:, columns] = gradient.T @ (turned * other)
            of_product = gradient @ layer[:, columns]
            of_v[:, right].addcmul_(of_product, turned)
            of_product *= other
            of_matrices[pairs] = (v[:, left].T @ of_product).view(size, -1, size).transpose(0, 1)
            of_v[:, left * size : (left + 1) * size] += of_product @ matrix.T
        return of_v.view_as(v), of_matrices, of_layer


def _blocks(fields: int, size: int) -> list[tuple[int, slice, slice]]:
    """Each left field, its pairs, and where the vectors of the fields to its right stand in a row's F k numbers."""
    ends = [left * (2 * fields - left - 1) // 2 for left in range(fields)]
    return [(left, slice(*ends[left : left + 2]), slice((left + 1) * size, None)) for left in range(fields - 1)]


def _beside(matrices: Tensor) -> Tensor:
    """Matrices (n, k, k) side by side: (k, n k)."""
    return matrices.transpose(0, 1).flatten(1)


def _columns(pairs: slice, v: Tensor) -> slice:
    """Where the products of these pairs stand among the P k inputs of the layer."""
    return slice(pairs.start * v.shape[2], pairs.stop * v.shape[2])


def layer_over_pairs(v: Tensor, matrices: Tensor, layer: Tensor) -> Tensor:
    """`layer @ concat of all (v_i W_ij) * v_j`: (B, m), without ever holding all products.

    Args:
        v: (B, F, k).
        matrices: (P, k, k) the W_ij.
        layer: (m, P k).
    """
    if torch.is_autocast_enabled(v.device.type):
        v, matrices, layer = (part.to(torch.get_autocast_dtype(v.device.type)) for part in (v, matrices, layer))
    out: Tensor = _Layer.apply(v, matrices, layer)  # type: ignore[no-untyped-call]
    return out
