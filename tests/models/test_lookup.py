"""Looking up with compiled kernels against torch: values, gradients, and the same bits on any number of threads."""

from __future__ import annotations

import numba
import numpy as np
import pytest
import torch

from ctrcore.models import kernels
from ctrcore.models.config import DINConfig, FMConfig, LRConfig, ModelConfig
from ctrcore.models.registry import build
from ctrcore.training.loader import to_batch
from tests.synthetic import FIELDS, rows

MODELS: list[ModelConfig] = [
    LRConfig(),
    FMConfig(embedding_size=8, init_std=0.3),
    FMConfig(embedding_size=5, init_std=0.3, hidden_units=(4,)),
    DINConfig(embedding_size=4, init_std=0.3, hidden_units=(8,), attention_units=(6,)),
]


def answer(config: ModelConfig, *, compiled: bool, sparse: bool, many: int = 1500) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits and the table's gradient, with L2."""
    batch = to_batch(rows(many))
    model = build(config, FIELDS, 1).eval()
    model.embedding.compiled, model.embedding.sparse = compiled, sparse
    with torch.no_grad():
        model.embedding.table[:, -1] = torch.linspace(-1, 1, len(model.embedding.table))
    logit = model(batch)
    (logit * torch.linspace(-1, 1, len(batch))).sum().backward()
    model.embedding.add_penalty(batch, torch.linspace(0, 1, len(model.embedding.table)), 0.3)
    gradient = model.embedding.table.grad
    assert gradient is not None
    assert gradient.is_sparse is sparse
    return logit.detach(), gradient.to_dense()


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("config", MODELS, ids=repr)
def test_compiled_look_ups_are_torchs(config: ModelConfig, sparse: bool) -> None:
    logit, gradient = answer(config, compiled=False, sparse=False)
    assert float(gradient.abs().max()) > 1e-3
    for compiled in (True, False):
        got, its = answer(config, compiled=compiled, sparse=sparse)
        assert torch.allclose(got, logit, atol=1e-5)
        assert torch.allclose(its, gradient, atol=2e-5 * float(gradient.abs().max()))


@pytest.mark.parametrize("sparse", [False, True])
def test_the_result_does_not_depend_on_the_number_of_threads(sparse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "SMALL", 0)
    found = []
    for threads in (1, 2, 5):
        monkeypatch.setattr(kernels, "threads", lambda threads=threads: threads)
        found.append(answer(MODELS[1], compiled=True, sparse=sparse))
    for logit, gradient in found[1:]:
        assert torch.equal(logit, found[0][0])
        assert torch.equal(gradient, found[0][1])


def test_claimed_ids_are_the_different_ones_and_all_are_released() -> None:
    rng = np.random.default_rng(1)
    for many in (0, 1, 20_000):
        ids = (rng.integers(0, 3_000, (many, 3)) + np.array([0, 3_000, 6_000])).astype(np.int32)  # fields share no id
        place = np.full(9_000, -1, np.int32)
        touched = kernels.claim(ids, place)
        assert sorted(touched) == sorted(set(ids.ravel().tolist()))
        assert (place[touched] == np.arange(len(touched))).all()
        kernels.release(place, touched)
        assert (place == -1).all()


def test_where_nothing_can_be_written_it_is_compiled_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_it = numba.njit

    def read_only(cache: bool = False, **options: object) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return compile_it(**options)

    monkeypatch.setattr(numba, "njit", read_only)
    out = np.zeros(3)

    def fill(out: np.ndarray) -> None:
        for n in range(len(out)):
            out[n] = n

    kernels.compiled(fill)(out)
    assert out.tolist() == [0, 1, 2]


def test_a_batch_of_no_rows() -> None:
    model = build(FMConfig(), FIELDS, 1)
    model.embedding.compiled = True
    assert model(to_batch(rows(4), [])).shape == (0,)


def test_kernels_leave_a_model_of_doubles_alone() -> None:
    model, batch = build(MODELS[1], FIELDS, 1).eval().double(), to_batch(rows(50))
    plain = model(batch)
    model.embedding.compiled = True
    assert plain.dtype == torch.float64
    assert torch.equal(model(batch), plain)
