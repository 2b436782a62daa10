"""AFM's attention over the pairs in compiled loops for the CPU.

A block of rows goes through all steps before the next one, with the rows as the innermost axis: whatever stands
between two steps stays in the cache, and a step is the same for all rows of a block. The gradient makes the products
again instead of keeping them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.autograd import Function

from ctrcore.models.kernels import compiled
from ctrcore.models.row_parts import each

Floats = npt.NDArray[np.float32]
Pairs = npt.NDArray[np.int32]  # (2, P)
Weights = tuple[Floats, Floats, Floats]  # of the attention's layer (t, k), its bias (t,), and h (t,)
Gradients = tuple[Floats, Floats, Floats, Floats]  # of the rows, and of the weights with one axis more, for the parts

BLOCK = 64  # rows that go through all steps together
TOGETHER = 8  # blocks whose gradients of the weights are added up in one place
ZERO = np.float32(0)


@compiled
def _load(v: Floats, start: int, x: Floats) -> None:
    """Rows (B, F, k) from `start` on to a block (F, k, BLOCK), filled up with zeros."""
    count = min(BLOCK, v.shape[0] - start)
    for f in range(x.shape[0]):
        for d in range(x.shape[1]):
            for n in range(count):
                x[f, d, n] = v[start + n, f, d]
            for n in range(count, BLOCK):
                x[f, d, n] = ZERO


@compiled
def _store(x: Floats, start: int, v: Floats) -> None:
    """The other way."""
    for n in range(min(BLOCK, v.shape[0] - start)):
        for f in range(x.shape[0]):
            for d in range(x.shape[1]):
                v[start + n, f, d] = x[f, d, n]


@compiled
def _combine(weight: Floats, given: Floats, out: Floats) -> None:
    """`out += weight @ given` for one line: weight (m,), given (m, BLOCK), out (BLOCK,)."""
    whole = len(weight) // 4 * 4
    for d in range(0, whole, 4):
        w0, w1, w2, w3 = weight[d], weight[d + 1], weight[d + 2], weight[d + 3]
        g0, g1, g2, g3 = given[d], given[d + 1], given[d + 2], given[d + 3]
        for n in range(BLOCK):
            out[n] += w0 * g0[n] + w1 * g1[n] + w2 * g2[n] + w3 * g3[n]
    for d in range(whole, len(weight)):
        w, g = weight[d], given[d]
        for n in range(BLOCK):
            out[n] += w * g[n]


@compiled
def _activate(pair: tuple[Floats, Floats], weights: Weights, g: Floats, r: Floats) -> None:
    """The products g (k, BLOCK) of a pair of fields, and what the attention's layer makes of them (t, BLOCK)."""
    layer, bias, _ = weights
    for d in range(len(g)):
        left, right, product = pair[0][d], pair[1][d], g[d]
        for n in range(BLOCK):
            product[n] = left[n] * right[n]
    for t in range(len(r)):
        r[t][:] = bias[t]
        _combine(layer[t], g, r[t])


@compiled
def _softmax(a: Floats, top: Floats, total: Floats) -> None:
    """Over the pairs, in place: a (P, BLOCK)."""
    top[:] = a[0]
    total[:] = ZERO
    for p in range(len(a)):
        for n in range(BLOCK):
            top[n] = max(top[n], a[p, n])
    for p in range(len(a)):
        for n in range(BLOCK):
            a[p, n] = np.exp(a[p, n] - top[n])
            total[n] += a[p, n]
    for p in range(len(a)):
        for n in range(BLOCK):
            a[p, n] /= total[n]


@compiled
def _forward(data: tuple[Floats, Pairs], weights: Weights, attention: Floats, pooled: Floats, part: int) -> None:
    v, pairs = data
    h, size = weights[2], v.shape[2]
    x, g = np.empty((v.shape[1], size, BLOCK), np.float32), np.empty((size, BLOCK), np.float32)
    r, out = np.empty((len(h), BLOCK), np.float32), np.empty((1, size, BLOCK), np.float32)
    top, total = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    for block in range(part * TOGETHER, min((part + 1) * TOGETHER, len(attention))):
        a = attention[block]
        _load(v, block * BLOCK, x)
        for p in range(len(a)):
            _activate((x[pairs[0, p]], x[pairs[1, p]]), weights, g, r)
            a[p][:] = ZERO
            for t in range(len(h)):
                factor, score, s = h[t], a[p], r[t]
                for n in range(BLOCK):
                    score[n] += factor * max(s[n], ZERO)
        _softmax(a, top, total)
        out[:] = ZERO
        for p in range(len(a)):
            own = a[p]
            for d in range(size):
                left, right, to = x[pairs[0, p], d], x[pairs[1, p], d], out[0, d]
                for n in range(BLOCK):
                    to[n] += own[n] * left[n] * right[n]
        _store(out, block * BLOCK, pooled)


@compiled
def _gains(x: Floats, pairs: Pairs, a: Floats, towards: Floats, gained: Floats, mean: Floats) -> None:
    """The gradient (P, BLOCK) with respect to the scores of the pairs, from that of the pooled products (k, BLOCK)."""
    mean[:] = ZERO
    for p in range(len(a)):
        own = gained[p]
        own[:] = ZERO
        for d in range(len(towards)):
            left, right, given = x[pairs[0, p], d], x[pairs[1, p], d], towards[d]
            for n in range(BLOCK):
                own[n] += left[n] * right[n] * given[n]
        for n in range(BLOCK):
            mean[n] += a[p, n] * own[n]
    for p in range(len(a)):
        for n in range(BLOCK):
            gained[p, n] = a[p, n] * (gained[p, n] - mean[n])


@compiled
def _of_weights(own: Floats, h: Floats, g: Floats, r: Floats, of: Weights) -> None:
    """Add the gradients of the weights from that of a pair's score (BLOCK,); r becomes the layer's own."""
    of_layer, of_bias, of_h = of
    for t in range(len(h)):
        s, factor, sum_h, sum_bias = r[t], h[t], ZERO, ZERO
        for n in range(BLOCK):
            sum_h += own[n] * max(s[n], ZERO)
            s[n] = own[n] * factor if s[n] > ZERO else ZERO
            sum_bias += s[n]
        of_h[t] += sum_h
        of_bias[t] += sum_bias
        for d in range(len(g)):
            product, summed = g[d], ZERO
            for n in range(BLOCK):
                summed += product[n] * s[n]
            of_layer[t, d] += summed


@compiled
def _backward(
    data: tuple[Floats, Pairs], weights: Weights, attention: Floats, towards: Floats, of: Gradients, part: int
) -> None:
    v, pairs = data
    of_v, of_weights = of[0], (of[1][part], of[2][part], of[3][part])
    h, fields, size = weights[2], v.shape[1], v.shape[2]
    x, to = np.empty((fields, size, BLOCK), np.float32), np.empty((fields, size, BLOCK), np.float32)
    g, line, r = np.empty((size, BLOCK), np.float32), np.empty(BLOCK, np.float32), np.empty((len(h), BLOCK), np.float32)
    pooled, mean = np.empty((1, size, BLOCK), np.float32), np.empty(BLOCK, np.float32)
    gained = np.empty((pairs.shape[1], BLOCK), np.float32)
    columns = np.ascontiguousarray(weights[0].T)
    for block in range(part * TOGETHER, min((part + 1) * TOGETHER, len(attention))):
        a = attention[block]
        _load(v, block * BLOCK, x)
        _load(towards, block * BLOCK, pooled)
        _gains(x, pairs, a, pooled[0], gained, mean)
        to[:] = ZERO
        for p in range(len(a)):
            i, j, weight = pairs[0, p], pairs[1, p], a[p]
            _activate((x[i], x[j]), weights, g, r)
            _of_weights(gained[p], h, g, r, of_weights)
            for d in range(size):
                given, left, right, of_left, of_right = pooled[0, d], x[i, d], x[j, d], to[i, d], to[j, d]
                for n in range(BLOCK):
                    line[n] = weight[n] * given[n]
                _combine(columns[d], r, line)
                for n in range(BLOCK):
                    of_left[n] += line[n] * right[n]
                    of_right[n] += line[n] * left[n]
        _store(to, block * BLOCK, of_v)


class _Pooled(Function):
    @staticmethod
    def forward(ctx: Any, v: Tensor, layer: Tensor, bias: Tensor, h: Tensor) -> Tensor:
        ctx.save_for_backward(v, layer, bias, h)
        rows, fields, size = v.shape
        ctx.pairs = np.stack(np.triu_indices(fields, 1)).astype(np.int32)
        ctx.attention = np.empty((-(-rows // BLOCK), ctx.pairs.shape[1], BLOCK), np.float32)
        given, *weights = (tensor.detach().contiguous().numpy() for tensor in (v, layer, bias, h))
        data, pooled = (given, ctx.pairs), np.empty((rows, 1, size), np.float32)
        each(lambda part: _forward(data, tuple(weights), ctx.attention, pooled, part), _parts(ctx.attention))
        return torch.from_numpy(pooled).squeeze(1)

    @staticmethod
    def backward(ctx: Any, *towards: Tensor) -> tuple[Tensor, ...]:
        v, *weights = (tensor.detach().contiguous().numpy() for tensor in ctx.saved_tensors)
        count, given = _parts(ctx.attention), towards[0].contiguous().unsqueeze(1).numpy()
        of = (np.empty_like(v), *(np.zeros((count, *weight.shape), np.float32) for weight in weights))
        each(lambda part: _backward((v, ctx.pairs), tuple(weights), ctx.attention, given, of, part), count)
        return torch.from_numpy(of[0]), *(torch.from_numpy(summed.sum(0)) for summed in of[1:])


def _parts(attention: Floats) -> int:
    return -(-len(attention) // TOGETHER)


def pooled_pairs(v: Tensor, layer: Tensor, bias: Tensor, h: Tensor) -> Tensor:
    """(B, k) the products of all pairs of fields, weighted by AFM's attention and added up.

    The result does not depend on the number of threads.

    Args:
        v: (B, F, k) float32 on the CPU.
        layer, bias, h: the attention's layer (t, k), its bias (t,), and what scores its output (t,).
    """
    found: Tensor = _Pooled.apply(v, layer, bias, h)  # type: ignore[no-untyped-call]
    return found
