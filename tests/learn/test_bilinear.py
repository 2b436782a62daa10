"""The lesson on the bilinear interaction: its numbers are the models', and what its texts claim is true of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from ctrcore.learn import figures_bilinear
from ctrcore.learn.bilinear import (
    CATEGORIES,
    IDENTITY,
    KINDS,
    Learnt,
    all_pairs,
    factorization_machine,
    fibinet,
    interact,
    learnt,
    vectors,
    weights_of,
)
from ctrcore.learn.tiny import Tiny, untrained
from ctrcore.training.loader import to_batch
from pages.shared.learn.lessons.bilinear import LESSON
from tests.learn.stages import facts_of


@pytest.fixture(scope="module")
def taught() -> Learnt:
    return learnt()


@pytest.fixture(scope="module")
def tiny() -> Tiny:
    return fibinet()


@pytest.fixture(scope="module")
def fm() -> Tiny:
    return factorization_machine()


def _pair_in_the_model(tiny: Tiny, candidate: str, past: str) -> float:
    """What the model itself says that category and history add together."""
    row = {"age": "old", "gender": "male", "device": "mobile", "category": candidate, "item": f"{candidate} 2"}
    parts = tiny.model.explain(to_batch(tiny.encoder.transform(pd.DataFrame([row | {"history": [past] * 3}]))))
    names = [field.name for field in tiny.model.fields]
    place = tiny.model.pairs.T.tolist().index([names.index("category"), names.index("history")])
    assert parts.pairs is not None
    return float(parts.pairs[0, place])


def test_bilinear_totals_are_those_of_the_models_pair(taught: Learnt, tiny: Tiny) -> None:
    table = all_pairs(taught.vectors, taught.matrix)
    for down, candidate in enumerate(CATEGORIES):
        for across, past in enumerate(CATEGORIES):
            assert table[down][across] == pytest.approx(_pair_in_the_model(tiny, candidate, past), abs=1e-6)


def test_inner_products_are_those_of_the_fm(fm: Tiny) -> None:
    table = all_pairs(vectors(fm))
    for down, candidate in enumerate(CATEGORIES):
        assert table[down][2] == pytest.approx(_pair_in_the_model(fm, candidate, "phones"), abs=1e-6)


def test_steps_of_the_product_against_matrices() -> None:
    rng = np.random.default_rng(3)
    v, w, u = rng.normal(size=4), rng.normal(size=(4, 4)), rng.normal(size=4)
    found = interact(tuple(v), tuple(map(tuple, w)), tuple(u))
    assert found.turned == pytest.approx(v @ w)
    assert found.products == pytest.approx((v @ w) * u)
    assert found.total == pytest.approx(v @ w @ u)
    assert interact(tuple(v), IDENTITY, tuple(u)).total == pytest.approx(v @ u)


def test_the_fm_cannot_repel_and_the_matrix_can(taught: Learnt, fm: Tiny) -> None:
    by_fm, by_matrix = np.array(all_pairs(vectors(fm))), np.array(all_pairs(taught.vectors, taught.matrix))
    true = np.array([taught.truth[name, name] for name in CATEGORIES])
    assert (true[:2] > 2).all()
    assert (true[2:] < -2).all()
    assert (np.diag(by_fm) >= 0).all()
    assert (np.diag(by_fm)[2:] < 0.2 * np.diag(by_fm)[:2].min()).all()  # pushed towards 0
    assert np.allclose(by_fm, by_fm.T, atol=1e-6)
    assert (np.sign(np.diag(by_matrix)) == np.sign(true)).all()
    assert np.abs(np.diag(by_matrix)).min() > 0.5
    assert np.abs(by_matrix - by_matrix.T).max() > 0.2


def test_other_pasts_add_nothing_to_the_truth(taught: Learnt) -> None:
    assert all(added == 0 for (candidate, past), added in taught.truth.items() if candidate != past)


def test_the_steps_of_the_lesson_move_the_sum_visibly(taught: Learnt) -> None:
    of = taught.vectors
    without_first = tuple(tuple(0.0 if a == d == 0 else IDENTITY[a][d] for d in range(4)) for a in range(4))
    plain = interact(of["phones"], IDENTITY, of["shoes"]).total
    assert abs(interact(of["phones"], without_first, of["shoes"]).total - plain) > 0.1
    repelling = tuple(tuple(-2.0 if a == d == 0 else IDENTITY[a][d] for d in range(4)) for a in range(4))
    assert interact(of["phones"], repelling, of["phones"]).total < -0.3
    assert interact(of["shoes"], repelling, of["shoes"]).total > 0  # repelling one does not repel all


def test_weights_are_those_of_real_models(taught: Learnt, tiny: Tiny) -> None:
    for kind in KINDS:
        model = untrained("fibinet", tiny.shop, bilinear=kind).model
        assert model.raw.weight.numel() == weights_of(kind, 6)
    assert [weights_of(kind, 10) for kind in KINDS] == [16, 9 * 16, 45 * 16]  # the quiz
    assert len(taught.matrix) == 4


def test_figures_show_the_numbers(taught: Learnt) -> None:
    grids = figures_bilinear.tables(taught.truth, IDENTITY, taught.matrix).data
    assert grids[0].z[2, 2] == taught.truth["phones", "phones"]
    assert np.array_equal(grids[2].z, np.array(taught.matrix))
    frame = figures_bilinear.matrix(taught.matrix, (0, 1)).layout.shapes[0]
    assert (frame.x0, frame.y0) == (0.5, -0.5)
    assert list(figures_bilinear.costs({"field_all": 16, "field_each": 80}).data[0].x) == [16, 80]


def test_hostile_knobs_do_not_break_the_stage() -> None:
    hostile = {"w11": "nan", "w12": "9e9", "fields": "-3", "from": "7", "chosen": "left9", "candidate": "x"}
    found = facts_of(LESSON, 5, hostile)
    assert found["diagonal"] == [1, 1, 1, 1]
    assert found["beside"][0] == 2
    assert torch.isfinite(torch.tensor(found["total"]))
