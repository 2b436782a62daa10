"""Truth, Shapley values, contributions and attention on one axis: each against a second way to compute it."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.tiny_shop import TinyConfig
from ctrcore.explain.background import Background
from ctrcore.explain.fm_shapley import fm_shapley
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.shapley import shapley_rows
from ctrcore.learn.playground_curves import auc_curve, auc_levels, loss_curve
from ctrcore.learn.playground_figures import (
    behaviours_picture,
    logit_picture,
    shares_legend,
    shares_picture,
)
from ctrcore.learn.playground_game import Coalitions, coalitions, model_values
from ctrcore.learn.playground_ground import SHAPLEY_ROWS, TIES, Ground, make_ground
from ctrcore.learn.playground_presets import MODELS
from ctrcore.learn.playground_shares import behaviours, correlation, shares
from ctrcore.learn.playground_training import Learner, Training

CONFIG = TinyConfig(rows=3_000, pair_strength=1.5, xor=1.0, interest=2.0, suppression=2.0)


@cache
def learnt(name: str) -> Learner:
    learner = Learner(ground(), name, Training(batch_size=256))
    learner.run(2 * learner.batches)
    return learner


@cache
def ground() -> Ground:
    return make_ground(CONFIG)


@pytest.mark.parametrize("name", MODELS)
def test_shapley_values_are_those_of_explaining(name: str) -> None:
    few = ground().sample.rows.take(range(4))
    found = model_values(learnt(name).model, few, ground().background, ground().players)
    background = Background("all", 0, ground().background)
    wanted = shapley_rows(learnt(name).model, few, background, ties=TIES)
    assert [" & ".join(one.split(" + ")) for one in wanted.names] == ground().names
    assert np.allclose(found.shapley, wanted.values, atol=1e-5)


def test_interactions_are_those_of_fm_in_closed_form() -> None:
    model, few = learnt("fm").model, ground().sample.rows.take(range(4))
    found = model_values(model, few, ground().background, ground().players).interactions
    closed = fm_shapley(model, few, Background("all", 0, ground().background)).interaction
    for column, (a, b) in enumerate(combinations(ground().players, 2)):
        assert np.allclose(found[:, column], closed[:, list(a)][:, :, list(b)].sum((1, 2)), atol=1e-5)


def test_shapley_values_add_up_and_interactions_of_a_sum_are_nothing() -> None:
    rng, inside = np.random.default_rng(0), ~coalitions(4)
    anything = Coalitions(rng.normal(size=(3, 16)))
    assert np.allclose(anything.shapley.sum(1), anything.values[:, 0] - anything.values[:, -1])
    single = rng.normal(size=4)
    total = Coalitions((inside.astype(np.float64) @ single)[None])
    assert np.allclose(total.shapley, single)
    assert np.allclose(total.interactions, 0)
    both = Coalitions(np.where(inside[:, 1] & inside[:, 3], 2.0, 0.0)[None])
    assert np.allclose(both.interactions[0], [2.0 * (pair == (1, 3)) for pair in combinations(range(4), 2)])


def test_the_true_values_are_the_true_logits() -> None:
    values = ground().truth.values
    assert values.shape == (SHAPLEY_ROWS, 32)
    assert np.allclose(values[:, 0], ground().sample.logit[:SHAPLEY_ROWS])
    assert np.allclose(values[:, -1], values[0, -1])  # all players out: the background's mean


def test_the_truth_lies_on_the_planted_pairs_only() -> None:
    table = shares(learnt("fm").model, ground()).pairs
    truth = table[table["measure"] == "truth"].set_index("line")["share"]
    planted = {"age × category & item", "gender × device", "category & item × history"}
    assert set(truth.index[truth > 0]) == planted


@pytest.mark.parametrize(
    ("name", "fields", "pairs"),
    [
        ("lr", set(), set()),
        ("fm", set(), {"contribution"}),
        ("afm", {"attention"}, {"contribution", "attention"}),
        ("fibinet", {"gate"}, {"contribution"}),
        ("din", set(), set()),
    ],
)
def test_measures_are_shares_of_what_the_model_has(name: str, fields: set[str], pairs: set[str]) -> None:
    found = shares(learnt(name).model, ground())
    assert set(found.fields["measure"]) == {"truth", "shapley", "contribution"} | fields
    assert set(found.pairs["measure"]) == {"truth", "shapley"} | pairs
    for table, lines in ((found.fields, ground().names), (found.pairs, ground().pair_names)):
        summed = table.groupby("measure")["share"].sum()
        assert np.allclose(summed[summed > 0], 1)
        assert all(part["line"].tolist() == lines for _, part in table.groupby("measure"))
    assert (found.shapley_rows, found.term_rows) == (SHAPLEY_ROWS, len(ground().sample.rows))


def test_what_is_only_rounding_is_nothing() -> None:
    plain = make_ground(TinyConfig(rows=1_000, pair_strength=0.0))
    learner = Learner(plain, "lr", Training())
    learner.run(5)
    table = shares(learner.model, plain).pairs
    assert (table["value"] == 0).all()
    assert table["share"].isna().all()


def test_behaviours_are_means_of_what_din_says() -> None:
    assert behaviours(learnt("afm").model, ground()) is None
    found = behaviours(learnt("din").model, ground())
    assert found is not None
    terms, sample = own_terms(learnt("din").model, ground().sample.rows), ground().sample
    assert terms.behaviours is not None
    wanted = [
        terms.behaviours[row, step]
        for row, past in enumerate(sample.history)
        for step, one in enumerate(past)
        if sample.category[row] == 0 and one == 0
    ]
    table = found.table.set_index(["measure", "candidate", "behaviour"])["value"]
    assert table["contribution", "shoes", "shoes"] == pytest.approx(np.mean(wanted))
    assert table["truth", "shoes", "shoes"] > 0 > table["truth", "phones", "phones"]
    assert table["truth", "shoes", "books"] == 0
    assert found.count == sum(map(len, sample.history))
    assert set(found.finds) == {"contribution", "attention"}


def test_correlation_of_what_never_varies_is_undefined() -> None:
    assert np.isnan(correlation([1.0, 1.0], [1.0, 2.0]))
    assert correlation([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]) == pytest.approx(1)


def test_pictures_hold_their_data_apart_from_the_specification() -> None:
    learner, found = learnt("afm"), shares(learnt("afm").model, ground())
    points = pd.DataFrame(learner.curve)
    past = behaviours(learnt("din").model, ground())
    assert past is not None
    pictures = [
        auc_curve(points, "afm", auc_levels(0.8, 0.01, 0.6, 0.02), {"fm": points}),
        loss_curve(points, 0.5),
        logit_picture([0.0, 1.0], [0.5, 0.5], [0, 1]),
        shares_picture(found.pairs, ground().pair_names),
        behaviours_picture(past.table, "truth"),
    ]
    for picture in pictures:
        named = {layer["data"]["name"] for layer in [picture, *picture["layer"]] if "data" in layer}
        assert named == set(picture["datasets"])
        assert all(len(frame) for frame in picture["datasets"].values())
    levels = [frame["name"][0] for name, frame in pictures[0]["datasets"].items() if name.startswith("level")]
    assert levels == ["best reachable ≈ 0.800", "best plain sum ≈ 0.600"]
    pale = [layer for layer in pictures[0]["layer"] if layer["data"]["name"].startswith("before")]
    assert [layer["mark"]["type"] for layer in pale] == ["text", "line"]
    assert pictures[0]["datasets"][pale[0]["data"]["name"]]["name"].tolist() == ["FM"]
    assert pictures[0]["layer"][-1]["data"]["name"] == "points"  # above all others
    assert "attention" in shares_legend(found.fields)
    assert "gate" not in shares_legend(found.fields)
