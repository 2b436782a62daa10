"""The scoreboard of planted truth, by hand, by brute force, and against what the simulator planted."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.shop.config import LEVELS
from ctrcore.data.simulate import PLANTED_PAIRS, Shop, ShopConfig, simulate
from ctrcore.explain.trust.planted import (
    behaviour_scores,
    field_scores,
    pair_scores,
    planted_checks,
    rank_correlation,
)
from ctrcore.explain.trust.truth import MOVING, OF_ITEM, PlantedTruth, main_parts, planted_truth
from ctrcore.models.config import CONFIGS
from tests.explain.conftest import SmallShop


@pytest.fixture(scope="module")
def made() -> Shop:
    return simulate(ShopConfig(users=400, items=300, impressions=8000))


@pytest.fixture(scope="module")
def truth(made: Shop) -> PlantedTruth:
    return planted_truth(made.impressions, made.truth, PLANTED_PAIRS)


def test_main_effects_are_split_as_they_were_planted(made: Shop) -> None:
    main = made.truth["main"].to_numpy()
    parts = main_parts(made.impressions, main)
    for name in (*MOVING, *OF_ITEM):
        levels = [str(level) for level in LEVELS[name]]
        planted = made.effects.main[name][[levels.index(str(value)) for value in made.impressions[name]]]
        off = (parts[name] - parts[name].mean()) - (planted - planted.mean())
        assert off.std() < (0.01 if name in MOVING else 0.15) * planted.std(), name
    assert (main - sum(parts.values())).std() < 1e-3  # the terms are rounded to three decimals


def test_the_true_effect_of_a_field_is_all_that_depends_on_it(made: Shop, truth: PlantedTruth) -> None:
    rows = np.arange(100, 3000)
    names = ["device", "user_id", "category"]
    found = dict(zip(names, truth.field_effects(names, rows), strict=True))
    table, terms = made.impressions.iloc[rows], made.truth.iloc[rows]
    levels = LEVELS["device"]
    main = made.effects.main["device"][[levels.index(value) for value in table["device"]]]
    assert found["device"] == pytest.approx(np.std(main + terms["pair_age_device"]), rel=0.01)
    assert found["user_id"] == 0
    of_category = terms["pair_gender_category"] + terms["interest"] + terms["suppression"]
    assert found["category"] == pytest.approx(np.std(of_category), rel=0.15)  # its main effect is small beside these


def test_behaviours_are_those_of_the_row_and_the_most_recent_of_a_shorter_history(
    made: Shop, truth: PlantedTruth
) -> None:
    rows = np.array([7, 7000, 12])
    texts = [[float(part) for part in str(made.truth["behaviour_effect"].iloc[row]).split("|") if part] for row in rows]
    lengths = np.array([len(text) for text in texts])
    assert truth.behaviour_effects(rows, lengths) == pytest.approx(list(itertools.chain(*texts)))
    shorter = np.minimum(lengths, 2)
    last = [effect for text, length in zip(texts, shorter, strict=True) for effect in text[len(text) - length :]]
    assert truth.behaviour_effects(rows, shorter) == pytest.approx(last)


def test_ranks_of_planted_pairs_by_hand() -> None:
    strength = np.zeros((4, 4))
    attention = np.zeros((4, 4))
    for (i, j), size, weight in [((0, 1), 5, 0.1), ((0, 2), 4, 0.4), ((0, 3), 3, 0.3), ((1, 2), 2, 0.2)]:
        strength[i, j] = strength[j, i] = size
        attention[i, j] = attention[j, i] = weight
    summary = {"fields": ["a", "b", "c", "d"], "strength": strength, "attention": attention, "against": 0.4}
    found = pair_scores(summary, [("b", "a"), ("c", "b"), ("a", "unknown")])
    assert found["planted"] == ["b × a", "c × b"]
    assert found["count"] == 6
    assert found["against"] == 0.4
    assert found["contribution"] == {"ranks": [1, 4], "hit_1": True, "hit_3": 0.5}
    assert found["attention"] == {"ranks": [4, 3], "hit_1": False, "hit_3": 0.5}
    assert found["interaction"] is None
    assert pair_scores(summary, [("x", "y")])["contribution"] is None


def test_behaviour_scores_are_those_of_a_loop_over_rows() -> None:
    rng = np.random.default_rng(3)
    row = np.repeat(np.arange(40), rng.integers(1, 8, size=40))
    effect = np.round(rng.normal(size=len(row)) * (rng.random(len(row)) < 0.4), 1)
    score = np.round(effect + rng.normal(size=len(row)), 1)
    found = behaviour_scores({"mine": score, "perfect": effect}, effect, row)
    areas, right = [], []
    for r in range(40):
        relevant, mine = effect[row == r] != 0, np.abs(score[row == r])
        above = [float(a > b) + 0.5 * float(a == b) for a in mine[relevant] for b in mine[~relevant]]
        areas += [np.mean(above)] if above else []
        right += (np.sign(score[row == r]) == np.sign(effect[row == r]))[relevant].tolist()
    assert found["rows"] == len(areas)
    assert found["relevant"] == len(right)
    assert found["row_auc"]["mine"] == pytest.approx(np.mean(areas))
    assert found["sign_accuracy"]["mine"] == pytest.approx(np.mean(right))
    assert found["row_auc"]["perfect"] == found["sign_accuracy"]["perfect"] == 1


def test_without_relevant_behaviours_nothing_is_said() -> None:
    found = behaviour_scores({"mine": np.ones(3)}, np.zeros(3), np.array([0, 0, 1]))
    assert found["row_auc"] == found["sign_accuracy"] == {"mine": None}
    empty = behaviour_scores({"mine": np.empty(0)}, np.empty(0), np.empty(0, dtype=np.int64))
    assert empty["rows"] == empty["behaviours"] == 0


def test_rank_correlation_is_that_of_pandas() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 5, size=17).astype(float), rng.normal(size=17)
    assert rank_correlation(one, other) == pytest.approx(pd.Series(one).corr(pd.Series(other), method="spearman"))
    assert rank_correlation(one, np.ones(17)) is None


def test_dead_gates_order_nothing() -> None:
    summary = {
        "fields": ["a", "b", "c"],
        "gate_mean": [0.0, 0.0, 0.0],
        "gate_std": [0.1, 0.2, 0.3],
        "ablation": [3.0, 2.0, 1.0],
        "permutation_auc_drop": [0.0, 0.1, 0.3],
    }
    found = field_scores(summary, np.array([0.0, 0.5, 2.0]))
    assert found["spearman"] == {"gate": None, "gate spread": 1.0, "gate ablation": -1.0, "permutation": 1.0}


@pytest.mark.parametrize("name", CONFIGS)
def test_every_model_gets_what_suits_it(shop: SmallShop, name: str) -> None:
    made = simulate(ShopConfig(users=120, items=60, impressions=2000, days=10))  # the shop of the fixture
    known = planted_truth(made.impressions, made.truth, PLANTED_PAIRS)
    model, rows = shop.model(name), shop.prepared.test
    found = planted_checks(model, shop.prepared.encoder, rows, known, sample=100)
    expected = {"lr": set(), "fm": {"pairs"}, "afm": {"pairs"}, "fibinet": {"pairs", "fields"}, "din": {"behaviours"}}
    assert set(found) == {"rows"} | expected[name]
    assert found["rows"] == 100
    if name == "din":
        effects = made.truth["behaviour_effect"].iloc[rows.row]
        relevant = sum(float(part) != 0 for text in effects for part in str(text).split("|") if part)
        assert planted_checks(model, shop.prepared.encoder, rows, known)["behaviours"]["relevant"] == relevant
        assert set(found["behaviours"]["row_auc"]) == {"attention", "contribution", "leave-one-out"}
    if name in ("fm", "afm"):
        assert (found["pairs"]["interaction"] is None) == (name == "afm")
        assert (found["pairs"]["attention"] is None) == (name == "fm")


def test_the_true_shares_themselves_score_best_and_their_sizes_lose_only_the_sign(
    made: Shop, truth: PlantedTruth
) -> None:
    rows = np.arange(500)
    lengths = np.diff(truth.offsets)[rows]
    effect = truth.behaviour_effects(rows, lengths)
    areas = behaviour_scores({"truth": effect, "size": np.abs(effect)}, effect, np.repeat(rows, lengths))
    assert areas["row_auc"] == {"truth": 1.0, "size": 1.0}
    assert areas["sign_accuracy"]["size"] == pytest.approx(float((effect[effect != 0] > 0).mean()))
