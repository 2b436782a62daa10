"""Batches in parts: what comes out, forward and backward, is what comes out of the whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from ctrcore.models import din, fibinet
from ctrcore.models.config import DINConfig, FiBiNETConfig, ModelConfig
from ctrcore.models.layers import MLP
from ctrcore.models.registry import build
from ctrcore.models.row_parts import by_parts, cut, each
from ctrcore.training.loader import to_batch
from tests.synthetic import FIELDS, rows

ROWS = 90


@pytest.fixture(params=[1, 2, 3])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    assert torch.get_num_threads() == request.param
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "config",
    [
        FiBiNETConfig(init_std=0.5),
        FiBiNETConfig(init_std=0.5, batch_norm=False, product="inner"),
        FiBiNETConfig(init_std=0.5, batch_norm=False, hidden_units=(8,)),
        DINConfig(init_std=0.5),
        DINConfig(init_std=0.5, activation="relu"),
        DINConfig(init_std=0.5, activation="prelu", softmax=True, batch_norm=True),
        DINConfig(init_std=0.5, activation="prelu", scorer="dot"),
        DINConfig(init_std=0.5, activation="dice", scorer="dot"),
    ],
    ids=str,
)
def test_models_give_the_same_in_parts(config: ModelConfig, training: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    model, batch = build(config, FIELDS, 3).double().train(training), to_batch(rows(ROWS))
    found = []
    for size in (1000, 7):
        monkeypatch.setattr(din, "TOGETHER", size)
        monkeypatch.setattr(fibinet, "TOGETHER", size)
        model.zero_grad()
        logit = model(batch)
        (logit * torch.arange(ROWS)).sum().backward()
        found.append([logit.detach(), *(weight.grad for weight in model.parameters() if weight.grad is not None)])
    assert len(found[0]) == len(found[1])
    for whole, parts in zip(*found, strict=True):
        assert torch.allclose(whole, parts, rtol=1e-9, atol=1e-9)


def test_parts_of_inputs_that_are_cut_differently(threads: int) -> None:
    torch.manual_seed(threads)
    a, weight = torch.randn(5, 2, requires_grad=True), torch.randn(2, requires_grad=True)
    b, frozen = torch.randn(9, 2), torch.randn(2)

    def compute(some: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
        return (some * weight + others.sum(0)).sum(1) * frozen.sum()

    parts = [[slice(0, 3), slice(0, 4)], [slice(3, 5), slice(4, 9)]]
    expected = torch.cat([compute(a[one], b[other]) for one, other in parts])
    got = by_parts(compute, [a, b], [weight, frozen], parts)
    assert torch.equal(got, expected)
    towards = torch.randn(5)
    for one, other in zip(
        torch.autograd.grad(got, [a, weight], towards), torch.autograd.grad(expected, [a, weight], towards), strict=True
    ):
        assert torch.allclose(one, other)
    with torch.no_grad():
        assert torch.equal(by_parts(compute, [a, b], [weight, frozen], parts), expected)


def test_half_precision_reaches_the_other_threads() -> None:
    a, weight, kinds = torch.randn(8, 4), torch.randn(4, 4, requires_grad=True), []

    def compute(some: torch.Tensor) -> torch.Tensor:
        found = some @ weight
        kinds.append(found.dtype)
        return found.float()

    with torch.autocast("cpu", torch.bfloat16):
        by_parts(compute, [a], [weight], [[part] for part in cut(8, 2)])
    assert kinds == [torch.bfloat16] * 4


def test_work_is_shared_out_and_its_results_stand_in_order(threads: int) -> None:
    meet, who = threading.Barrier(threads, timeout=20), set()

    def work(number: int) -> int:
        if number < threads:
            meet.wait()  # nobody gets past this alone
        who.add(threading.get_ident())
        assert torch.get_num_threads() == 1
        return number * number

    assert each(work, 20) == [number * number for number in range(20)]
    assert len(who) == threads
    assert each(work, 0) == []


def test_a_failure_in_another_thread_is_told(threads: int) -> None:
    def work(number: int) -> int:
        if number == 5:
            raise ValueError("the sixth")
        return number

    with pytest.raises(ValueError, match="the sixth"):
        each(work, 20)
    assert each(abs, threads) == list(range(threads))


def test_slices_cover_all_rows() -> None:
    assert cut(5, 2) == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert cut(0, 2) == [slice(0, 0)]


def test_rows_stand_apart_unless_they_are_counted_together_or_by_chance() -> None:
    plain, norm, dice, chance = (
        MLP(2, (3,)),
        MLP(2, (3,), batch_norm=True),
        MLP(2, (3,), act="dice"),
        MLP(2, (3,), dropout=0.1),
    )
    assert [mlp.train().apart for mlp in (plain, norm, dice, chance)] == [True, False, False, False]
    assert all(mlp.eval().apart for mlp in (plain, norm, dice, chance))
