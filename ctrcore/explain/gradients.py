"""Integrated gradients (Sundararajan, Taly, Yan 2017): a second opinion that needs no enumeration.

On the straight way from a baseline to the row, the logit's gradient is summed up. The way lies in the space of the
looked-up numbers (embeddings and first-order weights), for ids have no between. The baseline is the background's mean:
of each field its mean embedding, and of a behaviour the mean embedding of all behaviours there. No value looks like a
mean of values, so intermediate points are rows that cannot exist: a known weakness of the method.

It is written out here because captum, which has it, needs numpy below 2, and this package uses numpy 2.
"""

from __future__ import annotations

import copy
from collections.abc import Collection

import numpy as np
import torch
from torch import Tensor, nn

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.background import Background
from ctrcore.explain.explanation import NAN, Explanation, Part, parts_table, undivided
from ctrcore.explain.hybrids import logits
from ctrcore.explain.players import history_steps
from ctrcore.explain.rows import shown_values
from ctrcore.explain.trust.words import background_words
from ctrcore.language import say
from ctrcore.models.base import CTRModel
from ctrcore.models.batch import BagBatch, Batch
from ctrcore.models.din import DIN
from ctrcore.models.embedding import Looked, Sums
from ctrcore.training.loader import to_batch


class Held(nn.Module):
    """Stands in for the embedding and gives what it is told, whatever is looked up."""

    by_kernel = False

    def __init__(self, looked: Looked) -> None:
        super().__init__()
        self.looked = looked

    def forward(self, batch: Batch, skip: Collection[str] = ()) -> Looked:  # noqa: ARG002
        return self.looked

    def sums(self, batch: Batch) -> Sums:  # noqa: ARG002
        return Sums(self.looked.v.sum(1), self.looked.v.square().sum(1), self.looked.w.sum(1))

    def members(self, batch: Batch, name: str) -> Tensor:
        return self.looked.members[name][batch.bags[name].mask]


def with_looked(model: CTRModel, looked: Looked) -> CTRModel:
    """The same model, sharing every parameter, that reads these numbers; the model itself is left alone."""
    twin = copy.copy(model)
    twin._modules = dict(model._modules)
    twin.embedding = Held(looked)  # type: ignore[assignment]
    return twin


def integrated_gradients(
    model: CTRModel, encoder: Encoder, rows: Encoded, position: int, background: Background, *, steps: int = 64
) -> Explanation:
    """Integrated gradients of one row. The residual is what the sum of gradients misses of the integral.

    Args:
        model: in eval mode.
        encoder: the one the rows were encoded with.
        rows: encoded rows.
        position: which of them.
        background: whose mean is the baseline; the base is the logit of that mean, not the mean of logits.
        steps: points on the way, by Gauss-Legendre quadrature.

    Returns:
        A part for each field, and for each behaviour of a model that reads them one by one.
    """
    device = model.bias.device
    one = rows.take([position])
    batch = to_batch(one, device=device)
    with torch.no_grad():
        end = model.embedding(batch)
        start = _mean(model, end, to_batch(background.rows, device=device))
    nodes, shares = np.polynomial.legendre.leggauss(steps)
    way = torch.tensor((nodes + 1) / 2, dtype=end.v.dtype, device=device)
    share = torch.tensor(shares / 2, dtype=end.v.dtype, device=device)
    names = list(end.members)
    points = [_on_the_way(a, b, way) for a, b in zip(_flat(start), _flat(end), strict=True)]
    looked = Looked(points[0], points[1], dict(zip(names, points[2:], strict=True)))
    with torch.enable_grad():
        found = with_looked(model, looked)(_repeated(batch, steps))
        gradients = torch.autograd.grad(found.sum(), points, allow_unused=True)
    moved = [
        torch.zeros_like(b) if gradient is None else (b - a) * torch.tensordot(share, gradient, dims=1)
        for a, b, gradient in zip(_flat(start), _flat(end), gradients, strict=True)
    ]
    base = logits(with_looked(model, start), [batch])
    return Explanation(
        base=float(base[0]),
        parts=parts_table(_parts(model, encoder, one, moved)),
        logit=float(logits(model, [batch])[0]),
        method=say(
            "integrated gradients in {steps} steps from the mean embeddings of {background}",
            steps=steps,
            background=background_words(background.name),
        ),
        exact=False,
    )


def _flat(looked: Looked) -> list[Tensor]:
    return [looked.v, looked.w, *looked.members.values()]


def _on_the_way(start: Tensor, end: Tensor, way: Tensor) -> Tensor:
    """(steps, ...) points between two tensors of one row, as leaves that gradients are wanted of."""
    along = way.view(-1, *[1] * (end.dim() - 1))
    return (start + along * (end - start)).detach().requires_grad_()


def _mean(model: CTRModel, row: Looked, background: Batch) -> Looked:
    """The baseline: what the background looks up on average, with as many behaviours as the row has."""
    theirs = model.embedding(background)
    members = {}
    for name, own in row.members.items():
        mask = background.bags[name].mask
        mean = theirs.members[name].sum((0, 1)) / mask.sum().clamp(min=1)
        members[name] = mean.expand_as(own)
    return Looked(theirs.v.mean(0, keepdim=True), theirs.w.mean(0, keepdim=True), members)


def _repeated(batch: Batch, times: int) -> Batch:
    bags = {name: BagBatch(*(part.expand(times, -1) for part in bag)) for name, bag in batch.bags.items()}
    return Batch(batch.ids.expand(times, -1), batch.values.expand(times, -1), bags)


def _parts(model: CTRModel, encoder: Encoder, one: Encoded, moved: list[Tensor]) -> list[Part]:
    """What the gradients add up to: of v (1, F, k), w (1, F) and of each bag's members (1, L, k)."""
    shown = shown_values(encoder, one)
    of_field = (moved[0].sum(2) + moved[1])[0]
    one_by_one = isinstance(model, DIN)
    parts: list[Part] = [
        ("field", field.name, shown[field.name], float(value), NAN, NAN)
        for field, value in zip(model.fields, of_field, strict=True)
        if not (one_by_one and field.kind == "history")
    ]
    if isinstance(model, DIN):
        members = dict(zip(model.embedding.bag_names, moved[2:], strict=True))
        of_step = torch.stack([members[name] for name in model.histories]).sum((0, 3))[0]
        steps = list(zip(*history_steps(encoder, one).values(), strict=True))
        for step, values in enumerate(steps):
            name = f"behaviour {len(steps) - step} back"
            parts.append(("behaviour", name, ", ".join(map(undivided, values)), float(of_step[step]), NAN, NAN))
    return parts
