"""The lesson on the linear-time trick: both ways agree with each other and with the model's own function."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ctrcore.learn.figures_trick import cost_picture, square_picture
from ctrcore.learn.trick import (
    by_pairs,
    by_trick,
    multiplications_by_pairs,
    multiplications_by_trick,
    place,
    vectors,
)
from ctrcore.models.fm import pair_interaction


@pytest.mark.parametrize("fields", [2, 3, 17, 100])
@pytest.mark.parametrize("k", [1, 4, 32])
def test_both_ways_are_the_models_pair_term(fields: int, k: int) -> None:
    table = vectors(fields, k, seed=3)
    v = torch.from_numpy(table)
    model = float(pair_interaction(v.sum(0), v.square().sum(0)).sum())
    assert by_pairs(table) == pytest.approx(model, abs=1e-6)
    assert by_trick(table) == pytest.approx(model, abs=1e-6)
    assert sum(place(table, at).pairs for at in range(k)) == pytest.approx(model, abs=1e-6)


def test_a_place_falls_into_the_diagonal_and_twice_the_pairs() -> None:
    one = place(vectors(7, 4, seed=1), 2)
    assert one.products.sum() == pytest.approx(one.squared)
    assert np.trace(one.products) == pytest.approx(one.squares)
    assert np.triu(one.products, 1).sum() == pytest.approx(one.pairs)
    assert one.half == pytest.approx(one.pairs)


def test_multiplications_are_those_that_are_done() -> None:
    """Counted with numbers that count."""

    class Counting(float):
        done = 0

        def __mul__(self, other: float) -> Counting:
            Counting.done += 1
            return Counting(float(self) * float(other))

    table = [[Counting(value) for value in line] for line in vectors(9, 5, seed=1).tolist()]
    for i in range(9):
        for j in range(i + 1, 9):
            for a, b in zip(table[i], table[j], strict=True):
                a * b
    assert Counting.done == multiplications_by_pairs(9, 5)
    Counting.done, whole = 0, 0.0
    for column in zip(*table, strict=True):
        total = Counting(sum(float(one) for one in column))
        whole += (total * total) - sum(one * one for one in column)
    Counting(0.5) * whole
    assert Counting.done == multiplications_by_trick(9, 5)


def test_more_fields_leave_the_vectors_before_as_they_are() -> None:
    np.testing.assert_array_equal(vectors(100, 32, seed=2)[:3, :4], vectors(3, 4, seed=2))
    assert not np.array_equal(vectors(3, 4, seed=2), vectors(3, 4, seed=5))


@pytest.mark.parametrize("k", [2, 4, 32])
def test_the_trick_pays_from_four_fields_on(k: int) -> None:
    assert multiplications_by_pairs(3, k) < multiplications_by_trick(3, k)
    assert multiplications_by_pairs(4, k) > multiplications_by_trick(4, k)


def test_the_square_pales_what_is_not_meant() -> None:
    one = place(vectors(4, 4, seed=1), 0)
    strong, weak = (np.asarray(trace.z, dtype=float) for trace in square_picture(one.products, "upper").data)
    assert np.nansum(strong) == pytest.approx(one.pairs)
    assert np.isnan(strong[np.tril_indices(4)]).all()
    assert not np.isnan(weak[np.tril_indices(4)]).any()
    figure = cost_picture([2, 3], [1, 3], [3, 4], 3, names=("a", "b"), x="F", y="n")
    assert [trace.y[-1] for trace in figure.data] == [3, 3, 4, 4]
