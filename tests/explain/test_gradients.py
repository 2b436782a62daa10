"""Integrated gradients: complete, equal to exact sums where there are some, and blind to nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ctrcore.explain.background import background_of
from ctrcore.explain.fm_shapley import fm_shapley
from ctrcore.explain.gradients import integrated_gradients
from tests.explain.conftest import FewFields
from tests.explain.test_shapley import SETUPS, one_by_one


@pytest.mark.parametrize("setup", SETUPS)
def test_they_sum_to_the_logit_but_for_a_small_residual(few: FewFields, setup: str) -> None:
    name, options = SETUPS[setup]
    model, test, encoder = few.model(name, **options), few.prepared.test, few.prepared.encoder
    before = {key: value.clone() for key, value in model.state_dict().items()}
    background = background_of(few.prepared.train, 20)
    for position in (0, 5):
        found = integrated_gradients(model, encoder, test, position, background)
        assert found.logit == pytest.approx(one_by_one(model, test)[position], abs=1e-10)
        assert abs(found.residual) < 0.01 * abs(found.logit - found.base) + 1e-3
        assert not found.exact
        assert "64 steps" in found.method
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_more_steps_leave_a_smaller_residual(few: FewFields) -> None:
    model, background = few.model("afm"), background_of(few.prepared.train, 20)
    rough, fine = (
        integrated_gradients(model, few.prepared.encoder, few.prepared.test, 5, background, steps=steps)
        for steps in (1, 64)
    )
    assert abs(fine.residual) < 0.1 * abs(rough.residual)


def test_of_lr_they_are_the_exact_contributions(few: FewFields) -> None:
    model, test, background = few.model("lr"), few.prepared.test, background_of(few.prepared.train, 20)
    found = integrated_gradients(model, few.prepared.encoder, test, 5, background)
    exact = fm_shapley(model, test.take([5]), background)
    assert found.parts["contribution"].to_numpy() == pytest.approx(exact.phi[0], abs=1e-12)
    assert found.base == pytest.approx(exact.base, abs=1e-12)


def test_of_fm_against_a_single_row_they_are_its_shapley_values(few: FewFields) -> None:
    """Both share a pair's change out equally, and with one row the mean of embeddings is that row."""
    model, test = few.model("fm"), few.prepared.test
    single, many = background_of(few.prepared.train, 1), background_of(few.prepared.train, 20)
    for background, same in ((single, True), (many, False)):
        found = integrated_gradients(model, few.prepared.encoder, test, 5, background)
        expected = fm_shapley(model, test.take([5]), background)
        assert np.allclose(found.parts["contribution"], expected.phi[0], atol=1e-10) == same
        assert np.isclose(found.base, expected.base, atol=1e-10) == same


def test_din_has_a_part_for_every_behaviour(few: FewFields) -> None:
    model, test = few.model("din"), few.prepared.test
    position = int(np.argmax(test.bags["history_item"].lengths))
    background = background_of(few.prepared.train, 20)
    found = integrated_gradients(model, few.prepared.encoder, test, position, background)
    behaviours = found.parts[found.parts["kind"] == "behaviour"]
    assert len(behaviours) == test.bags["history_item"].lengths[position]
    assert behaviours["contribution"].abs().min() > 0
