"""Adam on the looked-up rows only: where it is Adam, where it is not, and that both ways to compute it agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from ctrcore.models.config import FMConfig
from ctrcore.models.registry import build
from ctrcore.training import lazy_adam
from ctrcore.training.config import TrainConfig
from ctrcore.training.lazy_adam import LazyAdam
from ctrcore.training.predicting import predict
from ctrcore.training.trainer import train
from tests.synthetic import FIELDS, rows

DECAYS = pytest.mark.parametrize("decay", [{}, {"weight_decay": 0.1}, {"weight_decay": 0.1, "decoupled": True}])


def gradients(seed: int, touched: list[list[int]], sparse: bool) -> list[torch.Tensor]:
    """A gradient for each step with numbers in the touched rows of a table (6, 3)."""
    torch.manual_seed(seed)
    found = []
    for some in touched:
        dense = torch.zeros(6, 3)
        dense[some] = torch.randn(len(some), 3)
        values = dense[some]
        found.append(
            torch.sparse_coo_tensor(torch.tensor([some]), values, (6, 3), check_invariants=False).coalesce()
            if sparse
            else dense
        )
    return found


def moved(optimizer: Any, touched: list[list[int]], *, sparse: bool, **options: Any) -> torch.Tensor:
    """The table after the steps."""
    torch.manual_seed(0)
    table = torch.nn.Parameter(torch.randn(6, 3))
    stepper = optimizer([table], lr=0.1, **options)
    for gradient in gradients(7, touched, sparse):
        table.grad = gradient
        stepper.step()
    return table.detach()


@DECAYS
def test_it_is_adam_where_every_row_is_looked_up(decay: dict[str, Any]) -> None:
    options = {"weight_decay": decay.get("weight_decay", 0.0), "decoupled_weight_decay": "decoupled" in decay}
    every = [list(range(6))] * 9
    lazy = moved(LazyAdam, every, sparse=True, **options)
    assert torch.allclose(lazy, moved(torch.optim.Adam, every, sparse=False, **options), atol=1e-6)
    assert torch.equal(
        moved(LazyAdam, every, sparse=False, **options), moved(torch.optim.Adam, every, sparse=False, **options)
    )


def test_it_is_torchs_sparse_adam_elsewhere_and_leaves_the_other_rows() -> None:
    some = [[0, 3], [3, 5], [0], [1, 3, 5], [0, 5]]
    lazy = moved(LazyAdam, some, sparse=True)
    assert torch.allclose(lazy, moved(torch.optim.SparseAdam, some, sparse=True), atol=1e-6)
    torch.manual_seed(0)
    first = torch.randn(6, 3)
    assert torch.equal(lazy[[2, 4]], first[[2, 4]])
    dense = moved(torch.optim.Adam, some, sparse=False)
    assert not torch.allclose(dense[[0, 1, 3, 5]], lazy[[0, 1, 3, 5]], atol=1e-3)  # fading momentum moved them on


@DECAYS
def test_both_ways_to_compute_it_agree(decay: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"weight_decay": decay.get("weight_decay", 0.0), "decoupled_weight_decay": "decoupled" in decay}
    some = [[0, 3], [3, 5], [0], [1, 3, 5]]
    by_kernel = moved(LazyAdam, some, sparse=True, **options)
    monkeypatch.setattr(lazy_adam, "_by_kernel", lazy_adam._by_torch)
    assert torch.allclose(by_kernel, moved(LazyAdam, some, sparse=True, **options), atol=1e-6)


@pytest.mark.parametrize("lazy", ["auto", "yes", "no"])
def test_rows_that_no_batch_looks_up_stay(lazy: str) -> None:
    """A field most of whose values are in no row: 'auto' is lazy there."""
    fields = [
        field.model_copy(update={"size": 40_000}) if field.name == "tags" else field  # the last rows of the table
        for field in FIELDS
    ]
    model = build(FMConfig(init_std=0.1), fields, 1)
    before = model.embedding.table.detach().clone()
    many = rows(60)
    config = TrainConfig(epochs=2, batch_size=20, patience=0, weight_decay=0.1, lazy_rows=lazy)  # type: ignore[arg-type]
    list(train(model, many, many, config))
    seen = torch.zeros(len(before), dtype=torch.bool)
    seen[torch.from_numpy(many.ids.ravel()).long()] = True
    for bag in many.bags.values():
        seen[torch.from_numpy(bag.ids).long()] = True
    seen[0] = True  # what padding points to
    stayed = torch.equal(model.embedding.table.detach()[~seen], before[~seen])
    assert stayed is (lazy != "no")


def test_a_lazy_run_resumes_exactly(tmp_path: Path) -> None:
    many, config = rows(300), TrainConfig(epochs=4, batch_size=64, patience=0, lazy_rows="yes", l2=1.0)
    whole = build(FMConfig(init_std=0.1), FIELDS, 1)
    list(train(whole, many, many, config))
    part = build(FMConfig(init_std=0.1), FIELDS, 1)
    list(train(part, many, many, config.model_copy(update={"epochs": 2}), folder=tmp_path))
    again = build(FMConfig(init_std=0.1), FIELDS, 1)
    list(train(again, many, many, config, folder=tmp_path, resume=True))
    assert (predict(again, many) == predict(whole, many)).all()
