"""Identities: parts sum to the logit, to 1e-5 in single and 1e-12 in double precision."""

from __future__ import annotations

import pytest
import torch

from ctrcore.explain.rows import explain_row
from ctrcore.training.loader import to_batch
from tests.explain.conftest import FewFields, SmallShop

SETUPS: list[tuple[str, dict[str, object]]] = [
    ("lr", {}),
    ("fm", {}),
    ("fm", {"hidden_units": (8, 4)}),
    ("afm", {}),
    ("fibinet", {"hidden_units": ()}),
    *(
        ("fibinet", {"excitation": excitation, "batch_norm": norm, "product": product})
        for excitation in ("sigmoid", "relu")
        for norm in (True, False)
        for product in ("hadamard", "inner")
    ),
    *(
        ("din", {"activation": act, "batch_norm": norm, "scorer": scorer, "softmax": softmax})
        for act in ("dice", "prelu")
        for norm in (True, False)
        for scorer, softmax in (("mlp", False), ("dot", True))
    ),
]


@pytest.mark.parametrize(("name", "options"), SETUPS)
def test_parts_sum_to_the_logit(few: FewFields, name: str, options: dict[str, object]) -> None:
    double, batch = few.model(name, **options), to_batch(few.prepared.test)
    for model, allowed in ((double, 1e-12), (few.model(name, **options).float(), 1e-5)):
        parts = model.explain(batch)
        gap = (parts.total() - parts.logit).abs()
        assert parts.logit.dtype == model.bias.dtype
        assert (gap <= allowed * parts.logit.abs().clamp(min=1)).all()
        assert parts.logit.std() > 0.01
        with torch.no_grad():
            assert torch.equal(parts.logit, model(batch))


@pytest.mark.parametrize("name", ["lr", "fm", "afm", "fibinet", "din"])
def test_a_row_explained_in_double_precision_has_no_residual(few: FewFields, shop: SmallShop, name: str) -> None:
    found = explain_row(few.model(name), few.prepared.encoder, few.prepared.test, 4)
    assert abs(found.residual) <= 1e-12 * max(1, abs(found.logit))
    assert found.parts["standard_error"].isna().all()
    single = explain_row(shop.model(name), shop.prepared.encoder, shop.prepared.test, 4)
    assert abs(single.residual) <= 1e-5 * max(1, abs(single.logit))
