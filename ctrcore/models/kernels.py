"""Compiled loops over the embedding table for the CPU: what torch does in many passes is done in one, in cache.

Each kernel runs on several threads. Reading is shared out by rows of the batch; writing to the table by columns of the
ids, which are fields, each with ids of its own, so that no two threads write to the same place. Every sum is added up
in the order of the batch: the result does not depend on the number of threads.

`place` maps an id to its row of the gradient: the id itself for a gradient as large as the table, or a place among
the rows that the batch looked up (`touched`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from ctrcore.models.row_parts import each, threads

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]

TWO = np.float32(2)  # a plain 2 would make the product one of doubles
SMALL = 50_000  # look-ups that one thread does sooner than it can share them


def compiled(function: Callable[..., None]) -> Callable[..., None]:
    """The function compiled at its first call, and kept on disk for the next process where that can be written to."""
    options: dict[str, Any] = {"nogil": True, "fastmath": {"contract", "reassoc", "nsz"}}
    try:
        made: Callable[..., None] = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # there is no folder for it
        made = numba.njit(**options)(function)
    return made


@compiled
def _sums(table: Floats, ids: Ids, values: Floats, out: tuple[Floats, Floats, Floats], share: int, shares: int) -> None:
    s, q, w = out
    rows, size = ids.shape[0], s.shape[1]
    for b in range(rows * share // shares, rows * (share + 1) // shares):
        own_s, own_q, first = s[b], q[b], np.float32(0)
        own_s[:] = 0
        own_q[:] = 0
        for f in range(ids.shape[1]):
            row, x = table[ids[b, f]], values[b, f]
            for d in range(size):
                v = row[d] * x
                own_s[d] += v
                own_q[d] += v * v
            first += row[size] * x
        w[b] = first


@compiled
def _sums_back(
    table: Floats,
    ids: Ids,
    values: Floats,
    towards: tuple[Floats, Floats, Floats],
    place: Ids,
    out: Floats,
    share: int,
    shares: int,
) -> None:
    ds, dq, dw = towards
    size, columns = ds.shape[1], ids.shape[1]
    for b in range(ids.shape[0]):
        own_s, own_q = ds[b], dq[b]
        for f in range(columns * share // shares, columns * (share + 1) // shares):
            i = ids[b, f]
            row, to, x = table[i], out[place[i]], values[b, f]
            for d in range(size):
                to[d] += x * (own_s[d] + TWO * own_q[d] * row[d] * x)
            to[size] += x * dw[b]


@compiled
def _scatter(ids: Ids, rows: Floats, place: Ids, out: Floats, share: int, shares: int) -> None:
    columns = ids.shape[1]
    for b in range(ids.shape[0]):
        for f in range(columns * share // shares, columns * (share + 1) // shares):
            to, row = out[place[ids[b, f]]], rows[b, f]
            for d in range(out.shape[1]):
                to[d] += row[d]


@compiled
def _claim(ids: Ids, place: Ids, found: Ids, counts: Ids, share: int, shares: int) -> None:
    own, count, columns = found[share], 0, ids.shape[1]
    for b in range(ids.shape[0]):
        for f in range(columns * share // shares, columns * (share + 1) // shares):
            i = ids[b, f]
            if place[i] < 0:
                place[i] = count
                own[count] = i
                count += 1
    counts[share] = count


@compiled
def _number(place: Ids, found: Ids, starts: Ids, touched: npt.NDArray[np.int64], share: int, shares: int) -> None:
    for n in range(starts[share + 1] - starts[share]):
        place[found[share, n]] = starts[share] + n
        touched[starts[share] + n] = found[share, n]


@compiled
def _forget(place: Ids, touched: npt.NDArray[np.int64], share: int, shares: int) -> None:
    for n in range(len(touched) * share // shares, len(touched) * (share + 1) // shares):
        place[touched[n]] = -1


@compiled
def _adam(
    state: tuple[Floats, Floats, Floats],
    touched: npt.NDArray[np.int64],
    gradient: Floats,
    rates: tuple[np.float32, ...],
    share: int,
    shares: int,
) -> None:
    table, mean, square = state
    step, keep1, new1, keep2, new2, root, eps, decay = rates
    for n in range(len(touched) * share // shares, len(touched) * (share + 1) // shares):
        i = touched[n]
        row, m, v, g = table[i], mean[i], square[i], gradient[n]
        for d in range(len(row)):
            m[d] = keep1 * m[d] + new1 * g[d]
            v[d] = keep2 * v[d] + new2 * g[d] * g[d]
            row[d] = decay * row[d] - step * m[d] / (np.sqrt(v[d]) * root + eps)


def _share(kernel: Callable[..., None], look_ups: int, *arguments: Any) -> None:
    """Run the kernel on as many threads as torch may use, if there is enough to do."""
    shares = threads() if look_ups > SMALL else 1
    each(lambda share: kernel(*arguments, share, shares), shares)


def sums(table: Floats, ids: Ids, values: Floats) -> tuple[Floats, Floats, Floats]:
    """Over the fields of each row: sums of vectors (B, k), of their squares (B, k), and of first-order weights (B,).

    Args:
        table: (vocabulary, k + 1), the first-order weight last.
        ids, values: (B, D).
    """
    rows, size = len(ids), table.shape[1] - 1
    out = np.empty((rows, size), np.float32), np.empty((rows, size), np.float32), np.empty(rows, np.float32)
    _share(_sums, ids.size, table, ids, values, out)
    return out


def add_sums_gradient(
    table: Floats, ids: Ids, values: Floats, towards: tuple[Floats, ...], place: Ids, out: Floats
) -> None:
    """Add the gradient of `sums` with respect to the table to `out`.

    Args:
        table, ids, values: those of `sums`.
        towards: the gradients with respect to its three results.
        place: (vocabulary,) row of `out` for every id looked up.
        out: (n, k + 1).
    """
    _share(_sums_back, ids.size, table, ids, values, towards, place, out)


def add_rows(ids: Ids, rows: Floats, place: Ids, out: Floats) -> None:
    """Add the rows (B, columns, width) to the rows of `out` that `place` says for their ids (B, columns)."""
    _share(_scatter, ids.size, ids, rows, place, out)


def claim(ids: Ids, place: Ids) -> npt.NDArray[np.int64]:
    """The different ids among `ids` (B, columns); `place` (vocabulary,), all -1 before, says where each of them is."""
    shares = threads() if ids.size > SMALL else 1
    found, counts = np.empty((shares, ids.size), np.int32), np.zeros(shares, np.int32)
    _share(_claim, ids.size, ids, place, found, counts)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    touched = np.empty(starts[-1], np.int64)
    _share(_number, ids.size, place, found, starts, touched)
    return touched


def release(place: Ids, touched: npt.NDArray[np.int64]) -> None:
    """Set `place` back to -1 where `claim` wrote to it."""
    _share(_forget, len(touched), place, touched)


def adam(
    state: tuple[Floats, Floats, Floats],
    touched: npt.NDArray[np.int64],
    gradient: Floats,
    rates: tuple[np.float32, ...],
) -> None:
    """A step of Adam on some rows of a table, in place.

    Args:
        state: table, mean of the gradients, mean of their squares, each (vocabulary, width).
        touched: (n,) the rows.
        gradient: (n, width).
        rates: step size with the first bias correction in it; beta 1, 1 - beta 1, beta 2, 1 - beta 2; one over the
            root of the second correction; epsilon; what a row is multiplied by before the step.
    """
    _share(_adam, gradient.size, state, touched, gradient, rates)
