"""Parts of a batch on several threads, each small enough that what lies between its steps stays in the cache.

Torch shares each single step out among its threads, which then wait for each other and pass whole batches through the
memory between two steps. Here a thread takes some rows through all steps, forward and backward.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.autograd import Function

MOST_THREADS = 16
Rows = Callable[..., Tensor]
T = TypeVar("T")


_granted = threading.local()


def threads() -> int:
    """Threads that share the work of a batch: as many as torch may use here, or might use outside of `sharing`."""
    return min(getattr(_granted, "count", None) or torch.get_num_threads(), MOST_THREADS)


@cache
def _pool(count: int) -> ThreadPoolExecutor:
    """Threads beside the calling one. In them torch uses no further ones."""
    return ThreadPoolExecutor(count, thread_name_prefix="rows", initializer=torch.set_num_threads, initargs=(1,))


@contextmanager
def sharing(among: int | None = None) -> Iterator[None]:
    """Torch's own threads rest, so that they do not get in the way of those that take rows through all steps.

    They would be woken, or spin, for every small step, which takes longer than the step.

    Args:
        among: threads that work is shared among meanwhile; None: as many as before.
    """
    torchs, before = torch.get_num_threads(), getattr(_granted, "count", None)
    _granted.count = threads() if among is None else among
    torch.set_num_threads(1)
    try:
        yield
    finally:
        _granted.count = before
        torch.set_num_threads(torchs)


def each(work: Callable[[int], T], count: int, device: torch.device | None = None) -> list[T]:
    """`work` of 0 to count - 1, shared out among the threads if the device is the CPU; in the order of the numbers."""
    shares = 1 if device is not None and device.type != "cpu" else min(threads(), count)
    if shares < 2:
        return [work(number) for number in range(count)]
    found: dict[int, T] = {}
    waiting = iter(range(count))  # its next number is given out under the interpreter's lock
    graph = torch.is_grad_enabled()  # each thread has a setting of its own

    def take() -> None:
        with torch.set_grad_enabled(graph):
            for number in waiting:
                found[number] = work(number)

    with sharing(among=1):
        others = [_pool(shares - 1).submit(take) for _ in range(shares - 1)]
        try:
            take()
        finally:
            wait(others)
        for other in others:
            other.result()
    return [found[number] for number in range(count)]


class _Parts(Function):
    @staticmethod
    def forward(
        ctx: Any, compute: Rows, parts: Sequence[Sequence[slice]], weights: int, cast: Any, *tensors: Tensor
    ) -> Tensor:
        inputs, ctx.weights = tensors[: len(tensors) - weights], tensors[len(tensors) - weights :]
        wanted = ctx.needs_input_grad[4 : 4 + len(inputs)]

        def one(number: int) -> tuple[list[Tensor], Tensor]:
            own = [
                tensor[place].detach().requires_grad_(want)
                for tensor, place, want in zip(inputs, parts[number], wanted, strict=True)
            ]
            with torch.enable_grad(), torch.autocast(*cast):
                return own, compute(*own)

        ctx.parts, ctx.shapes = each(one, len(parts)), [tensor.shape for tensor in inputs]
        ctx.wanted = [place for place, want in enumerate(wanted) if want]
        return torch.cat([out.detach() for _, out in ctx.parts])

    @staticmethod
    def backward(ctx: Any, *towards: Tensor) -> tuple[Tensor | None, ...]:
        ends, begin = [], 0
        for _, out in ctx.parts:
            ends.append(slice(begin, begin + len(out)))
            begin += len(out)
        weights = [weight for weight in ctx.weights if weight.requires_grad]

        def one(number: int) -> tuple[Tensor, ...]:
            own, out = ctx.parts[number]
            sought = [*(own[place] for place in ctx.wanted), *weights]
            return torch.autograd.grad(out, sought, towards[0][ends[number]], materialize_grads=True)

        found = each(one, len(ctx.parts))
        ctx.parts = None
        of_inputs: list[Tensor | None] = [None] * len(ctx.shapes)
        for place, want in enumerate(ctx.wanted):
            of_inputs[want] = torch.cat([gradient[place] for gradient in found])
        summed = iter([torch.stack([g[len(ctx.wanted) + n] for g in found]).sum(0) for n in range(len(weights))])
        of_weights = [next(summed) if weight.requires_grad else None for weight in ctx.weights]
        return None, None, None, None, *of_inputs, *of_weights


def by_parts(
    compute: Rows, inputs: Sequence[Tensor], weights: Sequence[Tensor], parts: Sequence[Sequence[slice]]
) -> Tensor:
    """`compute(*inputs)`, where each row of the result depends on its own rows of the inputs alone.

    The result does not depend on the number of threads: parts are added up in their order.

    Args:
        compute: gives rows for rows; it draws no random numbers.
        inputs: tensors whose first axis is cut.
        weights: everything else that `compute` reads and that has a gradient.
        parts: of each part, where its rows stand in each of the inputs.
    """
    if not torch.is_grad_enabled():
        return torch.cat([compute(*(x[place] for x, place in zip(inputs, part, strict=True))) for part in parts])
    device = inputs[0].device.type
    cast = (device, torch.get_autocast_dtype(device), torch.is_autocast_enabled(device))
    out: Tensor = _Parts.apply(compute, parts, len(weights), cast, *inputs, *weights)  # type: ignore[no-untyped-call]
    return out


def cut(rows: int, size: int) -> list[slice]:
    """Slices of at most `size` rows; one that is empty where there are no rows."""
    return [slice(start, min(start + size, rows)) for start in range(0, max(rows, 1), size)]
