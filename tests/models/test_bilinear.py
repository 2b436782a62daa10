"""The layer over all bilinear products, block by block, against the products written out."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch

from ctrcore.models.bilinear import Bilinear, layer_over_pairs


def written_out(v: torch.Tensor, matrices: torch.Tensor, layer: torch.Tensor) -> torch.Tensor:
    pairs = list(combinations(range(v.shape[1]), 2))
    products = [(v[:, i] @ matrix) * v[:, j] for (i, j), matrix in zip(pairs, matrices, strict=True)]
    return torch.cat(products, 1) @ layer.T if products else v.new_zeros(len(v), len(layer))


@pytest.mark.parametrize("fields", [2, 3, 7])
@pytest.mark.parametrize("rows", [0, 1, 9])
def test_values_and_gradients(fields: int, rows: int) -> None:
    torch.manual_seed(1)
    count = fields * (fields - 1) // 2
    given = [
        torch.randn(shape, dtype=torch.float64, requires_grad=True)
        for shape in ((rows, fields, 4), (count, 4, 4), (5, count * 4))
    ]
    weight = torch.randn(rows, 5, dtype=torch.float64)
    expected, got = written_out(*given), layer_over_pairs(*given)
    assert torch.allclose(got, expected, atol=1e-12)
    wanted = torch.autograd.grad((expected * weight).sum(), given)
    for one, other in zip(torch.autograd.grad((got * weight).sum(), given), wanted, strict=True):
        assert torch.allclose(one, other, atol=1e-12)


@pytest.mark.parametrize("kind", ["field_all", "field_each", "field_interaction"])
def test_each_pair_has_the_matrix_that_turns_its_left_field(kind: str) -> None:
    torch.manual_seed(2)
    pairs = torch.triu_indices(5, 5, 1)
    bilinear, v = Bilinear(pairs, 3, kind), torch.randn(6, 5, 3)
    turned = torch.einsum("bpk,pkl->bpl", v[:, pairs[0]], bilinear.per_pair(pairs))
    assert torch.allclose(bilinear.turned(v, pairs), turned, atol=1e-6)


def test_half_precision_is_summed_up_in_full() -> None:
    torch.manual_seed(3)
    v, matrices, layer = torch.randn(50, 6, 8), torch.randn(15, 8, 8), torch.randn(7, 120)
    with torch.autocast("cpu", torch.bfloat16):
        half = layer_over_pairs(v, matrices, layer)
    assert half.dtype == torch.float32
    full = layer_over_pairs(v, matrices, layer)
    assert float((half - full).norm() / full.norm()) < 0.02
