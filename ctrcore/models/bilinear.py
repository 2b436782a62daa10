"""Bilinear interaction of fields, and the layer that reads it."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function

WIDE = 150  # columns of a matrix that is worth multiplying


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
    """A linear layer over all `(v_i W_ij) * v_j`, a few left fields after the other.

    The products of all pairs would be P k numbers a row, written and read many times. Those of a few left fields stay
    in the cache, and are made again for the gradient.
    """

    @staticmethod
    def forward(ctx: Any, v: Tensor, matrices: Tensor, layer: Tensor) -> Tensor:
        ctx.save_for_backward(v, matrices, layer)
        flat = v.flatten(1)
        out = v.new_zeros(len(v), len(layer), dtype=torch.promote_types(v.dtype, torch.float32))
        for columns, parts in _blocks(v.shape[1], v.shape[2]):
            product = v.new_empty(len(v), columns.stop - columns.start)
            for left, own, pairs, right in parts:
                torch.mm(v[:, left], _beside(matrices[pairs]), out=product[:, own])
                product[:, own] *= flat[:, right]
            if out.dtype == v.dtype:
                out.addmm_(product, layer[:, columns].T)
            else:
                out += product @ layer[:, columns].T
        return out

    @staticmethod
    def backward(ctx: Any, *towards: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        v, matrices, layer = ctx.saved_tensors
        (fields, size), flat, gradient = v.shape[1:], v.flatten(1), towards[0].to(v.dtype)
        of_v, of_matrices, of_layer = torch.zeros_like(flat), torch.empty_like(matrices), torch.empty_like(layer.T)
        for columns, parts in _blocks(fields, size):
            product = v.new_empty(len(v), columns.stop - columns.start)
            of_product = gradient @ layer[:, columns]
            for left, own, pairs, right in parts:
                matrix, here, other = _beside(matrices[pairs]), of_product[:, own], flat[:, right]
                turned = torch.mm(v[:, left], matrix, out=product[:, own])
                of_v[:, right].addcmul_(here, turned)
                turned *= other
                here *= other
                of_matrices[pairs] = (v[:, left].T @ here).view(size, -1, size).transpose(0, 1)
                of_v[:, left * size : (left + 1) * size].addmm_(here, matrix.T)
            torch.mm(product.T, gradient, out=of_layer[columns])
        return of_v.view_as(v), of_matrices, of_layer.T


@cache
def _blocks(fields: int, size: int) -> list[tuple[slice, list[tuple[int, slice, slice, slice]]]]:
    """Left fields in groups whose products together are a matrix worth multiplying.

    Of each group the columns of its pairs among all P k, and of each left field in it: its number, its columns within
    the group, its pairs, and where the vectors of the fields to its right stand in a row's F k numbers.
    """
    groups: list[tuple[slice, list[tuple[int, slice, slice, slice]]]] = []
    first, begin, parts = 0, 0, list[tuple[int, slice, slice, slice]]()
    for left in range(fields - 1):
        end = begin + fields - 1 - left
        own = slice((begin - first) * size, (end - first) * size)
        parts.append((left, own, slice(begin, end), slice((left + 1) * size, None)))
        begin = end
        if own.stop >= WIDE or left == fields - 2:
            groups.append((slice(first * size, end * size), parts))
            first, parts = end, []
    return groups


def _beside(matrices: Tensor) -> Tensor:
    """Matrices (n, k, k) side by side: (k, n k)."""
    return matrices.transpose(0, 1).flatten(1)


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
