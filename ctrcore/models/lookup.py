"""Looking up with the compiled kernels, as functions that torch can differentiate."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.autograd import Function

from ctrcore.models import kernels


def _place(table: Tensor, sparse: bool) -> npt.NDArray[np.int32]:
    """Where a row's gradient goes: to itself, or -1 while it is not looked up. Made once and kept with the table."""
    name = "_unclaimed" if sparse else "_itself"
    if not hasattr(table, name):
        rows = len(table)
        setattr(table, name, np.full(rows, -1, np.int32) if sparse else np.arange(rows, dtype=np.int32))
    found: npt.NDArray[np.int32] = getattr(table, name)
    return found


def _gradient(table: Tensor, ids: npt.NDArray[np.int32], sparse: bool, add: Any) -> Tensor:
    """The gradient of a table to which `add(place, out)` adds rows: dense, or the rows of the ids only."""
    place = _place(table, sparse)
    if not sparse:
        out = torch.zeros_like(table)
        add(place, out.numpy())
        return out
    touched = kernels.claim(ids, place)
    out = torch.zeros(len(touched), table.shape[1])
    add(place, out.numpy())
    kernels.release(place, touched)
    where = torch.from_numpy(touched).unsqueeze(0)
    # every row stands there once, so it counts as coalesced, which spares sorting
    return torch.sparse_coo_tensor(where, out, table.shape, is_coalesced=True, check_invariants=False)


class _Rows(Function):
    @staticmethod
    def forward(ctx: Any, table: Tensor, ids: Tensor, apart: bool, sparse: bool) -> Tensor:
        ctx.save_for_backward(ids.reshape(-1, ids.shape[-1] if apart else 1))
        ctx.table, ctx.sparse = table, sparse
        return torch.nn.functional.embedding(ids, table.detach())

    @staticmethod
    def backward(ctx: Any, *towards: Tensor) -> tuple[Tensor, None, None, None]:
        ids = ctx.saved_tensors[0].numpy()
        rows = towards[0].reshape(*ids.shape, ctx.table.shape[1]).contiguous().numpy()
        add = lambda place, out: kernels.add_rows(ids, rows, place, out)  # noqa: E731
        return _gradient(ctx.table, ids, ctx.sparse, add), None, None, None


class _FieldSums(Function):
    @staticmethod
    def forward(ctx: Any, table: Tensor, ids: Tensor, values: Tensor, sparse: bool) -> tuple[Tensor, Tensor, Tensor]:
        ctx.save_for_backward(ids, values)
        ctx.table, ctx.sparse = table, sparse
        v, square, w = kernels.sums(table.detach().numpy(), ids.numpy(), values.numpy())
        return torch.from_numpy(v), torch.from_numpy(square), torch.from_numpy(w)

    @staticmethod
    def backward(ctx: Any, *towards: Tensor) -> tuple[Tensor, None, None, None]:
        ids, values = (saved.numpy() for saved in ctx.saved_tensors)
        table, given = ctx.table.detach().numpy(), tuple(part.contiguous().numpy() for part in towards)
        add = lambda place, out: kernels.add_sums_gradient(table, ids, values, given, place, out)  # noqa: E731
        return _gradient(ctx.table, ids, ctx.sparse, add), None, None, None


def look_up(table: Tensor, ids: Tensor, apart: bool, sparse: bool) -> Tensor:
    """Rows (..., width) of a table (vocabulary, width).

    Args:
        table: what is read.
        ids: (...) int32.
        apart: no id stands in two places of the last axis.
        sparse: the table's gradient holds these rows only.
    """
    found: Tensor = _Rows.apply(table, ids.contiguous(), apart, sparse)  # type: ignore[no-untyped-call]
    return found


def field_sums(table: Tensor, ids: Tensor, values: Tensor, sparse: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Sums over the fields of rows times values (B, D): of the vectors, their squares (both (B, k)), and the last
    column (B,). No id stands in two columns."""
    found: tuple[Tensor, Tensor, Tensor] = _FieldSums.apply(  # type: ignore[no-untyped-call]
        table, ids.contiguous(), values.contiguous(), sparse
    )
    return found
