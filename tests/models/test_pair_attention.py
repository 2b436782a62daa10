"""AFM's attention in compiled loops against the same written with torch."""

from __future__ import annotations

import pytest
import torch

from ctrcore.models.afm import AFM
from ctrcore.models.config import AFMConfig
from ctrcore.models.pair_attention import BLOCK, TOGETHER, pooled_pairs
from ctrcore.models.registry import build
from ctrcore.training.loader import to_batch
from tests.synthetic import FIELDS, rows


def written_out(v: torch.Tensor, layer: torch.Tensor, bias: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    i, j = torch.triu_indices(v.shape[1], v.shape[1], 1)
    g = v[:, i] * v[:, j]
    return torch.einsum("bp,bpk->bk", torch.softmax(torch.relu(g @ layer.T + bias) @ h, 1), g)


def drawn(rows: int, fields: int, size: int, hidden: int) -> list[torch.Tensor]:
    torch.manual_seed(rows)
    shapes = ((rows, fields, size), (hidden, size), (hidden,), (hidden,))
    return [torch.randn(shape, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize(
    "shape", [(1, 2, 1, 1), (BLOCK, 3, 4, 5), (BLOCK * TOGETHER + 1, 5, 6, 3), (2 * BLOCK * TOGETHER - 7, 4, 9, 6)]
)
def test_values_and_gradients(shape: tuple[int, int, int, int]) -> None:
    given = drawn(*shape)
    towards = torch.randn(shape[0], shape[2])
    expected, got = written_out(*given), pooled_pairs(*given)
    assert torch.allclose(got, expected, atol=1e-5)
    wanted = torch.autograd.grad((expected * towards).sum(), given)
    for one, other in zip(torch.autograd.grad((got * towards).sum(), given), wanted, strict=True):
        assert float((one - other).abs().max()) <= 1e-5 * float(other.abs().max()) + 1e-6


def test_large_scores_do_not_overflow() -> None:
    v, layer, bias, h = drawn(9, 4, 3, 2)
    with torch.no_grad():
        got, expected = (attend(v, 100 * layer, bias, 100 * h) for attend in (pooled_pairs, written_out))
    assert torch.isfinite(got).all()
    assert torch.allclose(got, expected, atol=1e-5)


def test_the_number_of_threads_changes_nothing() -> None:
    given = drawn(3 * BLOCK * TOGETHER, 5, 4, 3)
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            pooled = pooled_pairs(*given)
            found.append([pooled.detach(), *torch.autograd.grad(pooled.square().sum(), given)])
    finally:
        torch.set_num_threads(before)
    for other in found[1:]:
        assert all(torch.equal(a, b) for a, b in zip(found[0], other, strict=True))


def test_the_model_gives_the_same_with_and_without() -> None:
    batch = to_batch(rows(50))
    model = build(AFMConfig(init_std=0.5), FIELDS, 3)
    assert isinstance(model, AFM)
    plain = model(batch)
    model.embedding.compiled = True
    assert torch.allclose(model(batch), plain, atol=1e-5)
