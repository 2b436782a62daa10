"""Logits of hybrids from shared parts against forward passes of the whole model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ctrcore.explain.hybrids import Hybrids, distinct
from ctrcore.explain.players import history_places
from ctrcore.explain.shared_parts import AFMHybrids, hybrids_of
from ctrcore.models.afm import AFM
from tests.explain.conftest import FewFields

SETUPS: list[tuple[str, dict[str, object]]] = [
    ("lr", {}),
    ("fm", {"hidden_units": (5,)}),
    ("afm", {}),
    ("fibinet", {}),
    ("fibinet", {"excitation": "relu", "bilinear": "field_all", "product": "inner", "batch_norm": False}),
    ("fibinet", {"bilinear": "field_each", "hidden_units": ()}),
    ("fibinet", {"product": "inner", "hidden_units": ()}),
    ("din", {}),
    ("din", {"scorer": "dot", "softmax": True, "batch_norm": True}),
    ("din", {"activation": "prelu", "hidden_units": ()}),
]


@pytest.mark.parametrize(("name", "options"), SETUPS)
@pytest.mark.parametrize("shorter", [False, True])
def test_shared_parts_equal_forward_passes(
    few: FewFields, name: str, options: dict[str, object], shorter: bool
) -> None:
    model, rng = few.model(name, **options), np.random.default_rng(0)
    rows, background = few.prepared.test.take([2, 5, 9]), few.prepared.train.take(range(7))
    shared, plain = hybrids_of(model, rows, background), Hybrids(model, rows, background)
    foreign = rng.random((50, len(model.fields))) < rng.random((50, 1))
    histories = history_places(model)
    foreign[:, histories] = False if shorter else foreign[:, histories[:1]]
    foreign[:, 1] = False  # a field in which no background row differs
    steps = rng.random((50, plain.history_width)) < 0.5 if shorter else None
    others = np.array([6, 0, 3, 3])
    found, expected = (one.values(1, others, foreign, steps) for one in (shared, plain))
    assert np.ptp(expected) > 0.1
    assert found == pytest.approx(expected, abs=1e-11)
    if name in ("afm", "fibinet", "din"):
        assert type(shared) is not Hybrids


@pytest.mark.parametrize("name", ["fm", "afm", "fibinet", "din"])
def test_every_background_row_may_have_mixtures_of_its_own(few: FewFields, name: str) -> None:
    model, rng = few.model(name), np.random.default_rng(2)
    hybrids = hybrids_of(model, few.prepared.test.take([2, 5]), few.prepared.train.take(range(7)))
    foreign, others = rng.random((4, 30, len(model.fields))) < 0.5, np.array([6, 0, 3, 2])
    foreign[..., history_places(model)] = foreign[..., history_places(model)[:1]]
    found = hybrids.values(1, others, foreign)
    for place, other in enumerate(others):
        assert found[place] == pytest.approx(hybrids.values(1, np.array([other]), foreign[place])[0], abs=1e-11)
    assert hybrids.values(1, others, foreign[:, :0]).shape == (4, 0)


def test_an_attention_that_hides_all_others_falls_back_on_forward_passes(few: FewFields) -> None:
    model = few.model("afm")
    assert isinstance(model, AFM)
    with torch.no_grad():
        model.h.mul_(5000)  # scores so far apart that sums of exponentials lose the small ones
    rows, background = few.prepared.test.take([2]), few.prepared.train.take(range(20))
    foreign = np.random.default_rng(1).random((100, len(model.fields))) < 0.5
    shared, plain = AFMHybrids(model, rows, background), Hybrids(model, rows, background)
    found, expected = (one.values(0, np.arange(20), foreign) for one in (shared, plain))
    assert np.isfinite(found).all()
    assert found == pytest.approx(expected, abs=1e-9)


def test_equal_values_have_equal_codes(few: FewFields) -> None:
    model, test = few.model("lr"), few.prepared.test
    hybrids = Hybrids(model, test.take(range(20)), few.prepared.train.take(range(20)))
    shown = few.prepared.encoder.inverse(test.take(range(20)))
    for place, field in enumerate(model.fields):
        codes, values = hybrids.codes((place,))[:20], [str(value) for value in shown[field.name]]
        for i in range(20):
            for j in range(20):
                assert (codes[i] == codes[j]) == (values[i] == values[j])


def test_distinct_lines_are_found_over_several_columns() -> None:
    first, kind = distinct([np.array([1, 1, 2, 1]), np.array([[True], [False], [True], [True]])])
    assert len(first) == 3
    assert kind[0] == kind[3]
    assert len(set(kind.tolist())) == 3
