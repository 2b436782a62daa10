"""Layers that several models share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


class Dice(nn.Module):
    """Data-adaptive activation (Zhou et al. 2018, section 5.2): `p s + (1 - p) alpha s`.

    `p = sigmoid((s - E[s]) / sqrt(Var[s] + eps))`, with batch statistics over the real rows in training and moving
    averages at test, so that a score never depends on its batch mates or on padding.
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, width: int, eps: float = 1e-8, momentum: float = 0.1) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(width))
        self.eps, self.momentum = eps, momentum
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("variance", torch.ones(width))

    def forward(self, s: Tensor, frozen: bool = False) -> Tensor:
        mean, variance = self.mean, self.variance
        if self.training and len(s):
            mean, variance = s.mean(0), s.var(0, correction=0)
            with torch.no_grad():
                self.mean.lerp_(mean.detach(), self.momentum)
                self.variance.lerp_(variance.detach(), self.momentum)
        p = torch.sigmoid((s - mean) * torch.rsqrt(variance + self.eps))
        if frozen:
            p = p.detach()
        return s * (self.alpha + p * (1 - self.alpha))


class PReLU(nn.Module):
    """`s` above zero, `alpha s` below. Its gate is piecewise constant, so it is its own frozen form."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.full((width,), 0.25))

    def forward(self, s: Tensor, frozen: bool = False) -> Tensor:  # noqa: ARG002
        return torch.where(s > 0, s, self.alpha * s)


class ReLU(nn.Module):
    """`max(s, 0)`; its gate is piecewise constant, so it is its own frozen form."""

    def forward(self, s: Tensor, frozen: bool = False) -> Tensor:  # noqa: ARG002
        return torch.relu(s)


def activation(name: str, width: int) -> nn.Module:
    """The activation layer of that name for `width` channels."""
    kinds: dict[str, Callable[[], nn.Module]] = {
        "dice": lambda: Dice(width),
        "prelu": lambda: PReLU(width),
        "relu": ReLU,
    }
    return kinds[name]()


class BatchNorm(nn.BatchNorm1d):
    """Batch normalisation that passes a training batch of 0 or 1 rows with its moving averages."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) < 2:
            return nn.functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False)
        return super().forward(x)


class MLP(nn.Module):
    """Hidden layers and one output number. `forward(x)` takes (N, inputs) and returns (N,)."""

    def __init__(
        self, inputs: int, hidden: Sequence[int], act: str = "relu", dropout: float = 0.0, batch_norm: bool = False
    ) -> None:
        super().__init__()
        widths = [inputs, *hidden]
        self.linears = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.norms = nn.ModuleList(BatchNorm(b) if batch_norm else nn.Identity() for b in hidden)
        self.acts = nn.ModuleList(activation(act, b) for b in hidden)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(widths[-1], 1)

    @property
    def first(self) -> nn.Linear:
        """The layer that reads the inputs: the first hidden one, or the output where there is none."""
        layer = self.linears[0] if len(self.linears) else self.out
        assert isinstance(layer, nn.Linear)
        return layer

    def forward(self, x: Tensor, frozen: bool = False) -> Tensor:
        """`frozen` detaches every activation's gate, which makes the layer affine around x."""
        return self.after_first(self.first(x), frozen)

    def after_first(self, x: Tensor, frozen: bool = False) -> Tensor:
        """The rest of `forward`, from what `first` makes of the inputs (N, its width)."""
        for place, (norm, act) in enumerate(zip(self.norms, self.acts, strict=True)):
            x = self.dropout(act(norm(x), frozen))
            x = self.linears[place + 1](x) if place + 1 < len(self.linears) else self.out(x)
        result: Tensor = x.squeeze(-1)
        return result


def frozen_gradient(mlp: MLP, x: Tensor) -> tuple[Tensor, Tensor]:
    """(g, b) with `mlp(x) = g . x + b`, exact at x: the gradient with all gates held, and the rest.

    Args:
        mlp: in eval mode.
        x: (B, inputs).

    Returns:
        g of shape (B, inputs) and b of shape (B,).
    """
    point = x.detach().requires_grad_()
    with torch.enable_grad():
        out = mlp(point, frozen=True)
        (g,) = torch.autograd.grad(out.sum(), point)
    return g, out.detach() - (g * x.detach()).sum(1)
