"""All measures of a run's fields in one table, values at both ends, pairs of several models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.explain.effects import Effect
from ctrcore.runs.importances import both_ends, compared, measures, strongest, strongest_pairs, wide

OWN = pd.DataFrame(
    {
        "name": ["a", "b", "h1 + h2"],
        "contribution": [0.3, 0.2, 0.1],
        "contribution_error": [0.01, 0.02, np.nan],
        "weight": [1.0, 0.9, 1.1],
        "weight_spread": [0.1, 0.2, 0.3],
    }
)
IMPORTANCE = {
    "rows": 50,
    "fields": [{"name": name, "drop": drop, "low": drop - 1, "high": drop + 1} for name, drop in (("a", 1), ("b", 2))],
}
SHAPLEY = {"rows": 20, "fields": [{"name": "a", "shapley": 0.5, "shapley_error": 0.1}]}
FIRST = {"rows": 9, "fields": ["a", "b", "h1", "h2"], "permutation_auc_drop": [0.1, None, 0.3, 0.3]}


def test_every_measure_has_its_sample_and_its_interval() -> None:
    table = measures(OWN, 40, "gate", importance=IMPORTANCE, shapley=SHAPLEY, first_look=FIRST)
    by = {name: part.set_index("name") for name, part in table.groupby("measure", sort=False)}
    assert list(by) == ["permutation", "shapley", "contribution", "gate"]
    assert {name: part["rows"].iloc[0] for name, part in by.items()} == {
        "permutation": 50,
        "shapley": 20,
        "contribution": 40,
        "gate": 40,
    }
    assert by["permutation"].loc["b", ["value", "low", "high"]].tolist() == [2, 1, 3]
    assert by["shapley"].at["a", "high"] == pytest.approx(0.5 + 0.196, abs=1e-4)
    assert by["contribution"].at["b", "low"] == pytest.approx(0.2 - 0.0392, abs=1e-4)
    assert by["gate"].loc["h1 + h2", ["low", "high"]].tolist() == pytest.approx([0.8, 1.4])
    assert wide(table, ["h1 + h2", "a"])["contribution"] == [0.1, 0.3]
    assert np.isnan(wide(table, ["b"])["shapley"]).all()


def test_without_a_study_the_first_look_of_training_is_shown_without_intervals() -> None:
    table = measures(OWN, 40, None, first_look=FIRST)
    first = table[table["measure"] == "permutation"].set_index("name")
    assert first.at["a", "value"] == 0.1
    assert first.at["h1 + h2", "value"] == 0.3
    assert np.isnan(first.at["b", "value"])
    assert first[["low", "high"]].isna().all().all()
    assert first["rows"].unique().tolist() == [9]
    tied = measures(
        OWN.assign(name=["a + b", "h1", "h2"]), 40, None, first_look=FIRST | {"permutation_auc_drop": [1, 2, 3, 4]}
    )
    assert np.isnan(tied.query("measure == 'permutation' and name == 'a + b'")["value"].item())
    assert set(measures(OWN, 40, None)["measure"]) == {"contribution"}


def test_fields_are_ordered_by_the_largest_value_of_any_model() -> None:
    def table(values: dict[str, float]) -> pd.DataFrame:
        return pd.DataFrame({"measure": "permutation", "name": list(values), "value": list(values.values())})

    tables = [table({"a": 0.1, "b": 0.2, "c": np.nan}), table({"a": 0.3, "d": 0.25})]
    assert strongest(tables, "permutation") == ["a", "d", "b", "c"]
    assert strongest(tables, "shapley") == ["a", "b", "c", "d"]


def test_effects_are_held_against_the_mean_over_all_rows() -> None:
    table = pd.DataFrame(
        {"value": ["x", "y"], "rows": [3, 1], "mean": [1.0, -1.0], "low": [0.5, np.nan], "high": [1.5, np.nan]}
    ).assign(seen=[9.0, 1.0], rare=[False, True])
    found = compared(Effect("f", "values", table, 0.5, 4))
    assert found["effect"].tolist() == [0.5, -1.5]
    assert found["low"].tolist()[0] == 0
    assert found["of"].tolist() == [4, 4]
    assert found["middle"].isna().all()


def test_both_ends_of_many_values() -> None:
    table = pd.DataFrame({"value": [f"v{n}" for n in range(30)], "effect": np.arange(30.0), "rows": 10})
    table.loc[29, "rows"] = 2
    order, said = both_ends([table, table.assign(effect=table["effect"] + 1)], 3, 5)
    assert order == ["v28", "v27", "v26", "v2", "v1", "v0"]
    assert "30 values" in said
    assert "at least 5 rows" in said
    few, nothing = both_ends([table.head(6)], 3)
    assert few == ["v5", "v4", "v3", "v2", "v1", "v0"]
    assert not nothing


def test_pairs_are_strong_beside_their_own_models_strongest() -> None:
    small = pd.DataFrame({"left": ["a", "a"], "right": ["b", "c"], "strength": [0.02, 0.01]})
    large = pd.DataFrame({"left": ["b", "a"], "right": ["c", "b"], "strength": [9.0, 1.0]})
    order, total = strongest_pairs([small, large], 2)
    assert set(order) == {"a × b", "b × c"}
    assert total == 3
    assert strongest_pairs([small.assign(strength=0.0)], 5)[1] == 2
