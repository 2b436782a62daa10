"""Adam that moves the rows of an embedding table which the batch looked up, and no others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor


class LazyAdam(torch.optim.Adam):
    """Adam (Kingma, Ba 2015) that knows sparse gradients, as those of a `FieldEmbedding` whose `sparse` is set.

    A parameter with a dense gradient is left to torch. Of one with a sparse gradient the rows named in it take the step
    that Adam would take: both moments and the weight, corrected by the number of steps so far. Where every row is
    looked up at each step that is Adam. Elsewhere it is not the same: the moments of a row that is not looked up stay,
    where Adam lets them fade, and the row stays, where Adam moves it on by its fading momentum; weight decay too only
    reaches the rows of the batch. `torch.optim.SparseAdam` does the same without weight decay.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register_step_pre_hook(LazyAdam._move_rows)

    @torch.no_grad()
    def _move_rows(self, *_: Any) -> None:
        """Move what has a sparse gradient and take that away, so that torch's own step leaves it alone."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None and parameter.grad.is_sparse:
                    gradient, parameter.grad = parameter.grad.coalesce(), None
                    self._move(parameter, gradient, group)

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[parameter]
        if not state:
            state["step"] = torch.zeros(())
            state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
        state["step"] += 1
        rows, values = gradient.indices()[0], gradient.values()
        decay = 1.0
        if group["weight_decay"]:
            if group["decoupled_weight_decay"]:
                decay = 1 - group["lr"] * group["weight_decay"]
            else:
                values = values + group["weight_decay"] * parameter[rows]
        beta1, beta2 = group["betas"]
        count = state["step"].item()
        size, root = group["lr"] / (1 - beta1**count), 1 / math.sqrt(1 - beta2**count)
        rates = (size, beta1, 1 - beta1, beta2, 1 - beta2, root, group["eps"], decay)
        own = (parameter, state["exp_avg"], state["exp_avg_sq"])
        (_by_kernel if parameter.device.type == "cpu" else _by_torch)(own, rows, values, rates)


def _by_kernel(own: tuple[Tensor, ...], rows: Tensor, values: Tensor, rates: tuple[float, ...]) -> None:
    from ctrcore.models import kernels

    table, mean, square = (part.detach().numpy() for part in own)
    given = tuple(np.float32(rate) for rate in rates)
    kernels.adam((table, mean, square), rows.numpy(), values.numpy(), given)


def _by_torch(own: tuple[Tensor, ...], rows: Tensor, values: Tensor, rates: tuple[float, ...]) -> None:
    size, beta1, new1, beta2, new2, root, eps, decay = rates
    table, mean, square = own
    m = mean[rows].mul_(beta1).add_(values, alpha=new1)
    v = square[rows].mul_(beta2).addcmul_(values, values, value=new2)
    mean[rows], square[rows] = m, v
    table[rows] = decay * table[rows] - size * m / (v.sqrt() * root + eps)
