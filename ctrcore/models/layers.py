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

    def forward(self, s: Tensor) -> Tensor:
        return s * self.gate(s)

    def gate(self, s: Tensor) -> Tensor:
        """What `s` is multiplied by: `alpha + p (1 - alpha)`."""
        if self.training and len(s):
            # in float32 also where the layers are not; torch's own running variance would be that of a sample
            z, mean, scale = torch.native_batch_norm(s.to(self.mean.dtype), None, None, None, None, True, 0.0, self.eps)
            with torch.no_grad():
                self.mean.lerp_(mean, self.momentum)
                self.variance.lerp_(scale.pow(-2) - self.eps, self.momentum)
        else:
            z = (s - self.mean) * torch.rsqrt(self.variance + self.eps)
        return torch.addcmul(self.alpha, torch.sigmoid(z), 1 - self.alpha)


class PReLU(nn.Module):
    """`s` above zero, `alpha s` below."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.full((width,), 0.25))

    def forward(self, s: Tensor) -> Tensor:
        return nn.functional.prelu(s, self.alpha)

    def gate(self, s: Tensor) -> Tensor:
        """What `s` is multiplied by: 1 or alpha."""
        return torch.where(s > 0, 1.0, self.alpha)


class ReLU(nn.Module):
    """`max(s, 0)`."""

    def forward(self, s: Tensor) -> Tensor:
        return torch.relu(s)

    def gate(self, s: Tensor) -> Tensor:
        """What `s` is multiplied by: 1 or 0."""
        return (s > 0).to(s.dtype)


Activation = Dice | PReLU | ReLU
"""Each is `s` times a gate that depends on `s`, so that holding the gate makes it linear."""


def activation(name: str, width: int) -> Activation:
    """The activation layer of that name for `width` channels."""
    kinds: dict[str, Callable[[], Activation]] = {
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

    @property
    def apart(self) -> bool:
        """A row's output depends on nothing but the row: no statistics of its batch, no chance."""
        statistics = (*self.norms, *self.acts)
        return not self.training or not (self.dropout.p or any(isinstance(x, BatchNorm | Dice) for x in statistics))

    def forward(self, x: Tensor) -> Tensor:
        return self.after_first(self.first(x))

    def after_first(self, x: Tensor, gates: Sequence[Tensor] | None = None) -> Tensor:
        """The rest of `forward`, from what `first` makes of the inputs (N, its width).

        Args:
            x: the output of `first`.
            gates: (N, width) of every hidden layer, held instead of those that x would give: `gates` at another point.
        """
        for place, (norm, act) in enumerate(zip(self.norms, self.acts, strict=True)):
            s = norm(x)
            x = self.dropout(act(s) if gates is None else s * gates[place])
            x = self.linears[place + 1](x) if place + 1 < len(self.linears) else self.out(x)
        result: Tensor = x.squeeze(-1)
        return result

    def gates(self, x: Tensor) -> list[Tensor]:
        """(N, width) of every hidden layer: by what its activation multiplies its input, for the inputs x."""
        found: list[Tensor] = []
        x = self.first(x)
        for place, (norm, act) in enumerate(zip(self.norms, self.acts, strict=True)):
            assert isinstance(act, Activation)
            s = norm(x)
            found.append(act.gate(s))
            if place + 1 < len(self.linears):
                x = self.linears[place + 1](s * found[-1])
        return found


def held_at(mlp: MLP, x: Tensor) -> tuple[Tensor, Tensor]:
    """The affine map (g, b) that an MLP is while every gate is held as it is at x.

    Both are taken where the input is 0, with the gates held there: x is only looked at for its gates. That
    `g . x + b` is the MLP's output at x is therefore no consequence of how they are computed, and can be checked.

    Args:
        mlp: in eval mode.
        x: (B, inputs).

    Returns:
        g of shape (B, inputs), the map's gradient, and b of shape (B,), its value at 0.
    """
    with torch.no_grad():
        gates, bias = mlp.gates(x), mlp.first.bias.expand(len(x), -1)
    with torch.enable_grad():
        point = bias.detach().requires_grad_()
        out = mlp.after_first(point, gates)
        (g,) = torch.autograd.grad(out.sum(), point)
    return g @ mlp.first.weight.detach(), out.detach()
