"""In words, how far gates and their tests order the fields alike."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.explain.gates import SHAPLEY, gate_agreement, gate_summary, idle_gates
from ctrcore.models.fibinet import FiBiNET
from tests.explain.conftest import SmallShop

SUMMARY = {
    "fields": ["a", "b", "c", "d"],
    "gate_mean": [0.9, 0.8, 0.7, 0.6],
    "gate_std": [0.1, 0.1, 0.1, 0.1],
    "ablation": [1.0, 2.0, 3.0, 4.0],
    "permutation_auc_drop": [0.4, 0.2, 0.3, 0.1],
}


def test_the_words_follow_the_rank_correlation() -> None:
    found = gate_agreement(SUMMARY, {"a": 2.0, "b": 4.0, "c": 1.0, "d": 3.0}).set_index(["one", "other"])
    assert len(found) == 10
    says = found["says"]
    assert says["the mean gate", "the gate ablation"] == (
        "the mean gate and the gate ablation order the fields the other way round (Spearman -1.00)."
    )
    assert "much alike (Spearman +0.80)" in says["the mean gate", "the AUC lost by permutation"]
    assert "two shuffled lists (Spearman +0.00)" in says["the mean gate", SHAPLEY]
    assert "cannot be compared" in says["the mean gate", "the spread of the gate"]
    assert np.isnan(found["spearman"]["the spread of the gate", "the gate ablation"])


def test_a_field_without_a_shapley_value_is_left_out() -> None:
    found = gate_agreement(SUMMARY, {"a": 4.0, "b": 3.0, "c": 1.0}).set_index(["one", "other"])["spearman"]
    assert found["the mean gate", SHAPLEY] == pytest.approx(1.0)
    assert SHAPLEY not in gate_agreement(SUMMARY)["other"].tolist()


def test_a_model_without_gates_that_differ_still_gets_words(shop: SmallShop) -> None:
    model = shop.model("fibinet", excitation="relu")
    assert isinstance(model, FiBiNET)
    for layer in (model.senet.squeeze, model.senet.excite):
        layer.weight.data.zero_()  # every gate is 0
    found = gate_agreement(gate_summary(model, shop.prepared.test, sample=100))
    assert found["says"].str.contains("cannot be compared").sum() >= 3


def test_gates_that_move_nothing_are_called_so() -> None:
    quantiles = [[0.99, 1.0, 1.0, 1.0, 1.01], [0.98, 1.0, 1.0, 1.0, 1.002]]
    words = idle_gates({"ablation": [0.0003, 0.001], "gate_quantiles": quantiles})
    assert words is not None
    assert "between 0.98 and 1.01" in words
    assert "0.001" in words
    assert idle_gates({"ablation": [0.0003, 0.2], "gate_quantiles": quantiles}) is None
