"""Explanations against sums, loops and real forward passes."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from ctrcore import metrics
from ctrcore.explain.behaviours import behaviour_summary, history_view
from ctrcore.explain.candidates import candidate_columns, catalogue, with_candidate
from ctrcore.explain.gates import gate_summary
from ctrcore.explain.pairs import pair_formula, pair_summary
from ctrcore.explain.permutation import permutation_importance
from ctrcore.explain.players import field_groups
from ctrcore.explain.rows import explain_row
from ctrcore.explain.summary import summarise
from ctrcore.models.afm import AFM
from ctrcore.models.din import DIN
from ctrcore.models.fibinet import FiBiNET
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict
from tests.explain.conftest import SmallShop

OPTIONS = {
    "lr": {},
    "fm": {},
    "afm": {},
    "fibinet": {"hidden_units": (8,)},
    "din": {"hidden_units": (8,), "attention_units": (6,)},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_row_is_explained_without_residual(shop: SmallShop, name: str) -> None:
    test, encoder = shop.prepared.test, shop.prepared.encoder
    model = shop.model(name, **OPTIONS[name])
    for position in (0, 11):
        found = explain_row(model, encoder, test, position)
        assert found.logit == pytest.approx(float(predict(model, test)[position]), abs=1e-5)
        assert abs(found.residual) <= 1e-5 * max(1, abs(found.logit))
        assert found.base == pytest.approx(-0.7)
        kinds = found.parts["kind"].value_counts()
        assert kinds["field"] == len(encoder.fields) - (2 if name == "din" else 0)
        source = shop.impressions.iloc[test.row[position]]
        shown = found.parts.set_index("name")["value"]
        assert shown["category"] == source["category"]
        if name == "din":
            assert kinds.get("behaviour", 0) == len(source["history_category"].split("|"))
            assert shown["behaviour 1 back"] == ", ".join(
                source[column].split("|")[-1] for column in ("history_item", "history_category")
            )


def test_fm_with_hidden_layers_says_that_its_gates_are_held(shop: SmallShop) -> None:
    found = explain_row(shop.model("fm", hidden_units=(6,)), shop.prepared.encoder, shop.prepared.test, 0)
    assert abs(found.residual) <= 1e-5 * max(1, abs(found.logit))
    assert "gates" in found.method
    assert "hidden layers" in set(found.parts["name"])


def test_pair_summary_is_the_mean_over_rows(shop: SmallShop) -> None:
    model, test = shop.model("afm"), shop.prepared.test
    summary = pair_summary(model, test)
    parts = model.explain(to_batch(test))
    assert parts.pairs is not None
    assert parts.pair_weights is not None
    attention, contribution = np.array(summary["attention"]), np.array(summary["contribution"])
    assert np.allclose(attention, attention.T)
    assert np.triu(attention).sum() == pytest.approx(1, abs=1e-5)
    for n, (i, j) in enumerate(model.pairs.T.tolist()):
        assert attention[i, j] == pytest.approx(parts.pair_weights[:, n].mean().item(), abs=1e-6)
        assert contribution[j, i] == pytest.approx(parts.pairs[:, n].mean().item(), abs=1e-5)
    against = (parts.pair_weights * (parts.pairs < 0)).sum(1).mean().item()
    assert summary["against"] == pytest.approx(against, abs=1e-6)


def test_pair_formula_is_the_contribution(shop: SmallShop) -> None:
    model, test = shop.model("afm"), shop.prepared.test
    assert isinstance(model, AFM)
    listed = explain_row(model, shop.prepared.encoder, test, 3).parts.set_index("name")
    one = pair_formula(model, test, 3, "device", "gender")
    assert one["contribution"] == pytest.approx(listed.at["gender × device", "contribution"], abs=1e-6)
    assert one["attention"] == pytest.approx(listed.at["gender × device", "weight"], abs=1e-6)
    assert np.allclose(np.multiply(one["v_left"], one["v_right"]), one["g"])
    assert np.dot(one["p"], one["g"]) * one["attention"] == pytest.approx(one["contribution"], abs=1e-5)
    row = shop.prepared.test.take([3])
    device = [field.name for field in model.fields].index("device")
    assert np.allclose(one["v_left"], model.embedding.table.detach().numpy()[row.ids[0, device], :-1])


@pytest.mark.parametrize("excitation", ["relu", "sigmoid"])
def test_gate_ablation_is_a_forward_pass_with_that_gate(shop: SmallShop, excitation: str) -> None:
    model, test = shop.model("fibinet", excitation=excitation, hidden_units=(8,)), shop.prepared.test
    assert isinstance(model, FiBiNET)
    summary = gate_summary(model, test, repeats=1)
    batch = to_batch(test)
    with torch.no_grad():
        gates, logit = model.gates(model.embedding(batch).v), model(batch)
        changed = gates.clone()
        changed[:, 4] = gates[:, 4].mean()
        expected = (model.forward_with_gates(batch, changed) - logit).abs().mean().item()
    assert summary["ablation"][4] == pytest.approx(expected, abs=1e-5)
    assert summary["gate_mean"] == pytest.approx(gates.mean(0).tolist(), abs=1e-5)
    dead = (gates == 0).float().mean(0).tolist()
    assert summary["dead_share"] == pytest.approx(dead)
    assert (max(dead) > 0) is (excitation == "relu")


def test_permutation_finds_the_only_field_that_counts(shop: SmallShop) -> None:
    model, test = shop.model("lr"), shop.prepared.test
    names = [field.name for field in model.fields]
    with torch.no_grad():
        model.embedding.table.zero_()
        field = model.fields[names.index("category")]
        for row in range(field.start, field.start + field.size):
            mine = test.label[test.ids[:, names.index("category")] == row]
            model.embedding.table[row, -1] = float(mine.mean()) if len(mine) else 0.0
    found = permutation_importance(model, test, field_groups(model.fields), repeats=4)
    drop, spread = found.by_field(len(names))
    base = metrics.auc(test.label, predict(model, test))
    assert drop[names.index("category")] == pytest.approx(base - 0.5, abs=0.1)
    assert spread[names.index("category")] > 0
    # the history of categories shares the table's rows, and its items' history is shuffled with it
    others = [n for n, name in enumerate(names) if name not in ("category", "history_category", "history_item")]
    assert not drop[others].any()
    assert drop[names.index("history_item")] == drop[names.index("history_category")] != 0


def test_leave_one_out_is_a_shorter_history(shop: SmallShop) -> None:
    model, encoder, test = shop.model("din", **OPTIONS["din"]), shop.prepared.encoder, shop.prepared.test
    assert isinstance(model, DIN)
    view = history_view(model, encoder, test, 5)
    source = shop.impressions.iloc[[test.row[5]]]
    items, categories = (source[name].iloc[0].split("|") for name in ("history_item", "history_category"))
    assert view["history_item"].tolist() == items
    assert view["back"].tolist() == list(range(len(items), 0, -1))
    whole = predict(model, encoder.transform(source))[0]
    for out in (0, len(items) - 1):
        shorter = source.assign(
            history_item=["|".join(items[:out] + items[out + 1 :])],
            history_category=["|".join(categories[:out] + categories[out + 1 :])],
        )
        expected = whole - predict(model, encoder.transform(shorter))[0]
        assert view["leave_one_out"].iloc[out] == pytest.approx(float(expected), abs=1e-5)
    empty = encoder.transform(source.assign(history_item=[""], history_category=[""]))
    assert len(history_view(model, encoder, empty, 0)) == 0


def test_behaviour_summary_counts_every_behaviour_once(shop: SmallShop) -> None:
    model, test = shop.model("din", **OPTIONS["din"]), shop.prepared.test
    assert isinstance(model, DIN)
    summary = behaviour_summary(model, test)
    lengths = test.bags["history_item"].lengths
    assert summary["behaviours"] == lengths.sum() == sum(place["behaviours"] for place in summary["by_recency"])
    assert summary["rows_without_history"] == (lengths == 0).sum()
    source = shop.impressions.iloc[test.row]
    same = sum(
        member == category
        for category, members in zip(source["category"], source["history_category"], strict=True)
        for member in members.split("|")
        if member
    )
    found = next(m for m in summary["by_match"] if m["history"] == "history_category" and m["same_as_candidate"])
    assert found["behaviours"] == same


def test_another_candidate_changes_only_the_item(shop: SmallShop) -> None:
    schema, encoder = shop.recipe.data_schema, shop.prepared.encoder
    items = catalogue(shop.impressions, schema)
    assert len(items) == shop.impressions["item_id"].nunique()
    assert items["seen"].sum() == len(shop.impressions)
    row = shop.impressions.iloc[[40]]
    other = items.index[items["category"] != row["category"].iloc[0]][0]
    changed = with_candidate(row, items, other)
    columns = candidate_columns(schema)
    assert {"item_id", "category", "brand", "price"} <= set(columns)
    assert changed.drop(columns=columns).equals(row.drop(columns=columns))
    seen = shop.impressions[shop.impressions["item_id"] == other].iloc[[-1]]
    assert changed[columns].iloc[0].tolist() == seen[columns].iloc[0].tolist()
    assert not np.array_equal(encoder.transform(changed).ids, encoder.transform(row).ids)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lr", {"importance"}),
        ("fm", {"importance", "pairs"}),
        ("afm", {"importance", "pairs"}),
        ("fibinet", {"importance", "pairs", "gates"}),
        ("din", {"importance", "behaviours"}),
    ],
)
def test_summaries_are_json_and_repeat(shop: SmallShop, name: str, expected: set[str]) -> None:
    model = shop.model(name, **OPTIONS[name])
    summary = summarise(model, shop.prepared.test, sample=100)
    assert set(summary) == expected
    again = json.loads(json.dumps(summary, allow_nan=False))
    assert again == summarise(model, shop.prepared.test, sample=100)
