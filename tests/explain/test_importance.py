"""What fields and pairs are worth by a model's own terms, and how far measures agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from ctrcore.explain.importance import (
    disagreements,
    group_names,
    ordinal,
    own_importance,
    pair_importance,
    rank_agreement,
    shapley_importance,
    weight_name,
)
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.pairs import pair_summary
from ctrcore.explain.players import field_groups
from tests.explain.conftest import SmallShop


def test_own_importance_is_how_far_a_group_moves_the_logit(shop: SmallShop) -> None:
    model, rows = shop.model("fm"), shop.prepared.test
    terms = own_terms(model, rows)
    groups = field_groups(model.fields, [["item_id", "brand"]])
    table = own_importance(model, terms, groups).set_index("name")
    assert list(table.index) == group_names(model, groups)
    names = [field.name for field in model.fields]
    both = terms.share[:, names.index("item_id")] + terms.share[:, names.index("brand")]
    line = table.loc["item_id + brand"]
    assert line["mean"] == pytest.approx(both.mean())
    assert line["size"] == pytest.approx(np.abs(both).mean())
    away = np.abs(both - both.mean())
    assert line["contribution"] == pytest.approx(away.mean())
    assert line["contribution_error"] == pytest.approx(pd.Series(away).sem())
    assert np.isnan(line["weight"])


def test_a_constant_is_not_worth_anything(shop: SmallShop) -> None:
    model, rows = shop.model("lr"), shop.prepared.test
    names = [field.name for field in model.fields]
    terms = own_terms(model, rows)
    terms.share[:, names.index("age")] = -3.0
    table = own_importance(model, terms, [(place,) for place in range(len(names))]).set_index("name")
    assert table.at["age", "contribution"] == 0
    assert table.at["age", "size"] == 3


def test_own_weights_of_groups(shop: SmallShop) -> None:
    rows = shop.prepared.test
    for name, together in (("afm", np.sum), ("fibinet", np.mean)):
        model = shop.model(name)
        terms = own_terms(model, rows)
        assert terms.weights is not None
        expected = together(terms.weights[:, [1, 4]], axis=1)
        table = own_importance(model, terms, [(0,), (1, 4)])
        assert table["weight"].tolist() == pytest.approx([terms.weights[:, 0].mean(), expected.mean()])
        assert table.at[1, "weight_spread"] == pytest.approx(expected.std())
    assert [weight_name(name) for name in ("lr", "fm", "afm", "fibinet", "din")] == [
        None,
        None,
        "attention",
        "gate",
        None,
    ]


@pytest.mark.parametrize("name", ["fm", "afm", "fibinet"])
def test_pairs_are_those_of_the_summary_the_strongest_first(shop: SmallShop, name: str) -> None:
    model, rows = shop.model(name), shop.prepared.test
    table = pair_importance(model, own_terms(model, rows))
    assert table is not None
    assert table["strength"].is_monotonic_decreasing
    summary = pair_summary(model, rows)
    place = {field: at for at, field in enumerate(summary["fields"])}
    for line in table.itertuples():
        i, j = place[line.left], place[line.right]
        assert line.strength == pytest.approx(summary["strength"][i][j], abs=1e-5)
        assert line.mean == pytest.approx(summary["contribution"][i][j], abs=1e-5)
    assert table["attention"].notna().all() == (name == "afm")
    for without in ("lr", "din"):
        assert pair_importance(shop.model(without), own_terms(shop.model(without), rows)) is None


def test_shapley_importance_is_the_mean_size() -> None:
    values = pd.DataFrame({"a": [1.0, -1.0, 0.5], "b": [0.2, 0.2, 0.2]})
    table = shapley_importance(values).set_index("name")
    assert table["shapley"].tolist() == pytest.approx([2.5 / 3, 0.2])
    assert table.at["a", "shapley_error"] == pytest.approx(values["a"].abs().sem())
    assert table.at["b", "shapley_error"] == pytest.approx(0)
    assert table["mean"].tolist() == pytest.approx([0.5 / 3, 0.2])


def test_rank_agreement_is_spearmans() -> None:
    rng = np.random.default_rng(0)
    measures = {"a": rng.random(9), "b": rng.random(9).round(1), "flat": np.ones(9)}
    measures["b"][2] = np.nan
    table = rank_agreement({name: values.tolist() for name, values in measures.items()})
    known = ~np.isnan(measures["b"])
    expected = spearmanr(measures["a"][known], measures["b"][known]).statistic
    assert table.at["a", "b"] == table.at["b", "a"] == pytest.approx(expected)
    assert table.at["a", "a"] == 1
    assert np.isnan(table.loc["flat", "a"])
    assert rank_agreement({"a": [1.0, 2.0], "b": [1.0, 2.0]}).isna().all().all()


def test_words_name_the_fields_ranked_most_differently() -> None:
    names = [f"f{n}" for n in range(6)]
    drop, gate = [0.06, 0.05, 0.04, 0.03, 0.02, 0.0], [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    told = disagreements(names, {"permutation": drop, "gate": gate}, low=[0.01] * 5 + [-0.01], count=2)
    assert told == [
        "**f0** is 6th of 6 by mean gate, but 1st by AUC lost by shuffling.",
        "**f5** is 1st of 6 by mean gate, but 6th by AUC lost by shuffling. Its interval for the AUC lost holds 0.",
    ]
    assert disagreements(names, {"permutation": drop, "shapley": drop}) == []
    assert disagreements(names[:2], {"permutation": [1, 0], "gate": [0, 1]}) == []
    assert disagreements(names, {"permutation": drop}) == []
    missing = [float("nan")] * 6
    assert disagreements(names, {"permutation": missing, "gate": gate}) == []


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"),
    ]
